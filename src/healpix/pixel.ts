import { faceCellAt, faceCellOfBits, nestedHigh, nestedLow, type FaceCell } from './nested.js'
import { checkOrder, type Scheme } from './order.js'
import { checkDirection, skyOf } from './projection.js'
import { faceCellOfRing, ringNumber, ringPositionOf, ringPositionOfNumber } from './ring.js'

/**
 * Cell of a direction, at any order 0-29 in either numbering.
 *
 * @param raDeg any finite angle; 360 and -0 count as 0
 * @throws RangeError for another order, a right ascension that is not finite, a declination outside [-90, 90]
 */
export function ang2pix(order: number, raDeg: number, decDeg: number, scheme: Scheme = 'nested'): bigint {
  checkOrder(order)
  checkDirection(raDeg, decDeg)
  return pixelOf(order, faceCellAt(order, raDeg, decDeg), scheme)
}

/** Centre of a cell, raDeg in [0, 360). RangeError for a cell that does not exist at the order. */
export function pix2ang(
  order: number,
  pixel: bigint | number,
  scheme: Scheme = 'nested',
): { raDeg: number; decDeg: number } {
  const { face, x, y } = cellOf(order, pixel, scheme)
  const nside = 2 ** order
  return skyOf(face, (x + 0.5) / nside, (y + 0.5) / nside)
}

/** NESTED number of a RING number. */
export function ring2nested(order: number, pixel: bigint | number): bigint {
  return pixelOf(order, cellOf(order, pixel, 'ring'), 'nested')
}

/** RING number of a NESTED number. */
export function nested2ring(order: number, pixel: bigint | number): bigint {
  return pixelOf(order, cellOf(order, pixel, 'nested'), 'ring')
}

/**
 * Base cell, column and row of a pixel number. RangeError for a number that is not whole, not exact or not on the grid.
 */
export function cellOf(order: number, pixel: bigint | number, scheme: Scheme): FaceCell {
  checkOrder(order)
  const count = 12n << BigInt(2 * order)
  const whole = typeof pixel === 'bigint' || Number.isSafeInteger(pixel)
  const number = whole ? BigInt(pixel) : -1n
  if (number < 0n || number >= count) {
    const bigintOnly = typeof pixel === 'number' && count > 2n ** 53n ? ' (a bigint past 2^53)' : ''
    throw new RangeError(
      `HEALPix ${scheme} pixel ${pixel} of order ${order}: a whole number ` +
        `from 0 to ${count - 1n} is needed${bigintOnly}`,
    )
  }
  if (scheme === 'ring') return faceCellOfRing(2 ** order, ringPositionOfNumber(2 ** order, number))
  const face = number >> BigInt(2 * order)
  const within = number - (face << BigInt(2 * order))
  return faceCellOfBits(Number(face), Number(within >> 32n), Number(within & 0xffffffffn))
}

function pixelOf(order: number, cell: FaceCell, scheme: Scheme): bigint {
  if (scheme === 'ring') return ringNumber(2 ** order, ringPositionOf(2 ** order, cell))
  const { face, x, y } = cell
  return (BigInt(nestedHigh(order, face, x, y)) << 32n) | BigInt(nestedLow(order, face, x, y))
}
