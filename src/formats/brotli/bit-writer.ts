const MOST_BYTES_AT_ONCE = 4

/** Bits one after the other, the lowest of each byte first, as Brotli packs them (RFC 7932, 1.5.1). */
export class BitWriter {
  private bytes: Uint8Array
  private held = 0
  private heldBits = 0
  private length = 0

  /** @param expectedBytes room to begin with */
  constructor(expectedBytes: number) {
    this.bytes = new Uint8Array(expectedBytes)
  }

  /** The lowest `count` bits of a value, at most 24. */
  put(value: number, count: number): void {
    this.held |= value << this.heldBits
    this.heldBits += count
    if (this.length + MOST_BYTES_AT_ONCE > this.bytes.byteLength) this.reserve(MOST_BYTES_AT_ONCE)
    while (this.heldBits >= 8) {
      this.bytes[this.length++] = this.held
      this.held >>>= 8
      this.heldBits -= 8
    }
  }

  /** Zeros up to the next whole byte. */
  align(): void {
    if (this.heldBits > 0) this.put(0, 8 - this.heldBits)
  }

  /** Whole bytes; the writer must stand at the start of one. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.byteLength)
    this.bytes.set(bytes, this.length)
    this.length += bytes.byteLength
  }

  get bitLength(): number {
    return 8 * this.length + this.heldBits
  }

  /** What was written, up to the next whole byte. */
  end(): Uint8Array {
    this.align()
    return this.bytes.slice(0, this.length)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.byteLength) return
    const larger = new Uint8Array(2 * (this.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
