import { CellShape, ROUNDING } from './cell-shape.js'
import { nestedNumber } from './nested.js'
import { checkOrder, MAX_NUMBER_ORDER, maxCellRadiusRad } from './order.js'
import { vectorOf } from './projection.js'
import { RangeList, type CellRanges } from './ranges.js'
import { chordAt } from './vector.js'

export type Relation = 'outside' | 'inside' | 'partial'

/** A region of the sky that can be compared with a cell. */
export interface Region {
  /** Unit vector, shape (3): the centre of a cap that holds the region. */
  readonly capCentre: Float64Array
  /** Chord from the cap's centre to its rim; 2 or more for the whole sky. */
  readonly capChord: number
  /**
   * 'outside' and 'inside' are claimed only when certain, for the whole cell. With `last` false (the cell will be split
   * anyway) a cheap answer is enough.
   */
  relationTo(shape: CellShape, last: boolean): Relation
}

/**
 * Every cell of an order that meets the region, as ranges: never one too few.
 *
 * Descends the quad tree from the 12 base cells: a cell outside is dropped, one inside is taken whole, others are
 * split, down to the order asked for, where what is not outside is taken.
 */
export function coverRegion(order: number, region: Region): CellRanges {
  checkOrder(order, MAX_NUMBER_ORDER)
  const shape = new CellShape()
  const list = new RangeList()
  const levels = Array.from({ length: order + 1 }, (_, depth) => levelOf(depth, region.capChord))

  const visit = (
    depth: number,
    face: number,
    x: number,
    y: number,
    grid: Float64Array,
    column: number,
    row: number,
  ): void => {
    const level = levels[depth]!
    if (level.isCoarse && capsApart(level, face, x, y, region)) return
    shape.take(depth, face, x, y, level.radiusChord, grid, column, row)
    const relation = region.relationTo(shape, depth === order)
    if (relation === 'outside') return
    if (relation === 'inside' || depth === order) {
      const below = 4 ** (order - depth)
      const first = nestedNumber(depth, face, x, y) * below
      list.add(first, first + below)
      return
    }
    const split = levels[depth + 1]!.grid
    fillMiddles(split, shape.corners, 2 ** depth, face, x, y)
    for (let child = 0; child < 4; child++)
      visit(depth + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1), split, child & 1, child >> 1)
  }

  const base = new Float64Array(27)
  for (let face = 0; face < 12; face++) {
    for (let point = 0; point < 4; point++)
      vectorOf(face, point & 1, point >> 1, base, 3 * ((point & 1) + 3 * (point >> 1)))
    visit(0, face, 0, 0, base, 0, 0)
  }
  return list.at(order)
}

interface Level {
  readonly nside: number
  readonly radiusChord: number
  /** Cells so large beside the region that a test of their caps pays. */
  readonly isCoarse: boolean
  /** Corners of the four cells that a cell of the level above splits into: 3 x 3 unit vectors, x fastest. */
  readonly grid: Float64Array
}

function levelOf(depth: number, regionChord: number): Level {
  const radiusChord = 2 * Math.sin(maxCellRadiusRad(2 ** depth) / 2) * (1 + 1e-9) + ROUNDING
  return { nside: 2 ** depth, radiusChord, isCoarse: radiusChord > regionChord / 4, grid: new Float64Array(27) }
}

/**
 * Whether the caps round cell and region are certainly apart: the chord of a sum of angles is never longer than the sum
 * of their chords.
 */
function capsApart(level: Level, face: number, x: number, y: number, region: Region): boolean {
  const centre = new Float64Array(3)
  vectorOf(face, (x + 0.5) / level.nside, (y + 0.5) / level.nside, centre)
  return chordAt(centre, 0, region.capCentre, 0) > level.radiusChord + region.capChord
}

/** Completes the grid of a cell's split: its four corners are known, the middles of its sides and its own are not. */
function fillMiddles(
  grid: Float64Array,
  corners: Float64Array,
  nside: number,
  face: number,
  x: number,
  y: number,
): void {
  for (let part = 0; part < 3; part++) {
    grid[24 + part] = corners[part]!
    grid[18 + part] = corners[3 + part]!
    grid[part] = corners[6 + part]!
    grid[6 + part] = corners[9 + part]!
  }
  vectorOf(face, (x + 0.5) / nside, y / nside, grid, 3)
  vectorOf(face, x / nside, (y + 0.5) / nside, grid, 9)
  vectorOf(face, (x + 0.5) / nside, (y + 0.5) / nside, grid, 12)
  vectorOf(face, (x + 1) / nside, (y + 0.5) / nside, grid, 15)
  vectorOf(face, (x + 0.5) / nside, (y + 1) / nside, grid, 21)
}
