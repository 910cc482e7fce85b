import { nestedHigh, nestedLow, nestedNumber } from './nested.js'
import { checkOrder, MAX_NUMBER_ORDER } from './order.js'
import { checkDirection, locate } from './projection.js'

// Which 32-bit half of a 64-bit integer comes first in this machine's memory.
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1

/**
 * NESTED cells of order 29 of a column of directions: the values of a `_healpix_29` column.
 *
 * @param raDeg any finite angles, shape (n)
 * @param decDeg within [-90, 90], shape (n)
 * @throws RangeError for columns of unequal length, or a direction that is not on the sky (its row is named)
 */
export function nestedIndices29(raDeg: Float64Array, decDeg: Float64Array): BigInt64Array {
  checkLengths(raDeg, decDeg)
  const indices = new BigInt64Array(raDeg.length)
  const halves = new Uint32Array(indices.buffer)
  const out = new Int32Array(3)
  const nside = 2 ** 29
  for (let i = 0; i < raDeg.length; i++) {
    checkDirection(raDeg[i]!, decDeg[i]!, i)
    locate(nside, raDeg[i]!, decDeg[i]!, out)
    halves[2 * i + LOW] = nestedLow(29, out[0]!, out[1]!, out[2]!)
    halves[2 * i + 1 - LOW] = nestedHigh(29, out[0]!, out[1]!, out[2]!)
  }
  return indices
}

/**
 * NESTED cells of a column of directions as doubles, exact for order 0-24; conventions and errors as `nestedIndices29`.
 */
export function nestedIndices(order: number, raDeg: Float64Array, decDeg: Float64Array): Float64Array {
  checkOrder(order, MAX_NUMBER_ORDER)
  checkLengths(raDeg, decDeg)
  const indices = new Float64Array(raDeg.length)
  const out = new Int32Array(3)
  const nside = 2 ** order
  for (let i = 0; i < raDeg.length; i++) {
    checkDirection(raDeg[i]!, decDeg[i]!, i)
    locate(nside, raDeg[i]!, decDeg[i]!, out)
    indices[i] = nestedNumber(order, out[0]!, out[1]!, out[2]!)
  }
  return indices
}

function checkLengths(raDeg: Float64Array, decDeg: Float64Array): void {
  if (raDeg.length === decDeg.length) return
  throw new RangeError(
    `${raDeg.length} right ascensions and ${decDeg.length} declinations: columns of one length are needed`,
  )
}
