import { CALIBRATE_OPTIONS, LISTED_OPTIONS, ONE_CATALOG } from '../calibrate/options.js'
import { choice, count, flag, list, number, output, path, text } from '../options/kinds.js'
import type { Values } from '../options/option.js'

const { system, estimator, quiet } = CALIBRATE_OPTIONS
const { magsType } = LISTED_OPTIONS
/** What a number of minutes or megabytes may be. */
const AMOUNT = { above: 0, max: 1e9 } as const

/** What `grid condor` and `grid slurm` have in common. */
const GRID_OPTIONS = {
  from: path('a directory of catalogue lists, a manifest, or one list; with --se a directory of images', {
    positional: true,
    required: true,
  }),
  to: output('directory for the files of the grid; shared with the machines that run the jobs', { required: true }),
  se: flag('the directory holds reduced images: each job runs `se` on one CCD, and the last step joins them'),
  per: choice(['ccd', 'chunk'])('a job per CCD and a merge per exposure, or a job per chunk of exposures', {
    default: 'ccd',
  }),
  minutes: number('time that a chunk is to take', { unit: 'minutes', ...AMOUNT, default: 20 }),
  'seconds-per-ccd': number('time of a CCD within an exposure, which decides how many exposures are a chunk', {
    unit: 'seconds',
    ...AMOUNT,
    default: 0.1,
  }),
  catalog: ONE_CATALOG,
  ...{ magsType, system, estimator },
  'keep-borrowed': CALIBRATE_OPTIONS['keep-borrowed'],
  outdir: output("directory of all products; default each exposure's own"),
  memory: number('memory that a calibrate job asks for; default as measured', { unit: 'MB', ...AMOUNT }),
  disk: number('disk that a calibrate job asks for; default as measured', { unit: 'MB', ...AMOUNT }),
  together: count('jobs in the queue (DAGMan), or running of one array (Slurm), at the same time', {
    min: 1,
    default: 256,
  }),
  retries: count('times that a job is started again after a failure that may pass', { default: 3 }),
  program: text('what starts bliss-calib on the machines of the grid; default this very program'),
  force: flag('replace the plan that is in the directory'),
  quiet,
}

/** The options of `grid condor`. */
export const CONDOR_OPTIONS = {
  ...GRID_OPTIONS,
  'submit-line': list("a further line for every submit file, such as 'accounting_group = group_des'", {
    default: [],
  }),
  'split-by': choice(['night', 'band'])('what a DAG of its own holds if one would be too large', { default: 'night' }),
  'nodes-per-dag': count('nodes from which on the work is split into several DAGs', { min: 1, default: 20000 }),
  jobsub: flag("write the input of Fermilab's jobsub (<parallel> blocks) instead of DAGMan's"),
  requests: flag('--jobsub: say what the jobs need; --no-requests if --jobsub-options does', { default: true }),
  'jobsub-options': text("options of every jobsub line beside the requests, as --jobsub-options='...'", {
    default: '-n -G des -M --resource-provides=usage_model=DEDICATED,OPPORTUNISTIC,OFFSITE',
    mayBeEmpty: true,
  }),
  script: path("--jobsub: a pipeline's own script, which calls bliss-calib itself", { needs: 'jobsub' }),
  'script-args': text('--script: its arguments for a CCD', {
    default: '-r {reqnum} -p {attnum} -E {expnum} -b {band} -n {nite} -c {ccd}',
    mayBeEmpty: true,
  }),
}

/** The options of `grid slurm`. */
export const SLURM_OPTIONS = {
  ...GRID_OPTIONS,
  'max-array-size': count("Slurm's MaxArraySize (scontrol show config)", { min: 1, default: 1001 }),
}

const plan = path('plan that `grid condor` or `grid slurm` wrote', { positional: true, required: true })

/** The options of `grid prepare`. */
export const PREPARE_OPTIONS = { plan }

/** The options of `grid verify`. */
export const VERIFY_OPTIONS = {
  plan,
  expnum: count('one exposure of the plan; default all'),
  reqnum: text('request number of its list', { needs: 'expnum' }),
  attnum: count('attempt number of its list', { needs: 'expnum' }),
  salvage: flag('merge first what there is of exposures whose merge did not run because a CCD failed'),
}

/** The options of `grid summary`. */
export const SUMMARY_OPTIONS = {
  plan,
  to: output('table of all CCDs, a name that ends with .parquet; the others beside it', { required: true }),
}

/** What `grid condor` and `grid slurm` have in common, and each alone. */
export type GridCommand = Values<typeof GRID_OPTIONS>
export type CondorCommand = Values<typeof CONDOR_OPTIONS>
export type SlurmCommand = Values<typeof SLURM_OPTIONS>
export type VerifyCommand = Values<typeof VERIFY_OPTIONS>
