import type { CcdMatches, SolvedCcd, ZeropointGradient, ExposureSolution, ExposurePrior } from './result.js'
import { median } from '../../math/robust.js'
import { numbersOf } from '../../math/select.js'
import { expectedAt, overStates, planeLevel, zeropointOf, type Estimated } from './ccd.js'
import { solutionConcerns } from './concerns.js'
import { EXPECTED_CCD_SCATTER_MAG, EXPECTED_GRADIENT_MAG_PER_DEG } from './expected.js'
import { EXPOSURE_FLAGS } from './flags.js'
import { strayingRound, type Straying } from './neighbours.js'
import { exposurePosterior, type ExposureState, type FittedCcds } from './posterior.js'
import { reservedStars } from './reserved.js'
import { isFar, suspicionOf, suspicionOfPair } from './suspicion.js'

export type { ReservableStars, ReservedStars } from './result.js'

interface ExposureOptions {
  /** Expected scatter from CCD to CCD [mag]; the exposure's own is learnt. Default 0.005. */
  readonly expectedCcdScatterMag?: number
  /** Prior standard deviation of the gradient along each axis [mag per degree]. Default 0.03. */
  readonly expectedGradientMagPerDeg?: number
}

/** Fewer CCDs than this cannot outvote one another. */
const MIN_CCDS = 3
/** Lower limit of the error of a single CCD [mag]: flat fields and apertures differ by more. */
const MIN_ERROR_MAG = 1e-4

/**
 * The exposure's solution: each CCD's zeropoint, given all the others (hierarchical model, docs/method.md, section 8).
 *
 * zeropoint of a CCD = exposure + gradient . (xi, eta) + deviation. Deviations are Student t with a scale learnt from
 * the CCDs themselves, but for a small share of outliers, which neither move the plane nor widen the scale. A CCD's own
 * zeropoint and what the others predict are weighed by their errors, without a threshold; a CCD without stars takes the
 * prediction. Outliers keep their own: clouds and dead amplifiers are real. Deterministic, and the same for any order
 * of the CCDs.
 *
 * @throws RangeError for a CCD given twice, or an option that is not positive
 */
export function solveExposure(ccds: readonly CcdMatches[], options: ExposureOptions = {}): ExposureSolution {
  const {
    expectedCcdScatterMag = EXPECTED_CCD_SCATTER_MAG,
    expectedGradientMagPerDeg = EXPECTED_GRADIENT_MAG_PER_DEG,
  } = options
  if (!(expectedCcdScatterMag > 0 && expectedGradientMagPerDeg > 0))
    throw new RangeError('the expected scatter and gradient must be positive')
  if (new Set(ccds.map(({ ccd }) => ccd)).size < ccds.length) throw new RangeError('each CCD may be given once')
  const prior = { ccdScatterMag: expectedCcdScatterMag, gradientMagPerDeg: expectedGradientMagPerDeg }
  const solved = solve(ccds, prior)
  return {
    ...solved,
    reserved: reservedStars(ccds, (reduced) => solve(reduced, prior).ccds),
    concerns: solutionConcerns(solved, ccds),
  }
}

type OwnCcd = CcdMatches & { readonly zeropoint: number; readonly zeropointErr: number }

/** No magnitude is as large as this. */
const FAR_MAG = 1000
const hasOwn = (ccd: CcdMatches): ccd is OwnCcd =>
  Math.abs(ccd.zeropoint ?? NaN) < FAR_MAG &&
  ccd.zeropointErr !== null &&
  ccd.zeropointErr >= 0 &&
  ccd.zeropointErr < FAR_MAG
const hasPlace = ({ xiDeg, etaDeg }: CcdMatches): boolean => Number.isFinite(xiDeg) && Number.isFinite(etaDeg)

function solve(ccds: readonly CcdMatches[], prior: ExposurePrior): Omit<ExposureSolution, 'reserved' | 'concerns'> {
  const own = ccds.filter(hasOwn)
  const fitted = own.filter(hasPlace).sort((a, b) => a.ccd - b.ccd)
  const counts = { nPresent: ccds.length, nFitted: own.length, nOutliers: 0 }
  if (fitted.length === 0) {
    const reason =
      own.length === 0
        ? 'no CCD of the exposure has a zeropoint'
        : 'no CCD with a zeropoint has a known place in the focal plane'
    return {
      outcome: 'none',
      suspect: false,
      reason,
      ...NOTHING,
      ...counts,
      ccds: ccds.map((ccd) => alone(ccd, reason)),
    }
  }

  const origin = {
    zeropoint: median(fitted.map(({ zeropoint }) => zeropoint)),
    xiDeg: mean(fitted.map(({ xiDeg }) => xiDeg)),
    etaDeg: mean(fitted.map(({ etaDeg }) => etaDeg)),
  }
  const columns: FittedCcds = {
    xi: numbersOf(fitted, ({ xiDeg }) => xiDeg - origin.xiDeg),
    eta: numbersOf(fitted, ({ etaDeg }) => etaDeg - origin.etaDeg),
    value: numbersOf(fitted, ({ zeropoint }) => zeropoint - origin.zeropoint),
    variance: numbersOf(fitted, ({ zeropointErr }) => Math.max(MIN_ERROR_MAG, zeropointErr) ** 2),
  }
  const states = exposurePosterior(columns, prior)
  const expected = ({ xiDeg, etaDeg }: CcdMatches) => expectedAt(states, xiDeg - origin.xiDeg, etaDeg - origin.etaDeg)

  const straying = fitted.map((ccd, k): Straying => {
    const { mean: level, variance } = expected(ccd)
    return {
      xiDeg: ccd.xiDeg,
      etaDeg: ccd.etaDeg,
      deviation: columns.value[k]! - level,
      expectedVariance: variance + columns.variance[k]!,
    }
  })
  const sigmas = straying.map(({ deviation, expectedVariance }) => deviation / Math.sqrt(expectedVariance))
  const enough = fitted.length >= MIN_CCDS
  const outlier = straying.map(({ deviation }, k) => enough && isFar(deviation, sigmas[k]!))
  const nOutliers = outlier.filter(Boolean).length
  const scatter = overStates(states, ({ tau }) => ({ mean: tau, variance: 0 }))
  const suspicion = enough
    ? suspicionOf({ nPresent: ccds.length, nFitted: fitted.length, nOutliers }, scatter.mean, prior)
    : suspicionOfPair(fitted, prior)

  const rowOf = new Map(fitted.map((ccd, k) => [ccd.ccd, k]))
  const solved = ccds.map((ccd): SolvedCcd => {
    const k = rowOf.get(ccd.ccd)
    if (k === undefined && (hasOwn(ccd) || !hasPlace(ccd)))
      return alone(ccd, 'its place in the focal plane is not known')
    if (k === undefined && !enough && suspicion !== null) return alone(ccd, suspicion)
    if (k === undefined)
      return borrowed(ccd.ccd, origin.zeropoint, expected(ccd), strayingRound(ccd.xiDeg, ccd.etaDeg, straying))
    const { zeropoint, zeropointErr } = fitted[k]!
    const facts = {
      ccd: ccd.ccd,
      outcome: 'fitted',
      deviation: straying[k]!.deviation,
      deviationSigma: sigmas[k]!,
    } as const
    const asItIs = { zeropoint, zeropointErr, ownFraction: 1 }
    if (!enough)
      return { ...facts, ...asItIs, reason: null, flag: EXPOSURE_FLAGS.own, deviation: null, deviationSigma: null }
    if (outlier[k])
      return {
        ...facts,
        ...asItIs,
        reason:
          `${inMmag(facts.deviation)} off the exposure, ${Math.abs(facts.deviationSigma).toFixed(0)} ` +
          `sigma: cloud, amplifier or wrong CCD; it keeps its own zeropoint`,
        flag: EXPOSURE_FLAGS.outlier,
      }
    const { own: ownFraction, ...posterior } = zeropointOf(states, columns, k)
    const shrunk = ownFraction < 0.5
    return {
      ...facts,
      reason: shrunk
        ? `${(100 * (1 - ownFraction)).toFixed(0)} % from the other CCDs: its own zeropoint ` +
          `has an error of ${(1000 * zeropointErr).toFixed(1)} mmag`
        : null,
      zeropoint: origin.zeropoint + posterior.zeropoint,
      zeropointErr: posterior.zeropointErr,
      ownFraction,
      flag: shrunk ? EXPOSURE_FLAGS.borrowed : EXPOSURE_FLAGS.own,
    }
  })

  // In a fixed order, so that sums are the same to the last bit.
  const placed = ccds.filter(hasPlace).sort((a, b) => a.ccd - b.ccd)
  const middle = planeLevel(
    states,
    mean(placed.map(({ xiDeg }) => xiDeg)) - origin.xiDeg,
    mean(placed.map(({ etaDeg }) => etaDeg)) - origin.etaDeg,
  )
  return {
    outcome: enough ? 'solved' : 'too-few',
    suspect: suspicion !== null,
    reason:
      suspicion ??
      (enough
        ? null
        : `${fitted.length} of ${ccds.length} CCDs have a zeropoint, ${MIN_CCDS} are needed for a solution`),
    zeropoint: origin.zeropoint + middle.mean,
    zeropointErr: Math.sqrt(middle.variance),
    gradient: enough ? gradientOver(states) : null,
    ccdScatter: enough ? scatter.mean : null,
    ccdScatterErr: enough ? Math.sqrt(scatter.variance) : null,
    ...counts,
    nOutliers,
    ccds: suspicion === null ? solved : solved.map((ccd) => suspected(ccd, suspicion)),
  }
}

const NOTHING = { zeropoint: null, zeropointErr: null, gradient: null, ccdScatter: null, ccdScatterErr: null } as const

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const inMmag = (mag: number): string => `${mag < 0 ? '-' : '+'}${Math.abs(1000 * mag).toFixed(0)} mmag`

/** A CCD that the exposure does not constrain: its own zeropoint unchanged, or none. */
function alone(ccd: CcdMatches, reason: string): SolvedCcd {
  const nothing = { ccd: ccd.ccd, reason, deviation: null, deviationSigma: null }
  if (hasOwn(ccd))
    return {
      ...nothing,
      outcome: 'fitted',
      zeropoint: ccd.zeropoint,
      zeropointErr: ccd.zeropointErr,
      ownFraction: 1,
      flag: EXPOSURE_FLAGS.own,
    }
  return { ...nothing, outcome: 'none', zeropoint: null, zeropointErr: null, ownFraction: 0, flag: EXPOSURE_FLAGS.none }
}

function borrowed(ccd: number, reference: number, expected: Estimated, round: number): SolvedCcd {
  return {
    ccd,
    outcome: 'borrowed',
    reason: `no zeropoint of its own: the exposure's at its place${round > 0 ? ', where the CCDs round it stray' : ''}`,
    zeropoint: reference + expected.mean,
    zeropointErr: Math.sqrt(expected.variance + round),
    ownFraction: 0,
    flag: EXPOSURE_FLAGS.borrowed,
    deviation: null,
    deviationSigma: null,
  }
}

function suspected(ccd: SolvedCcd, suspicion: string): SolvedCcd {
  if (ccd.outcome === 'none') return ccd
  return {
    ...ccd,
    flag: EXPOSURE_FLAGS.suspect,
    reason:
      ccd.reason === null
        ? `the exposure is suspect: ${suspicion}`
        : `${ccd.reason}; the exposure is suspect: ${suspicion}`,
  }
}

function gradientOver(states: readonly ExposureState[]): ZeropointGradient {
  const along = (axis: 1 | 2) =>
    overStates(states, ({ plane, covariance }) => ({ mean: plane[axis], variance: covariance[axis === 1 ? 3 : 5] }))
  const [xi, eta] = [along(1), along(2)]
  return {
    xiMagPerDeg: xi.mean,
    etaMagPerDeg: eta.mean,
    xiErr: Math.sqrt(xi.variance),
    etaErr: Math.sqrt(eta.variance),
  }
}
