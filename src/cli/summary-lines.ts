import { verdictFrom, type Concern } from '../photometry/concern.js'
import type { ExposureSolution } from '../photometry/exposure-solution.js'
import type { CcdResult } from '../photometry/result.js'

/** One line per CCD: the number with both errors, the stars, the verdict. */
export function ccdLine(result: CcdResult): string {
  const { ccd, zeropoint, zeropointErr, systematicErr, cuts, verdict, system, outcome } = result
  const name = `CCD ${String(ccd).padStart(2, '0')}`
  if (zeropoint === null) return `${name}  no zeropoint  ${cuts.used} of ${cuts.matched} matched stars  ${verdict}\n`
  const systematic = systematicErr === null ? '' : ` ± ${systematicErr.toFixed(3)} (sys)`
  const number = `${zeropoint.toFixed(4)} ± ${zeropointErr!.toFixed(4)} (stat)${systematic}`
  return `${name}  ${number}  ${system}  ${outcome}  ${cuts.used} of ${cuts.matched} stars  ${verdict}\n`
}

/** One line for the exposure. */
export function exposureLine({ zeropoint, zeropointErr, nFitted, nPresent, nOutliers, reason, concerns }: ExposureSolution): string {
  if (zeropoint === null) return `exposure  no zeropoint  ${reason ?? ''}\n`
  const outliers = nOutliers === 0 ? '' : `, ${nOutliers} ${nOutliers === 1 ? 'outlier' : 'outliers'}`
  const verdict = verdictFrom(concerns)
  return `exposure  ${zeropoint.toFixed(4)} ± ${zeropointErr!.toFixed(4)} (stat)  ${nFitted} of ${nPresent} CCDs fitted${outliers}${verdict === 'good' ? '' : `  ${verdict}`}\n`
}

/** What a CCD's stars say beside the number, for `--verbose`: every detection is accounted for. */
export function cutLines({ ccd, cuts, lost, zeropoint, sigmaClip, diagnostics, concerns }: CcdResult): string {
  const taken = Object.entries(lost)
    .filter(([, count]) => count > 0)
    .map(([cut, count]) => `${cut} ${count}`)
  const original = sigmaClip.zeropoint === null ? 'none' : numberOf(sigmaClip.zeropoint, sigmaClip.zeropointErr!)
  const minus = zeropoint === null || sigmaClip.zeropoint === null ? '' : `; ours is ${(zeropoint - sigmaClip.zeropoint).toFixed(4)} from it`
  const { crossCheck, expectation, otherFluxes } = diagnostics
  const lines = [
    `${cuts.detections} detections, ${cuts.selected} selected, ${cuts.matched} matched, ${cuts.used} used; lost: ${taken.join(', ') || 'none'}`,
    `the original's statistic on the catalogue's own magnitude: ${original}, ${sigmaClip.nClipped} of ${sigmaClip.nAll} stars${minus}`,
    ...(crossCheck ? [`cross-check (Tukey MM): ${numberOf(crossCheck.zeropoint, crossCheck.zeropointErr)}, ${crossCheck.differenceSigma.toFixed(1)} combined errors away`] : []),
    ...Object.entries(otherFluxes).map(([name, flux]) => `${name}: ${numberOf(flux.zeropoint, flux.zeropointErr)}; minus the chosen flux's ${numberOf(flux.difference, flux.differenceErr)} from star to star`),
    ...(expectation ? [`light ${(100 * expectation.transparency).toFixed(0)} % of the expected, 5 sigma at ${magnitude(expectation.depth5Sigma)} mag (dark sky ${magnitude(expectation.expectedDepth5Sigma)})`] : []),
    ...hintsOf(concerns),
  ]
  const name = `CCD ${String(ccd).padStart(2, '0')}`
  return lines.map((line) => `${name}  ${line}\n`).join('')
}

/** What the exposure's solution says beside its number, for `--verbose`. */
export function solutionLines({ gradient, ccdScatter, ccdScatterErr, reserved, concerns }: ExposureSolution): string {
  const mmag = (value: number, err: number) => `${(1000 * value).toFixed(1)} ± ${(1000 * err).toFixed(1)} mmag`
  const lines = [
    ...(gradient ? [`gradient ${mmag(gradient.xiMagPerDeg, gradient.xiErr)} per degree east, ${mmag(gradient.etaMagPerDeg, gradient.etaErr)} north`] : []),
    ...(ccdScatter === null ? [] : [`scatter of the CCDs about it ${mmag(ccdScatter, ccdScatterErr!)}`]),
    ...(reserved ? [`${reserved.nStars} stars held out of the fit: median residual ${reserved.medianMmag.toFixed(1)} mmag, scatter ${reserved.scatterMmag.toFixed(1)} mmag`] : []),
    ...hintsOf(concerns),
  ]
  return lines.map((line) => `exposure  ${line}\n`).join('')
}

const numberOf = (value: number, err: number): string => `${value.toFixed(4)} ± ${err.toFixed(4)}`

const magnitude = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2))

const hintsOf = (concerns: readonly Concern[]): string[] => concerns.filter(({ severity }) => severity === 'hint').map(({ sentence }) => `hint: ${sentence}`)
