/** Pairs of rows that are multiplied at once. */
const CHUNK = 64

/**
 * Sums over pairs of rows of t t', t = (modes of the pattern at the row's cell, 1, colour of the star): left times
 * right, times a share. The table of modes is read in place, four pairs and two lines of the sum at a time.
 */
export class PairProducts {
  readonly width: number
  /** width x width. */
  readonly sums: Float64Array
  private readonly left = new Int32Array(CHUNK)
  private readonly right = new Int32Array(CHUNK)
  private readonly share = new Float64Array(CHUNK)
  private readonly colour = new Float64Array(CHUNK)
  private count = 0

  /** @param table cells x modes */
  constructor(
    private readonly table: Float64Array,
    private readonly modes: number,
  ) {
    this.width = modes + 2
    this.sums = new Float64Array(this.width * this.width)
  }

  /** Adds a pair of one star, by the cells of its rows on their CCDs. */
  add(left: number, right: number, share: number, colour: number): void {
    this.left[this.count] = left * this.modes
    this.right[this.count] = right * this.modes
    this.share[this.count] = share
    this.colour[this.count] = colour
    if (++this.count === CHUNK) this.flush()
  }

  /** Counts what was added in. */
  flush(): void {
    // Up to a multiple of four pairs, with pairs that count for nothing.
    for (; this.count % 4 > 0; this.count++) this.share[this.count] = 0
    for (let q = 0; q < this.count; q += 4) {
      this.patterns(q)
      this.levels(q)
    }
    this.count = 0
  }

  private patterns(q: number): void {
    const { table, modes, width, sums, left, right, share } = this
    const s = share[q]!
    const t = share[q + 1]!
    const u = share[q + 2]!
    const v = share[q + 3]!
    const e = right[q]!
    const f = right[q + 1]!
    const g = right[q + 2]!
    const h = right[q + 3]!
    for (let a = 0; a < modes; a += 2) {
      const p = left[q]! + a
      const r = left[q + 1]! + a
      const o = left[q + 2]! + a
      const l = left[q + 3]! + a
      // Beside the last mode of an odd number nothing is added to the line of the levels.
      const next = a + 1 < modes ? 1 : 0
      const x = s * table[p]!
      const y = t * table[r]!
      const z = u * table[o]!
      const w = v * table[l]!
      const X = next * s * table[p + next]!
      const Y = next * t * table[r + next]!
      const Z = next * u * table[o + next]!
      const W = next * v * table[l + next]!
      for (let b = 0, one = a * width, two = one + width; b < modes; b++, one++, two++) {
        const c = table[e + b]!
        const d = table[f + b]!
        const m = table[g + b]!
        const n = table[h + b]!
        sums[one]! += x * c + y * d + z * m + w * n
        sums[two]! += X * c + Y * d + Z * m + W * n
      }
    }
  }

  private levels(q: number): void {
    const { table, modes, width, sums, left, right, share, colour } = this
    const level = modes * width
    const slope = level + width
    for (let i = q; i < q + 4; i++) {
      const s = share[i]!
      const c = s * colour[i]!
      const p = left[i]!
      const r = right[i]!
      for (let a = 0, at = modes; a < modes; a++, at += width) {
        sums[at]! += s * table[p + a]!
        sums[at + 1]! += c * table[p + a]!
        sums[level + a]! += s * table[r + a]!
        sums[slope + a]! += c * table[r + a]!
      }
      sums[level + modes]! += s
      sums[level + modes + 1]! += c
      sums[slope + modes]! += c
      sums[slope + modes + 1]! += c * colour[i]!
    }
  }
}
