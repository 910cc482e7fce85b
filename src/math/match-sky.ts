import { CommandError } from '../errors.js'
import { gather, numbersOf } from './select.js'
import { ARCSEC_PER_DEG, ARCSEC_TO_RAD, DEG_TO_RAD, RAD_TO_ARCSEC, RAD_TO_DEG, wrapRaDeg } from './units.js'

/** Positions on the sky, ICRS degrees; a row with a NaN matches nothing. */
export interface SkyPositions {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

/** `nearest`: the nearest b of each a. `mutual`: only pairs that are each other's nearest. `all`: every pair. */
export type MatchMode = 'nearest' | 'mutual' | 'all'

/** Matched rows of a and b, ascending in a, then in b. */
export interface SkyMatches {
  readonly a: Uint32Array
  readonly b: Uint32Array
  readonly separationArcsec: Float64Array
}

const LARGEST_RADIUS_ARCSEC = 10 * ARCSEC_PER_DEG
const NONE = 0xffffffff

/**
 * Pairs of positions within a radius on the sphere, great-circle, exact at the poles and across RA 0.
 *
 * Pairs at exactly the radius count; among equally near ones the lowest row wins. Distances are chords of
 * unit vectors, good to 1e-10 arcsec at any separation. b is hashed into cells of four radii: rows of equal
 * declination, columns scaled by cos(dec), so that a query touches two cells on average.
 *
 * @throws CommandError if the radius is not between 0 and 10 degrees or the columns differ in length
 */
export function matchSky(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode }: { mode: MatchMode } = { mode: 'nearest' },
): SkyMatches {
  if (!(radiusArcsec > 0 && radiusArcsec <= LARGEST_RADIUS_ARCSEC)) {
    throw new CommandError('bad-radius', 'the match radius is out of range', {
      found: radiusArcsec,
      expected: 'between 0 and 36000 arcsec',
    })
  }
  for (const { raDeg, decDeg } of [a, b]) {
    if (raDeg.length !== decDeg.length) {
      throw new CommandError('ragged-positions', 'raDeg and decDeg differ in length', {
        found: decDeg.length,
        expected: `${raDeg.length} rows`,
      })
    }
  }
  const index = buildIndex(b, radiusArcsec)
  if (mode === 'all') {
    const pairs = { a: [] as number[], b: [] as number[], chord2: [] as number[] }
    forEachPair(a, index, radiusArcsec, (i, j, chord2) => {
      pairs.a.push(i)
      pairs.b.push(j)
      pairs.chord2.push(chord2)
    })
    const order = withinRuns(pairs.a, pairs.b)
    return {
      a: Uint32Array.from(pairs.a),
      b: gather(pairs.b, order, new Uint32Array(order.length)),
      separationArcsec: numbersOf(order, (k) => chordToArcsec(pairs.chord2[k]!)),
    }
  }
  return mode === 'mutual' ? mutualPairs(a, b.raDeg.length, index, radiusArcsec) : nearestPairs(a, index, radiusArcsec)
}

/** Indices that sort b wherever a, ascending, stays the same. */
function withinRuns(a: readonly number[], b: readonly number[]): Uint32Array {
  const order = new Uint32Array(a.length)
  for (let first = 0, end = 0; first < a.length; first = end) {
    for (; end < a.length && a[end] === a[first]; end++) order[end] = end
    if (end - first > 1) order.subarray(first, end).sort((p, q) => b[p]! - b[q]!)
  }
  return order
}

function nearestPairs(a: SkyPositions, index: SkyIndex, radiusArcsec: number): SkyMatches {
  const nearest = nearestOfA(a, index, radiusArcsec)
  return collect(nearest.b, nearest.chord2, () => true)
}

/** b's nearest a is found on a's own pass: within a radius, being near is symmetric. */
function mutualPairs(a: SkyPositions, bCount: number, index: SkyIndex, radiusArcsec: number): SkyMatches {
  const nearestA = new Uint32Array(bCount).fill(NONE)
  const chord2OfB = new Float64Array(bCount).fill(Infinity)
  const nearest = nearestOfA(a, index, radiusArcsec, (i, j, chord2) => {
    if (chord2 < chord2OfB[j]!) {
      chord2OfB[j] = chord2
      nearestA[j] = i
    }
  })
  return collect(nearest.b, nearest.chord2, (i, j) => nearestA[j] === i)
}

type SeePair = (i: number, j: number, chord2: number) => void

function nearestOfA(a: SkyPositions, index: SkyIndex, radiusArcsec: number, see?: SeePair) {
  const n = a.raDeg.length
  const nearest = new Uint32Array(n).fill(NONE)
  const best = new Float64Array(n).fill(Infinity)
  forEachPair(a, index, radiusArcsec, (i, j, chord2) => {
    if (chord2 < best[i]! || (chord2 === best[i]! && j < nearest[i]!)) {
      best[i] = chord2
      nearest[i] = j
    }
    see?.(i, j, chord2)
  })
  return { b: nearest, chord2: best }
}

function collect(nearest: Uint32Array, chord2: Float64Array, keep: (i: number, j: number) => boolean): SkyMatches {
  const rows = new Uint32Array(nearest.length)
  let count = 0
  for (let i = 0; i < nearest.length; i++) if (nearest[i] !== NONE && keep(i, nearest[i]!)) rows[count++] = i
  const a = rows.slice(0, count)
  return { a, b: a.map((i) => nearest[i]!), separationArcsec: numbersOf(a, (i) => chordToArcsec(chord2[i]!)) }
}

const chordToArcsec = (chord2: number) => 2 * Math.asin(Math.min(1, Math.sqrt(chord2) / 2)) * RAD_TO_ARCSEC

/** Rows of b in the order of their buckets; bucket k holds positions [starts[k], starts[k + 1]). */
interface SkyIndex {
  readonly grid: Grid
  readonly mask: number
  readonly starts: Uint32Array
  readonly rows: Uint32Array
  readonly cells: Float64Array
  readonly xyz: Float64Array
}

/** Declination rows over the whole sphere; cell number = firstCell[row] + column, below 2^53. */
interface Grid {
  readonly heightDeg: number
  readonly rowCount: number
  readonly columnsOf: (row: number) => number
  readonly firstCellOf: (row: number) => number
}

/**
 * Every row has the columns of a sphere cut into squares of the row height. Cells are numbered row by row with
 * the widest row's stride, so that no table over all rows is needed.
 */
function gridOf(radiusArcsec: number): Grid {
  const heightDeg = Math.max((4 * radiusArcsec) / ARCSEC_PER_DEG, 1 / ARCSEC_PER_DEG)
  const rowCount = Math.ceil(180 / heightDeg)
  const stride = Math.ceil(360 / heightDeg) + 1
  return {
    heightDeg,
    rowCount,
    columnsOf: (row) =>
      Math.max(1, Math.floor((360 * Math.cos(((row + 0.5) * heightDeg - 90) * DEG_TO_RAD)) / heightDeg)),
    firstCellOf: (row) => row * stride,
  }
}

function rowOf(grid: Grid, decDeg: number): number {
  return Math.min(grid.rowCount - 1, Math.max(0, Math.floor((decDeg + 90) / grid.heightDeg)))
}

/** Neighbouring columns are in neighbouring buckets, so that sorted input walks memory in order. */
const bucketOf = (row: number, column: number, mask: number) => (Math.imul(row, 0x9e3779b1) + column) & mask

function buildIndex(b: SkyPositions, radiusArcsec: number): SkyIndex {
  const grid = gridOf(radiusArcsec)
  const n = b.raDeg.length
  const bucketCount = 2 ** Math.max(4, Math.ceil(Math.log2(n + 1)))
  const mask = bucketCount - 1
  const cellOfRow = new Float64Array(n)
  const bucketOfRow = new Int32Array(n)
  const starts = new Uint32Array(bucketCount + 1)
  for (let i = 0; i < n; i++) {
    const ra = b.raDeg[i]!
    const dec = b.decDeg[i]!
    if (!Number.isFinite(ra) || !(Math.abs(dec) <= 90)) {
      cellOfRow[i] = -1
      continue
    }
    const row = rowOf(grid, dec)
    const columns = grid.columnsOf(row)
    const column = Math.min(columns - 1, Math.floor((wrapRaDeg(ra) / 360) * columns))
    const bucket = bucketOf(row, column, mask)
    cellOfRow[i] = grid.firstCellOf(row) + column
    bucketOfRow[i] = bucket
    starts[bucket + 1]!++
  }
  for (let k = 0; k < bucketCount; k++) starts[k + 1]! += starts[k]!
  const total = starts[bucketCount]!
  const rows = new Uint32Array(total)
  const cells = new Float64Array(total)
  const xyz = new Float64Array(3 * total)
  const next = starts.slice(0, bucketCount)
  for (let i = 0; i < n; i++) {
    const cell = cellOfRow[i]!
    if (cell < 0) continue
    const at = next[bucketOfRow[i]!]!++
    rows[at] = i
    cells[at] = cell
    writeUnitVector(xyz, 3 * at, b.raDeg[i]!, b.decDeg[i]!)
  }
  return { grid, mask, starts, rows, cells, xyz }
}

function writeUnitVector(xyz: Float64Array, at: number, raDeg: number, decDeg: number): void {
  const ra = raDeg * DEG_TO_RAD
  const dec = decDeg * DEG_TO_RAD
  const cosDec = Math.cos(dec)
  xyz[at] = cosDec * Math.cos(ra)
  xyz[at + 1] = cosDec * Math.sin(ra)
  xyz[at + 2] = Math.sin(dec)
}

function forEachPair(a: SkyPositions, index: SkyIndex, radiusArcsec: number, see: SeePair): void {
  const { grid, mask, starts, rows, cells, xyz } = index
  const radiusDeg = radiusArcsec / ARCSEC_PER_DEG
  const sinRadius = Math.sin(radiusArcsec * ARCSEC_TO_RAD)
  const limit = (2 * Math.sin((radiusArcsec * ARCSEC_TO_RAD) / 2)) ** 2
  const slackDeg = 1e-9 // far above rounding, far below a cell
  const point = new Float64Array(3)
  for (let i = 0; i < a.raDeg.length; i++) {
    const dec = a.decDeg[i]!
    if (!Number.isFinite(a.raDeg[i]!) || !(Math.abs(dec) <= 90)) continue
    const ra = wrapRaDeg(a.raDeg[i]!)
    writeUnitVector(point, 0, ra, dec)
    const x = point[0]!
    const y = point[1]!
    const z = point[2]!
    // Half-width in RA of a circle round (ra, dec): asin(sin r / cos dec), the whole row if it holds a pole.
    const cosDec = Math.cos(dec * DEG_TO_RAD)
    const halfWidthDeg = sinRadius < cosDec ? Math.asin(sinRadius / cosDec) * RAD_TO_DEG + slackDeg : 180
    const lastRow = rowOf(grid, dec + radiusDeg + slackDeg)
    for (let row = rowOf(grid, dec - radiusDeg - slackDeg); row <= lastRow; row++) {
      const columns = grid.columnsOf(row)
      const first = Math.floor(((ra - halfWidthDeg) / 360) * columns)
      const last = Math.min(first + columns - 1, Math.floor(((ra + halfWidthDeg) / 360) * columns))
      for (let column = first; column <= last; column++) {
        const wrapped = column < 0 ? column + columns : column >= columns ? column - columns : column
        const cell = grid.firstCellOf(row) + wrapped
        const bucket = bucketOf(row, wrapped, mask)
        for (let at = starts[bucket]!; at < starts[bucket + 1]!; at++) {
          if (cells[at] !== cell) continue
          const dx = xyz[3 * at]! - x
          const dy = xyz[3 * at + 1]! - y
          const dz = xyz[3 * at + 2]! - z
          const chord2 = dx * dx + dy * dy + dz * dz
          if (chord2 <= limit) see(i, rows[at]!, chord2)
        }
      }
    }
  }
}
