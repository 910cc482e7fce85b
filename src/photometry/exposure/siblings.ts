import type { SiblingFacts } from '../../exposure/comparison.js'
import type { CcdInput } from '../ccd.js'
import type { CcdResult } from '../result.js'

/** Facts of the exposure that a CCD gives before it is calibrated. */
export function siblingOfInput(input: CcdInput): SiblingFacts {
  const { ccd, band, epochYr, epochFrom, exposureTimeSec, fluxUnit, fluxUnitFrom } = input
  return {
    ccd,
    band,
    ...(epochYr === undefined || epochFrom === 'NITE' ? {} : { headerEpochYr: epochYr }),
    ...(exposureTimeSec === undefined ? {} : { exposureTimeSec }),
    ...(fluxUnit === undefined || fluxUnitFrom === 'GAIN' ? {} : { headerFluxUnit: fluxUnit }),
  }
}

/** The same facts, as far as the result of a CCD holds them. */
export function siblingOfResult(result: Omit<CcdResult, 'matches'>): SiblingFacts {
  const { ccd, band, epochYr, epochFrom, diagnostics } = result
  const { expectation } = diagnostics
  return {
    ccd,
    band,
    ...(epochFrom === 'MJD-OBS' || epochFrom === 'DATE-OBS' ? { headerEpochYr: epochYr } : {}),
    ...(expectation === null ? {} : { exposureTimeSec: expectation.exposureTimeSec }),
    ...(expectation?.unitFrom === 'header' ? { headerFluxUnit: expectation.unit } : {}),
  }
}
