import { sortedByNumber } from './chips.js'
import type { TieModel } from './model.js'
import type { TiePrior } from './prior.js'

/** Lower triangle, by rows, of the normal equations with the stars eliminated, of the unknowns from `from` on. */
export function normalMatrix(model: TieModel, weight: ArrayLike<number>, prior: TiePrior, from = 0): Float64Array {
  const { rows, layout } = model
  const { first } = rows
  const n = layout.size - from
  const matrix = new Float64Array(n * n)
  const patterns = from === 0 ? new PatternPart(model, matrix) : null
  const others = new OtherPart(model, matrix, from)
  // Neighbours on the sky share CCDs, and so the parts of the matrix that are at hand.
  for (const star of sortedByNumber(model.sky.cellOf, model.sky.cells).order) {
    let [total, counted] = [0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      total += weight[i]!
      if (weight[i]! > 0) counted++
    }
    if (counted < 2) continue
    others.addStar(star, weight, total)
    patterns?.addStar(star, weight, total, others)
  }
  prior.addMatrix(matrix, n, from)
  return matrix
}

/** Unknowns beside the patterns: level and colour term of a chip, field of a catalogue. */
class OtherPart {
  /** Unknowns of the last star, each once, with the sum of its weighted coefficients. */
  readonly unknown: Int32Array
  readonly sum: Float64Array
  used = 0
  private readonly place: Int32Array
  private readonly size: number

  constructor(
    private readonly model: TieModel,
    private readonly matrix: Float64Array,
    private readonly from: number,
  ) {
    this.size = model.layout.size - from
    this.place = new Int32Array(this.size).fill(-1)
    this.unknown = new Int32Array(this.size)
    this.sum = new Float64Array(this.size)
  }

  addStar(star: number, weight: ArrayLike<number>, total: number): void {
    const { model, matrix, from, size, unknown, sum } = this
    const { rows, layout, sky, cell, colour, skyCell } = model
    const { first, chip, chips } = rows
    const { modes, table } = sky
    const c = colour[star]!
    this.used = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const w = weight[i]!
      if (!(w > 0)) continue
      const k = chip[i]!
      if (k < chips.count) {
        const z = layout.chip + k - from
        const slope = layout.colour + chips.exposureOf[k]! - from
        matrix[z * size + z]! += w
        matrix[z * size + slope]! += w * c
        matrix[slope * size + slope]! += w * c * c
        this.count(z, w)
        this.count(slope, w * c)
      } else {
        const b = Math.floor((cell[i]! - skyCell) / sky.cells)
        const at = (cell[i]! - skyCell - b * sky.cells) * modes
        const begin = layout.sky + b * modes - from
        for (let p = 0; p < modes; p++) {
          const weighted = w * table[at + p]!
          const row = (begin + p) * size + begin
          for (let q = 0; q <= p; q++) matrix[row + q]! += weighted * table[at + q]!
          this.count(begin + p, weighted)
        }
      }
    }
    const { used } = this
    for (let p = 0; p < used; p++) {
      const a = unknown[p]!
      this.place[a] = -1
      const scaled = sum[p]! / total
      for (let q = 0; q <= p; q++) {
        const b = unknown[q]!
        matrix[a > b ? a * size + b : b * size + a]! -= scaled * sum[q]!
      }
    }
  }

  private count(a: number, weighted: number): void {
    const at = this.place[a]!
    if (at >= 0) this.sum[at]! += weighted
    else {
      this.place[a] = this.used
      this.unknown[this.used] = a
      this.sum[this.used++] = weighted
    }
  }
}

/** Patterns with one another and with the others, block by block. */
class PatternPart {
  private readonly size: number
  private readonly ccd: Int32Array
  private readonly scaled: Float64Array

  constructor(
    private readonly model: TieModel,
    private readonly matrix: Float64Array,
  ) {
    this.size = model.layout.size
    const most = model.rows.first.reduce(
      (longest, at, i, all) => (i === 0 ? 0 : Math.max(longest, at - all[i - 1]!)),
      0,
    )
    this.ccd = new Int32Array(most)
    this.scaled = new Float64Array(most * model.basis.modes)
  }

  addStar(star: number, weight: ArrayLike<number>, total: number, others: OtherPart): void {
    const { model, matrix, size, ccd, scaled } = this
    const { rows, layout, basis, cell, colour } = model
    const { first, chip, chips } = rows
    const { modes, cells, table } = basis
    if (modes === 0) return
    let m = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const w = weight[i]!
      const k = chip[i]!
      if (!(w > 0) || k >= chips.count) continue
      const own = chips.ccdOf[k]!
      const at = (cell[i]! - own * cells) * modes
      const begin = own * modes
      const z = (layout.chip + k) * size + begin
      const slope = (layout.colour + chips.exposureOf[k]!) * size + begin
      for (let a = 0; a < modes; a++) {
        const weighted = w * table[at + a]!
        const row = (begin + a) * size + begin
        for (let b = 0; b <= a; b++) matrix[row + b]! += weighted * table[at + b]!
        matrix[z + a]! += weighted
        matrix[slope + a]! += weighted * colour[star]!
        scaled[m * modes + a] = weighted
      }
      ccd[m++] = own
    }
    const inverse = 1 / total
    for (let r = 0; r < m; r++) {
      for (let s = 0; s <= r; s++) {
        const [high, low] = ccd[r]! >= ccd[s]! ? [r, s] : [s, r]
        const within = ccd[r] === ccd[s]
        for (let a = 0; a < modes; a++) {
          const value = inverse * scaled[high * modes + a]!
          const row = (ccd[high]! * modes + a) * size + ccd[low]! * modes
          const to = within ? a + 1 : modes
          const other = low * modes
          for (let b = 0; b < to; b++) matrix[row + b]! -= value * scaled[other + b]!
        }
        // Two rows on one CCD have their product on both sides of the diagonal.
        if (within && r !== s)
          for (let a = 0; a < modes; a++) {
            const value = inverse * scaled[low * modes + a]!
            const row = (ccd[low]! * modes + a) * size + ccd[high]! * modes
            for (let b = 0; b <= a; b++) matrix[row + b]! -= value * scaled[high * modes + b]!
          }
      }
      const begin = ccd[r]! * modes
      for (let p = 0; p < others.used; p++) {
        const value = inverse * others.sum[p]!
        const row = others.unknown[p]! * size + begin
        for (let b = 0; b < modes; b++) matrix[row + b]! -= value * scaled[r * modes + b]!
      }
    }
  }
}

/** The diagonal blocks of the patterns, one per CCD: modes x modes, lower triangle by rows. */
export function patternBlocks(model: TieModel, weight: ArrayLike<number>, prior: TiePrior): Float64Array[] {
  const { rows, basis, cell } = model
  const { first, chip, chips } = rows
  const { modes, cells, table } = basis
  // A row's own share of its star is what elimination leaves; a star twice on one CCD is rare enough.
  const perCell = new Float64Array(chips.ccds.length * cells)
  for (let star = 0; star < rows.starCount; star++) {
    let total = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = first[star]!; i < first[star + 1]!; i++)
      if (chip[i]! < chips.count) perCell[cell[i]!]! += weight[i]! * (1 - weight[i]! / total)
  }
  return chips.ccds.map((_, ccd) => {
    const block = new Float64Array(modes * modes)
    for (let c = 0; c < cells; c++) {
      const w = perCell[ccd * cells + c]!
      for (let a = 0; a < modes; a++)
        for (let b = 0; b <= a; b++) block[a * modes + b]! += w * table[c * modes + a]! * table[c * modes + b]!
    }
    for (let i = 0; i < block.length; i++) block[i]! += prior.pattern[i]!
    return block
  })
}
