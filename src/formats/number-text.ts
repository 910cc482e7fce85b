/**
 * Numbers as text the way numpy, pandas and Python's repr print them: the shortest decimal that reads back as the
 * same number, positional from 1e-4 up to 1e16, otherwise with a signed exponent of at least two digits.
 */

/** digits x 10^exponent; the sign is that of `digits`, which may be -0. */
export interface Decimal {
  digits: number
  exponent: number
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Powers of ten as the nearest doubles: exact to 10^22. */
const POWER_OF_TEN = Float64Array.from({ length: 64 }, (_, n) => Number(`1e${n}`))

/** For each biased exponent of a normal float32: k such that 10^8 <= 10^k x < 2 10^9 for all x of that binade. */
const SCALE = Int8Array.from({ length: 256 }, (_, biased) => 8 - Math.floor(Math.log10(2 ** (biased - 127))))

/** For each biased exponent: half the distance to the next float32. */
const HALF_GAP = Float64Array.from({ length: 256 }, (_, biased) => 2 ** (biased - 151))

/** A float32 and its neighbours' midpoints (25 bits) times 10^k = 2^k 5^k (28 bits) fit a double up to this k. */
const EXACT_SCALE = 12

/** Beyond, the scaled number is below 2 10^9 and comes from at most two roundings, so its error stays below this. */
const SCALED_ERROR = 2e-6

const UNITS = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]

/**
 * Shortest decimal inside the rounding interval of a finite float32, and of those the nearest to it, the even one of
 * two (Steele & White 1990). The interval is scaled to about 10^9. From 10^-4 to 2 10^9 doubles hold its bounds
 * exactly; elsewhere, if a bound comes too near to a candidate to be decided so, integers of any size decide.
 */
export function shortestFloat32(x: number, into: Decimal): void {
  float[0] = x
  const pattern = bits[0]!
  const biased = (pattern >>> 23) & 0xff
  const fraction = pattern & 0x7fffff
  const sign = pattern >>> 31 ? -1 : 1
  if (biased === 0) {
    if (fraction !== 0) return exactShortest(fraction, -149, false, sign, into)
    into.digits = sign * 0
    into.exponent = 0
    return
  }
  const magnitude = sign * float[0]!
  const halfGap = HALF_GAP[biased]!
  // Below a power of two the floats are twice as dense.
  const denserBelow = fraction === 0 && biased > 1
  // A bound of the interval is rounded to the even neighbour.
  const closed = (fraction & 1) === 0
  const k = SCALE[biased]!
  const exact = k >= 0 && k <= EXACT_SCALE
  const scaled = scale(magnitude, k)
  const high = scale(magnitude + halfGap, k)
  const low = scale(magnitude - (denserBelow ? halfGap / 2 : halfGap), k)
  const width = high - low
  let power = 0
  for (;;) {
    const unit = UNITS[power + 1]!
    let above = high - Math.floor(high / unit) * unit
    if (above < 0) above += unit
    if (exact) {
      if (above === 0 && !closed) above = unit
    } else if (above < SCALED_ERROR || unit - above < SCALED_ERROR || Math.abs(above - width) < SCALED_ERROR) {
      return exactShortest(fraction | 0x800000, biased - 150, denserBelow, sign, into)
    }
    if (above > width || (above === width && !closed)) break
    power++
  }
  const unit = UNITS[power]!
  let digits = Math.floor(scaled / unit)
  let rest = scaled - digits * unit
  if (rest < 0) {
    digits--
    rest += unit
  }
  if (!exact && Math.abs(rest - unit / 2) < SCALED_ERROR)
    return exactShortest(fraction | 0x800000, biased - 150, denserBelow, sign, into)
  if (rest > unit / 2 || (rest === unit / 2 && digits % 2 === 1)) digits++
  const candidate = digits * unit
  if (candidate < low || (candidate === low && !closed)) digits++
  else if (candidate > high || (candidate === high && !closed)) digits--
  into.digits = sign * digits
  into.exponent = power - k
}

const scale = (x: number, k: number): number => (k >= 0 ? x * POWER_OF_TEN[k]! : x / POWER_OF_TEN[-k]!)

/** The same for mantissa x 2^exponent2, by exact rational arithmetic. */
function exactShortest(mantissa: number, exponent2: number, denserBelow: boolean, sign: number, into: Decimal): void {
  // In quarters of the last bit, times 10^60 so that every power of ten below is a whole number.
  const toUnits = (quarters: number): bigint => {
    const scaled = BigInt(quarters) * 10n ** 60n
    return exponent2 >= 2 ? scaled << BigInt(exponent2 - 2) : scaled
  }
  const denominator = exponent2 >= 2 ? 1n : 1n << BigInt(2 - exponent2)
  const value = toUnits(4 * mantissa)
  const high = toUnits(4 * mantissa + 2)
  const low = toUnits(4 * mantissa - (denserBelow ? 1 : 2))
  const inclusive = mantissa % 2 === 0
  for (let power = 38; ; power--) {
    const unit = 10n ** BigInt(power + 60) * denominator
    let last = high / unit
    if (!inclusive && last * unit === high) last--
    let first = (low + unit - 1n) / unit
    if (!inclusive && first * unit === low) first++
    if (first > last || last === 0n) continue
    const twice = (2n * value) / unit
    let nearest = (twice + 1n) / 2n
    if (twice % 2n === 1n && twice * unit === 2n * value && nearest % 2n === 1n) nearest-- // halfway: to the even digit
    if (nearest < first) nearest = first
    if (nearest > last) nearest = last
    into.digits = sign * Number(nearest)
    into.exponent = power
    return
  }
}

/** The float64 that a decimal denotes: what reading the printed text gives. */
export function decimalValue({ digits, exponent }: Decimal): number {
  if (exponent === 0) return digits
  // Digits below 2^53 and powers to 10^22 are exact, so one correctly rounded operation gives the correctly rounded
  // value.
  if (exponent > 0 && exponent <= 22) return digits * POWER_OF_TEN[exponent]!
  if (exponent < 0 && exponent >= -22) return digits / POWER_OF_TEN[-exponent]!
  return Number(`${digits}e${exponent}`)
}

const scratch: Decimal = { digits: 0, exponent: 0 }

/** The float64 with the shortest text that reads back as this float32. */
export function float32AsDecimal(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x
  shortestFloat32(x, scratch)
  return decimalValue(scratch)
}

/** A float32 as numpy prints it: `15.283774`, `1e-05`, `25.0`, `nan`. */
export function float32Text(x: number): string {
  if (!Number.isFinite(x)) return nonFiniteText(x)
  shortestFloat32(x, scratch)
  const size = Math.abs(x)
  const positional = size === 0 || (size >= 1e-4 && size < 1e16)
  return layOut(
    scratch.digits < 0 || Object.is(scratch.digits, -0),
    String(Math.abs(scratch.digits)),
    scratch.exponent,
    positional,
  )
}

/** A float64 as Python's repr, numpy and pandas print it: `52.932034529999726`, `1e-07`, `90.0`, `nan`. */
export function float64Text(x: number): string {
  const size = Math.abs(x)
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(x) ? `${x}.0` : `${x}`
  if (!Number.isFinite(x)) return nonFiniteText(x)
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0'
  const [, integer, fraction = '', exponent] = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(size.toExponential())!
  return layOut(x < 0, integer! + fraction, Number(exponent) - fraction.length, false)
}

const nonFiniteText = (x: number): string => (Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf')

function layOut(negative: boolean, digits: string, exponent: number, positional: boolean): string {
  const sign = negative ? '-' : ''
  const point = digits.length + exponent // digits before the decimal point
  if (!positional) {
    const power = point - 1
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
    return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}.0`
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** C's `%.{decimals}f`: the exact binary value, halves to the even digit. */
export function fixedText(x: number, decimals: number): string {
  if (!Number.isFinite(x)) return nonFiniteText(x)
  if (Object.is(x, -0)) return `-${(0).toFixed(decimals)}`
  const text = x.toFixed(decimals) // exact, but halves go away from zero
  // A half of the last place is an odd multiple of 2^-(decimals + 1).
  const halves = Math.abs(x) * 2 ** (decimals + 1)
  const lastDigit = Number(text.at(-1))
  if (!Number.isInteger(halves) || halves % 2 === 0 || lastDigit % 2 === 0) return text
  return text.slice(0, -1) + String(lastDigit - 1)
}

/**
 * C's `%.{digits}g`: trailing zeros dropped, exponent form below 1e-4 and from 10^digits on, halves to the even digit.
 */
export function significantText(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFiniteText(x)
  if (x === 0) return Object.is(x, -0) ? '-0' : '0'
  const [rounded, exponent] = Math.abs(x)
    .toExponential(digits - 1)
    .split('e') as [string, string]
  let mantissa = rounded.replace('.', '')
  // Halves go away from zero there; a half ends one digit later, which 100 digits show.
  const exact = Math.abs(x).toExponential(100).replace('.', '')
  if (/^50*e/.test(exact.slice(digits)) && Number(mantissa.at(-1)) % 2 === 1) mantissa = exact.slice(0, digits)
  mantissa = mantissa.replace(/0+$/, '')
  const power = Number(exponent)
  const text = layOut(x < 0, mantissa, power + 1 - mantissa.length, power >= -4 && power < digits)
  return text.endsWith('.0') ? text.slice(0, -2) : text
}
