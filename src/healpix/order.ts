/**
 * Numbering of the cells: NESTED follows the quad tree, RING goes round the parallels from the north pole (Gorski et
 * al. 2005, section 4).
 */
export type Scheme = 'nested' | 'ring'

/** Highest order whose cell numbers fit a signed 64-bit integer. */
export const MAX_ORDER = 29

/** Highest order whose cell numbers (12 x 4^24 = 3.4e15) are exact in a double. */
export const MAX_NUMBER_ORDER = 24

/** Throws RangeError unless the order is a whole number in [0, highest]. */
export function checkOrder(order: number, highest = MAX_ORDER): void {
  if (Number.isInteger(order) && order >= 0 && order <= highest) return
  const why = highest === MAX_NUMBER_ORDER ? ' (cell numbers of finer orders are not exact in doubles)' : ''
  throw new RangeError(`HEALPix order ${order}: a whole number from 0 to ${highest} is needed${why}`)
}

/** Cells along a side of a base cell: nside = 2^order. */
export function nsideOf(order: number): number {
  checkOrder(order)
  return 2 ** order
}

/** Order of a power-of-two nside; RangeError for any other nside. */
export function orderOf(nside: number): number {
  const order = Math.round(Math.log2(nside))
  if (!(order >= 0 && order <= MAX_ORDER && 2 ** order === nside)) {
    throw new RangeError(`HEALPix nside ${nside}: a power of two from 1 to 2^${MAX_ORDER} is needed`)
  }
  return order
}

/** Cells of the whole sky, 12 x 4^order; a double holds this product of 3 and a power of two exactly at every order. */
export function cellCount(order: number): number {
  checkOrder(order)
  return 12 * 4 ** order
}

/** Area of each cell in square degrees; all cells of an order are equal (Gorski et al. 2005, section 4). */
export function cellAreaSqDeg(order: number): number {
  return (4 * Math.PI * (180 / Math.PI) ** 2) / cellCount(order)
}

/**
 * Largest angle in radians between the centre of a cell and its boundary, over the cells of a grid of any nside.
 *
 * It is met by the cells centred on the parallel z = 2/3, at the corner nearer to the pole:
 * from (z, phi) = (2/3, pi / 4 nside) to (1 - (1 - 1/nside)^2 / 3, 0).
 */
export function maxCellRadiusRad(nside: number): number {
  const zCorner = 1 - (1 - 1 / nside) ** 2 / 3
  const rhoCorner = Math.sqrt((1 - zCorner) * (1 + zCorner))
  const rhoCentre = Math.sqrt(5) / 3
  const phi = Math.PI / (4 * nside)
  const chord = Math.hypot(rhoCentre * Math.cos(phi) - rhoCorner, rhoCentre * Math.sin(phi), 2 / 3 - zCorner)
  return 2 * Math.asin(chord / 2)
}
