import { condorValue } from './carried-words.js'
import { argumentsText, type Stage } from './condor-dag.js'
import type { Request } from './requests.js'

interface SubmitOptions {
  /** Absolute path of the grid directory, which holds the script, the logs and the DAG. */
  readonly directory: string
  /** Further lines for every submit file, such as `accounting_group = des`. */
  readonly lines: readonly string[]
}

/**
 * The submit description of a kind of job. Jobs see the files where they are (a shared file system), so nothing is
 * transferred; output and error have the node's name and attempt; a job that runs longer than its request says is
 * removed, which DAGMan counts as a failure and retries.
 */
export function submitText(stage: Stage, request: Request, options: SubmitOptions): string {
  const directory = condorValue(options.directory)
  return `# bliss-calib: ${stage} jobs; the arguments come from VARS of the DAG.
universe = vanilla
executable = /bin/sh
arguments = "${argumentsText([`${options.directory}/node.sh`])} $(args)"
initialdir = ${directory}
should_transfer_files = NO
output = logs/$(JOB).$(RETRY).out
error = logs/$(JOB).$(RETRY).err
log = condor.log
notification = never
request_cpus = ${request.cpus}
request_memory = ${request.memoryMb}MB
request_disk = ${request.diskMb}MB
periodic_remove = (JobStatus == 2) && ((time() - EnteredCurrentStatus) > ${request.minutes * 60})
${options.lines.map((line) => `${line}\n`).join('')}queue
`
}

/** DAGMan's own settings for a workflow: how many jobs are in the queue, and how many of them idle. */
export function dagmanConfig(together: number): string {
  return `# bliss-calib: settings of DAGMan for these DAGs.
DAGMAN_MAX_JOBS_SUBMITTED = ${together}
DAGMAN_MAX_JOBS_IDLE = ${Math.min(together, 1000)}
DAGMAN_USE_STRICT = 1
`
}
