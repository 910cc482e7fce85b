import { faceCellOf } from '../../healpix/nested.js'
import { vectorOf } from '../../healpix/projection.js'
import { gatherBits } from '../../healpix/bits.js'
import { keyCell } from '../../formats/parquet/index.js'
import { unitVector } from '../../math/sphere.js'
import { neighbourCells } from '../cell-neighbours.js'
import { FINEST_FILE_ORDER } from '../partition-index.js'
import type { PartitionCell } from './plan-partitions.js'

/**
 * Cells of order 11, the finest of a file, are 62 arcsec across at their narrowest: the cells round one hold every
 * margin.
 */
export const LARGEST_MARGIN_ARCSEC = 60

/**
 * Side of a cell of order 0 as a square [arcsec], and how much narrower than its side any cell may be across (0.674 at
 * the poles' edges).
 */
const SIDE_ARCSEC = 211_076.29
const NARROWEST = 0.66

/** What the search for the nearest point may leave over: rather a row too many than one too few. */
const TOLERANCE_ARCSEC = 0.001

/** Rows of one file that lie in the margin of others. */
interface MarginRows {
  /** Index of the file in whose margin they lie. */
  readonly target: number
  /** Positions in the order of the file's rows. */
  readonly rows: Uint32Array
}

/** The files of a store by their cells, so that the file of any place is found. */
export class PartitionMap {
  private readonly firstCells: Float64Array

  /** @param cells in the order of the sky */
  constructor(readonly cells: readonly PartitionCell[]) {
    this.firstCells = Float64Array.from(cells, ({ order, cell }) => cell * 4 ** (FINEST_FILE_ORDER - order))
  }

  /** Index of the file that holds a cell of order 11; undefined if the sky is empty. */
  fileOf(cell: number): number | undefined {
    let low = 0
    let high = this.firstCells.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.firstCells[middle]! <= cell) low = middle + 1
      else high = middle
    }
    if (low === 0) return undefined
    const { order, cell: holder } = this.cells[low - 1]!
    return cell < (holder + 1) * 4 ** (FINEST_FILE_ORDER - order) ? low - 1 : undefined
  }
}

/**
 * Rows of a file that lie within `marginArcsec` of the cell of another file, which is where a match across the edge
 * would look for them (HATS 1.0, margin catalogues). Distances are to the nearest point of the other cell's border, not
 * to a polygon through its corners.
 *
 * @param own index of the file
 * @param keys order-29 cells of its rows, ascending
 */
export function marginRows(
  map: PartitionMap,
  own: number,
  keys: BigInt64Array,
  raDeg: ArrayLike<number>,
  decDeg: ArrayLike<number>,
  marginArcsec: number,
): MarginRows[] {
  if (!(marginArcsec > 0) || map.cells.length < 2) return []
  const { order } = map.cells[own]!
  const fine = borderOrder(marginArcsec)
  const last = 2 ** (fine - order) - 1
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const found = new Map<number, number[]>()
  const round = new CellsRound(map, own)
  const bits = 2 * (fine - order)
  let cell = -1
  let isNear = false
  for (let row = 0; row < keys.length; row++) {
    const next = keyCell(words[2 * row + 1]!, words[2 * row]!, 2 * (29 - fine))
    if (next !== cell) {
      cell = next
      // Column and row within the file's cell: only those of its border can have a neighbour in reach.
      const within = cell % 2 ** bits
      const [x, y] = [gatherBits(within), gatherBits(within >>> 1)]
      isNear = x === 0 || y === 0 || x === last || y === last
    }
    if (!isNear) continue
    const point = unitVector(raDeg[row]!, decDeg[row]!)
    for (const target of round.filesWithin(
      keyCell(words[2 * row + 1]!, words[2 * row]!, 2 * (29 - FINEST_FILE_ORDER)),
      point,
      marginArcsec,
    )) {
      const rows = found.get(target)
      if (rows === undefined) found.set(target, [row])
      else rows.push(row)
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([target, rows]) => ({ target, rows: Uint32Array.from(rows) }))
}

/**
 * The finest order whose cells are everywhere wider than the margin; at most 13, so that cells within a file's fit 32
 * bits.
 */
function borderOrder(marginArcsec: number): number {
  return Math.min(13, Math.floor(Math.log2((NARROWEST * SIDE_ARCSEC) / marginArcsec)))
}

interface CellRound {
  readonly file: number
  readonly face: number
  /** Column and row of the cell's south corner, in units of the face. */
  readonly x: number
  readonly y: number
}

/** Cells of order 11 round one that belong to other files; rows come sorted, so that the last is often the next. */
class CellsRound {
  private cell = -1
  private cells: readonly CellRound[] = []

  constructor(
    private readonly map: PartitionMap,
    private readonly own: number,
  ) {}

  filesWithin(cell: number, point: ArrayLike<number>, arcsec: number): Set<number> {
    if (cell !== this.cell) {
      this.cell = cell
      this.cells = neighbourCells(FINEST_FILE_ORDER, cell).flatMap((neighbour) => {
        const file = this.map.fileOf(neighbour)
        if (file === undefined || file === this.own) return []
        const { face, x, y } = faceCellOf(FINEST_FILE_ORDER, neighbour)
        return [{ file, face, x: x / 2 ** FINEST_FILE_ORDER, y: y / 2 ** FINEST_FILE_ORDER }]
      })
    }
    const limit = 2 * Math.sin((((arcsec + TOLERANCE_ARCSEC) / 3600) * Math.PI) / 360)
    const files = new Set<number>()
    for (const candidate of this.cells)
      if (!files.has(candidate.file) && chordToCell(candidate, point) <= limit) files.add(candidate.file)
    return files
  }
}

const SIDE = 1 / 2 ** FINEST_FILE_ORDER

/** Chord from a point outside a cell of order 11 to the nearest point of its border. */
function chordToCell({ face, x, y }: CellRound, point: ArrayLike<number>): number {
  return Math.min(
    chordToEdge(point, face, x, y, 0, SIDE),
    chordToEdge(point, face, x + SIDE, y, 0, SIDE),
    chordToEdge(point, face, x, y, SIDE, 0),
    chordToEdge(point, face, x, y + SIDE, SIDE, 0),
  )
}

const onEdge = new Float64Array(3)
const ahead = new Float64Array(3)
const STEP = 1e-3

/**
 * Chord to the nearest point of an edge, by Gauss-Newton steps along it: an edge of 103 arcsec bends so little that
 * three steps leave less than a microarcsecond.
 */
function chordToEdge(point: ArrayLike<number>, face: number, x: number, y: number, dx: number, dy: number): number {
  let t = 0.5
  for (let step = 0; step < 3; step++) {
    const from = t > 0.5 ? t - STEP : t
    vectorOf(face, x + from * dx, y + from * dy, onEdge)
    vectorOf(face, x + (from + STEP) * dx, y + (from + STEP) * dy, ahead)
    let along = 0
    let length = 0
    for (let k = 0; k < 3; k++) {
      const tangent = (ahead[k]! - onEdge[k]!) / STEP
      along += tangent * (point[k]! - onEdge[k]!)
      length += tangent * tangent
    }
    t = Math.min(1, Math.max(0, from + along / length))
  }
  vectorOf(face, x + t * dx, y + t * dy, onEdge)
  return Math.hypot(point[0]! - onEdge[0]!, point[1]! - onEdge[1]!, point[2]! - onEdge[2]!)
}
