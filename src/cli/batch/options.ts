import { CommandError } from '../../errors.js'
import type { BatchJob } from '../../node/batch/batch-exposure.js'
import { CALIBRATE_OPTIONS, calibrateOptions } from '../calibrate/options.js'

/** The options of `batch`, checked. */
export interface BatchOptions {
  /** Directory or manifest. */
  readonly source: string
  readonly job: BatchJob
  readonly ccd: string
  readonly catalog?: string
  readonly workdir?: string
  readonly outdir?: string
  readonly summary?: string
  readonly rehash: boolean
  readonly retries: number
  readonly workers: number
  /** Failures that lie in the inputs, and so stand in the table for good, do not count in the exit code. */
  readonly acceptFailures: boolean
  readonly watch?: WatchOptions
  readonly quiet: boolean
  /** `--suspects`, not yet read. */
  readonly suspectsFile?: string
}

/** How `--watch` looks, and when it ends. */
export interface WatchOptions {
  readonly settleMs: number
  readonly pollMs: number
  readonly idleMs?: number
  readonly untilComplete: boolean
}

const { ccd, magsType, catalog, system, estimator, suspects, force, workers, quiet } = CALIBRATE_OPTIONS

/** The table of options: it is the parser, the types and the help. */
export const BATCH_OPTIONS = {
  ccd: { ...ccd, default: 'all' },
  ...{ magsType, catalog, system, estimator, suspects, force, workers, quiet },
  'keep-borrowed': CALIBRATE_OPTIONS['keep-borrowed'],
  'accept-borrowed': CALIBRATE_OPTIONS['accept-borrowed'],
  workdir: { type: 'string', describe: "directory of the SExtractor catalogues; default each list's own" },
  outdir: {
    type: 'string',
    describe: 'root of the products, a directory D{E}_r{R}p{A} per exposure; default beside the SExtractor catalogues',
  },
  summary: {
    type: 'string',
    describe: 'the table of all CCDs; default batch_summary.parquet in the root, or after the name of the manifest',
  },
  rehash: { type: 'boolean', default: false, describe: 'compare all files by content, whatever their times say' },
  'accept-failures': {
    type: 'boolean',
    default: false,
    describe: 'exit code 0 where what failed lies in the inputs and stands in the table: a rerun would not mend it',
  },
  retries: { type: 'string', default: '3', describe: 'further attempts at an exposure after I/O errors that may pass' },
  watch: {
    type: 'boolean',
    default: false,
    describe: 'calibrate CCDs as their files land below the directory, and their exposure anew each time',
  },
  idle: { type: 'string', describe: '--watch ends when nothing has landed for so many seconds' },
  'until-complete': {
    type: 'boolean',
    default: false,
    describe: '--watch ends when every CCD of every list has landed',
  },
  settle: {
    type: 'string',
    default: '1',
    describe: '--watch takes a file that has not changed for so many seconds and is whole',
  },
  poll: {
    type: 'string',
    default: '2',
    describe: '--watch looks at everything every so many seconds, besides what the file system tells',
  },
} as const

type Raw = Readonly<Record<string, unknown>>

/** Checks the parsed command line; throws CommandError naming the option, what was found and what was expected. */
export function batchOptions(raw: Raw): BatchOptions {
  const checked = calibrateOptions({
    workdir: '.',
    outdir: '.',
    ...raw,
    expnum: '0',
    sex_mag_zeropoint: '25',
    verbose: '0',
  })
  const {
    magsType,
    system,
    estimator,
    keepBorrowed,
    acceptBorrowed,
    force,
    quiet,
    catalog,
    ccd,
    workers,
    suspectsFile,
  } = checked
  // Every option that an exposure's run takes, named one by one: what is in a done-marker must be what changes bytes.
  const job: { readonly [K in Exclude<keyof Required<BatchJob>, 'suspects'>]: BatchJob[K] } = {
    magsType,
    system,
    estimator,
    keepBorrowed,
    acceptBorrowed,
    force,
  }
  const summary = raw['summary'] as string | undefined
  const onlyWatching = ['idle', 'until-complete'].find(
    (name) => raw['watch'] !== true && raw[name] !== undefined && raw[name] !== false,
  )
  if (onlyWatching !== undefined)
    throw new CommandError('bad-option', 'the option is of --watch', {
      option: `--${onlyWatching}`,
      found: 'no --watch',
    })
  if (summary !== undefined && !/[^/]\.parquet$/.test(summary)) {
    throw new CommandError('bad-option', 'the summary is a Parquet file', {
      option: '--summary',
      found: `'${summary}'`,
      expected: 'a name that ends with .parquet',
    })
  }
  return {
    source: String(raw['source'] as string),
    job,
    ccd,
    ...(suspectsFile === undefined ? {} : { suspectsFile }),
    ...(catalog === undefined ? {} : { catalog }),
    ...(raw['workdir'] === undefined ? {} : { workdir: checked.workdir }),
    ...(raw['outdir'] === undefined ? {} : { outdir: checked.outdir }),
    ...(summary === undefined ? {} : { summary }),
    rehash: raw['rehash'] === true,
    acceptFailures: raw['accept-failures'] === true,
    retries: countOption(raw, 'retries', 10),
    workers,
    ...(raw['watch'] === true ? { watch: watchOptions(raw) } : {}),
    quiet,
  }
}

function watchOptions(raw: Raw): WatchOptions {
  const idle = raw['idle'] === undefined ? {} : { idleMs: secondsOption(raw, 'idle') * 1000 }
  return {
    settleMs: secondsOption(raw, 'settle') * 1000,
    pollMs: secondsOption(raw, 'poll') * 1000,
    ...idle,
    untilComplete: raw['until-complete'] === true,
  }
}

function secondsOption(raw: Raw, name: string): number {
  const value = String(raw[name] as string)
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) > 0 && Number(value) <= 1e6) return Number(value)
  throw new CommandError('bad-option', 'the option needs a number of seconds', {
    option: `--${name}`,
    found: `'${value}'`,
    expected: 'above 0',
  })
}

function countOption(raw: Raw, name: string, most: number): number {
  const value = String(raw[name] as string)
  if (/^\d{1,9}$/.test(value) && Number(value) <= most) return Number(value)
  throw new CommandError('bad-option', 'the option needs a whole number', {
    option: `--${name}`,
    found: `'${value}'`,
    expected: `0 to ${most}`,
  })
}
