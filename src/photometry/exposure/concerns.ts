import type { BandEvidence } from '../quality/band-evidence.js'
import { wrongBandOf } from '../quality/wrong-band.js'
import { cloudConcerns } from './clouds.js'
import type { Concern } from '../concern.js'
import { median } from '../../math/robust.js'
import type { CcdMatches, ExposureSolution } from './result.js'
import { isFar } from './suspicion.js'
import { termConcern } from '../quality/term-concern.js'
import { passbandOf } from '../quality/passband-judgement.js'
import { releaseConcern } from '../quality/release-concern.js'
import type { CcdResult } from '../result.js'

/** Less light than this share of the expected, in the median of the CCDs. */
const CLOUDED_TRANSPARENCY = 0.6
const LOW_TRANSPARENCY = 0.75
/**
 * At least this fraction of the CCDs must prefer another band by their own stars alone: a small error of one relation
 * that all CCDs share does not indicate another band.
 */
const MAX_CCDS = 2 / 3

/** Concerns from the solution itself: contradiction, outliers, clouds. */
export function solutionConcerns(
  solution: Omit<ExposureSolution, 'reserved' | 'concerns'>,
  ccds: readonly CcdMatches[],
): Concern[] {
  const { outcome, suspect, reason, nOutliers } = solution
  const concerns: Concern[] = []
  if (suspect) concerns.push({ tag: 'suspect-exposure', severity: 'stop', sentence: reason! })
  else if (outcome === 'none') concerns.push({ tag: 'no-zeropoint', severity: 'stop', sentence: reason! })
  else if (reason !== null) concerns.push({ tag: 'too-few-ccds', severity: 'look', sentence: reason })
  const outliers = solution.ccds
    .filter(({ deviation, deviationSigma }) => deviation !== null && isFar(deviation, deviationSigma!))
    .map(({ ccd }) => ccd)
    .sort((a, b) => a - b)
  if (nOutliers > 0)
    concerns.push({
      tag: 'outlier',
      severity: 'look',
      sentence:
        `CCD${outliers.length > 1 ? 's' : ''} ${outliers.join(', ')} ` +
        `stray${outliers.length > 1 ? '' : 's'} from the others`,
    })
  return [...concerns, ...cloudConcerns(solution, ccds)]
}

/**
 * Concerns from the stars of all CCDs together, which say more than each CCD alone: the band, the units, the
 * transparency.
 */
export function sharedConcerns(ccds: readonly CcdResult[], galacticLatitudeDeg: number): Concern[] {
  const concerns: Concern[] = []
  const band = ccds[0]?.band
  const bands = ccds.flatMap(({ diagnostics }) => (diagnostics.bands ? [diagnostics.bands] : []))
  const sentence = band === undefined || bands.length === 0 ? null : wrongBandOf(bands, band, galacticLatitudeDeg)
  if (sentence !== null && bands.filter((one) => preferred(one) !== band).length >= MAX_CCDS * bands.length)
    concerns.push({ tag: 'wrong-band', severity: 'stop', sentence })
  else {
    const passband = passbandOf(ccds, galacticLatitudeDeg)?.concern
    if (passband) concerns.push(passband)
    const ofTerm = ccds.find(({ colourTerm }) => colourTerm !== undefined)
    if (ofTerm?.colourTerm) concerns.push(termConcern(ofTerm.colourTerm, ofTerm, ofTerm.system))
  }
  const release = releaseConcern(ccds)
  if (release) concerns.push(release)
  const expectations = ccds.flatMap(({ diagnostics }) => (diagnostics.expectation ? [diagnostics.expectation] : []))
  const unitConcerns = ccds.flatMap((ccd) => ccd.concerns.filter(({ tag }) => tag === 'units'))
  const stopping = unitConcerns.filter(({ severity }) => severity === 'stop')
  if (unitConcerns.length > (expectations.length || ccds.length) / 2)
    return [
      ...concerns,
      {
        tag: 'units',
        severity: 2 * stopping.length > unitConcerns.length ? 'stop' : 'look',
        sentence: `on ${unitConcerns.length} of ${ccds.length} CCDs ${unitConcerns[0]!.sentence}`,
      },
    ]
  if (expectations.length === 0) return concerns
  const transparency = median(expectations.map((one) => one.transparency))
  const light = `${(100 * transparency).toFixed(0)} % of the usual light arrives`
  if (transparency < CLOUDED_TRANSPARENCY)
    concerns.push({ tag: 'clouds', severity: 'look', sentence: `${light}: clouds, if the units are right` })
  else if (transparency < LOW_TRANSPARENCY)
    concerns.push({ tag: 'transparency', severity: 'hint', sentence: `${light}: thin cloud or old mirrors` })
  return concerns
}

const preferred = (bands: BandEvidence): string =>
  Object.entries(bands).reduce((best, one) => (one[1].logLikelihood > best[1].logLikelihood ? one : best))[0]
