import { commandLine, optionWords, pathWord } from '../formats/shell-word.js'
import { printableUrl } from '../printable.js'
import type { ResultDocument } from '../products/result-document.js'

/**
 * What the command of a run named that its products do not hold: they are the same wherever they are made. As it was
 * typed; absent if it was not.
 */
export interface TypedPaths {
  readonly workdir?: string
  readonly outdir?: string
  readonly catalog?: readonly string[]
  readonly referencePriority?: boolean
  readonly suspects?: string
  readonly camera?: string
  /** Files that were given, without a list. */
  readonly files?: readonly string[]
}

/** The parts of the command that makes the same products again; each but the first starts with a blank, or is empty. */
interface RepeatedRun {
  readonly exposure: string
  /** The choice of CCDs; empty if files are all that is meant. */
  ccds(list: string): string
  readonly options: string
  readonly workdir: string
  readonly outdir: string
}

/** Options that a result's provenance records, with the value that need not be typed. */
const RECORDED = [
  ['--magsType', 'magsType', 'mag_psf'],
  ['--system', 'system', 'des-ab'],
  ['--estimator', 'estimator', 'robust'],
  ['--band', 'band', undefined],
  ['--columns', 'columns', undefined],
  ['--name', 'name', undefined],
] as const

/** The command of a run from its result: the options that were not the default, and the paths that were typed. */
export function repeatedRun(
  { exposure, provenance: { inputs, options } }: ResultDocument,
  { workdir, outdir, catalog = [], referencePriority, suspects, camera, files }: TypedPaths,
): RepeatedRun {
  const option = (name: string, value: unknown, unsaid?: string) =>
    value === undefined || value === unsaid ? '' : ` ${commandLine(optionWords(name, printableUrl(String(value))))}`
  const ofFiles = exposure.expnum === null
  // Files without --magsType take what they have, whatever that is.
  const isSaid = (key: string) => !ofFiles || key !== 'magsType' || exposure.origin?.['flux'] === '--magsType'
  const recorded = RECORDED.map(([name, key, unsaid]) =>
    isSaid(key) ? option(name, options[key], ofFiles && key === 'magsType' ? undefined : unsaid) : '',
  ).join('')
  const variables =
    option('--suspects', suspects ?? options['suspects']) + option('--camera', camera ?? options['camera'])
  const ofWorkdir = ofFiles ? '' : option('--workdir', workdir, '.')
  const further = [options['suspects'], options['camera']]
  const given = files ?? Object.keys(inputs).filter((file) => !further.includes(file))
  return {
    exposure: ofFiles
      ? commandLine(given.map(pathWord))
      : `--expnum ${exposure.expnum}${option('--reqnum', exposure.reqnum)}${option('--attnum', exposure.attnum)}`,
    ccds: (list) => (ofFiles && (list === 'all' || given.length === 1) ? '' : ` --ccd ${list}`),
    options: `${recorded}${variables}${
      options['keepBorrowed'] === true ? ' --keep-borrowed' : ''
    }${catalog.map((one) => option('--catalog', one)).join('')}${
      referencePriority === true ? ' --reference-priority' : ''
    }${ofWorkdir}`,
    workdir: ofWorkdir,
    outdir: option('--outdir', outdir, '.'),
  }
}
