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
  eachBlock(29, raDeg, decDeg, (cells, start, end) => {
    for (let i = start, at = 0; i < end; i++, at += 3) {
      halves[2 * i + LOW] = nestedLow(29, cells[at]!, cells[at + 1]!, cells[at + 2]!)
      halves[2 * i + 1 - LOW] = nestedHigh(29, cells[at]!, cells[at + 1]!, cells[at + 2]!)
    }
  })
  return indices
}

/**
 * NESTED cells of a column of directions as doubles, exact for order 0-24; conventions and errors as `nestedIndices29`.
 */
export function nestedIndices(order: number, raDeg: Float64Array, decDeg: Float64Array): Float64Array {
  checkOrder(order, MAX_NUMBER_ORDER)
  checkLengths(raDeg, decDeg)
  const indices = new Float64Array(raDeg.length)
  eachBlock(order, raDeg, decDeg, (cells, start, end) => {
    for (let i = start, at = 0; i < end; i++, at += 3)
      indices[i] = nestedNumber(order, cells[at]!, cells[at + 1]!, cells[at + 2]!)
  })
  return indices
}

/** Rows whose cells stay in a processor's first cache until they are numbered. */
const BLOCK_ROWS = 1024

/** Face, column and row of all directions, block by block: `number` takes those of rows [start, end) from 0 on. */
function eachBlock(
  order: number,
  raDeg: Float64Array,
  decDeg: Float64Array,
  number: (cells: Int32Array, start: number, end: number) => void,
): void {
  const cells = new Int32Array(3 * BLOCK_ROWS)
  for (let start = 0; start < raDeg.length; start += BLOCK_ROWS) {
    const end = Math.min(raDeg.length, start + BLOCK_ROWS)
    for (let i = start; i < end; i++) checkDirection(raDeg[i]!, decDeg[i]!, i)
    locate(order, raDeg, decDeg, start, end, cells)
    number(cells, start, end)
  }
}

function checkLengths(raDeg: Float64Array, decDeg: Float64Array): void {
  if (raDeg.length === decDeg.length) return
  throw new RangeError(
    `${raDeg.length} right ascensions and ${decDeg.length} declinations: columns of one length are needed`,
  )
}
