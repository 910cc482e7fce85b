import { CellShape } from './cell-shape.js'
import { nestedNumber } from './nested.js'
import { checkOrder, MAX_NUMBER_ORDER } from './order.js'
import { RangeList, type CellRanges } from './ranges.js'
import { chordAt } from './vector.js'

/** A region of the sky that can be compared with a cell. */
export interface Region {
  /** Unit vector, shape (3): the centre of a cap that holds the region. */
  readonly capCentre: Float64Array
  /** Chord from the cap's centre to its rim; 2 or more for the whole sky. */
  readonly capChord: number
  /** 'outside' and 'inside' are claimed only when certain, for the whole cell. */
  relationTo(shape: CellShape): 'outside' | 'inside' | 'partial'
}

/**
 * Every cell of an order that meets the region, as ranges: never one too few.
 *
 * Descends the quad tree from the 12 base cells: a cell outside is dropped, one inside is taken whole, others are split,
 * down to the order asked for, where what is not outside is taken.
 */
export function coverRegion(order: number, region: Region): CellRanges {
  checkOrder(order, MAX_NUMBER_ORDER)
  const shape = new CellShape(order)
  const list = new RangeList()
  const visit = (depth: number, face: number, x: number, y: number): void => {
    shape.place(depth, face, x, y)
    if (apart(chordAt(shape.centre, 0, region.capCentre, 0), region.capChord, shape.radiusChord)) return
    shape.outline(depth, face, x, y)
    const relation = region.relationTo(shape)
    if (relation === 'outside') return
    if (relation === 'inside' || depth === order) {
      const below = 4 ** (order - depth)
      const first = nestedNumber(depth, face, x, y) * below
      list.add(first, first + below)
      return
    }
    for (let child = 0; child < 4; child++) visit(depth + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1))
  }
  for (let face = 0; face < 12; face++) visit(0, face, 0, 0)
  return list.at(order)
}

/** Whether two caps are certainly apart: the chord of a sum of angles is never longer than the sum of their chords. */
function apart(between: number, rimA: number, rimB: number): boolean {
  return between > rimA + rimB
}
