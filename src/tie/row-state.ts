import { emptyDensities, fillDensities, type Densities } from '../photometry/fit/mixture-density.js'
import { outlierShape, POPULATION_PRIOR } from '../photometry/fit/mixture-prior.js'
import { ErrorTally } from './error-tally.js'
import { emptyLevels, expand, type RowLevels, type TieModel } from './model.js'
import { MAG_PER_RELATIVE, photonVariance, type NoiseModel } from './noise-model.js'
import { errorOfRow, magnitudeOfRow, mostRowsOfAStar, scatterOfRow } from './rows.js'

/** Where the rows are: value, variance, probability of being sound, and the weight that follows. */
export class RowState {
  /** Magnitude of the star that the row asks for at levels 0: magnitude + start, less the bias of its noise. */
  readonly value: Float64Array
  /** Variance of a row by what is stated, at the magnitude that is predicted [mag^2]. */
  private readonly stated: Float32Array
  readonly sound: Float32Array
  /** sound / varianceOf; 0 if the row is too faint. */
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
  /** Of one star's rows: what they ask for, ascending, and their weights. */
  private readonly asked: Float64Array
  private readonly share: Float64Array
  /** Index of each catalogue by its number. */
  private readonly catalogIndex = new Uint8Array(256)

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
    this.sound = new Float32Array(n).fill(1)
    this.weight = new Float32Array(n)
    this.faint = new Uint8Array(n)
    this.extra = new Float64Array(rows.chips.exposures.length)
    this.factor = new Float64Array(rows.catalogs.length).fill(1)
    this.levels = emptyLevels(model)
    const most = mostRowsOfAStar(rows)
    this.asked = new Float64Array(most)
    this.share = new Float64Array(most)
    rows.catalogs.forEach((number, i) => (this.catalogIndex[number] = i))
    for (let i = 0; i < n; i++) {
      const k = rows.chip[i]!
      const isObservation = k < rows.chips.count
      this.value[i] = magnitudeOfRow(rows, i) + (isObservation ? start[k]! : 0)
      this.stated[i] = errorOfRow(rows, i) ** 2 + SMALLEST_VARIANCE
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
    let total = 0
    let sum = 0
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
        const measured = magnitudeOfRow(rows, i)
        const magnitude = Number.isFinite(joint) ? joint + this.levelOf(i, star) - this.start[k]! : measured
        const photons = photonVariance(noise, magnitude)
        const stated = (errorOfRow(rows, i) / MAG_PER_RELATIVE) ** 2
        const usual = photonVariance(noise, measured) + noise.floor
        const odd = stated > ODD_ERROR * usual ? stated / usual : 1
        this.faint[i] = Number(photons > enough)
        this.stated[i] = MAG_PER_RELATIVE ** 2 * (photons + noise.floor) * odd + SMALLEST_VARIANCE
        this.value[i] = measured + this.start[k]! - (MAG_PER_RELATIVE / 2) * Math.min(photons, enough)
      }
    }
    this.weigh()
  }

  /** Variances from what is stated and what is learnt of errors; weights from them and the probabilities. */
  weigh(): void {
    for (let i = 0; i < this.weight.length; i++)
      this.weight[i] = this.faint[i]! === 1 ? 0 : this.sound[i]! / this.varianceOf(i)
  }

  /** Variance of a row if it is sound, with what was learnt [mag^2]. */
  varianceOf(row: number): number {
    const { rows } = this.model
    const k = rows.chip[row]!
    if (k < rows.chips.count) return this.stated[row]! + this.extra[rows.chips.exposureOf[k]!]!
    return this.stated[row]! + (this.factor[this.catalogIndex[rows.catalog[row]!]!]! * scatterOfRow(rows, row)) ** 2
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
    const tally = new ErrorTally(chips.exposures.length, rows.catalogs.length)
    let filled = 0
    const flush = () => {
      fillDensities(densities, residual.subarray(0, filled), spread.subarray(0, filled), blank, 0, 0, SHAPE)
      for (let j = 0; j < filled; j++) {
        const i = row[j]!
        const p = this.soundProbability(densities, j, starOf[j]!)
        this.sound[i] = p
        const k = rows.chip[i]!
        const group =
          k < chips.count ? chips.exposureOf[k]! : chips.exposures.length + this.catalogIndex[rows.catalog[i]!]!
        tally.add(
          group,
          p,
          residual[j]!,
          spread[j]!,
          this.varianceOf(i),
          k < chips.count ? 1 : scatterOfRow(rows, i) ** 2,
        )
      }
      filled = 0
    }
    for (let star = 0; star < rows.starCount; star++) {
      const from = rows.first[star]!
      const to = rows.first[star + 1]!
      if (filled + to - from > CHUNK) flush()
      let total = 0
      let sum = 0
      let base = 0
      let usable = 0
      for (let i = from; i < to; i++) {
        this.sound[i] = this.soundShare
        if (this.faint[i]! === 1) continue
        usable++
        base += 1 / this.varianceOf(i)
        total += this.weight[i]!
        sum += this.weight[i]! * (this.value[i]! - this.levelOf(i, star))
      }
      if (usable < 2) continue
      const centre = robust && usable > 2 ? this.medianOf(star) : NaN
      for (let i = from; i < to; i++) {
        if (this.faint[i]! === 1) continue
        const own = this.value[i]! - this.levelOf(i, star)
        const others = total - this.weight[i]!
        const baseOthers = base - 1 / this.varianceOf(i)
        const mean = Number.isNaN(centre)
          ? others > 1e-9 * base
            ? (sum - this.weight[i]! * own) / others
            : this.plainMeanOfOthers(star, i)
          : centre
        residual[filled] = own - mean
        spread[filled] = this.varianceOf(i) + 1 / baseOthers
        row[filled] = i
        starOf[filled++] = star
      }
    }
    flush()
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
    let total = 0
    let sum = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (i === row || this.faint[i]! === 1) continue
      total += 1 / this.varianceOf(i)
      sum += (this.value[i]! - this.levelOf(i, star)) / this.varianceOf(i)
    }
    return sum / total
  }

  /** Weighted median of what the rows of a star ask for. */
  private medianOf(star: number): number {
    const { first } = this.model.rows
    const { asked, share } = this
    let count = 0
    let half = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (this.faint[i]! === 1) continue
      const value = this.value[i]! - this.levelOf(i, star)
      const own = 1 / this.varianceOf(i)
      half += own / 2
      let at = count++
      for (; at > 0 && asked[at - 1]! > value; at--) {
        asked[at] = asked[at - 1]!
        share[at] = share[at - 1]!
      }
      asked[at] = value
      share[at] = own
    }
    let below = 0
    for (let at = 0; at < count; at++) {
      below += share[at]!
      if (below >= half) return asked[at]!
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
