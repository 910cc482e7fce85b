import type { ParquetType } from 'hyparquet'

/** Values of a physical type; a truth value is 0 or 1. */
export type Physical = Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array

/** Texts or other bytes: where each value lies, directly or by its number in a dictionary. */
export interface ByteValues {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
  readonly indices?: Uint8Array | Uint32Array
}

/**
 * The values of one page that are there, one after the other: unpacked bytes in an encoding of fixed width, or decoded.
 */
export type Values =
  | { readonly kind: 'plain'; readonly bytes: Uint8Array }
  | { readonly kind: 'split'; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: 'typed'; readonly values: Physical }
  | { readonly kind: 'bytes'; readonly values: ByteValues }

/** One page. */
export interface PageValues {
  readonly firstRow: number
  readonly rows: number
  /** 1 for each row that has a value; absent if all have. */
  readonly present?: Uint8Array
  readonly values: Values
  /** The values of all rows, NaN or 0 for those that have none, if they have been put together. */
  whole?: Physical
}

/** Rows of a column gathered from its pages. */
export interface Gathered {
  readonly values: Physical | (Uint8Array | undefined)[]
  /** 1 for each row without a value, if it cannot be NaN: integers and truth values. Absent if there is none. */
  missing?: Uint8Array
}

/** Copies values [start, end) of those that are there into `into`, as bytes: nothing is boxed. */
function copyRange(values: Values, start: number, end: number, into: Physical, at: number): void {
  if (values.kind === 'typed') into.set(values.values.subarray(start, end) as never, at)
  else if (values.kind === 'split') joinPlanes(values, start, end, into, at)
  else if (values.kind === 'plain') {
    const width = into.BYTES_PER_ELEMENT
    const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    target.set(values.bytes.subarray(width * start, width * end), width * at)
  }
}

/**
 * Puts together values of BYTE_STREAM_SPLIT (Apache Parquet, Encodings): the first bytes of all values, the lowest
 * first, then their second bytes, and so on. By words of four bytes, which takes half the time of single ones.
 */
function joinPlanes(
  { bytes, count }: Extract<Values, { kind: 'split' }>,
  start: number,
  end: number,
  into: Physical,
  at: number,
): void {
  const perValue = into.BYTES_PER_ELEMENT / 4
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length * perValue)
  for (let word = 0; word < perValue; word++) {
    const first = 4 * word * count
    const [second, third, fourth] = [first + count, first + 2 * count, first + 3 * count]
    for (let i = start, to = perValue * at + word; i < end; i++, to += perValue) {
      words[to] = bytes[first + i]! | (bytes[second + i]! << 8) | (bytes[third + i]! << 16) | (bytes[fourth + i]! << 24)
    }
  }
}

/**
 * Copies rows [start, end) of a page to `into` from `at` on.
 *
 * @param isOneOfMany whether more of the page will be asked for: then its values are put together once
 */
export function copyRows(
  page: PageValues,
  start: number,
  end: number,
  into: Gathered,
  at: number,
  isOneOfMany: boolean,
): void {
  const { present, values } = page
  if (Array.isArray(into.values)) {
    const first = present === undefined ? start : countPresent(present, 0, start)
    if (values.kind === 'bytes') copyBytes(values.values, first, present, start, end, into.values, at)
    return
  }
  if (present === undefined && !isOneOfMany) {
    copyRange(values, start, end, into.values, at)
    return
  }
  page.whole ??= wholePage(page, into.values.constructor as new (length: number) => Physical)
  into.values.set(page.whole.subarray(start, end) as never, at)
  if (present === undefined || into.values instanceof Float32Array || into.values instanceof Float64Array) return
  into.missing ??= new Uint8Array(into.values.length)
  for (let row = start; row < end; row++) into.missing[at + row - start] = 1 - present[row]!
}

/** The values of all rows of a page. */
function wholePage({ rows, present, values }: PageValues, array: new (length: number) => Physical): Physical {
  const count = present === undefined ? rows : countPresent(present, 0, rows)
  const dense = new array(count)
  copyRange(values, 0, count, dense, 0)
  if (present === undefined) return dense
  const whole = new array(rows)
  spread(dense, present, whole)
  return whole
}

function countPresent(present: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let row = start; row < end; row++) count += present[row]!
  return count
}

/** Puts values apart, with NaN or 0 in the rows that have none. */
function spread(dense: Physical, present: Uint8Array, into: Physical): void {
  // One type of array in each loop, or all of them are slow.
  if (into instanceof Float32Array) spreadFloats(dense as Float32Array, present, into)
  else if (into instanceof Float64Array) spreadDoubles(dense as Float64Array, present, into)
  else if (into instanceof BigInt64Array)
    spreadWords(new Uint32Array(dense.buffer), present, new Uint32Array(into.buffer))
  else for (let row = 0, next = 0; row < into.length; row++) if (present[row] === 1) into[row] = dense[next++] as number
}

function spreadFloats(dense: Float32Array, present: Uint8Array, into: Float32Array): void {
  for (let row = 0, next = 0; row < into.length; row++) into[row] = present[row] === 0 ? NaN : dense[next++]!
}

function spreadDoubles(dense: Float64Array, present: Uint8Array, into: Float64Array): void {
  for (let row = 0, next = 0; row < into.length; row++) into[row] = present[row] === 0 ? NaN : dense[next++]!
}

/** 64-bit integers as pairs of words: no bigint is made. */
function spreadWords(dense: Uint32Array, present: Uint8Array, into: Uint32Array): void {
  for (let row = 0, next = 0; row < present.length; row++) {
    if (present[row] === 0) continue
    into[2 * row] = dense[next++]!
    into[2 * row + 1] = dense[next++]!
  }
}

function copyBytes(
  values: ByteValues,
  first: number,
  present: Uint8Array | undefined,
  start: number,
  end: number,
  into: (Uint8Array | undefined)[],
  at: number,
): void {
  const { bytes, starts, lengths, indices } = values
  let next = first
  for (let row = start; row < end; row++) {
    if (present?.[row] === 0) continue
    const number = indices === undefined ? next : indices[next]!
    into[at + row - start] = bytes.subarray(starts[number]!, starts[number]! + lengths[number]!)
    next++
  }
}

/** Room for values of a type of fixed width. */
export function emptyPhysical(type: ParquetType, count: number): Physical {
  switch (type) {
    case 'INT32':
      return new Int32Array(count)
    case 'INT64':
      return new BigInt64Array(count)
    case 'FLOAT':
      return new Float32Array(count)
    case 'DOUBLE':
      return new Float64Array(count)
    case 'BOOLEAN':
      return new Uint8Array(count)
    case 'INT96':
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      throw new Error(`values of type ${type} are not numbers`)
  }
}
