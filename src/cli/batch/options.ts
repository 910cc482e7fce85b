import { availableParallelism } from 'node:os'
import { LIMITS } from '../../limits.js'
import { unfit, type Values } from '../options/option.js'
import type { BatchJob } from '../../node/batch/batch-bench.js'
import { CALIBRATE_OPTIONS } from '../calibrate/options.js'
import { count, flag, list, number, output, path, text } from '../options/kinds.js'

const {
  catalog,
  'reference-priority': referencePriority,
  system,
  estimator,
  suspects,
  camera,
  force,
  quiet,
} = CALIBRATE_OPTIONS

/** How long a wait may be, seconds: eleven days, far beyond any night. */
const WAIT = { unit: 'seconds', above: 0, max: 1e6 } as const

/** The options of `batch`. */
export const BATCH_OPTIONS = {
  sources: list(
    'a directory of lists, images or catalogues; a manifest, CSV with the column list or file (and outdir, ccd), ' +
      'or a path per line; or images and catalogues',
    { positional: true, required: true },
  ),
  ccd: text(CALIBRATE_OPTIONS.ccd.describe, { default: 'all' }),
  magsType: CALIBRATE_OPTIONS.magsType,
  band: CALIBRATE_OPTIONS.band,
  columns: CALIBRATE_OPTIONS.columns,
  measure: CALIBRATE_OPTIONS.measure,
  grade: CALIBRATE_OPTIONS.grade,
  ...{
    catalog,
    system,
    estimator,
    suspects,
    camera,
    starflat: path(CALIBRATE_OPTIONS.starflat.describe),
    force,
    quiet,
  },
  workers: count('threads that work on the CCDs', {
    min: 1,
    max: LIMITS.workers,
    default: availableParallelism(),
    defaultText: 'one per core',
  }),
  'reference-priority': referencePriority,
  'keep-borrowed': CALIBRATE_OPTIONS['keep-borrowed'],
  'accept-borrowed': CALIBRATE_OPTIONS['accept-borrowed'],
  workdir: path("directory of the SExtractor catalogues of lists; default each list's own"),
  outdir: output(
    'root of the products, a directory per exposure (D{E}_r{R}p{A}, or what its files have in common); ' +
      'default beside the catalogues or images',
  ),
  summary: output(
    'the table of all CCDs; default batch_summary.parquet, or after the name of the manifest, in --outdir, else in ' +
      'the directory that all files are in or below',
  ),
  rehash: flag('compare all files by content, whatever their times say'),
  'accept-failures': flag('exit code 0 if all failures are faults of the inputs and are in the table'),
  retries: count('further attempts at an exposure after I/O errors that may pass', { max: 10, default: 3 }),
  watch: flag(
    'calibrate files as they land, and their exposure anew each time: CCDs of lists below the directory, or images ' +
      "and catalogues that patterns fit ('night/*.fits')",
  ),
  idle: number('--watch ends when nothing has landed for this time', { ...WAIT, needs: 'watch' }),
  'until-complete': flag('--watch ends when every CCD of every list has landed', { needs: 'watch' }),
  settle: number('--watch takes a file that has not changed for this time and is whole', {
    ...WAIT,
    default: 1,
    needs: 'watch',
  }),
  poll: number('--watch looks at everything this often, besides what the file system tells', {
    ...WAIT,
    default: 2,
    needs: 'watch',
  }),
}

/** The options of `batch`, as its work takes them. */
export type BatchOptions = ReturnType<typeof batchOptions>

/** How `--watch` looks, and when it ends. */
export type WatchOptions = NonNullable<BatchOptions['watch']>

/** Throws CommandError if the summary is no Parquet file. */
export function batchOptions(given: Values<typeof BATCH_OPTIONS>) {
  const { magsType, system, estimator, keepBorrowed, acceptBorrowed, force, ...others } = given
  const { suspects, camera, watch, idle, untilComplete, settle, poll, ...options } = others
  // Every option that an exposure's run takes, named one by one: what is in a done-marker must be what changes bytes.
  const job: Required<Omit<BatchJob, 'suspects' | 'camera' | 'starFlat'>> = {
    // Of files it is whichever they have.
    magsType: magsType ?? 'mag_psf',
    system,
    estimator,
    keepBorrowed,
    acceptBorrowed,
    force,
  }
  if (options.summary !== undefined && !/[^/]\.parquet$/.test(options.summary))
    throw unfit('--summary', '--summary must be a Parquet file', options.summary, 'a name that ends with .parquet')
  const waits = { settleMs: settle * 1000, pollMs: poll * 1000, untilComplete }
  return {
    ...options,
    job,
    ...(magsType === undefined ? {} : { magsType }),
    ...(suspects === undefined ? {} : { suspectsFile: suspects }),
    ...(camera === undefined ? {} : { cameraFile: camera }),
    ...(watch ? { watch: idle === undefined ? waits : { ...waits, idleMs: idle * 1000 } } : {}),
  }
}
