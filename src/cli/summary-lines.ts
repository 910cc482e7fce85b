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
export function exposureLine({ zeropoint, zeropointErr, nFitted, nPresent, nOutliers, reason }: ExposureSolution): string {
  if (zeropoint === null) return `exposure  no zeropoint  ${reason ?? ''}\n`
  const outliers = nOutliers === 0 ? '' : `, ${nOutliers} ${nOutliers === 1 ? 'outlier' : 'outliers'}`
  return `exposure  ${zeropoint.toFixed(4)} ± ${zeropointErr!.toFixed(4)} (stat)  ${nFitted} of ${nPresent} CCDs fitted${outliers}${reason === null ? '' : `  ${reason}`}\n`
}

/** What each cut took, for `--verbose`: every detection is accounted for. */
export function cutLines({ ccd, cuts, lost, sigmaClip }: CcdResult): string {
  const taken = Object.entries(lost)
    .filter(([, count]) => count > 0)
    .map(([cut, count]) => `${cut} ${count}`)
  const name = `CCD ${String(ccd).padStart(2, '0')}`
  const original = sigmaClip.zeropoint === null ? 'none' : `${sigmaClip.zeropoint.toFixed(4)} ± ${sigmaClip.zeropointErr!.toFixed(4)}`
  return (
    `${name}  ${cuts.detections} detections, ${cuts.selected} selected, ${cuts.matched} matched, ${cuts.used} used; lost: ${taken.join(', ') || 'none'}\n` +
    `${name}  the original's statistic on the catalogue's own magnitude: ${original}, ${sigmaClip.nClipped} of ${sigmaClip.nAll} stars\n`
  )
}
