/**
 * A number of at least 1 as its whole part and its decimal places: `high` holds all but the last eight of `places`
 * digits, `low` those without their zeros.
 */
export interface SplitDecimal {
  whole: number
  high: number
  highPlaces: number
  low: number
  lowPlaces: number
}

const LOW_PLACES = 8
const LOW_UNITS = 1e8
const UNITS = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
const LIMB = 2 ** 26

/** For each power of two from 2^0 to 2^8: what 1 is in units of the last bit, and that in limbs. */
const LAST_BITS = Float64Array.from({ length: 9 }, (_, exponent2) => 2 ** (52 - exponent2))
const LIMBS = LAST_BITS.map((units) => units / LIMB)

/** Distances below are sums of at most four roundings of numbers below 10^8. */
const DOUBT = 1e-6

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/**
 * Shortest decimal inside the rounding interval of a float64 from 1 to 512, and of those the nearest to it (Steele &
 * White 1990): right ascensions and declinations, at a quarter of the time of the engine's own text. The part below 1
 * times 10^15 (10^16 below 8), whose last place is finer than the interval, in limbs of 26 bits, so that every product
 * is exact.
 *
 * @returns false if the number is out of range, has few decimals, or the choice is too near to be decided so: the
 *   engine's text decides
 */
export function shortestFloat64(x: number, into: SplitDecimal): boolean {
  if (!(x >= 1 && x < 512)) return false
  double[0] = x
  const exponent2 = (words[1]! >>> 20) - 1023
  const fractionUnits = LAST_BITS[exponent2]!
  const highUnits = LIMBS[exponent2]!
  const highPlaces = exponent2 < 3 ? 8 : 7
  const whole = Math.floor(x)
  const fraction = (x - whole) * fractionUnits
  let upper = Math.floor(fraction / LIMB)
  let lower = fraction - upper * LIMB
  upper *= UNITS[highPlaces]!
  lower *= UNITS[highPlaces]!
  let carry = Math.floor(lower / LIMB)
  upper += carry
  lower -= carry * LIMB
  const high = Math.floor(upper / highUnits)
  upper = (upper - high * highUnits) * LOW_UNITS
  lower *= LOW_UNITS
  carry = Math.floor(lower / LIMB)
  upper += carry
  lower -= carry * LIMB
  const low = Math.floor(upper / highUnits)
  const rest = ((upper - low * highUnits) * LIMB + lower) / fractionUnits

  // In units of the last place.
  const halfGap = (UNITS[highPlaces]! * LOW_UNITS) / fractionUnits / 2
  let zeros = 0
  for (;;) {
    const unit = UNITS[zeros + 1]!
    const over = low - Math.floor(low / unit) * unit + rest
    const distance = Math.min(over, unit - over)
    if (Math.abs(distance - halfGap) < DOUBT) return false
    if (distance > halfGap) break
    if (++zeros === LOW_PLACES) return false
  }
  const unit = UNITS[zeros]!
  const kept = Math.floor(low / unit)
  const over = low - kept * unit + rest
  if (Math.abs(over - unit / 2) < DOUBT) return false
  // No carry: a multiple of 10^8 inside the interval was left to the engine.
  into.whole = whole
  into.high = high
  into.highPlaces = highPlaces
  into.low = kept + (over > unit / 2 ? 1 : 0)
  into.lowPlaces = LOW_PLACES - zeros
  return true
}
