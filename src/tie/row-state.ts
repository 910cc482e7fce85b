import { emptyDensities, fillDensities, type Densities } from '../photometry/fit/mixture-density.js'
import { outlierShape, POPULATION_PRIOR } from '../photometry/fit/mixture-prior.js'
import { emptyLevels, expand, type RowLevels, type TieModel } from './model.js'
import { MAG_PER_RELATIVE, photonVariance, type NoiseModel } from './noise-model.js'

/** Where the rows are: value, variance, probability of being sound, and the weight that follows. */
export class RowState {
  /** Magnitude of the star that the row asks for at levels 0: magnitude + start, less the bias of its noise. */
  readonly value: Float64Array
  /** Variance of a row by what is stated, at the magnitude that is predicted [mag^2]. */
  private readonly stated: Float32Array
  /** Variance of a sound row, with what was learnt [mag^2]. */
  readonly variance: Float32Array
  readonly sound: Float32Array
  /** sound / variance; 0 if the row is too faint. */
  readonly weight: Float32Array
  /** Extra variance of each exposure beyond its errors [mag^2]. */
  readonly extra: Float64Array
  /** Scatter of each catalogue in units of the expected one. */
  readonly factor: Float64Array
  /** Share of sound rows. */
  soundShare = POPULATION_PRIOR[0]! / POPULATION_PRIOR.reduce((sum, a) => sum + a, 0)
  /** Rows whose predicted signal-to-noise is below the limit. */
  readonly faint: Uint8Array
  private readonly levels: RowLevels
  private readonly catalogIndex: ReadonlyMap<number, number>

  constructor(
    readonly model: TieModel,
    /** Zeropoint of each chip to begin with: added to its magnitudes. */
    readonly start: Float64Array,
    private readonly noise: readonly NoiseModel[],
    /** Odds of each star against the mean odds. */
    private readonly odds: Float32Array,
    private readonly minSignalToNoise: number,
  ) {
    const { rows } = model
    const n = rows.chip.length
    this.value = new Float64Array(n)
    this.stated = new Float32Array(n)
    this.variance = new Float32Array(n)
    this.sound = new Float32Array(n).fill(1)
    this.weight = new Float32Array(n)
    this.faint = new Uint8Array(n)
    this.extra = new Float64Array(rows.chips.exposures.length)
    this.factor = new Float64Array(rows.catalogs.length).fill(1)
    this.levels = emptyLevels(model)
    this.catalogIndex = new Map(rows.catalogs.map((number, i) => [number, i]))
    for (let i = 0; i < n; i++) {
      const k = rows.chip[i]!
      const isObservation = k < rows.chips.count
      this.value[i] = rows.mag[i]! + (isObservation ? start[k]! : 0)
      this.stated[i] = rows.magErr[i]! ** 2 + SMALLEST_VARIANCE
    }
    this.weigh()
  }

  /** Takes over what another state has learnt of errors. */
  learnFrom(other: RowState): void {
    this.extra.set(other.extra)
    this.factor.set(other.factor)
    this.soundShare = other.soundShare
  }

  setLevels(x: Float64Array): void {
    expand(this.model, x, this.levels)
  }

  /** Level of a row beside its star's magnitude. */
  levelOf(row: number, star: number): number {
    const { levels, model } = this
    const k = model.rows.chip[row]!
    return levels.chip[k]! + model.colour[star]! * levels.colour[k]! + levels.cell[model.cell[row]!]!
  }

  /** Magnitude of a star as its rows have it; NaN if none counts. */
  magnitudeOf(star: number): number {
    const { first } = this.model.rows
    let [total, sum] = [0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      total += this.weight[i]!
      sum += this.weight[i]! * (this.value[i]! - this.levelOf(i, star))
    }
    return sum / total
  }

  /**
   * Predicts every variance from the stars' joint magnitudes, drops what is too faint there, and takes off what the
   * logarithm of a noisy flux has too much: 1.0857 relative variance / 2.
   */
  predict(): void {
    const { rows } = this.model
    const { chips } = rows
    const enough = this.minSignalToNoise ** -2
    for (let star = 0; star < rows.starCount; star++) {
      const joint = this.magnitudeOf(star)
      for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) {
        const k = rows.chip[i]!
        if (k >= chips.count) continue
        const e = chips.exposureOf[k]!
        const noise = this.noise[e]!
        const magnitude = Number.isFinite(joint) ? joint + this.levelOf(i, star) - this.start[k]! : rows.mag[i]!
        const photons = photonVariance(noise, magnitude)
        const stated = (rows.magErr[i]! / MAG_PER_RELATIVE) ** 2
        const usual = photonVariance(noise, rows.mag[i]!) + noise.floor
        const odd = stated > ODD_ERROR * usual ? stated / usual : 1
        this.faint[i] = Number(photons > enough)
        this.stated[i] = MAG_PER_RELATIVE ** 2 * (photons + noise.floor) * odd + SMALLEST_VARIANCE
        this.value[i] = rows.mag[i]! + this.start[k]! - (MAG_PER_RELATIVE / 2) * Math.min(photons, enough)
      }
    }
    this.weigh()
  }

  /** Variances from what is stated and what is learnt of errors; weights from them and the probabilities. */
  weigh(): void {
    const { chip, catalog, scatter, chips } = this.model.rows
    for (let i = 0; i < this.weight.length; i++) {
      const k = chip[i]!
      const more =
        k < chips.count
          ? this.extra[chips.exposureOf[k]!]!
          : (this.factor[this.catalogIndex.get(catalog[i]!)!]! * scatter[i]!) ** 2
      this.variance[i] = this.stated[i]! + more
      this.weight[i] = this.faint[i]! === 1 ? 0 : this.sound[i]! / this.variance[i]!
    }
  }

  /**
   * Judges every row by the other rows of its star: probability of being sound, then the extra variance of exposures
   * and the scatter of catalogues. With `robust` the others speak by their median, for a first round whose weights know
   * no outliers. `learns` says whether errors are learnt.
   */
  judge({ robust = false, learns = true }: { readonly robust?: boolean; readonly learns?: boolean } = {}): void {
    const { rows } = this.model
    const { chips } = rows
    const residual = new Float64Array(CHUNK)
    const spread = new Float64Array(CHUNK)
    const row = new Uint32Array(CHUNK)
    const starOf = new Uint32Array(CHUNK)
    const blank = new Float64Array(CHUNK)
    const densities = emptyDensities(CHUNK)
    const next = new Float32Array(this.sound.length)
    const tally = new Tally(chips.exposures.length, rows.catalogs.length)
    let filled = 0
    const flush = () => {
      fillDensities(densities, residual.subarray(0, filled), spread.subarray(0, filled), blank, 0, 0, SHAPE)
      for (let j = 0; j < filled; j++) {
        const i = row[j]!
        const p = this.soundProbability(densities, j, starOf[j]!)
        next[i] = p
        const k = rows.chip[i]!
        const group =
          k < chips.count ? chips.exposureOf[k]! : chips.exposures.length + this.catalogIndex.get(rows.catalog[i]!)!
        tally.add(group, p, residual[j]!, spread[j]!, this.variance[i]!, k < chips.count ? 1 : rows.scatter[i]! ** 2)
      }
      filled = 0
    }
    for (let star = 0; star < rows.starCount; star++) {
      const [from, to] = [rows.first[star]!, rows.first[star + 1]!]
      if (filled + to - from > CHUNK) flush()
      let [total, sum, base, usable] = [0, 0, 0, 0]
      for (let i = from; i < to; i++) {
        next[i] = this.soundShare
        if (this.faint[i]! === 1) continue
        usable++
        base += 1 / this.variance[i]!
        total += this.weight[i]!
        sum += this.weight[i]! * (this.value[i]! - this.levelOf(i, star))
      }
      if (usable < 2) continue
      const centre = robust && usable > 2 ? this.medianOf(star) : NaN
      for (let i = from; i < to; i++) {
        if (this.faint[i]! === 1) continue
        const own = this.value[i]! - this.levelOf(i, star)
        const others = total - this.weight[i]!
        const baseOthers = base - 1 / this.variance[i]!
        const mean = Number.isNaN(centre)
          ? others > 1e-9 * base
            ? (sum - this.weight[i]! * own) / others
            : this.plainMeanOfOthers(star, i)
          : centre
        residual[filled] = own - mean
        spread[filled] = this.variance[i]! + 1 / baseOthers
        row[filled] = i
        starOf[filled++] = star
      }
    }
    flush()
    this.sound.set(next)
    if (!robust) this.soundShare = tally.soundShare()
    if (!learns) return
    for (let e = 0; e < chips.exposures.length; e++) this.extra[e] = Math.max(0, this.extra[e]! + tally.step(e))
    rows.catalogs.forEach((_, b) => {
      const square = this.factor[b]! ** 2 + tally.step(chips.exposures.length + b)
      this.factor[b] = Math.sqrt(Math.min(MAX_FACTOR ** 2, Math.max(MIN_FACTOR ** 2, square)))
    })
  }

  private soundProbability({ density }: Densities, j: number, star: number): number {
    const at = 4 * j
    const sound = this.soundShare * this.odds[star]! * density[at]!
    const outlier =
      (1 - this.soundShare) *
      (OUTLIERS[0]! * density[at + 1]! + OUTLIERS[1]! * density[at + 2]! + OUTLIERS[2]! * density[at + 3]!)
    return sound / (sound + outlier)
  }

  private plainMeanOfOthers(star: number, row: number): number {
    const { first } = this.model.rows
    let [total, sum] = [0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (i === row || this.faint[i]! === 1) continue
      total += 1 / this.variance[i]!
      sum += (this.value[i]! - this.levelOf(i, star)) / this.variance[i]!
    }
    return sum / total
  }

  /** Weighted median of what the rows of a star ask for. */
  private medianOf(star: number): number {
    const { first } = this.model.rows
    const asked: [value: number, weight: number][] = []
    for (let i = first[star]!; i < first[star + 1]!; i++)
      if (this.faint[i]! === 0) asked.push([this.value[i]! - this.levelOf(i, star), 1 / this.variance[i]!])
    asked.sort((a, b) => a[0] - b[0])
    const half = asked.reduce((sum, [, weight]) => sum + weight, 0) / 2
    let below = 0
    for (const [value, weight] of asked) {
      below += weight
      if (below >= half) return value
    }
    return NaN
  }
}

/** Rows that are judged at once. */
const CHUNK = 16384
/** Errors below this are not believed [mag^2]: 0.1 mmag. */
const SMALLEST_VARIANCE = 1e-8
/** A stated variance this many times the usual at its magnitude is taken at its word: a blend, an edge. */
const ODD_ERROR = 2.25
const MIN_FACTOR = 0.06
const MAX_FACTOR = 5
const SHAPE = outlierShape(0.03)
const outliers = POPULATION_PRIOR.slice(1)
const OUTLIERS = outliers.map((a) => a / outliers.reduce((sum, b) => sum + b, 0))

/** Pseudo-rows that say that the errors are right. */
const PRIOR_ROWS = 5

/** Sums of what residuals have beyond their variances, by exposure and catalogue. */
class Tally {
  private readonly over: Float64Array
  private readonly scale: Float64Array
  private readonly rows: Float64Array
  private sound = 0
  private all = 0

  constructor(exposures: number, catalogs: number) {
    this.over = new Float64Array(exposures + catalogs)
    this.scale = new Float64Array(exposures + catalogs)
    this.rows = new Float64Array(exposures + catalogs)
  }

  add(group: number, p: number, residual: number, spread: number, variance: number, unit: number): void {
    this.sound += p
    this.all++
    if (p < 0.5) return
    // Fisher's scoring for a common extra variance; a residual is as much the others' fault as their variance is of it.
    const pull = (p * unit) / (spread * spread)
    this.over[group]! += pull * (residual * residual - spread) * (variance / spread)
    this.scale[group]! += pull * unit
    this.rows[group]! += p
  }

  step(group: number): number {
    const rows = this.rows[group]!
    return rows > 0 ? this.over[group]! / (this.scale[group]! * (1 + PRIOR_ROWS / rows)) : 0
  }

  soundShare(): number {
    const whole = POPULATION_PRIOR.reduce((sum, a) => sum + a, 0)
    return Math.min(0.99, Math.max(0.3, (this.sound + POPULATION_PRIOR[0]!) / (this.all + whole)))
  }
}
