import { exposureOptions, type Raw } from '../calibrate/options.js'
import { CONDOR_OPTIONS, SLURM_OPTIONS } from './options.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib grid`: hands the work to a scheduler; the other verbs are what its jobs run. */
export const declareGrid: DeclareCommand = (parser, run) =>
  parser.command('grid', 'hand exposures to HTCondor or Slurm', (grid) =>
    [declareCondor, declareSlurm, declarePrepare, declareVerify, declareSummary]
      .reduce((verbs, declare) => declare(verbs, run), grid)
      .demandCommand(1, 'name what to do: condor, slurm, prepare, verify or summary')
      .strict(),
  )

const FROM = {
  type: 'string',
  demandOption: true,
  describe: 'a directory of catalogue lists, a manifest, or one list',
} as const
const PLAN = { type: 'string', demandOption: true, describe: 'plan that `grid condor` or `grid slurm` wrote' } as const

const declareCondor: DeclareCommand = (grid, run) =>
  grid.command(
    'condor <from>',
    'write a DAG for HTCondor',
    (condor) => condor.positional('from', FROM).options(CONDOR_OPTIONS),
    (raw) => run(async (io) => (await import('./run.js')).gridCondor(raw.from, raw, io)),
  )

const declareSlurm: DeclareCommand = (grid, run) =>
  grid.command(
    'slurm <from>',
    'write job arrays for Slurm',
    (slurm) => slurm.positional('from', FROM).options(SLURM_OPTIONS),
    (raw) => run(async (io) => (await import('./run.js')).gridSlurm(raw.from, raw, io)),
  )

const declarePrepare: DeclareCommand = (grid, run) =>
  grid.command(
    'prepare <plan>',
    'check that what a plan was made with is still so',
    (prepare) => prepare.positional('plan', PLAN),
    (raw) => run(async (io) => (await import('./prepare.js')).gridPrepare(raw.plan, io)),
  )

const declareVerify: DeclareCommand = (grid, run) =>
  grid.command(
    'verify <plan>',
    'check that every product of a plan is there and whole',
    (verify) =>
      verify.positional('plan', PLAN).options({
        expnum: { type: 'string', describe: 'one exposure of the plan; default all' },
        reqnum: { type: 'string', describe: 'request number of its list' },
        attnum: { type: 'string', describe: 'attempt number of its list' },
        salvage: {
          type: 'boolean',
          default: false,
          describe: 'merge first what there is of exposures whose merge did not run because a CCD failed',
        },
      }),
    (raw) =>
      run(async (io) => {
        const which = raw.expnum === undefined ? undefined : exposureOptions(raw as Raw)
        return (await import('./verify.js')).gridVerify(raw.plan, which, raw.salvage, io)
      }),
  )

const declareSummary: DeclareCommand = (grid, run) =>
  grid.command(
    'summary <plan>',
    'the tables of all exposures that chunks have calibrated',
    (summary) =>
      summary.positional('plan', PLAN).options({
        to: {
          type: 'string',
          demandOption: true,
          describe: 'table of all CCDs, a name that ends with .parquet; the others beside it',
        },
      }),
    (raw) => run(async (io) => (await import('./summary.js')).gridSummary(raw.plan, raw.to, io)),
  )
