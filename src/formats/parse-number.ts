const ZERO = 48
const NINE = 57
const MINUS = 45
const PLUS = 43
const POINT = 46
const QUOTE = 34
/** Largest mantissa that still takes another digit below 2^53. */
const MANTISSA_LIMIT = 900_719_925_474_098
/** Powers of ten that doubles hold exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`))
/** 2^27 + 1 splits a double into two halves of 26 bits. */
const SPLITTER = 134_217_729
const MISSING = new Set(['', 'null', 'nan', '--', 'none', 'n/a'])

/** Digits that are gathered beyond the mantissa of a double. */
const MORE_DIGITS = 4

/**
 * The double nearest to the text in bytes [start, end): NaN for an empty field, `null` or `nan`, undefined for anything
 * that is not a number. Up to 15 digits take one exact operation (Clinger 1990, section 3), up to 19 a division in
 * double-double arithmetic; the rest goes through `Number`.
 */
export function parseFloat64(bytes: Uint8Array, start: number, end: number): number | undefined {
  while (start < end && bytes[start]! <= 32) start++
  while (end > start && bytes[end - 1]! <= 32) end--
  if (start === end) return NaN
  let at = start
  const negative = bytes[at] === MINUS
  if (negative || bytes[at] === PLUS) at++
  let mantissa = 0
  let more = 0
  let moreDigits = 0
  let decimals = -1
  let digits = 0
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= ZERO && byte <= NINE) {
      if (moreDigits === 0 && mantissa <= MANTISSA_LIMIT) mantissa = mantissa * 10 + (byte - ZERO)
      else if (moreDigits++ < MORE_DIGITS) more = more * 10 + (byte - ZERO)
      else return parseSlowly(bytes, start, end)
      digits++
      if (decimals >= 0) decimals++
    } else if (byte === POINT && decimals < 0) {
      decimals = 0
    } else {
      return parseSlowly(bytes, start, end)
    }
  }
  if (digits === 0 || decimals > 22) return parseSlowly(bytes, start, end)
  const power = POWERS_OF_TEN[Math.max(decimals, 0)]!
  const value = moreDigits === 0 ? mantissa / power : longQuotient(mantissa, POWERS_OF_TEN[moreDigits]!, more, power)
  if (Number.isNaN(value)) return parseSlowly(bytes, start, end)
  return negative ? -value : value
}

/**
 * The double nearest to (a scale + b) / power, or NaN if that lies too near the middle of two doubles to tell.
 * Dividend and remainder are carried as unevaluated sums of two doubles (Dekker 1971).
 */
function longQuotient(a: number, scale: number, b: number, power: number): number {
  const product = a * scale
  const head = product + b
  const tail = b - (head - product) + productError(a, scale, product)
  const quotient = head / power
  const back = quotient * power
  const rest = (head - back - productError(quotient, power, back) + tail) / power
  const value = quotient + rest
  const error = rest - (value - quotient)
  return value + error * (1 + 1e-9) === value ? value : NaN
}

/** x y - product, exactly, for product = fl(x y). */
function productError(x: number, y: number, product: number): number {
  const xBig = x * SPLITTER
  const xHigh = xBig - (xBig - x)
  const xLow = x - xHigh
  const yBig = y * SPLITTER
  const yHigh = yBig - (yBig - y)
  const yLow = y - yHigh
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow)
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = fieldText(bytes, start, end)
  if (MISSING.has(text.toLowerCase())) return NaN
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return undefined
  return Number(text)
}

/**
 * Writes the whole number in bytes [start, end) as a signed 64-bit integer at `index`: 32-bit words only, so that no
 * bigint is made per row. False if the text is not a whole number of at most 18 digits, or 19 digits below 2^63.
 */
export function parseInt64(bytes: Uint8Array, start: number, end: number, words: Uint32Array, index: number): boolean {
  while (start < end && (bytes[start]! <= 32 || bytes[start] === QUOTE)) start++
  while (end > start && (bytes[end - 1]! <= 32 || bytes[end - 1] === QUOTE)) end--
  const negative = bytes[start] === MINUS
  if (negative || bytes[start] === PLUS) start++
  while (start < end - 1 && bytes[start] === ZERO) start++
  const digits = end - start
  if (digits < 1 || digits > 19) return false
  // value = upper 10^9 + lower, upper below 10^10
  let upper = 0
  let lower = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) return false
    if (end - at > 9) upper = upper * 10 + digit
    else lower = lower * 10 + digit
  }
  const upperHigh = Math.floor(upper / 65_536)
  const low = (upper % 65_536) * 1e9 + lower
  const product = upperHigh * 1e9
  const rest = (product % 65_536) * 65_536 + low
  let high = Math.floor(product / 65_536) + Math.floor(rest / 4_294_967_296)
  let lowWord = rest % 4_294_967_296
  if (high >= 2_147_483_648) return false
  if (negative) {
    lowWord = (4_294_967_296 - lowWord) % 4_294_967_296
    high = 4_294_967_295 - high + (lowWord === 0 ? 1 : 0)
  }
  words[2 * index] = lowWord
  words[2 * index + 1] = high
  return true
}

/** A field as text, without blanks and quotes around it. */
export function fieldText(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, end)).trim()
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text
}
