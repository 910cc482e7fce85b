/** Lengths and constants of the standard's sequence of random numbers (FITS 4.0, appendix I; Park & Miller 1988). */
const COUNT = 10_000
const FACTOR = 16_807
const MODULUS = 2 ** 31 - 1

/** How far the sequence is begun by one of its own numbers (FITS 4.0, 10.2.1). */
const FARTHEST_START = 500

/** Random numbers from 0 to 1, the same for every program that reads or writes packed images. */
const RANDOM: Float32Array = (() => {
  const numbers = new Float32Array(COUNT)
  // Below 2^45: exact.
  for (let i = 0, seed = 1; i < COUNT; i++) {
    seed = (FACTOR * seed) % MODULUS
    numbers[i] = seed / MODULUS
  }
  return numbers
})()

/** The pixel that means 0.0 exactly, if zeros are kept (SUBTRACTIVE_DITHER_2). */
const EXACT_ZERO = -2147483646

/** How a tile's whole numbers are floats. */
export interface Quantised {
  readonly scale: number
  readonly zero: number
  /** The whole number that means no value. */
  readonly blank?: number
  /**
   * SUBTRACTIVE_DITHER_1 and 2: the tile's place in the sequence, from 0: ZDITHER0 - 1 + the tile's row - 1. Absent for
   * NO_DITHER.
   */
  readonly ditherStart?: number
  readonly keepsZeros: boolean
}

/**
 * Floats of a tile from the whole numbers they were rounded to: `(n - random + 0.5) scale + zero`, without dither
 * `n scale + zero` (FITS 4.0, 10.2).
 *
 * @param into gets them, rounded to its own type
 */
export function unquantise(
  numbers: Int32Array,
  { scale, zero, blank, ditherStart, keepsZeros }: Quantised,
  into: Float32Array | Float64Array,
): void {
  if (ditherStart === undefined) {
    for (let i = 0; i < numbers.length; i++) into[i] = numbers[i] === blank ? NaN : numbers[i]! * scale + zero
    return
  }
  let start = ditherStart % COUNT
  let next = Math.floor(RANDOM[start]! * FARTHEST_START)
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    if (number === blank) into[i] = NaN
    else if (keepsZeros && number === EXACT_ZERO) into[i] = 0
    else into[i] = (number - RANDOM[next]! + 0.5) * scale + zero
    if (++next === COUNT) {
      start = (start + 1) % COUNT
      next = Math.floor(RANDOM[start]! * FARTHEST_START)
    }
  }
}
