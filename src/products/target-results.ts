import type { CcdTargets } from '../photometry/targets/at-target.js'
import { targetResult, type TargetResult } from '../photometry/targets/target-result.js'
import type { CcdResult } from '../photometry/result.js'

/**
 * What is at each target, in the order in which they were asked for: of every CCD that it is on; of a target that is on
 * none the nearest CCD, which says so.
 *
 * @param flux that was calibrated: `mag_psf`
 */
export function targetResults(
  ccds: readonly Pick<CcdResult, keyof Parameters<typeof targetResult>[1] | 'targets'>[],
  flux: string,
): TargetResult[] {
  return onTheirCcds(
    ccds.flatMap((ccd) =>
      (ccd.targets?.at ?? []).map((at) => targetResult(at, ccd, flux, ccd.targets!.exposureTimeSec)),
    ),
  )
}

/** Of the results of one exposure's CCDs those of a CCD that the target is on; if there is none, of the nearest. */
export function onTheirCcds(all: readonly TargetResult[]): TargetResult[] {
  const byTarget = new Map<string, TargetResult[]>()
  for (const result of all) byTarget.set(result.name, [...(byTarget.get(result.name) ?? []), result])
  return [...byTarget.values()].flatMap((results) => {
    const on = results.filter(({ status }) => status !== 'outside')
    if (on.length > 0) return on
    return [results.reduce((best, other) => (isNearer(other, best) ? other : best))]
  })
}

/** Of two CCDs that a target is not on; one that it would be on in hours says more. */
const isNearer = (a: TargetResult, b: TargetResult): boolean =>
  a.isOnInHours === b.isOnInHours ? a.centreArcsec < b.centreArcsec : a.isOnInHours

/** What a CCD's JSON says of its targets, as the calibration gave it. */
export function targetsOfResults(results: readonly TargetResult[]): CcdTargets {
  return {
    exposureTimeSec: results[0]?.exposureTimeSec ?? null,
    at: results.map(
      ({ name, raDeg, decDeg, radiusArcsec, edgeArcsec, centreArcsec, isOnInHours, detections, noise }) => ({
        target: { name, raDeg, decDeg },
        radiusArcsec,
        edgeArcsec,
        centreArcsec,
        isOnInHours,
        detections: detections.map(({ mag: _mag, magErr: _magErr, ...measured }) => measured),
        noise,
      }),
    ),
  }
}
