import { defineCommand } from '../command.js'
import { CONDOR_OPTIONS, PREPARE_OPTIONS, SLURM_OPTIONS, SUMMARY_OPTIONS, VERIFY_OPTIONS } from './options.js'

/** `bliss-calib grid`: hands the work to a scheduler; the other verbs are what its jobs run. */
export const gridCommands = [
  defineCommand({
    name: 'grid condor',
    summary: 'write a DAG for HTCondor',
    options: CONDOR_OPTIONS,
    readsCatalogues: true,
    examples: [['grid condor night --to dag --catalog gaia', 'a job per CCD and a merge per exposure']],
    run: async (options, io) => (await import('./run.js')).gridCondor(options, io),
  }),
  defineCommand({
    name: 'grid slurm',
    summary: 'write job arrays for Slurm',
    options: SLURM_OPTIONS,
    readsCatalogues: true,
    examples: [['grid slurm night --to slurm --catalog gaia --per chunk', 'a job per 20 minutes of work']],
    run: async (options, io) => (await import('./run.js')).gridSlurm(options, io),
  }),
  defineCommand({
    name: 'grid prepare',
    summary: 'check that what a plan was made with is still so',
    options: PREPARE_OPTIONS,
    readsCatalogues: true,
    examples: [['grid prepare dag/bliss.plan.json', 'on a machine of the grid']],
    run: async (options, io) => (await import('./prepare.js')).gridPrepare(options.plan, io),
  }),
  defineCommand({
    name: 'grid verify',
    summary: 'check that every product of a plan is there and whole',
    options: VERIFY_OPTIONS,
    examples: [['grid verify dag/bliss.plan.json --salvage', 'after the jobs']],
    run: async (options, io) => (await import('./verify.js')).gridVerify(options, io),
  }),
  defineCommand({
    name: 'grid summary',
    summary: 'the tables of all exposures that chunks have calibrated',
    options: SUMMARY_OPTIONS,
    examples: [['grid summary slurm/bliss.plan.json --to summary.parquet', 'after the jobs of --per chunk']],
    run: async (options, io) => (await import('./summary.js')).gridSummary(options.plan, options.to, io),
  }),
]
