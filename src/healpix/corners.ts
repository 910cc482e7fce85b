import type { Scheme } from './order.js'
import { cellOf } from './pixel.js'
import { skyOf } from './projection.js'

/**
 * Boundary of a cell: 4 x step points, from the northern corner to the western, southern and eastern ones, `step` to a
 * side.
 *
 * The sides are curves of the projection, not great circles. A corner at a pole carries the right ascension of the
 * middle of its base cell.
 *
 * @param step points on each side, 1 for the four corners alone
 * @throws RangeError for a cell that does not exist, or a step that is not a whole number from 1
 */
export function corners(
  order: number,
  pixel: bigint | number,
  scheme: Scheme = 'nested',
  step = 1,
): { raDeg: Float64Array; decDeg: Float64Array } {
  if (!(Number.isInteger(step) && step >= 1)) throw new RangeError(`step ${step}: a whole number from 1 is needed`)
  const { face, x, y } = cellOf(order, pixel, scheme)
  const nside = 2 ** order
  const raDeg = new Float64Array(4 * step)
  const decDeg = new Float64Array(4 * step)
  for (let i = 0; i < 4 * step; i++) {
    const side = Math.floor(i / step)
    const along = (i - side * step) / step
    const right = [1 - along, 0, along, 1][side]!
    const up = [1, 1 - along, 0, along][side]!
    const point = skyOf(face, (x + right) / nside, (y + up) / nside)
    raDeg[i] = point.raDeg
    decDeg[i] = point.decDeg
  }
  return { raDeg, decDeg }
}
