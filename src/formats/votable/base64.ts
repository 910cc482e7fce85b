/** Value of each letter of base64 (RFC 4648, section 4); 64 for padding, 65 for white space, 66 for anything else. */
const VALUES = new Uint8Array(128).fill(66)
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='].entries())
  VALUES[letter.charCodeAt(0)] = value
for (const blank of ' \t\r\n') VALUES[blank.charCodeAt(0)] = 65

const PADDING = 64
const BLANK = 65

/** Decodes base64 that comes in pieces cut anywhere, white space between. */
export class Base64Decoder {
  private bits = 0
  private held = 0
  private padding = 0

  /** Whether the letters so far end with a whole group of four. */
  get isWhole(): boolean {
    return (this.held + this.padding) % 4 === 0
  }

  /** The bytes of a piece; undefined if it holds a letter that is not of base64, or one after the end. */
  decode(text: string): Uint8Array | undefined {
    const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4) + 3)
    let count = 0
    for (let i = 0; i < text.length; i++) {
      const value = VALUES[text.charCodeAt(i)] ?? 66
      if (value === BLANK) continue
      if (value === PADDING) {
        if (this.held < 2 || ++this.padding + this.held > 4) return undefined
        if (this.padding + this.held === 4) {
          const whole = this.bits << (6 * this.padding)
          bytes[count++] = whole >> 16
          if (this.padding === 1) bytes[count++] = whole >> 8
        }
        continue
      }
      if (value > PADDING || this.padding > 0) return undefined
      this.bits = (this.bits << 6) | value
      if (++this.held < 4) continue
      bytes[count++] = this.bits >> 16
      bytes[count++] = this.bits >> 8
      bytes[count++] = this.bits
      this.bits = 0
      this.held = 0
    }
    return bytes.subarray(0, count)
  }
}
