import type { StarColumns } from '../../catalog/stars.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { madScatter, median } from '../../math/robust.js'
import { gather, numbersOf, sortingOrder } from '../../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../../math/units.js'
import { interpolated } from '../system/colour-relation.js'
import type { MatchEvidence, Pairs } from './match-evidence.js'

/*
 * None of these constants is published; docs/sensitivity.md says by how much the zeropoint moves if each is halved or
 * doubled: by at most 0.9 mmag in a usual field.
 */

/** Probability that a pair is a good standard if nothing else is known. */
const TYPICAL_PRIOR = 0.9
const TYPICAL_LOGIT = Math.log(TYPICAL_PRIOR / (1 - TYPICAL_PRIOR))

/**
 * Limits of the evidence of one kind, and of all kinds together: a prior reduces weights, but the photometry decides.
 */
const MAX_OF_ONE = -3
const MAX_OF_ALL = -4
/**
 * Evidence that even the best third of the stars have says little about any single star. If the log odds of that third
 * are below MAX_IN_COMMON, the excess is given back to all stars.
 */
const BEST_SHARE = 1 / 3
const MAX_IN_COMMON = -0.7
const MIN_PRIOR = 0.01

/** With fewer pairs the locus of the stars in a quantity is unknown. */
const MIN_FOR_LOCUS = 10

/** Number of stars of similar magnitude whose median error is taken for that magnitude. */
const STARS_PER_STEP = 25

/** Blended light that halves the odds of being a good standard [mag]. */
const TOLERABLE_LIGHT_MAG = 0.008
/** SExtractor's FLAGS: 1 neighbours bias the flux, 2 deblended. */
const FLAG_LOGIT = [0, -1, -0.4, -1.2]
/** Log odds for a star in a list of variables and AGN. */
const SUSPECT_LOGIT = MAX_OF_ONE

/**
 * Probability that each pair is a sound standard, from everything but its residual: log odds of the usual 0.9 plus what
 * SPREAD_MODEL, FLAGS, neighbours' light, the BP/RP excess, RUWE, Gaia's own error and a list of suspects say (each
 * zero if its column is absent), times the probability of the match.
 *
 * @param isSuspect one per pair, 1 if a list names the star
 * @returns one per pair; undefined if nothing is known of any
 */
export function inlierPrior(
  sources: SourceColumns,
  stars: StarColumns,
  pairs: Pairs,
  evidence: MatchEvidence,
  isSuspect?: Uint8Array,
): Float64Array | undefined {
  const { detectionRow, starRow } = pairs
  const terms = [
    spreadTerm(sources, detectionRow),
    (p: number) => FLAG_LOGIT[sources.flags[detectionRow[p]!]!] ?? 0,
    lightTerm(sources, detectionRow, evidence),
    excessTerm(stars, starRow),
    ruweTerm(stars, starRow),
    variableTerm(stars, starRow),
    (p: number) => (isSuspect?.[p] ? SUSPECT_LOGIT : 0),
  ]
  const logit = numbersOf(detectionRow, (_, p) =>
    Math.max(
      MAX_OF_ALL,
      terms.reduce((sum, term) => sum + Math.min(0, Math.max(MAX_OF_ONE, term(p) || 0)), 0),
    ),
  )
  if (logit.every((value) => value === 0) && evidence.matchProbability.every((value) => value === 1)) return undefined
  const shared = Math.max(0, MAX_IN_COMMON - (logit.slice().sort()[Math.floor((1 - BEST_SHARE) * logit.length)] ?? 0))
  return logit.map((value, p) =>
    Math.max(MIN_PRIOR, evidence.matchProbability[p]! / (1 + Math.exp(-(TYPICAL_LOGIT + value + shared)))),
  )
}

/**
 * Log odds against a deviation of z sigma, free up to `free`: symmetric, because cutting noise on one side would bias.
 */
const beyond = (z: number, free: number): number => -0.5 * Math.max(0, Math.abs(z) - free) ** 2

/**
 * Light of neighbours. Light of other detections counts fully if SExtractor flags a neighbour or a blend (FLAGS 1, 2),
 * else at 0.3.
 */
function lightTerm(
  { flags }: SourceColumns,
  rows: Uint32Array,
  { starLight, detectionLight }: MatchEvidence,
): (p: number) => number {
  return (p) => {
    const light = Math.max(starLight[p]!, detectionLight[p]! * (flags[rows[p]!]! & 3 ? 1 : 0.3))
    return -Math.log1p(((MAG_PER_RELATIVE_FLUX * light) / TOLERABLE_LIGHT_MAG) ** 2)
  }
}

/** SPREAD_MODEL against the CCD's own stars: galaxies, blends and cosmic rays lie off their locus. */
function spreadTerm({ spreadModel, spreadErrModel, flux }: SourceColumns, rows: Uint32Array): (p: number) => number {
  if (!spreadModel || rows.length < MIN_FOR_LOCUS) return () => 0
  const half = sortingOrder(numbersOf(rows, (i) => -flux[i]!)).subarray(0, Math.ceil(rows.length / 2))
  const bright = numbersOf(half, (p) => spreadModel[rows[p]!]!).filter(Number.isFinite)
  const [centre, width] = [median(bright), Math.max(0.0005, madScatter(bright))]
  return (p) => beyond((spreadModel[rows[p]!]! - centre) / Math.hypot(width, spreadErrModel?.[rows[p]!] ?? 0), 2)
}

/**
 * BP/RP flux excess against the stars' own locus, in units of its error: light of a neighbour in the prism spectra, and
 * so a wrong colour. Shape of the locus: Riello et al. 2021, table 2 (DR3); its level and width are the field's own, so
 * that other releases may serve.
 */
function excessTerm(
  { bpRpExcess, bpMag, rpMag, bpMagErr, rpMagErr }: StarColumns,
  rows: Uint32Array,
): (p: number) => number {
  if (!bpRpExcess || !bpMag || !rpMag || rows.length < MIN_FOR_LOCUS) return () => 0
  const deviation = numbersOf(rows, (j) => bpRpExcess[j]! - excessLocus(bpMag[j]! - rpMag[j]!))
  const error = numbersOf(rows, (j) => {
    // Ratio of the fluxes of BP and RP from their Vega zeropoints 25.3385 and 24.7479.
    const ratio = 10 ** (-0.4 * (bpMag[j]! - rpMag[j]! - 0.5906))
    const relative = Math.hypot(ratio * (bpMagErr?.[j] ?? 0), rpMagErr?.[j] ?? 0) / (1 + ratio) / MAG_PER_RELATIVE_FLUX
    return Math.hypot(0.01, (relative || 0) * bpRpExcess[j]!)
  })
  const centre = median(deviation.filter(Number.isFinite))
  const z = deviation.map((value, p) => (value - centre) / error[p]!)
  const width = Math.max(1, madScatter(z.filter(Number.isFinite)))
  return (p) => beyond(z[p]! / width, 3)
}

export function excessLocus(bpMinusRp: number): number {
  const c = bpMinusRp
  if (c < 0.5) return 1.15436 + 0.033772 * c + 0.032277 * c * c
  if (c < 4) return 1.162004 + 0.011464 * c + 0.049255 * c * c - 0.005879 * c ** 3
  return 1.057572 + 0.140537 * c
}

/** RUWE above 1.4: not a single star, or not isolated (Lindegren 2018, GAIA-C3-TN-LU-LL-124). */
function ruweTerm({ ruwe }: StarColumns, rows: Uint32Array): (p: number) => number {
  return ruwe ? (p) => (ruwe[rows[p]!]! > 2 ? -1 : ruwe[rows[p]!]! > 1.4 ? -0.5 : 0) : () => 0
}

/**
 * Gaia's error of G comes from the scatter of its transits, so a variable's stands out among stars of its magnitude
 * (the amplitude proxy of Mowlavi et al. 2021, with the field's median error for the number of transits).
 */
function variableTerm({ mag, magErr }: StarColumns, rows: Uint32Array): (p: number) => number {
  if (!magErr || rows.length < MIN_FOR_LOCUS) return () => 0
  const measured = rows.filter((j) => mag[j]! > 0 && magErr[j]! > 0)
  const order = sortingOrder(gather(mag, measured))
  const [at, usual]: [number[], number[]] = [[], []]
  for (let first = 0; first < order.length; first += STARS_PER_STEP) {
    const step = Array.from(order.subarray(first, first + STARS_PER_STEP), (k) => measured[k]!)
    at.push(median(step.map((j) => mag[j]!)))
    usual.push(Math.log(median(step.map((j) => magErr[j]!))))
  }
  return (p) => -1.5 * Math.max(0, magErr[rows[p]!]! / Math.exp(interpolated(mag[rows[p]!]!, at, usual)) - 2)
}
