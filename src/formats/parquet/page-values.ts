import type { DecodedArray } from 'hyparquet'

/** The values of one page: unpacked bytes in one of the store's encodings, or what the general decoder made of it. */
export type PageValues =
  | { readonly kind: 'plain64' | 'split64' | 'split32'; readonly firstRow: number; readonly rows: number; readonly bytes: Uint8Array }
  | { readonly kind: 'decoded'; readonly firstRow: number; readonly rows: number; readonly values: DecodedArray }

/** Columns that a reader hands out. */
export type NumericArray = BigInt64Array | Float64Array | Float32Array | Int32Array

/**
 * Copies values [start, end) of a page to `into` from `at` on, as bytes: of BYTE_STREAM_SPLIT only the rows that are wanted are put together.
 * Returns what stands in the way where a value is no number; a missing one becomes NaN.
 */
export function copyValues(page: PageValues, start: number, end: number, into: NumericArray, at: number): { readonly found: string } | undefined {
  if (page.kind === 'decoded') return copyDecoded(page.values, start, end, into, at)
  const target = new Uint8Array(into.buffer)
  const { bytes, rows } = page
  switch (page.kind) {
    case 'split64':
      for (let byte = 0; byte < 8; byte++) for (let i = start, to = 8 * at + byte; i < end; i++, to += 8) target[to] = bytes[byte * rows + i]!
      return undefined
    case 'split32':
      for (let byte = 0; byte < 4; byte++) for (let i = start, to = 4 * at + byte; i < end; i++, to += 4) target[to] = bytes[byte * rows + i]!
      return undefined
    case 'plain64':
      target.set(bytes.subarray(8 * start, 8 * end), 8 * at)
      return undefined
  }
}

function copyDecoded(values: DecodedArray, start: number, end: number, into: NumericArray, at: number): { readonly found: string } | undefined {
  if (values.constructor === into.constructor) {
    into.set((values as Float64Array).subarray(start, end) as never, at)
    return undefined
  }
  for (let i = start; i < end; i++) {
    const value: unknown = values[i]
    const fits = into instanceof BigInt64Array ? typeof value === 'bigint' : typeof value === 'number' || value === null
    if (!fits) return { found: String(value) }
    into[at + i - start] = (value === null ? NaN : value) as never
  }
  return undefined
}

/** An empty column of a type that stores hold. */
export function emptyValues(type: 'i64' | 'f64' | 'f32', rows: number): NumericArray {
  return type === 'i64' ? new BigInt64Array(rows) : type === 'f32' ? new Float32Array(rows) : new Float64Array(rows)
}
