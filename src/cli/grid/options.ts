import { CommandError } from '../../errors.js'
import { isPrintable } from '../../printable.js'
import { CALIBRATE_OPTIONS, textOf, wholeOf, type Raw } from '../calibrate/options.js'

/** What `grid condor` and `grid slurm` have in common; the table is the parser and the help. */
export const GRID_OPTIONS = {
  to: {
    type: 'string',
    demandOption: true,
    describe: 'directory for the files of the grid; shared with the machines that run the jobs',
  },
  per: {
    choices: ['ccd', 'chunk'] as const,
    default: 'ccd',
    describe: 'a job per CCD and a merge per exposure, or a job per chunk of exposures',
  },
  minutes: { type: 'string', default: '20', describe: 'time that a chunk is to take' },
  'seconds-per-ccd': {
    type: 'string',
    default: '0.1',
    describe: 'time of a CCD within an exposure, which decides how many exposures are a chunk',
  },
  catalog: CALIBRATE_OPTIONS.catalog,
  magsType: CALIBRATE_OPTIONS.magsType,
  system: CALIBRATE_OPTIONS.system,
  estimator: CALIBRATE_OPTIONS.estimator,
  'keep-borrowed': CALIBRATE_OPTIONS['keep-borrowed'],
  outdir: { type: 'string', describe: "directory of all products; default each exposure's own" },
  memory: { type: 'string', describe: 'MB that a calibrate job asks for; default as measured' },
  disk: { type: 'string', describe: 'MB of disk that a calibrate job asks for; default as measured' },
  together: {
    type: 'string',
    default: '256',
    describe: 'jobs in the queue (DAGMan), or running of one array (Slurm), at the same time',
  },
  retries: {
    type: 'string',
    default: '3',
    describe: 'times that a job is started again after a failure that may pass',
  },
  program: {
    type: 'string',
    describe: 'what starts bliss-calib on the machines of the grid; default this very program',
  },
  force: { type: 'boolean', default: false, describe: 'replace the plan that stands in the directory' },
  quiet: CALIBRATE_OPTIONS.quiet,
} as const

export const CONDOR_OPTIONS = {
  ...GRID_OPTIONS,
  'submit-line': {
    type: 'string',
    array: true,
    default: [],
    describe: "a further line for every submit file, such as 'accounting_group = group_des'",
  },
  'split-by': {
    choices: ['night', 'band'] as const,
    default: 'night',
    describe: 'what a DAG of its own holds where one would be too large',
  },
  'nodes-per-dag': {
    type: 'string',
    default: '20000',
    describe: 'nodes from which on the work is split into several DAGs',
  },
  jobsub: {
    type: 'boolean',
    default: false,
    describe: "write the input of Fermilab's jobsub (<parallel> blocks) instead of DAGMan's",
  },
  requests: {
    type: 'boolean',
    default: true,
    describe: '--jobsub: say what the jobs need; --no-requests where --jobsub-options does',
  },
  'jobsub-options': {
    type: 'string',
    default: '-n -G des -M --resource-provides=usage_model=DEDICATED,OPPORTUNISTIC,OFFSITE',
    describe: "options of every jobsub line beside the requests, as --jobsub-options='...'",
  },
  script: { type: 'string', describe: "--jobsub: a pipeline's own script, which calls bliss-calib itself" },
  'script-args': {
    type: 'string',
    default: '-r {reqnum} -p {attnum} -E {expnum} -b {band} -n {nite} -c {ccd}',
    describe: '--script: its arguments for a CCD',
  },
} as const

export const SLURM_OPTIONS = {
  ...GRID_OPTIONS,
  'max-array-size': { type: 'string', default: '1001', describe: "Slurm's MaxArraySize (scontrol show config)" },
} as const

/** The options of `grid condor` and `grid slurm`, checked. */
export interface GridCommand {
  readonly to: string
  readonly per: 'ccd' | 'chunk'
  readonly minutes: number
  readonly secondsPerCcd: number
  readonly catalog?: string
  readonly magsType: string
  readonly system: 'des-ab' | 'catalog'
  readonly estimator: 'robust' | 'sigma-clip'
  readonly keepBorrowed: boolean
  readonly outdir?: string
  readonly memoryMb?: number
  readonly diskMb?: number
  readonly together: number
  readonly retries: number
  readonly program?: string
  readonly force: boolean
  readonly quiet: boolean
}

/** Checks the common options; throws CommandError naming the option. */
export function gridCommand(raw: Raw): GridCommand {
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    value === undefined ? {} : ({ [key]: value } as Record<K, V>)
  return {
    to: textOf(raw, 'to')!,
    per: textOf(raw, 'per') as GridCommand['per'],
    minutes: positive(raw, 'minutes'),
    secondsPerCcd: positive(raw, 'seconds-per-ccd'),
    ...optional('catalog', textOf(raw, 'catalog')),
    magsType: textOf(raw, 'magsType')!,
    system: textOf(raw, 'system') as GridCommand['system'],
    estimator: textOf(raw, 'estimator') as GridCommand['estimator'],
    keepBorrowed: raw['keep-borrowed'] === true,
    ...optional('outdir', textOf(raw, 'outdir')),
    ...optional('memoryMb', raw['memory'] === undefined ? undefined : positive(raw, 'memory')),
    ...optional('diskMb', raw['disk'] === undefined ? undefined : positive(raw, 'disk')),
    together: positiveWhole(raw, 'together'),
    retries: wholeOf(raw, 'retries')!,
    ...optional('program', textOf(raw, 'program')),
    force: raw['force'] === true,
    quiet: raw['quiet'] === true,
  }
}

function positive(raw: Raw, name: string): number {
  const text = textOf(raw, name)!
  const value = text === '' ? NaN : Number(text)
  if (value > 0 && value < 1e9) return value
  throw new CommandError('bad-option', 'the option needs a number above 0', { option: `--${name}`, found: `'${text}'` })
}

export function positiveWhole(raw: Raw, name: string): number {
  const value = wholeOf(raw, name)!
  if (value > 0) return value
  throw new CommandError('bad-option', 'the option needs a whole number above 0', {
    option: `--${name}`,
    found: `'${value}'`,
  })
}

/**
 * `name = value` of a submit file that ends on its own line: no control characters, no backslash that joins the next,
 * no `@=` that goes on below.
 */
const isSubmitLine = (line: string): boolean =>
  isPrintable(line) && /^\s*[+\w][\w.]*\s*=/.test(line) && !/\\\s*$/.test(line) && !/^\s*queue\b/i.test(line)

/** The options of `grid condor` alone. */
export interface CondorCommand extends GridCommand {
  readonly submitLines: readonly string[]
  readonly splitBy: 'night' | 'band'
  readonly nodesPerDag: number
  readonly jobsub: boolean
  readonly requests: boolean
  readonly jobsubOptions: string
  readonly script?: string
  readonly scriptArgs: string
}

export function condorCommand(raw: Raw): CondorCommand {
  const script = textOf(raw, 'script')
  if (script !== undefined && raw['jobsub'] !== true) {
    throw new CommandError('bad-option', 'a script of a pipeline is for jobsub', {
      option: '--script',
      expected: '--jobsub beside it',
    })
  }
  const submitLines = (raw['submit-line'] as string[]).map(String)
  const broken = submitLines.find((line) => !isSubmitLine(line))
  if (broken !== undefined)
    throw new CommandError('bad-option', 'a line of a submit file is `name = value`', {
      option: '--submit-line',
      found: `'${broken}'`,
    })
  return {
    ...gridCommand(raw),
    submitLines,
    splitBy: textOf(raw, 'split-by') as 'night' | 'band',
    nodesPerDag: positiveWhole(raw, 'nodes-per-dag'),
    jobsub: raw['jobsub'] === true,
    requests: raw['requests'] === true,
    jobsubOptions: textOf(raw, 'jobsub-options')!,
    ...(script === undefined ? {} : { script }),
    scriptArgs: textOf(raw, 'script-args')!,
  }
}
