import { availableParallelism } from 'node:os'
import { CommandError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import type { ExposureJob } from '../../node/exposure/exposure-job.js'
import type { PhotometricSystem } from '../../photometry/result.js'

/** The options of `calibrate`, checked. */
export interface CalibrateOptions extends ExposureJob {
  readonly sexMagZeropoint: number
  readonly verbose: number
  readonly catalog?: string
  readonly legacy: boolean
  readonly json: boolean
  /** Write the original's figures, as PNG and SVG. */
  readonly plots: boolean
  /** Write a page to look at. */
  readonly report: boolean
  readonly quiet: boolean
  readonly workers: number
  /** `--suspects`, not yet read. */
  readonly suspectsFile?: string
}

/** The table of options: it is the parser, the types and the help. */
export const CALIBRATE_OPTIONS = {
  expnum: { type: 'string', demandOption: true, describe: 'exposure number' },
  reqnum: { type: 'string', describe: 'request number of the list; needed where the exposure has several lists' },
  attnum: { type: 'string', describe: 'attempt number of the list' },
  ccd: { type: 'string', default: '1', describe: "CCDs: a number, a list with ranges (1,3-60), or 'all'" },
  magsType: {
    type: 'string',
    alias: ['magType', 'mags-type'],
    default: 'mag_psf',
    describe: 'flux to calibrate: mag_psf, mag_auto, mag_aper_8, or any mag_x with FLUX_x and FLUXERR_x',
  },
  sex_mag_zeropoint: {
    type: 'string',
    alias: ['sex-mag-zeropoint'],
    default: '25.0',
    describe: "SExtractor's zeropoint; used by --legacy only",
  },
  catalog: {
    type: 'string',
    describe:
      'reference catalogue: a directory, a URL, or demo for the bundled simulated stars; default $BLISS_CATALOG',
  },
  system: {
    choices: ['des-ab', 'catalog'] as const,
    default: 'des-ab',
    describe: "des-ab: the camera's band, AB. catalog: the catalogue's own magnitude as it is",
  },
  estimator: {
    choices: ['robust', 'sigma-clip'] as const,
    default: 'robust',
    describe: 'robust likelihood, or the mean after a 3 sigma clip',
  },
  suspects: {
    type: 'string',
    describe:
      'list of variables and AGN, which lose weight: CSV with source_id or ra and dec, or a table with positions',
  },
  workdir: { type: 'string', default: '.', describe: 'directory of the list and the catalogues' },
  outdir: { type: 'string', default: '.', describe: 'directory of the products' },
  legacy: { type: 'boolean', default: false, describe: "the original's algorithm, files and numbers" },
  json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
  plots: { type: 'boolean', default: false, describe: "write the original's figures under their names, .png and .svg" },
  report: { type: 'boolean', default: false, describe: 'write a page to look at, report_D{E}_r{R}p{A}.html' },
  'keep-borrowed': { type: 'boolean', default: false, describe: 'apply borrowed zeropoints however large their error' },
  'accept-borrowed': {
    type: 'boolean',
    default: false,
    describe: 'count a borrowed zeropoint as fitted in the exit code',
  },
  force: { type: 'boolean', default: false, describe: 'write beside products of another photometric system' },
  workers: { type: 'string', describe: 'threads that work on the CCDs; default as many as the machine has cores' },
  verbose: { type: 'string', default: '0', describe: '0, 1 or 2' },
  debug: { type: 'boolean', default: false, describe: "the original's name for --verbose 2" },
  quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
} as const

export type Raw = Readonly<Record<string, unknown>>

/** The text of an option; throws CommandError where it is given twice. */
export function textOf(raw: Raw, name: string): string | undefined {
  const value = raw[name]
  if (Array.isArray(value))
    throw new CommandError('repeated-option', 'the option is given more than once', {
      option: `--${name}`,
      found: value.join(' and '),
    })
  return value === undefined ? undefined : String(value as string)
}

export function wholeOf(raw: Raw, name: string): number | undefined {
  const value = textOf(raw, name)
  if (value === undefined) return undefined
  if (!/^\d{1,10}$/.test(value) || Number(value) >= 2 ** 31) {
    throw new CommandError('bad-option', 'the option needs a whole number', {
      option: `--${name}`,
      found: `'${value}'`,
      expected: 'a number from 0 to 2147483647',
    })
  }
  return Number(value)
}

/** Which exposure: `--expnum`, `--reqnum`, `--attnum`, checked. */
export function exposureOptions(raw: Raw): Pick<CalibrateOptions, 'expnum' | 'reqnum' | 'attnum'> {
  const reqnum = textOf(raw, 'reqnum')
  const attnum = wholeOf(raw, 'attnum')
  return {
    expnum: wholeOf(raw, 'expnum')!,
    ...(reqnum === undefined ? {} : { reqnum }),
    ...(attnum === undefined ? {} : { attnum }),
  }
}

/** `--workers`: at least one thread; by default one for each core. */
export function workersOption(raw: Raw): number {
  const workers = wholeOf(raw, 'workers') ?? availableParallelism()
  if (workers >= 1 && workers <= LIMITS.workers) return workers
  const sentence = workers < 1 ? 'at least one thread has to work' : 'no machine has use for so many threads'
  throw new CommandError('bad-option', sentence, {
    option: '--workers',
    found: `'${workers}'`,
    expected: workers < 1 ? '1 or more' : `at most ${LIMITS.workers}`,
  })
}

/** Checks the parsed command line; throws CommandError naming the option, what was found and what was expected. */
export function calibrateOptions(raw: Raw): CalibrateOptions {
  const text = (name: string) => textOf(raw, name)
  const zeropoint = Number(text('sex_mag_zeropoint') || NaN)
  if (!Number.isFinite(zeropoint)) {
    throw new CommandError('bad-option', 'the option needs a number', {
      option: '--sex_mag_zeropoint',
      found: `'${text('sex_mag_zeropoint')}'`,
      expected: 'magnitudes such as 25.0',
    })
  }
  const verbose = raw['debug'] === true ? 2 : wholeOf(raw, 'verbose')!
  const catalog = text('catalog')
  if (catalog === '')
    throw new CommandError('bad-option', 'the option names no catalogue', {
      option: '--catalog',
      found: "''",
      expected: 'a directory',
    })
  const suspectsFile = text('suspects')
  if (suspectsFile === '')
    throw new CommandError('bad-option', 'the option names no file', {
      option: '--suspects',
      found: "''",
      expected: 'a CSV, FITS or Parquet file',
    })
  return {
    ...(suspectsFile === undefined ? {} : { suspectsFile }),
    ...exposureOptions(raw),
    ccd: text('ccd')!.trim(),
    magsType: text('magsType')!,
    sexMagZeropoint: zeropoint,
    verbose,
    ...(catalog === undefined ? {} : { catalog }),
    system: text('system') as PhotometricSystem,
    estimator: text('estimator') as 'robust' | 'sigma-clip',
    workdir: text('workdir')!,
    outdir: text('outdir')!,
    legacy: raw['legacy'] === true,
    json: raw['json'] === true,
    plots: raw['plots'] === true,
    report: raw['report'] === true,
    keepBorrowed: raw['keep-borrowed'] === true,
    acceptBorrowed: raw['accept-borrowed'] === true,
    force: raw['force'] === true,
    quiet: raw['quiet'] === true,
    workers: workersOption(raw),
  }
}
