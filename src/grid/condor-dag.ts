import { condorText } from './carried-words.js'
import type { Job, Workflow } from './workflow.js'

/** Names in one PARENT line; a long line is hard to read and some DAGMan versions cap it. */
const NAMES_PER_LINE = 100

/** The kinds of jobs that a submit file is written for. */
export type Stage = 'prepare' | 'calibrate' | 'merge' | 'verify'

interface DagOptions {
  /** Times that a failed job is started again. */
  readonly retries: number
}

/**
 * A workflow as a DAG input file of HTCondor DAGMan: prepare, then every unit's calibrate jobs, merge, verify; FINAL
 * `finish`.
 *
 * Node jobs share the submit files `prepare.sub` .. `verify.sub`; VARS hands each its arguments. A node that fails is
 * retried unless it ended with 2, which no retry mends; what has failed for good is what a rescue DAG runs again. FINAL
 * runs whatever failed, merges what there is, and decides the DAG's result.
 */
export function dagText({ name, prepare, units, finish }: Workflow, { retries }: DagOptions): string {
  const lines = [
    `# bliss-calib: ${name}; condor_submit_dag this file in its own directory, ` +
      `again after a failure: what is done is not done twice.`,
    'CONFIG dagman.config',
    '',
  ]
  const node = (job: Job, stage: Stage) => {
    lines.push(`JOB ${job.name} ${stage}.sub`, `VARS ${job.name} ${varsText(job)}`)
    // What verify finds missing, no second look finds.
    if (stage !== 'verify') lines.push(`RETRY ${job.name} ${retries} UNLESS-EXIT 2`)
  }
  const edges = (parents: readonly Job[], children: readonly Job[]) => {
    for (const some of inGroups(parents))
      for (const others of inGroups(children)) lines.push(`PARENT ${namesOf(some)} CHILD ${namesOf(others)}`)
  }
  node(prepare, 'prepare')
  for (const { calibrate, merge, verify } of units) {
    lines.push('')
    for (const job of calibrate) node(job, 'calibrate')
    node(merge, 'merge')
    for (const job of verify) node(job, 'verify')
    edges([prepare], calibrate)
    edges(calibrate, [merge])
    edges([merge], verify)
  }
  lines.push('', `FINAL ${finish.name} merge.sub`, `VARS ${finish.name} ${varsText(finish)}`)
  return `${lines.join('\n')}\n`
}

/** A DAG of DAGs, one per part, a few at a time: each is a condor_dagman of its own on the access point. */
export function dagOfDags(parts: readonly Workflow[], together: number): string {
  const lines = ['# bliss-calib: one DAG per part; condor_submit_dag this file in its own directory.']
  for (const { name } of parts) lines.push(`SUBDAG EXTERNAL ${name} ${name}.dag`, `CATEGORY ${name} part`)
  return `${lines.join('\n')}\nMAXJOBS part ${together}\n`
}

const namesOf = (jobs: readonly Job[]) => jobs.map(({ name }) => name).join(' ')

function inGroups(jobs: readonly Job[]): Job[][] {
  return Array.from({ length: Math.ceil(jobs.length / NAMES_PER_LINE) }, (_, k) =>
    jobs.slice(k * NAMES_PER_LINE, (k + 1) * NAMES_PER_LINE),
  )
}

function varsText({ args }: Job): string {
  return `args="${argumentsText(args).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/**
 * Arguments in the new syntax of `condor_submit`, without its outer double quotes: a word with white space or a single
 * quote is put in single quotes, quotes are doubled, `$` is the macro `$(DOLLAR)`. [condor_submit manual, `arguments`]
 *
 * @throws CommandError for a word that they cannot carry
 */
export function argumentsText(args: readonly string[]): string {
  return args
    .map((word) => {
      const escaped = condorText(word).replaceAll("'", "''").replaceAll('"', '""')
      return word === '' || /[\s']/.test(word) ? `'${escaped}'` : escaped
    })
    .join(' ')
}
