import type { StarColumns } from '../../catalog/stars.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky, type SkyIndex, type SkyPositions } from '../../math/match-sky.js'
import { median } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'

/** Neighbours of each matched pair; one entry per pair. */
export interface MatchEvidence {
  /**
   * Probability that the detection is of this star: not of another star, not of no star, and that no other detection is
   * of this star.
   */
  readonly matchProbability: Float64Array
  /** Light of the catalogue's other stars in the detection, relative to the star's own. */
  readonly starLight: Float64Array
  /** Light of other detections in it, relative to its own. */
  readonly detectionLight: Float64Array
  /** Median width of the paired detections, which are mostly stars; null if no detection has a usable width. */
  readonly measuredFwhmArcsec: number | null
  /** The same, or a typical width if it is unknown. */
  readonly fwhmArcsec: number
}

/** Rows of the detections and stars that are paired. */
export interface Pairs {
  readonly detectionRow: Uint32Array
  readonly starRow: Uint32Array
  readonly separationArcsec: Float64Array
}

/** Neighbours farther than this add no light [FWHM]. */
const REACH_FWHM = 2.5
const TYPICAL_FWHM_ARCSEC = 1
/** Prior fraction of detections above 10 sigma that are of a star in the catalogue. */
const LISTED_SHARE = 0.9
/** Share of true pairs whose separation is far above the errors: unknown proper motions, blends, binaries. */
const WIDE_SHARE = 0.1
/** Fraction of a neighbour's light that still counts if it has its own detection: deblending has removed the rest. */
const DEBLENDED = 0.3
/** Position error of a point source: FWHM / (2.355 signal to noise), somewhat more for real profiles. */
const POSITION_PER_FWHM = 0.6

/**
 * Evidence from all that lies near the pairs: reliability by likelihood ratio, f(r) / n with the positional errors f
 * that the separations show and the density n of the catalogue (Sutherland & Saunders 1992, eqs. 2 and 5, without their
 * magnitude term, which would bias a zeropoint), and neighbours' light under a Gaussian profile, exp(-d^2 / 4 sigma^2),
 * as a fit of one profile takes it up.
 *
 * @param aligned where the detections are once the CCD's astrometric offset is taken out
 * @param indexed the stars
 * @param areaSqDeg of the sky that `stars` come from
 */
export function matchEvidence(
  sources: SourceColumns,
  aligned: SkyPositions,
  stars: StarColumns,
  indexed: SkyIndex,
  pairs: Pairs,
  areaSqDeg: number,
): MatchEvidence {
  const { detectionRow, starRow, separationArcsec } = pairs
  const n = detectionRow.length
  const measuredFwhmArcsec = medianFwhmArcsec(sources, detectionRow)
  const fwhm = measuredFwhmArcsec ?? TYPICAL_FWHM_ARCSEC
  const photonError = numbersOf(
    detectionRow,
    (i) => (POSITION_PER_FWHM * fwhm * sources.fluxErr[i]!) / sources.flux[i]!,
  )
  const density = positionDensity(separationArcsec, photonError)
  const starsPerSqArcsec = stars.raDeg.length / (areaSqDeg * 3600 ** 2)
  // A neighbour that is paired itself is explained.
  const isPairedStar = flagged(stars.raDeg.length, starRow)
  const isPairedDetection = flagged(sources.raDeg.length, detectionRow)
  const leak = (separation: number) => Math.exp(-2 * Math.LN2 * (separation / fwhm) ** 2)

  const reach = REACH_FWHM * fwhm
  const own = density.own
  const otherStars = new Float64Array(n)
  const starLight = new Float64Array(n)
  const nearStars = matchSky(rowsOf(aligned, detectionRow), indexed, reach, { mode: 'all' })
  nearStars.a.forEach((p, k) => {
    const j = nearStars.b[k]!
    if (j === starRow[p]) return
    const separation = nearStars.separationArcsec[k]!
    const ratio = 10 ** (-0.4 * (stars.mag[j]! - stars.mag[starRow[p]!]!))
    if (ratio > 0) starLight[p]! += ratio * leak(separation) * (isPairedStar[j] ? DEBLENDED : 1)
    if (!isPairedStar[j]) otherStars[p]! += density.at(p, separation)
  })

  const otherDetections = new Float64Array(n)
  const detectionLight = new Float64Array(n)
  const listed = indicesWhere(sources.flux.length, (i) => sources.flux[i]! > 0)
  const nearDetections = matchSky(rowsOf(stars, starRow), rowsOf(aligned, listed), reach, { mode: 'all' })
  nearDetections.a.forEach((p, k) => {
    const i = listed[nearDetections.b[k]!]!
    if (i === detectionRow[p]) return
    const separation = nearDetections.separationArcsec[k]!
    const ratio = Math.min(10, sources.flux[i]! / sources.flux[detectionRow[p]!]!)
    detectionLight[p]! += ratio * leak(separation) * DEBLENDED
    // Debris of deblending is the fainter part.
    if (!isPairedDetection[i]) otherDetections[p]! += ratio * density.at(p, separation)
  })

  const none = ((1 - LISTED_SHARE) / LISTED_SHARE) * starsPerSqArcsec
  const matchProbability = own.map((f, p) => (f / (f + otherStars[p]! + none)) * (f / (f + otherDetections[p]!)))
  return { matchProbability, starLight, detectionLight, measuredFwhmArcsec, fwhmArcsec: fwhm }
}

/** Above this much of others' light, or below this probability of the match, a pair counts as crowded. */
const CROWDED_LIGHT = 0.01
const DOUBTFUL_MATCH = 0.8

/**
 * Fraction of the pairs with light of neighbours, or for which another star or detection competes; null without pairs.
 */
export function crowdedShare({ matchProbability, starLight, detectionLight }: MatchEvidence): number | null {
  const n = matchProbability.length
  return n === 0
    ? null
    : matchProbability.filter(
        (probability, p) => probability < DOUBTFUL_MATCH || Math.max(starLight[p]!, detectionLight[p]!) > CROWDED_LIGHT,
      ).length / n
}

/**
 * Density of the separations of true pairs [1/sq arcsec] for each pair's error: a core, and a wide component for
 * deviations that the errors do not include.
 */
function positionDensity(
  separationArcsec: Float64Array,
  photonError: Float64Array,
): { own: Float64Array; at: (pair: number, separation: number) => number } {
  // Rayleigh: the median separation is 1.1774 sigma. Bright pairs show what is not photon noise.
  const order = photonError.slice().sort()
  const usual = order[Math.floor(order.length / 2)] ?? 0
  const bright = separationArcsec.filter((_, p) => photonError[p]! <= usual)
  const floor = bright.length > 0 ? Math.min(0.4, Math.max(0.01, median(bright) / 1.1774)) : 0.1
  const gauss = (r: number, sigma: number) => Math.exp((-0.5 * r * r) / sigma ** 2) / (2 * Math.PI * sigma ** 2)
  const at = (pair: number, r: number) => {
    const sigma = Math.hypot(floor, photonError[pair]!)
    return (1 - WIDE_SHARE) * gauss(r, sigma) + WIDE_SHARE * gauss(r, 3 * sigma + 0.1)
  }
  return { own: separationArcsec.map((r, p) => at(p, r)), at }
}

/** Widths outside this range are placeholders, or in another unit. */
const PLAUSIBLE_FWHM_ARCSEC = [0.2, 10] as const

/** Median FWHM_WORLD of the paired detections. */
function medianFwhmArcsec({ fwhmWorldDeg }: SourceColumns, detectionRow: Uint32Array): number | null {
  const [least, most] = PLAUSIBLE_FWHM_ARCSEC
  const widths = fwhmWorldDeg ? gather(fwhmWorldDeg, detectionRow).map((deg) => deg * 3600) : []
  const plausible = widths.filter((width) => width >= least && width <= most)
  return plausible.length > 0 ? median(plausible) : null
}

function rowsOf({ raDeg, decDeg }: SkyPositions, rows: Uint32Array): SkyPositions {
  return { raDeg: gather(raDeg, rows), decDeg: gather(decDeg, rows) }
}

function flagged(count: number, rows: Uint32Array): Uint8Array {
  const flags = new Uint8Array(count)
  for (const row of rows) flags[row] = 1
  return flags
}
