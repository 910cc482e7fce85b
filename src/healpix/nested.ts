import { gatherBits, spreadBits } from './bits.js'
import { checkOrder, MAX_NUMBER_ORDER } from './order.js'
import { checkDirection, locate, skyOf } from './projection.js'

const TWO32 = 2 ** 32

/** A cell by its base cell and its column and row there, each in 0..nside-1. */
export interface FaceCell {
  readonly face: number
  readonly x: number
  readonly y: number
}

/**
 * Lower 32 bits of the NESTED number: x on the even bits, y on the odd, the face above them (Gorski et al. 2005,
 * section 4.1).
 */
export function nestedLow(order: number, face: number, x: number, y: number): number {
  const low = spreadBits(x) | (spreadBits(y) << 1)
  return order < 16 ? (low | (face << (2 * order))) >>> 0 : low >>> 0
}

/** Bits 32 and above of the NESTED number; below order 15 there are none. */
export function nestedHigh(order: number, face: number, x: number, y: number): number {
  if (order < 15) return 0
  if (order === 15) return face >>> 2
  return (spreadBits(x >>> 16) | (spreadBits(y >>> 16) << 1) | (face << (2 * order - 32))) >>> 0
}

/** NESTED number of a cell as a double: exact to order 24. */
export function nestedNumber(order: number, face: number, x: number, y: number): number {
  return nestedHigh(order, face, x, y) * TWO32 + nestedLow(order, face, x, y)
}

/** Base cell, column and row of a NESTED number given as a double (order 0-24; the number is not checked). */
export function faceCellOf(order: number, cell: number): FaceCell {
  const perFace = 4 ** order
  const face = Math.floor(cell / perFace)
  const rest = cell - face * perFace
  return faceCellOfBits(face, Math.floor(rest / TWO32), rest >>> 0)
}

/** Base cell, column and row from the interleaved bits within the face. */
export function faceCellOfBits(face: number, high: number, low: number): FaceCell {
  return {
    face,
    x: gatherBits(low) | (gatherBits(high) << 16),
    y: gatherBits(low >>> 1) | (gatherBits(high >>> 1) << 16),
  }
}

/** Base cell, column and row of a direction, which is not checked. */
export function faceCellAt(order: number, raDeg: number, decDeg: number): FaceCell {
  const cells = new Int32Array(3)
  locate(order, Float64Array.of(raDeg), Float64Array.of(decDeg), 0, 1, cells)
  return { face: cells[0]!, x: cells[1]!, y: cells[2]! }
}

/**
 * NESTED cell of a direction, as a double.
 * @param order 0-24; finer orders need `ang2pix`
 * @throws RangeError for another order, a right ascension that is not finite, a declination outside [-90, 90]
 */
export function nestedIndex(order: number, raDeg: number, decDeg: number): number {
  checkOrder(order, MAX_NUMBER_ORDER)
  checkDirection(raDeg, decDeg)
  const { face, x, y } = faceCellAt(order, raDeg, decDeg)
  return nestedNumber(order, face, x, y)
}

/**
 * Centre of a NESTED cell given as a double (order 0-24); raDeg in [0, 360). RangeError for a cell that does not exist.
 */
export function nestedCentre(order: number, cell: number): { raDeg: number; decDeg: number } {
  checkCell(order, cell)
  const { face, x, y } = faceCellOf(order, cell)
  const nside = 2 ** order
  return skyOf(face, (x + 0.5) / nside, (y + 0.5) / nside)
}

/** Throws RangeError unless the cell is a whole number in [0, 12 x 4^order), order 0-24. */
export function checkCell(order: number, cell: number): void {
  checkOrder(order, MAX_NUMBER_ORDER)
  const count = 12 * 4 ** order
  if (!(Number.isInteger(cell) && cell >= 0 && cell < count)) {
    throw new RangeError(`HEALPix cell ${cell} of order ${order}: a whole number from 0 to ${count - 1} is needed`)
  }
}
