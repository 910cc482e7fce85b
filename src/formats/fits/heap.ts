import { InputError } from '../../errors.js'
import type { ByteSource } from '../bytes.js'
import type { FitsHdu } from './hdus.js'

/** Descriptors of the rows of one variable-length column: how many elements, and where in the heap. */
export interface Descriptors {
  readonly counts: Float64Array
  readonly pointers: Float64Array
}

/** Where the heap of a binary table begins in its file, and its length (FITS 4.0, 7.3.5 and 7.3.6). */
function heapOf(hdu: FitsHdu): { offset: number; bytes: number } {
  const { header } = hdu
  const tableBytes = header.requireInteger('NAXIS1', 0) * header.requireInteger('NAXIS2', 0)
  const start = header.has('THEAP') ? header.requireInteger('THEAP', tableBytes, hdu.dataBytes) : tableBytes
  return { offset: hdu.dataOffset + start, bytes: hdu.dataBytes - start }
}

/** Writes the descriptors of `rows` rows (P: 32 bits, Q: 64 bits) into `into` from row `at` on. */
export function readDescriptors(
  view: DataView,
  base: number,
  stride: number,
  rows: number,
  size: 8 | 16,
  into: Descriptors,
  at: number,
): void {
  for (let r = 0, o = base; r < rows; r++, o += stride) {
    into.counts[at + r] = size === 8 ? view.getInt32(o) : Number(view.getBigInt64(o))
    into.pointers[at + r] = size === 8 ? view.getInt32(o + 4) : Number(view.getBigInt64(o + 8))
  }
}

/** Overlapping arrays are legal; more than this many times the heap is damage, not sharing. */
const MAX_SHARING = 8

/**
 * Checks every descriptor against the heap.
 *
 * @returns the offsets of the rows among the elements, shape (rows + 1)
 * @throws InputError `fits-bad-pointer`, naming row and column
 */
export function checkedOffsets(
  hdu: FitsHdu,
  column: string,
  firstRow: number,
  rows: Descriptors,
  bytesOf: (count: number) => number,
): Uint32Array {
  const heap = heapOf(hdu)
  const { counts, pointers } = rows
  const offsets = new Uint32Array(counts.length + 1)
  let elements = 0
  let bytes = 0
  for (let r = 0; r < counts.length; r++) {
    const count = counts[r]!
    const pointer = pointers[r]!
    if (count < 0 || (count > 0 && (pointer < 0 || pointer + bytesOf(count) > heap.bytes))) {
      throw new InputError('fits-bad-pointer', 'a variable-length array lies outside the heap', {
        ...hdu.header.place,
        row: firstRow + r + 1,
        column,
        found: `${count} elements at byte ${pointer}`,
        expected: `an array within the ${heap.bytes} bytes of the heap`,
      })
    }
    elements += count
    bytes += bytesOf(count)
    offsets[r + 1] = elements
  }
  if (bytes > MAX_SHARING * heap.bytes || elements > 0xffffffff) {
    throw new InputError('fits-bad-pointer', 'the variable-length arrays together are far larger than the heap', {
      ...hdu.header.place,
      column,
      found: `${bytes} bytes`,
      expected: `about ${heap.bytes} bytes`,
    })
  }
  return offsets
}

/** Calls `visit` with the bytes of each row's array, in heap order, so that the heap is read in few and long pieces. */
export async function visitHeap(
  source: ByteSource,
  hdu: FitsHdu,
  { counts, pointers }: Descriptors,
  bytesOf: (count: number) => number,
  pieceBytes: number,
  visit: (view: DataView, base: number, row: number) => void,
): Promise<void> {
  const heap = heapOf(hdu)
  const order = Uint32Array.from(counts.keys()).filter((row) => counts[row]! > 0)
  if (order.some((row, i) => i > 0 && pointers[row]! < pointers[order[i - 1]!]!))
    order.sort((a, b) => pointers[a]! - pointers[b]!)
  for (let i = 0; i < order.length;) {
    const start = pointers[order[i]!]!
    let end = start
    let next = i
    for (; next < order.length; next++) {
      const rowEnd = pointers[order[next]!]! + bytesOf(counts[order[next]!]!)
      if (next > i && rowEnd - start > pieceBytes) break
      end = Math.max(end, rowEnd)
    }
    const bytes = await source.slice(heap.offset + start, heap.offset + end)
    if (bytes.length < end - start) {
      throw new InputError('fits-truncated', 'the heap ends early', {
        ...hdu.header.place,
        found: `${bytes.length} bytes`,
        expected: `${end - start} bytes`,
      })
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; i < next; i++) visit(view, pointers[order[i]!]! - start, order[i]!)
  }
}
