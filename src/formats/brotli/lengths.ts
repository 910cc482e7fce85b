/** First value and extra bits of each code for a length (RFC 7932, 5 and 6). */
export interface LengthCodes {
  readonly bases: readonly number[]
  readonly extraBits: readonly number[]
}

/** The codes' values follow one another, so that their extra bits tell all. */
function lengthCodes(first: number, extraBits: readonly number[]): LengthCodes {
  let base = first
  return { extraBits, bases: extraBits.map((bits) => (base += 2 ** bits) - 2 ** bits) }
}

export const INSERT_LENGTHS = lengthCodes(0, [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24])
export const COPY_LENGTHS = lengthCodes(2, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24])
export const BLOCK_LENGTHS = lengthCodes(1, [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24])

export function lengthCodeOf({ bases }: LengthCodes, value: number): number {
  let code = 0
  while (code + 1 < bases.length && bases[code + 1]! <= value) code++
  return code
}
