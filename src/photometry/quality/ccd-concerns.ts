import type { GainEvidence } from '../../exposure/gain-of-sky.js'
import type { OtherUnit } from '../../exposure/image-facts.js'
import type { Concern } from '../concern.js'
import type { CcdResult } from '../result.js'
import type { Selection } from '../select/selection.js'
import { astrometryConcerns } from './astrometry-concerns.js'
import { detectorConcerns } from './detector-concerns.js'
import { expectationConcerns } from './expectation-concerns.js'
import { gainConcern } from './gain-concern.js'
import { mmag } from '../mmag.js'
import { psfConcern } from './psf-concern.js'
import { releaseConcern } from './release-concern.js'
import type { SaturatedStars } from './saturated-stars.js'
import { unitConcern } from './unit-concern.js'
import { wrongBandOf } from './wrong-band.js'

/** Fewer stars than this say little about their own scatter. */
const FEW_STARS = 10
/** Larger errors than this spoil difference imaging. */
const LARGE_ERROR_MAG = 0.03
const MANY_OUTLIERS = 0.35
/** The rest agrees by chance, as 3 of 413 stars with shuffled fluxes did. */
const MAX_OUTLIERS = 0.8
/** With the right seeing CLASS_STAR misjudges none of 29 bright stars, with half of it 18 (simulated image). */
const MANY_MISJUDGED = 0.3
/** Fitted scatters of good CCDs stay below 1.5 of the expected. */
const LARGE_SCATTER_RATIO = 2.5
/**
 * From this share of crowded pairs the light of neighbours that no catalogue lists biases by half a millimagnitude, and
 * the error does not know it.
 */
const CROWDED_SHARE = 0.05
/** Of FLUX_AUTO and FLUX_PSF of stars; 0.03 mag is usual (docs/method.md, section 7.3). */
const LARGE_FLUX_DIFFERENCE_MAG = 0.1
const NOTED_FLUX_DIFFERENCE_MAG = 0.02
/** What is known of a CCD beside its stars; `passband` is null if no band is claimed. */
interface ConcernContext {
  readonly band: string
  readonly galacticLatitudeDeg: number
  readonly saturation?: number | undefined
  readonly passband: Concern | null
  /** The camera, if its zeropoint is known but cannot be compared because the exposure time is unknown. */
  readonly uncomparedCamera?: string | undefined
  readonly otherUnit?: OtherUnit | undefined
  readonly gainEvidence?: GainEvidence | undefined
  readonly psfStars?: number | undefined
  readonly classified?: Selection['classified'] | undefined
  /** Expected number of pairs of unrelated positions. */
  readonly pairsByChance: number
  readonly saturated?: (() => SaturatedStars | undefined) | undefined
}

/** The concerns of one CCD by itself. */
export function concernsOf(result: Omit<CcdResult, 'verdict' | 'concerns'>, context: ConcernContext): Concern[] {
  const { cuts, lost, zeropointErr, diagnostics } = result
  if (result.outcome === 'none')
    return [
      { tag: 'no-zeropoint', severity: 'stop', sentence: `no zeropoint: ${result.reason}` },
      ...astrometryConcerns(result, context.pairsByChance, context.saturated),
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
  if (context.gainEvidence !== undefined) concerns.push(...gainConcern(context.gainEvidence))
  if (context.psfStars !== undefined) concerns.push(...psfConcern(context.psfStars))
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
      lost.outlier > MAX_OUTLIERS * fitted ? 'stop' : 'look',
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
  concerns.push(...astrometryConcerns(result, context.pairsByChance, context.saturated))
  const release = releaseConcern([result])
  if (release) concerns.push(release)
  const { crossCheck } = diagnostics
  if (crossCheck && !crossCheck.agrees) {
    say(
      'cross-check',
      'look',
      `a second estimator gives ${crossCheck.zeropoint.toFixed(4)} ± ${crossCheck.zeropointErr.toFixed(4)}, ` +
        `${crossCheck.differenceSigma.toFixed(1)} combined errors away: the stars do not scatter as expected`,
    )
  }
  concerns.push(...detectorConcerns(result, context.saturation, wrongBand !== null))
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
