import { largestOf } from '../../math/extremes.js'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join, resolve } from 'node:path'
import { manifestText } from '../../batch/manifest.js'
import { CommandError } from '../../errors.js'
import { commandLine, pathWord, shellWord } from '../../formats/shell-word.js'
import { hasSecret, isPrintable, isUrl, printableUrl } from '../../printable.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { refuseUncarried } from '../../grid/carried-words.js'
import { dagmanConfig, submitText } from '../../grid/condor-submit.js'
import { dagOfDags, dagText, type Stage } from '../../grid/condor-dag.js'
import { jobsubText } from '../../grid/jobsub.js'
import { nodeScript } from '../../grid/node-script.js'
import { chunksOf, partsBy } from '../../grid/parts.js'
import { planText, type GridPlan } from '../../grid/plan.js'
import { measuredRequests, type Requests } from '../../grid/requests.js'
import { slurmFiles } from '../../grid/slurm.js'
import {
  ccdWorkflow,
  chunkWorkflow,
  jobCount,
  seWorkflow,
  type Chunk,
  type GridExposure,
  type Workflow,
} from '../../grid/workflow.js'
import { refuseUnanswerable } from '../../node/grid/grid-check.js'
import { findExposures } from '../../node/grid/grid-exposures.js'
import { packageRoot, packageVersion } from '../../node/package.js'
import { refuseForeignTree } from '../../node/disk/own-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { chooseCatalog, namedCatalog } from '../calibrate/choose-catalog.js'
import { unfit } from '../options/option.js'
import type { CondorCommand, GridCommand, SlurmCommand } from './options.js'
import type { ExitCode, Io } from '../terminal/io.js'

type Text = { readonly name: string; readonly text: string }

/** Jobs of one DAG, or of one Slurm submission: more than schedulers stand, and a sign that chunks are meant. */
const MOST_JOBS = 250_000

/** Slurm's own default of MaxJobCount. */
const MAX_JOB_COUNT = 10_000

/** `grid condor`: the DAG, its submit files and scripts, for HTCondor's DAGMan or for jobsub. */
export async function gridCondor(command: CondorCommand, io: Io): Promise<ExitCode> {
  const broken = command.submitLine.find((line) => !isSubmitLine(line))
  if (broken !== undefined)
    throw unfit('--submit-line', '--submit-line must be a line of a submit file', broken, 'name = value')
  const planned = await plan(command, io)
  const { directory, requests } = planned
  if (command.jobsub) {
    const { calibrate } = requests
    const asked =
      `--memory=${calibrate.memoryMb}MB --disk=${calibrate.diskMb}MB ` +
      `--expected-lifetime=${calibrate.minutes}m --cpu=${calibrate.cpus}`
    const script = command.script ?? `${directory}/node.sh`
    const workflow = workflowOf(planned, command, 'jobsub', planned.exposures)
    const text = jobsubText(workflow.workflow, planned.exposures, {
      jobsub: command.requests ? `${command.jobsubOptions} ${asked}` : command.jobsubOptions,
      script: `file://${script}`,
      ...(command.script === undefined ? {} : { scriptArgs: command.scriptArgs }),
    })
    const own = command.script === undefined ? [...workflow.files, ...commonFiles(command)] : []
    await write(planned, [...own, { name: 'jobsub.dag', text }])
    if (!command.quiet)
      io.out(
        `${command.to}/jobsub.dag: ${jobCount(workflow.workflow) - 1} jobs; ` +
          `${commandLine(['jobsub_submit_dag', '-G', 'GROUP', `file://${directory}/jobsub.dag`])}\n`,
      )
    return 0
  }

  const whole = workflowOf(planned, command, 'bliss', planned.exposures)
  const split = command.per === 'ccd' && jobCount(whole.workflow) > command.nodesPerDag
  const parts = split
    ? partsBy(command.splitBy, planned.exposures).map((part) => workflowOf(planned, command, part.name, part.exposures))
    : [whole]
  const dags = parts.map(({ workflow }): Text => ({ name: `${workflow.name}.dag`, text: dagText(workflow, command) }))
  const submits = (['prepare', 'calibrate', 'merge', 'verify'] as const).map((stage: Stage): Text => ({
    name: `${stage}.sub`,
    text: submitText(stage, requests[stage], { directory, lines: command.submitLine }),
  }))
  await write(planned, [
    ...parts.flatMap(({ files }) => files),
    ...commonFiles(command),
    ...submits,
    { name: 'dagman.config', text: dagmanConfig(command.together) },
    ...dags,
    ...(split
      ? [
          {
            name: 'bliss.dag',
            text: dagOfDags(
              parts.map(({ workflow }) => workflow),
              10,
            ),
          },
        ]
      : []),
  ])
  if (!command.quiet) {
    const nodes = parts.reduce((total, { workflow }) => total + jobCount(workflow), 0)
    io.out(
      `${command.to}: ${counted(planned.exposures)}, ${nodes} nodes in ${parts.length} ` +
        `DAG${parts.length === 1 ? '' : 's'}; now: cd ` +
        `${shellWord(pathWord(command.to))} && condor_submit_dag bliss.dag\n`,
    )
  }
  return 0
}

/** `grid slurm`: the script that submits, the batch script and the task files. */
export async function gridSlurm(command: SlurmCommand, io: Io): Promise<ExitCode> {
  const planned = await plan(command, io)
  const { workflow, files } = workflowOf(planned, command, 'bliss', planned.exposures)
  const { directory, requests } = planned
  await write(planned, [
    ...files,
    ...commonFiles(command),
    ...slurmFiles(workflow, {
      directory,
      maxArraySize: command.maxArraySize,
      together: command.together,
      retries: command.retries,
      requests,
    }),
  ])
  const tasks = jobCount(workflow) - 1
  if (tasks > MAX_JOB_COUNT && !command.quiet) {
    io.err(
      `${tasks} tasks: Slurm holds MaxJobCount of them at a time, ${MAX_JOB_COUNT} unless configured, and ` +
        `submit.sh stops where it takes no more; --per chunk needs fewer\n`,
    )
  }
  if (!command.quiet)
    io.out(
      `${command.to}: ${counted(planned.exposures)}, ${tasks} tasks; now: ` +
        `${commandLine(['sh', pathWord(`${command.to}/submit.sh`)])}\n`,
    )
  return 0
}

/**
 * `name = value` of a submit file that ends on its own line: no control characters, no backslash that joins the next,
 * no `@=` that goes on below.
 */
const isSubmitLine = (line: string): boolean =>
  isPrintable(line) && /^\s*[+\w][\w.]*\s*=/.test(line) && !/\\\s*$/.test(line) && !/^\s*queue\b/i.test(line)

interface Planned {
  readonly directory: string
  readonly exposures: readonly GridExposure[]
  readonly head: Omit<GridPlan, 'exposures'>
  readonly requests: Requests
}

/** Finds the exposures and opens the catalogue: what cannot work is said before anything is queued. */
async function plan(command: GridCommand, io: Io): Promise<Planned> {
  if (command.se) refuseUnfitForSe(command)
  fluxChoice(command.magsType)
  const directory = resolve(command.to)
  refuseUncarried(directory)
  const named = command.catalog ?? io.env['BLISS_CATALOG'] ?? ''
  refuseSecret(named === '' ? named : await namedCatalog(named, io.env))
  await refuseStandingPlan(command, directory)
  const note = (text: string) => (command.quiet ? undefined : io.err(text))
  const { magsType, system, estimator, keepBorrowed } = command
  const one = command.catalog === undefined ? {} : { catalog: [command.catalog] }
  const catalog = await chooseCatalog(one, io.env, note, fieldOfLists([command.from]))
  const check = (rows: readonly CatalogueListRow[], listFile: string) =>
    refuseUnanswerable(catalog, system, rows, listFile)
  const outdir = command.outdir === undefined ? undefined : resolve(command.outdir)
  const { exposures, notes } = command.se
    ? await (await import('../../node/se/planned-images.js')).findSeExposures(command.from, check)
    : await findExposures(command.from, outdir, check)
  for (const { workdir, outdir, list } of exposures) [workdir, outdir, list.fileName].forEach(refuseUncarried)
  for (const sentence of notes) note(`${sentence}\n`)
  const options = {
    catalog: isUrl(catalog.location) ? catalog.location : resolve(catalog.location),
    magsType,
    system,
    estimator,
    keepBorrowed,
  }
  const { memory, disk } = command
  const asked = {
    minutes: command.minutes,
    ...(memory === undefined ? {} : { memoryMb: memory }),
    ...(disk === undefined ? {} : { diskMb: disk }),
  }
  const requests = measuredRequests(
    command.se ? 'se' : command.per,
    largestOf(exposures.map(({ ccds }) => ccds.length)),
    asked,
  )
  const head = { version: packageVersion(), catalogHash: catalog.hash, options, ...(command.se ? { se: true } : {}) }
  return { directory, exposures, head, requests }
}

/** The single-epoch job writes beside its images, a CCD at a time. Throws CommandError if something else is asked. */
function refuseUnfitForSe({ per, outdir }: GridCommand): void {
  const other = per === 'chunk' ? '--per' : outdir === undefined ? undefined : '--outdir'
  if (other === undefined) return
  const sentence = `${other} does not go with --se, whose jobs are a CCD each and write beside the images`
  throw new CommandError('bad-option', sentence, { option: other, found: per === 'chunk' ? per : outdir! })
}

/** Throws CommandError for the address of a catalogue that lets its reader in: others read the files of a grid. */
function refuseSecret(location: string): void {
  if (!hasSecret(location)) return
  throw new CommandError(
    'secret-in-plan',
    'an address with a password or a query would stand in the files of the grid: ' +
      'copy the catalogue to a directory that the jobs see',
    {
      option: '--catalog',
      found: printableUrl(location),
    },
  )
}

async function refuseStandingPlan({ to, force }: GridCommand, directory: string): Promise<void> {
  const standing = await readdir(directory).catch(() => [])
  const first = standing.find((name) => name.endsWith('.plan.json') || name.endsWith('.dag'))
  if (first !== undefined && !force) {
    throw new CommandError(
      'standing-plan',
      'a plan stands in the directory, and its jobs may be running: choose another, or replace it with --force',
      { option: '--to', found: join(to, first) },
    )
  }
}

/** The jobs of some exposures, with the files that they read. */
function workflowOf(
  { directory, head }: Planned,
  { per, minutes, secondsPerCcd }: GridCommand,
  name: string,
  exposures: readonly GridExposure[],
): { workflow: Workflow; files: Text[] } {
  const planName = `${name}.plan.json`
  const planFile = { name: planName, text: planText({ ...head, exposures }) }
  const path = (file: string) => join(directory, file)
  if (per === 'ccd') {
    const workflow = (head.se === true ? seWorkflow : ccdWorkflow)(name, exposures, head.options, path(planName))
    if (jobCount(workflow) > MOST_JOBS) {
      throw new CommandError('too-many-jobs', 'a job per CCD is too many jobs for a scheduler', {
        option: '--per',
        found: `${jobCount(workflow)} jobs`,
        expected: `at most ${MOST_JOBS}; --per chunk`,
      })
    }
    return { workflow, files: [planFile] }
  }
  const chunks = chunksOf(exposures, minutes * 60, ({ ccds }) => ccds.length * secondsPerCcd)
  const files: Text[] = [planFile]
  const named = chunks.map((chunk, k): Chunk => {
    const chunkName = `chunk_${String(k + 1).padStart(5, '0')}`
    const manifest = `chunks/${chunkName}.csv`
    const chunkPlan = `chunks/${chunkName}.plan.json`
    const rows = chunk.map(({ list, workdir, outdir, ccds }) => ({
      list: join(workdir, list.fileName),
      outdir,
      ccd: ccdRanges(ccds),
    }))
    files.push(
      { name: manifest, text: manifestText(rows) },
      { name: chunkPlan, text: planText({ ...head, exposures: chunk }) },
    )
    return { name: chunkName, manifest: path(manifest), plan: path(chunkPlan) }
  })
  return { workflow: chunkWorkflow(name, named, head.options, path(planName), path('summary.parquet')), files }
}

/** `1,3-60`: what `--ccd` takes; a CCD alone as `7-7`, because it is an exposure all the same. */
function ccdRanges(ccds: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const ccd of ccds) {
    const last = ranges.at(-1)
    if (last && last[1] === ccd - 1) last[1] = ccd
    else ranges.push([ccd, ccd])
  }
  return ranges.map(([first, last]) => (first === last && ccds.length > 1 ? `${first}` : `${first}-${last}`)).join(',')
}

function commonFiles({ program }: GridCommand): Text[] {
  const words =
    program === undefined
      ? [process.execPath, fileURLToPath(new URL('bin/bliss-calib.js', packageRoot))]
      : program.split(/[ \t]+/).filter((word) => word !== '')
  return [
    { name: 'node.sh', text: nodeScript(words) },
    { name: 'logs/README', text: 'Output and messages of the jobs.\n' },
  ]
}

/** Writes what lies in subdirectories first: a DAG is there only when all it names is there. */
async function write({ directory }: Planned, files: readonly Text[]): Promise<void> {
  const bytes = files.map(({ name, text }) => ({ name, bytes: new TextEncoder().encode(text) }))
  const witness = files.find(({ name }) => name.endsWith('.plan.json') && !name.includes('/'))?.name
  const expected = 'another --to, or the file moved away'
  await refuseForeignTree(directory, bytes, { expected, ...(witness === undefined ? {} : { witness }) })
  await writeTree(directory, [
    ...bytes.filter(({ name }) => name.includes('/')),
    ...bytes.filter(({ name }) => !name.includes('/')),
  ])
}

function counted(exposures: readonly GridExposure[]): string {
  const ccds = exposures.reduce((total, exposure) => total + exposure.ccds.length, 0)
  return `${exposures.length} exposure${exposures.length === 1 ? '' : 's'}, ${ccds} CCD${ccds === 1 ? '' : 's'}`
}
