import { pathWord, shellWord } from '../formats/shell-word.js'
import type { ResultDocument } from '../products/result-document.js'
import { ccdNames } from './ccd-names.js'
import type { Reason } from './reasons.js'
import { repeatedRun, type TypedPaths } from './repeated-run.js'

/** What to do about it, and the command that does it. */
export interface NextStep {
  readonly words: string
  readonly command: string
}

/** What the gravest reason asks for. */
export function nextStep(
  document: ResultDocument,
  reasons: readonly Reason[],
  unsolved: boolean,
  typed: TypedPaths,
): NextStep {
  const { exposure, ccds } = document
  const run = repeatedRun(document, typed)
  const spec = (list: readonly number[]) =>
    ccdNames(list)
      .replace(/^CCDs? /, '')
      .replaceAll(' ', '')
  const all = ccds.length === 1 ? String(ccds[0]!.ccd) : 'all'
  const again = (list: string) => `bliss-calib ${run.exposure}${run.ccds(list)}${run.options}${run.outdir}`
  const beside = (list: string, option: string) =>
    `mkdir -p check && bliss-calib ${run.exposure}${run.ccds(list)}${run.options}${option} --outdir check`
  const first = reasons[0]
  if (first === undefined) {
    if (exposure.expnum === null) return { words: 'Nothing is off. The same run again:', command: again('all') }
    if (ccds.length === 1) return { words: 'Nothing is off. To calibrate the whole exposure:', command: again('all') }
    const combined = `D${String(exposure.expnum).padStart(8, '0')}_r${exposure.reqnum}p${exposure.attnum}_ZP.csv`
    const template = shellWord(
      pathWord(typed.outdir === undefined || typed.outdir === '.' ? combined : `${typed.outdir}/${combined}`),
    )
    return {
      words: 'Nothing is off. For the star lists of difference imaging, with the number of the search exposure:',
      command: `bliss-calib starlists --expnum SEARCH --templates ${template}`,
    }
  }
  switch (first.tag) {
    case 'failed':
      return { words: 'Mend or replace its file, then calibrate the exposure again:', command: again('all') }
    case 'missing':
      return { words: 'Calibrate the CCDs that are missing, if there are files of them:', command: again('all') }
    case 'wrong-band':
      if (exposure.expnum === null)
        return { words: 'Find out which filter was in the beam, and name it:', command: `${again(all)} --band BAND` }
      return {
        words:
          'Find out which filter was in the beam; make the list again from the image headers, then calibrate again:',
        command: `bliss-calib catlist --expnum ${exposure.expnum}${run.workdir} --force && ${again(all)} --force`,
      }
    case 'units':
      return {
        words:
          'See whether GAIN and EXPTIME were applied to the images; the zeropoint is ' +
          'right for the flux as it was measured. What each cut took:',
        command: `${again(all)} --verbose 1`,
      }
    case 'borrowed':
      return { words: 'If borrowed zeropoints serve, take them:', command: `${again('all')} --accept-borrowed` }
    case 'too-few-ccds':
      return {
        words: unsolved ? 'Solve them together:' : 'Calibrate the CCDs that are missing:',
        command: again('all'),
      }
    case 'suspect-exposure':
    case 'clouds':
    case 'transparency':
    case 'depth':
      return {
        words: 'See how the exposures before and after fared:',
        command: `bliss-calib report --night ${shellWord(pathWord(typed.outdir ?? '.'))}`,
      }
    case 'cross-check':
      return {
        words: 'Compare with the plain clipped mean, in another directory:',
        command: beside(first.ccds.length > 0 ? spec(first.ccds) : all, ' --estimator sigma-clip'),
      }
    case 'not-tied':
      return {
        words: 'Give the tie an exposure that overlaps the CCD:',
        command: 'bliss-calib tie SEARCH --templates TEMPLATES --outdir tied',
      }
    case 'gain':
      return {
        words: 'See whether GAIN is that of the image as it is now, scaled and stacked; then measure it again:',
        command: again(all),
      }
    case 'psf':
      return {
        words: 'Compare with a flux that needs no model of the PSF, in another directory:',
        command: beside(all, ' --magsType mag_auto'),
      }
    case 'no-zeropoint':
    case 'shrunk':
    case 'outlier':
    case 'too-few-stars':
    case 'large-error':
    case 'saturation':
    case 'crowding':
    case 'outliers':
    case 'scatter':
    case 'astrometry':
    case 'amplifiers':
    case 'linearity':
    case 'passband':
    case 'fluxes':
    case 'classification':
    case 'catalogues':
      return {
        words: 'See what each cut took:',
        command: beside(first.ccds.length > 0 ? spec(first.ccds) : all, ' --verbose 1'),
      }
  }
}
