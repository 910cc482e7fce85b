import type { Concern } from '../concern.js'
import type { CcdResult } from '../result.js'
import { mmag } from '../mmag.js'
import { stepsAcross, type StepAcross } from './step-across.js'

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

/**
 * Concerns of the detector: saturation, linearity, amplifiers or halves that differ. Under a wrong band residuals
 * follow colour, and colour follows magnitude.
 *
 * @param saturation SATURATE of the header, for the sentence
 */
export function detectorConcerns(
  result: Pick<CcdResult, 'diagnostics' | 'matches' | 'scatter'>,
  saturation: number | undefined,
  wrongBand: boolean,
): Concern[] {
  const { brightEnd, peakCeiling, magnitudeTrend, amplifiers, expectedScatter } = result.diagnostics
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
  // Without a colour term residuals show the stars' colours.
  const step = expectedScatter === null ? null : largestStep(result)
  if (amplifiers && amplifiers.evidence > TREND_EVIDENCE) {
    const { slope, err } = amplifiers
    concerns.push({
      tag: 'amplifiers',
      severity: 'look',
      sentence:
        `the two amplifiers differ by ${(1000 * slope).toFixed(0)} ± ` +
        `${(1000 * err).toFixed(0)} mmag (high x minus low x)`,
    })
  } else if (step !== null) concerns.push({ tag: 'amplifiers', severity: 'look', sentence: stepText(step) })
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
