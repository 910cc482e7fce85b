import { float32Text, float64Text, shortestFloat32, type Decimal } from './number-text.js'
import { shortestFloat64, type SplitDecimal } from './shortest-float64.js'

const COMMA = 0x2c
const ZERO = 0x30
const POINT = 0x2e
const MINUS = 0x2d
const LARGE = 2 ** 31

/** ASCII text that grows by appending: table rows without a string for every cell. */
export class TextBuffer {
  private store: Uint8Array
  private used = 0
  /** The significant digits of one number, last first. */
  private readonly reversed = new Uint8Array(24)
  private readonly decimal: Decimal = { digits: 0, exponent: 0 }
  private readonly split: SplitDecimal = { whole: 0, high: 0, highPlaces: 0, low: 0, lowPlaces: 0 }

  /** @param memory room for the first bytes, or how many */
  constructor(memory: Uint8Array | number = 1 << 16) {
    this.store = typeof memory === 'number' ? new Uint8Array(memory) : memory
  }

  get length(): number {
    return this.used
  }

  /** What was written so far, a view that is valid until the next write. */
  get bytes(): Uint8Array {
    return this.store.subarray(0, this.used)
  }

  /** Takes what was written out, as its own copy, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.bytes)
    this.used = 0
    return taken
  }

  /** Begins anew. */
  clear(): void {
    this.used = 0
  }

  /** Text of characters below 128. */
  ascii(text: string): this {
    const size = text.length
    this.reserve(size)
    for (let i = 0; i < size; i++) this.store[this.used + i] = text.charCodeAt(i)
    this.used += size
    return this
  }

  byte(code: number): this {
    this.reserve(1)
    this.store[this.used++] = code
    return this
  }

  comma(): this {
    return this.byte(COMMA)
  }

  copy(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.reserve(end - start)
    // A short row costs less by hand than the call of `set`.
    if (end - start < 48) for (let i = start; i < end; i++) this.store[this.used++] = bytes[i]!
    else {
      this.store.set(bytes.subarray(start, end), this.used)
      this.used += end - start
    }
    return this
  }

  /** A whole number below 2^53. */
  integer(n: number): this {
    if (!Number.isSafeInteger(n)) return this.ascii(String(n))
    this.reserve(24)
    if (n < 0) this.store[this.used++] = MINUS
    this.whole(Math.abs(n))
    return this
  }

  float64(x: number): this {
    if (!shortestFloat64(Math.abs(x), this.split)) return this.ascii(float64Text(x))
    this.reserve(40)
    if (x < 0) this.store[this.used++] = MINUS
    this.whole(this.split.whole)
    this.store[this.used++] = POINT
    this.places(this.split.high, this.split.highPlaces)
    this.places(this.split.low, this.split.lowPlaces)
    return this
  }

  float32(x: number): this {
    const size = Math.abs(x)
    if (!(size >= 1e-4 && size < 1e16)) return this.ascii(float32Text(x))
    shortestFloat32(x, this.decimal)
    return this.positional(this.decimal)
  }

  /** A decimal of 1e-4 <= |d| < 1e16 in positional form, always with a decimal point; the caller knows the range. */
  positional({ digits, exponent }: Decimal): this {
    this.reserve(48)
    const { store, reversed } = this
    if (digits < 0 || Object.is(digits, -0)) store[this.used++] = MINUS
    let count = this.digitsOf(Math.abs(digits))
    let point = count + exponent // digits before the decimal point
    if (point <= 0) {
      store[this.used++] = ZERO
      store[this.used++] = POINT
      for (; point < 0; point++) store[this.used++] = ZERO
      while (count > 0) store[this.used++] = reversed[--count]!
      return this
    }
    for (; point > 0; point--) store[this.used++] = count > 0 ? reversed[--count]! : ZERO
    store[this.used++] = POINT
    if (count === 0) store[this.used++] = ZERO
    while (count > 0) store[this.used++] = reversed[--count]!
    return this
  }

  private whole(n: number): void {
    for (let count = this.digitsOf(n); count > 0;) this.store[this.used++] = this.reversed[--count]!
  }

  /** Puts the digits of a whole number into `reversed`; gives their count. */
  private digitsOf(n: number): number {
    const { reversed } = this
    let count = 0
    let rest = n
    for (; rest >= LARGE; count++) {
      const tenth = Math.floor(rest / 10)
      reversed[count] = ZERO + (rest - 10 * tenth)
      rest = tenth
    }
    // Whole numbers of 32 bits are divided faster.
    let small = rest | 0
    do {
      const tenth = (small / 10) | 0
      reversed[count++] = ZERO + small - 10 * tenth
      small = tenth
    } while (small > 0)
    return count
  }

  /** A number below 2^31 with this many digits, with leading zeros. */
  private places(digits: number, count: number): void {
    let rest = digits | 0
    for (let at = this.used + count - 1; at >= this.used; at--) {
      const tenth = (rest / 10) | 0
      this.store[at] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.used += count
  }

  private reserve(size: number): void {
    if (this.used + size <= this.store.length) return
    const larger = new Uint8Array(Math.max(2 * this.store.length, this.used + size))
    larger.set(this.bytes)
    this.store = larger
  }
}
