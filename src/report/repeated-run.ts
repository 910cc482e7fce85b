import { commandLine, optionWords } from '../formats/shell-word.js'
import { printableUrl } from '../printable.js'
import type { ResultDocument } from '../products/result-document.js'

/**
 * What the command of a run named that its products do not hold: they are the same wherever they are made. As it was
 * typed; absent if it was not.
 */
export interface TypedPaths {
  readonly workdir?: string
  readonly outdir?: string
  readonly catalog?: string
  readonly suspects?: string
}

/** The parts of the command that makes the same products again; each but the first starts with a blank, or is empty. */
interface RepeatedRun {
  readonly exposure: string
  readonly options: string
  readonly workdir: string
  readonly outdir: string
}

/** Options that a result's provenance records, with the value that need not be typed. */
const RECORDED = [
  ['--magsType', 'magsType', 'mag_psf'],
  ['--system', 'system', 'des-ab'],
  ['--estimator', 'estimator', 'robust'],
] as const

/** The command of a run from its result: the options that were not the default, and the paths that were typed. */
export function repeatedRun(
  { exposure, provenance: { options } }: ResultDocument,
  { workdir, outdir, catalog, suspects }: TypedPaths,
): RepeatedRun {
  const option = (name: string, value: unknown, unsaid?: string) =>
    value === undefined || value === unsaid ? '' : ` ${commandLine(optionWords(name, printableUrl(String(value))))}`
  const recorded = RECORDED.map(([name, key, unsaid]) => option(name, options[key], unsaid)).join('')
  const variables = option('--suspects', suspects ?? options['suspects'])
  const ofWorkdir = option('--workdir', workdir, '.')
  return {
    exposure: `--expnum ${exposure.expnum}${option('--reqnum', exposure.reqnum)}${option('--attnum', exposure.attnum)}`,
    options: `${recorded}${variables}${
      options['keepBorrowed'] === true ? ' --keep-borrowed' : ''
    }${option('--catalog', catalog)}${ofWorkdir}`,
    workdir: ofWorkdir,
    outdir: option('--outdir', outdir, '.'),
  }
}
