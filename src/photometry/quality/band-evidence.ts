import type { BandRelation, CatalogDescription } from '../../catalog/description.js'
import type { StarColumns } from '../../catalog/stars.js'
import { median } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../../math/select.js'
import { bandMagAt, bandMagErrOf, colourOf } from '../system/band-magnitude.js'
import { errorColumns, interpolated, relationColumns } from '../system/colour-relation.js'
import type { Pairs } from '../match/match-evidence.js'
import type { MatchColumns } from '../matches.js'
import { bpRpOf } from './bp-rp.js'
import { desMinus, otherPassbandsOf, type OtherPassband } from './other-passbands.js'

/** How well the stars' colours follow the relation of one band, once its level and a slope are free. */
export interface BandFit {
  /** Of the best line [nats], relative to the best of all bands. */
  readonly logLikelihood: number
  /** Residual slope with BP - RP about the relation [mag per mag], and its error: 0 for the right band. */
  readonly colourSlope: number
  readonly colourSlopeErr: number
}

/** What light of another passband would show under the relation of the list's band. */
export interface PassbandFit {
  /** Residual slope with BP - RP [mag per mag]. */
  readonly colourSlope: number
  /** What the zeropoint would come out too high by [mag]. */
  readonly offset: number
  /** Root mean square of the same from star to star, about that [mag]. */
  readonly spread: number
}

/** What the stars' colours say of the light. */
export interface ColourEvidence {
  /** Null without colours, or if too few stars lie in the range of all relations. */
  readonly bands: BandEvidence | null
  /** By the name of the other passband. */
  readonly passbands: Readonly<Record<string, PassbandFit>>
}

/** By band; every relation of the catalogue's description. */
export type BandEvidence = Readonly<Record<string, BandFit>>

const MIN_STARS = 8
/** The brightest say enough. */
const MAX_STARS = 1000
/** Pairs that other evidence speaks against are left out. */
const MIN_PRIOR = 0.5
/** BP - RP of the stars that decide a zeropoint, in the median at high latitude. */
const TYPICAL_COLOUR = 1.2
/** Degrees of freedom of the residuals' Student t. */
const DF = 4
const ROUNDS = 15
/** Standard deviation of the log of the scatter's factor about the expected scatter. */
const FACTOR_SPREAD = 0.5

/**
 * Fits each band's relation to the same stars, residual = level + slope (colour - mean) with Student t errors of free
 * width: the band that the light came through shows no slope, the others tenths of a magnitude per magnitude.
 *
 * @param band of the list, whose other passbands are looked at
 * @param stars at the rows of `pairs`; with typical errors if the catalogue has none
 */
export function colourEvidence(
  band: string,
  columns: Pick<MatchColumns, 'instMag' | 'instMagErr'>,
  prior: Float64Array | undefined,
  stars: StarColumns,
  { starRow }: Pairs,
  description: CatalogDescription,
): ColourEvidence {
  const bands = Object.entries(description.relations)
  const bpRp = bpRpOf(stars, description)
  if (bands.length < 2 || !bpRp) return { bands: null, passbands: {} }
  const limit = description.bpFaintLimitMag ?? Infinity
  const reads = new Map(bands.map(([, relation]) => [relation, relationColumns(stars, relation)]))
  const inRange = (relation: BandRelation, j: number) => {
    const { colourRange, magRange } = relation
    const mags = reads.get(relation)!
    const [c, base] = [colourOf(mags, j), mags.base?.[j] ?? NaN]
    return c >= colourRange[0] && c <= colourRange[1] && base >= magRange[0] && base <= magRange[1]
  }
  const all = indicesWhere(
    starRow.length,
    (p) =>
      !((prior?.[p] ?? 1) < MIN_PRIOR) &&
      !(stars.bpMag && stars.bpMag[starRow[p]!]! > limit) &&
      !Number.isNaN(bpRp(starRow[p]!)) &&
      bands.every(([, relation]) => inRange(relation, starRow[p]!)),
  )
  const rows =
    all.length <= MAX_STARS
      ? all
      : Array.from(sortingOrder(gather(columns.instMag, all)).subarray(0, MAX_STARS), (k) => all[k]!)
  const variancesOf = (relation: BandRelation | undefined) => {
    const ofRelation = relation ? relationVarianceOf(relation, stars) : () => 0
    return numbersOf(rows, (p) => columns.instMagErr[p]! ** 2 + ofRelation(starRow[p]!))
  }
  const colour = numbersOf(rows, (p) => bpRp(starRow[p]!))
  const passbands = passbandFits(band, colour, variancesOf(description.relations[band]))
  if (all.length < MIN_STARS) return { bands: null, passbands }
  const fits = bands.map(([band, relation]) => {
    const read = reads.get(relation)!
    const bandMag = (j: number) => bandMagAt(relation, read, j)
    const y = numbersOf(rows, (p) => bandMag(starRow[p]!) - columns.instMag[p]!)
    return [band, lineOf(y, colour, variancesOf(relation))] as const
  })
  const best = Math.max(...fits.map(([, { logLikelihood }]) => logLikelihood))
  return {
    bands: Object.fromEntries(fits.map(([band, fit]) => [band, { ...fit, logLikelihood: fit.logLikelihood - best }])),
    passbands,
  }
}

/** Slope and mean of what light of the band's other passbands would show, from stars of these colours. */
function passbandFits(band: string, colour: Float64Array, variance: Float64Array): ColourEvidence['passbands'] {
  return Object.fromEntries(otherPassbandsOf(band).map((other) => [other.name, passbandFit(other, colour, variance)]))
}

/** What magnitudes in another passband would show of the stars: a line over colour, and the scatter about its mean. */
function passbandFit(other: OtherPassband, colour: Float64Array, variance: Float64Array): PassbandFit {
  let [w0, w1, w2, wy, wcy, wyy] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < colour.length; i++) {
    const c = colour[i]!
    const [w, y] = [1 / variance[i]!, desMinus(other, c)]
    w0 += w
    w1 += w * c
    w2 += w * c * c
    wy += w * y
    wcy += w * c * y
    wyy += w * y * y
  }
  // One star, or none, shows no slope; without one, stars of the usual colour stand for it.
  const square = w2 - (w1 * w1) / w0
  const colourSlope = square > 0 ? (wcy - (w1 * wy) / w0) / square : 0
  const offset = w0 > 0 ? wy / w0 : desMinus(other, TYPICAL_COLOUR)
  const spread = w0 > 0 ? Math.sqrt(Math.max(0, wyy / w0 - offset ** 2)) : 0
  return { colourSlope, offset, spread }
}

/** Scatter about the relation, and the errors of the magnitudes carried through it [mag^2]; of the star in a row. */
function relationVarianceOf(relation: BandRelation, stars: StarColumns): (j: number) => number {
  const mags = relationColumns(stars, relation)
  const errors = errorColumns(stars, relation)
  const errorOf = bandMagErrOf(relation, (k, row) => errors[k]?.[row] || 0)
  const { colour, sigmaMag } = relation.scatter
  return (j) => interpolated(colourOf(mags, j), colour, sigmaMag) ** 2 + errorOf(mags, j) ** 2
}

/**
 * Most probable line through y with errors k sqrt(variance), k free within its prior: expectation maximisation of the
 * Student t.
 */
function lineOf(y: Float64Array, colour: Float64Array, variance: Float64Array): BandFit {
  const n = y.length
  let level = median(y)
  let slope = 0
  let pivot = 0
  let factor2 = 4
  let weightedSquare = 0
  for (let round = 0; round < ROUNDS; round++) {
    let [w0, w1, w2, wy, wcy] = [0, 0, 0, 0, 0]
    let squares = 0
    for (let i = 0; i < n; i++) {
      const c = colour[i]!
      const r = y[i]! - level - slope * (c - pivot)
      const q = (r * r) / variance[i]!
      const weight = (DF + 1) / (DF + q / factor2)
      squares += weight * q
      const w = weight / variance[i]!
      w0 += w
      w1 += w * c
      w2 += w * c * c
      wy += w * y[i]!
      wcy += w * c * y[i]!
    }
    pivot = w1 / w0
    weightedSquare = w2 - w1 * pivot
    level = wy / w0
    slope = (wcy - pivot * wy) / weightedSquare
    factor2 = Math.max(0.25, squares / n)
  }
  let logLikelihood = -0.5 * (Math.log(factor2) / 2 / FACTOR_SPREAD) ** 2 - 0.5 * n * Math.log(factor2)
  for (let i = 0; i < n; i++) {
    const r = y[i]! - level - slope * (colour[i]! - pivot)
    logLikelihood -= 0.5 * Math.log(variance[i]!) + 0.5 * (DF + 1) * Math.log1p((r * r) / (DF * factor2 * variance[i]!))
  }
  return { logLikelihood, colourSlope: slope, colourSlopeErr: Math.sqrt(factor2 / weightedSquare) }
}

/**
 * What a set of CCDs under one sky says for a band against the best: the slope is one for all, and near 0 within what
 * the relation and dust may do.
 */
export function bandScores(ccds: readonly BandEvidence[], slopeDoubt: number): Map<string, number> {
  const bands = ccds[0] ? Object.keys(ccds[0]).filter((band) => ccds.every((ccd) => ccd[band] !== undefined)) : []
  return new Map(
    bands.map((band) => {
      let [logLikelihood, weights, moment, square] = [0, 1 / slopeDoubt ** 2, 0, 0]
      for (const ccd of ccds) {
        const { logLikelihood: own, colourSlope, colourSlopeErr } = ccd[band]!
        const weight = 1 / colourSlopeErr ** 2
        logLikelihood += own
        weights += weight
        moment += weight * colourSlope
        square += weight * colourSlope ** 2
      }
      return [band, logLikelihood - 0.5 * (square - moment ** 2 / weights)]
    }),
  )
}
