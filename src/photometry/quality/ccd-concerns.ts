import type { AstrometricOffset } from '../match/astrometric-offset.js'
import type { WrongOrientation } from '../match/blind-alignment.js'
import { reddeningOf } from '../system/colour-relation.js'
import { bandScores, type BandEvidence } from './band-evidence.js'
import type { Concern } from '../concern.js'
import { expectationConcerns } from './expectation-concerns.js'
import type { CcdResult } from '../result.js'
import { stepsAcross, type StepAcross } from './step-across.js'
import { unitConcern } from './unit-concern.js'
import type { OtherUnit } from '../../exposure/image-facts.js'
import type { Selection } from '../select/selection.js'

/** Fewer stars than this say little about their own scatter. */
const FEW_STARS = 10
/** Larger errors than this spoil difference imaging. */
const LARGE_ERROR_MAG = 0.03
const MANY_OUTLIERS = 0.35
/** The rest agrees by chance: 3 of 413 stars did whose fluxes were shuffled. */
const MOST_OUTLIERS = 0.8
/** With the right seeing CLASS_STAR misjudges none of 29 bright stars, with half of it 18 (simulated image). */
const MANY_MISJUDGED = 0.3
/** A field of point sources inside the catalogue's range finds most of its bright stars again. */
const LOW_MATCH_FRACTION = 0.1
/** As few matches as chance gives are none, if this many detections could have matched. */
const MANY_DETECTIONS = 20
const LIKELY_BY_CHANCE = 1e-3
/** Fitted scatters of good CCDs stay below 1.5 of the expected. */
const LARGE_SCATTER_RATIO = 2.5
/** Pairs further apart than this, or an edge that is, lose stars to a match within 1 arcsec. */
const LARGE_SCATTER_ARCSEC = 0.25
const LARGE_EDGE_ARCSEC = 0.3
/**
 * From this share of crowded pairs the light of neighbours that no catalogue lists biases by half a millimagnitude, and
 * the error does not know it.
 */
const CROWDED_SHARE = 0.05
/** Bright ends of good CCDs reach 4.5 sigma, over many ends and outliers. */
const BRIGHT_END_SIGMAS = 6
const BRIGHT_END_MAG = 0.01
const CEILING_CHANCE = 1e-6
/** In nats; one good CCD in 20,000 has such a trend. */
const TREND_EVIDENCE = 7
/**
 * Two sides of a CCD disagree: by a step that no sky makes if few stars show it, or by less if ranks leave no doubt
 * (docs/sensitivity.md).
 */
const STEPS = [
  { stepMag: 0.1, sigmas: 2.2 },
  { stepMag: 0.04, sigmas: 3.2 },
] as const
/** Of FLUX_AUTO and FLUX_PSF of stars; 0.03 mag is usual (docs/method.md, section 7.3). */
const LARGE_FLUX_DIFFERENCE_MAG = 0.1
const NOTED_FLUX_DIFFERENCE_MAG = 0.02
/**
 * What a relation's slope and 0.1 mag of E(B-V) may do [mag per mag of colour]; a band is wrong only if its slope is
 * three times that, by this much evidence [nats].
 */
const SLOPE_DOUBT = 0.03
const SLOPE_DOUBT_PER_EBV = 0.2
const BAND_EVIDENCE = 8
/**
 * A third of blends bends the lines of every band, by up to 0.4 mag per mag at up to 8.7 standard errors (real stars in
 * sets of 20 to 80). Light of a neighbouring band shows 9.8 and more on ten real stars; bands further apart have slopes
 * that no blends make.
 */
const BLENDED_SLOPE = 0.5
const SLOPE_SIGMAS = { blended: 9, beyond: 5 } as const

const mmag = (mag: number): string => `${(1000 * mag).toFixed(0)} mmag`

/** What is known of a CCD beside its stars; `passband` is null if no band is claimed. */
interface ConcernContext {
  readonly band: string
  readonly galacticLatitudeDeg: number
  readonly saturation?: number | undefined
  readonly passband: Concern | null
  /** The camera whose zeropoint is known, but cannot be compared: the exposure time is not. */
  readonly uncomparedCamera?: string | undefined
  readonly otherUnit?: OtherUnit | undefined
  readonly classified?: Selection['classified'] | undefined
  /** How many pairs unrelated positions would make. */
  readonly pairsByChance: number
}

/** What a person should know of a CCD that stands alone. */
export function concernsOf(result: Omit<CcdResult, 'verdict' | 'concerns'>, context: ConcernContext): Concern[] {
  const { cuts, lost, zeropointErr, diagnostics } = result
  if (result.outcome === 'none')
    return [
      { tag: 'no-zeropoint', severity: 'stop', sentence: `no zeropoint: ${result.reason}` },
      ...astrometryConcerns(result, context.pairsByChance),
    ]
  const concerns: Concern[] = []
  const say = (tag: Concern['tag'], severity: Concern['severity'], sentence: string) =>
    concerns.push({ tag, severity, sentence })
  const { classified } = context
  if (classified && classified.stars >= FEW_STARS && classified.misjudged > MANY_MISJUDGED * classified.stars)
    say(
      'classification',
      'hint',
      `CLASS_STAR calls ${classified.misjudged} of ${classified.stars} bright detections of a star's size something ` +
        'else: SEEING_FWHM was wrong when SExtractor ran; their sizes count',
    )
  if (cuts.used < FEW_STARS) say('too-few-stars', 'look', `only ${cuts.used} stars`)
  if (zeropointErr !== null && zeropointErr > LARGE_ERROR_MAG)
    say('large-error', 'look', `the error is large (${mmag(zeropointErr)})`)
  const wrongBand = diagnostics.bands && wrongBandOf([diagnostics.bands], context.band, context.galacticLatitudeDeg)
  if (wrongBand) say('wrong-band', 'stop', wrongBand)
  else if (context.passband) concerns.push(context.passband)
  concerns.push(...expectationConcerns(diagnostics.expectation, context.band, result.zeropoint))
  if (context.otherUnit !== undefined) concerns.push(unitConcern(context.otherUnit, result.zeropoint!))
  if (context.uncomparedCamera !== undefined)
    say(
      'units',
      'look',
      `the exposure time is not known (EXPTIME): whether ${context.uncomparedCamera} can give this zeropoint ` +
        'is unchecked',
    )
  const fitted = cuts.used + lost.outlier
  if (fitted >= FEW_STARS && lost.outlier > MANY_OUTLIERS * fitted)
    say(
      'outliers',
      lost.outlier > MOST_OUTLIERS * fitted ? 'stop' : 'look',
      `${lost.outlier} of ${fitted} stars disagree: crowding, wrong matches or clouds`,
    )
  const { expectedScatter } = diagnostics
  if (cuts.used >= FEW_STARS && expectedScatter !== null && result.scatter! > LARGE_SCATTER_RATIO * expectedScatter) {
    say(
      'scatter',
      'look',
      `the stars scatter by ${mmag(result.scatter!)} where the relation leads to expect ${mmag(expectedScatter)}`,
    )
  }
  const crowded = diagnostics.crowdedShare ?? 0
  // Less two of its standard errors: a few blends among a hundred stars are chance.
  if (crowded - 2 * Math.sqrt((crowded * (1 - crowded)) / cuts.matched) > CROWDED_SHARE)
    say(
      'crowding',
      'look',
      `the field is crowded: ${(100 * crowded).toFixed(0)} % of the matched stars have another's light or claim`,
    )
  concerns.push(...astrometryConcerns(result, context.pairsByChance))
  const { crossCheck } = diagnostics
  if (crossCheck && !crossCheck.agrees) {
    say(
      'cross-check',
      'look',
      `a second estimator gives ${crossCheck.zeropoint.toFixed(4)} ± ${crossCheck.zeropointErr.toFixed(4)}, ` +
        `${crossCheck.differenceSigma.toFixed(1)} combined errors away: the stars do not scatter as expected`,
    )
  }
  const ofDetector = detectorConcerns(result, context.saturation, wrongBand !== null)
  concerns.push(...ofDetector)
  // Without a colour term residuals show the stars' colours.
  const step = expectedScatter === null ? null : largestStep(result)
  if (step !== null && !ofDetector.some(({ tag }) => tag === 'amplifiers')) say('amplifiers', 'look', stepText(step))
  for (const [name, { difference, differenceErr }] of Object.entries(diagnostics.otherFluxes)) {
    if (Math.abs(difference) < Math.max(NOTED_FLUX_DIFFERENCE_MAG, 3 * differenceErr)) continue
    const sentence =
      `${name} has a zeropoint ${Math.abs(difference).toFixed(3)} ± ` +
      `${differenceErr.toFixed(3)} mag ${difference < 0 ? 'below' : 'above'} that of the chosen flux: ` +
      `magnitudes of stars from ${name} come out that much too ${difference < 0 ? 'faint' : 'bright'}`
    say('fluxes', Math.abs(difference) > LARGE_FLUX_DIFFERENCE_MAG ? 'look' : 'hint', sentence)
  }
  return concerns
}

/** The largest step that no sky makes: a line beside the true one cuts both sides, and shows less of it. */
function largestStep({ matches, scatter }: Pick<CcdResult, 'matches' | 'scatter'>): StepAcross | null {
  const steps = stepsAcross(matches).filter((step) => STEPS.some((one) => isBeyond(step, one, scatter!)))
  return steps.reduce<StepAcross | null>(
    (most, step) => (most === null || Math.abs(step.stepMag) > Math.abs(most.stepMag) ? step : most),
    null,
  )
}

/** Also beyond four standard errors of a difference of medians, each 1.25 times that of a mean. */
function isBeyond({ stepMag, sigmas, stars, others }: StepAcross, least: (typeof STEPS)[number], scatterMag: number) {
  const err = 1.25 * scatterMag * Math.sqrt(1 / stars + 1 / others)
  return Math.abs(stepMag) > Math.max(least.stepMag, 4 * err) && Math.abs(sigmas) > least.sigmas
}

const stepText = ({ axis, at, stepMag, stars, rejected }: StepAcross): string =>
  `the two sides of ${axis} = ${at.toFixed(0)} differ by ${Math.abs(stepMag).toFixed(2)} mag, stars at higher ` +
  `${axis} are ${stepMag < 0 ? 'fainter' : 'brighter'} (${stars} stars on the smaller side, ${rejected} of all ` +
  'rejected): gain, flat field or clouds'

/**
 * A sentence if the stars' colours follow another band than the list's, of one CCD or of several of one exposure;
 * else null.
 */
export function wrongBandOf(ccds: readonly BandEvidence[], band: string, galacticLatitudeDeg: number): string | null {
  const doubt = Math.hypot(SLOPE_DOUBT, SLOPE_DOUBT_PER_EBV * reddeningOf(galacticLatitudeDeg))
  const scores = bandScores(ccds, doubt)
  const own = scores.get(band)
  if (own === undefined) return null
  const [best, score] = [...scores].reduce((a, b) => (b[1] > a[1] ? b : a))
  const weight = ccds.map((ccd) => 1 / ccd[band]!.colourSlopeErr ** 2)
  const pooled = (of: string) =>
    ccds.reduce((sum, ccd, k) => sum + weight[k]! * ccd[of]!.colourSlope, 0) / weight.reduce((sum, w) => sum + w, 0)
  const [slope, slopeOfBest] = [pooled(band), pooled(best)]
  const err = 1 / Math.sqrt(weight.reduce((sum, w) => sum + w, 0))
  if (best === band || score - own < BAND_EVIDENCE || Math.abs(slope) < 3 * doubt) return null
  // Blends bend every band's line: light of another band follows its own, and strays from the list's by more than
  // chance.
  const sigmas = Math.abs(slope) < BLENDED_SLOPE ? SLOPE_SIGMAS.blended : SLOPE_SIGMAS.beyond
  if (Math.abs(slope) < sigmas * err || Math.abs(slopeOfBest) > Math.abs(slope) / 2) return null
  return (
    `the stars' colours follow band ${best}, not ${band}: under the relation of ${band} the ` +
    `residuals change by ${slope.toFixed(2)} mag per mag of BP - RP`
  )
}

function astrometryConcerns(
  result: Pick<CcdResult, 'astrometry' | 'diagnostics' | 'cuts' | 'catalog'>,
  pairsByChance: number,
): Concern[] {
  const {
    astrometry,
    diagnostics: { rotation },
    cuts,
    catalog,
  } = result
  const concerns: Concern[] = []
  const say = (sentence: string, severity: Concern['severity'] = 'look') =>
    concerns.push({ tag: 'astrometry', severity, sentence })
  if (astrometry.orientation) {
    say(`the stars fit if the image is ${orientationText(astrometry.orientation)}: correct the WCS`, 'stop')
    return concerns
  }
  if (astrometry.applied) say(shiftRemark(astrometry))
  if (rotation && rotation.scatterArcsec > LARGE_SCATTER_ARCSEC)
    say(
      `the positions scatter by ${rotation.scatterArcsec.toFixed(2)} ` +
        `arcsec about the catalogue's: check the astrometry`,
    )
  else if (rotation && rotation.edgeArcsec > LARGE_EDGE_ARCSEC && rotation.edgeArcsec > 5 * rotation.edgeErrArcsec) {
    const { edgeArcsec, rotationArcsec, scalePpm } = rotation
    say(
      `the positions are turned by ${rotationArcsec.toFixed(0)} arcsec and stretched by ` +
        `${scalePpm.toFixed(0)} ppm, ${edgeArcsec.toFixed(2)} arcsec at the edge: stars there may be lost`,
    )
  }
  const matches = `${cuts.matched} of ${cuts.selected} selected detections match`
  if (
    astrometry.raOffsetArcsec === null &&
    cuts.selected >= MANY_DETECTIONS &&
    poissonTail(cuts.matched, pairsByChance) > LIKELY_BY_CHANCE
  )
    say(
      `${matches} a star of ${catalog}, no more than chance gives, and no shift within 60 arcsec or turn within a ` +
        'degree helps: the WCS is wrong, or this is not the catalogue of the field',
      'stop',
    )
  else if (cuts.selected >= 50 && cuts.matched < LOW_MATCH_FRACTION * cuts.selected) {
    const other = `${matches} a star of ${catalog}: check the astrometry, and that this is the catalogue of the field`
    say(cuts.matched === 0 ? other : `${matches}: check the astrometry`)
  }
  return concerns
}

/** Probability of `count` or more, if `expected` are expected. */
function poissonTail(count: number, expected: number): number {
  let term = Math.exp(-expected)
  let below = 0
  for (let k = 0; k < count; k++) {
    below += term
    term *= expected / (k + 1)
  }
  return 1 - below
}

function orientationText({ mirrored, turnedDeg }: WrongOrientation): string {
  const turned = turnedDeg === 0 ? '' : `turned by ${turnedDeg} degrees`
  return mirrored ? ['mirrored', turned].filter(Boolean).join(' and ') : turned
}

function shiftRemark({ raOffsetArcsec, decOffsetArcsec, rotationDeg, stars }: AstrometricOffset): string {
  const [east, north] = [raOffsetArcsec!, decOffsetArcsec!]
  const along = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(2)} ${value < 0 ? negative : positive}`
  const parts = `${along(east, 'east', 'west')}, ${along(north, 'north', 'south')}`
  const shift = `the positions are off by ${Math.hypot(east, north).toFixed(2)} arcsec (${parts})`
  return rotationDeg === undefined
    ? `${shift}: taken out before the match`
    : `${shift} and turned by ${rotationDeg.toFixed(3)} degrees, by ${stars} stars: taken out before the match; ` +
        'correct the WCS'
}

/** Saturation, linearity, amplifiers. Under a wrong band residuals follow colour, and colour follows magnitude. */
function detectorConcerns(
  { diagnostics: { brightEnd, peakCeiling, magnitudeTrend, amplifiers } }: Pick<CcdResult, 'diagnostics'>,
  saturation: number | undefined,
  wrongBand: boolean,
): Concern[] {
  const concerns: Concern[] = []
  const dims =
    brightEnd !== null && !wrongBand && brightEnd.sigmas < -BRIGHT_END_SIGMAS && brightEnd.deficitMag < -BRIGHT_END_MAG
  const level =
    saturation === undefined ? 'the header has no SATURATE' : `SATURATE of the header is ${saturation.toFixed(0)}`
  if (dims)
    concerns.push({
      tag: 'saturation',
      severity: 'look',
      sentence:
        `the ${brightEnd.stars} brightest stars lose light, ` +
        `${mmag(-brightEnd.deficitMag)} in the median: saturated or not linear; ${level}`,
    })
  else if (peakCeiling !== null && peakCeiling.chance < CEILING_CHANCE) {
    concerns.push({
      tag: 'saturation',
      severity: 'look',
      sentence: `${peakCeiling.stars} stars share the highest peak: saturated; ${level}`,
    })
  }
  if (magnitudeTrend && !dims && !wrongBand && magnitudeTrend.evidence > TREND_EVIDENCE) {
    const { slope, err } = magnitudeTrend
    concerns.push({
      tag: 'linearity',
      severity: 'look',
      sentence:
        `the zeropoint changes by ${(1000 * slope).toFixed(1)} ± ${(1000 * err).toFixed(1)} mmag ` +
        `per magnitude of brightness: not linear, or the sky level is off`,
    })
  }
  if (amplifiers && amplifiers.evidence > TREND_EVIDENCE) {
    const { slope, err } = amplifiers
    concerns.push({
      tag: 'amplifiers',
      severity: 'look',
      sentence:
        `the two amplifiers differ by ${(1000 * slope).toFixed(0)} ± ` +
        `${(1000 * err).toFixed(0)} mmag (high x minus low x)`,
    })
  }
  return concerns
}
