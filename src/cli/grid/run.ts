import { commandLine, pathWord, shellWord } from '../../formats/shell-word.js'
import { dagOfDags, dagText, type Stage } from '../../grid/condor-dag.js'
import { dagmanConfig, submitText } from '../../grid/condor-submit.js'
import { jobsubText } from '../../grid/jobsub.js'
import { partsBy } from '../../grid/parts.js'
import { slurmFiles } from '../../grid/slurm.js'
import { jobCount, type GridExposure } from '../../grid/workflow.js'
import { isPrintable } from '../../printable.js'
import { unfit } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { commonFiles, workflowOf, writeGrid, type Text } from './grid-files.js'
import type { CondorCommand, SlurmCommand } from './options.js'
import { planGrid } from './planned.js'

/** Slurm's own default of MaxJobCount. */
const MAX_JOB_COUNT = 10_000

/** `grid condor`: the DAG, its submit files and scripts, for HTCondor's DAGMan or for jobsub. */
export async function gridCondor(command: CondorCommand, io: Io): Promise<ExitCode> {
  const broken = command.submitLine.find((line) => !isSubmitLine(line))
  if (broken !== undefined)
    throw unfit('--submit-line', '--submit-line must be a line of a submit file', broken, 'name = value')
  const planned = await planGrid(command, io)
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
    await writeGrid(planned, [...own, { name: 'jobsub.dag', text }])
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
  await writeGrid(planned, [
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
  const planned = await planGrid(command, io)
  const { workflow, files } = workflowOf(planned, command, 'bliss', planned.exposures)
  const { directory, requests } = planned
  await writeGrid(planned, [
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

function counted(exposures: readonly GridExposure[]): string {
  const ccds = exposures.reduce((total, exposure) => total + exposure.ccds.length, 0)
  return `${exposures.length} exposure${exposures.length === 1 ? '' : 's'}, ${ccds} CCD${ccds === 1 ? '' : 's'}`
}
