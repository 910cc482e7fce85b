import { scriptWord } from './carried-words.js'
import type { Request, Requests } from './requests.js'
import type { Job, Workflow } from './workflow.js'

interface SlurmOptions {
  /** Absolute path of the grid directory. */
  readonly directory: string
  /** Slurm's MaxArraySize: an array's largest index is one less. */
  readonly maxArraySize: number
  /** Tasks of one array that run at the same time. */
  readonly together: number
  /** Times that a task which ended with 3 is queued again. */
  readonly retries: number
  readonly requests: Requests
}

const KINDS = ['prepare', 'calibrate', 'merge', 'verify'] as const

/**
 * The jobs of a workflow as Slurm is handed them: `submit.sh`, the batch script, and one file per kind with a command
 * line per job.
 */
export function slurmFiles(
  workflow: Workflow,
  options: SlurmOptions,
): { readonly name: string; readonly text: string }[] {
  const { prepare, units } = workflow
  const jobs: Readonly<Record<(typeof KINDS)[number], readonly Job[]>> = {
    prepare: [prepare],
    calibrate: units.flatMap(({ calibrate }) => calibrate),
    merge: units.map(({ merge }) => merge),
    verify: units.flatMap(({ verify }) => verify),
  }
  return [
    { name: 'submit.sh', text: submitScript(workflow, options) },
    { name: 'job.sbatch', text: batchScript(options) },
    ...KINDS.map((kind) => ({
      name: `${kind}.tasks`,
      text: jobs[kind].map(({ args }) => `${args.map(scriptWord).join(' ')}\n`).join(''),
    })),
  ]
}

/**
 * The script that Slurm starts: task `$2` + array index of the file `$1`.
 *
 * A task may be stopped and started again at any moment, because products appear whole or not at all and are the same
 * each time. What ended with 3 may pass and is queued again a few times; the sleep waits for Slurm to take the job
 * back.
 */
function batchScript({ retries }: SlurmOptions): string {
  return `#!/bin/sh
#SBATCH --requeue
#SBATCH --open-mode=append
# bliss-calib: runs one line of a task file.
line=$(($2 + \${SLURM_ARRAY_TASK_ID:-0} + 1))
eval "set -- $(sed -n "\${line}p" "$1")"
sh ./node.sh "$@"
code=$?
if [ $code = 3 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${retries} ]; then
  echo "exit code 3: queued again (\${SLURM_RESTART_COUNT:-0} of ${retries} times so far)" >&2
  scontrol requeue "$SLURM_JOB_ID" && sleep 120
fi
exit $code
`
}

/**
 * Submits everything, each kind after the one before. merge and verify come after `any` end of what they wait for: one
 * lost CCD does not hold up its exposure, and verify names it. If prepare fails, nothing else starts.
 */
function submitScript({ name, prepare, units }: Workflow, options: SlurmOptions): string {
  const { requests } = options
  const lines = [
    '#!/bin/sh',
    `# bliss-calib: ${name}. Submits all jobs; options given here (--account=..., ` +
      `--partition=...) go to every sbatch. Run it again after a failure.`,
    'set -eu',
    `cd ${scriptWord(options.directory)}`,
    'mkdir -p logs',
    'submit() {',
    '  id=$(sbatch --parsable --chdir="$PWD" --kill-on-invalid-dep=yes "$@")',
    '  id=${id%%;*}',
    '}',
    `submit ${flags(prepare.name, requests.prepare)} --output=logs/%x.%j.out "$@" job.sbatch prepare.tasks 0`,
    'prepare=$id',
  ]
  let calibrated = 0
  let verified = 0
  for (const [k, { calibrate, merge, verify }] of units.entries()) {
    const tag = merge.name.replace(/^merge_?/, '') || name
    lines.push(`# ${tag}`, 'ids=')
    const arrays = slices(calibrate.length, options.maxArraySize)
    for (const [first, count] of arrays) {
      lines.push(
        `submit ${flags(`calibrate_${tag}`, requests.calibrate)} --output=logs/%x.%A.%a.out ` +
          `--array=0-${count - 1}%${options.together} --dependency=afterok:$prepare ` +
          `"$@" job.sbatch calibrate.tasks ${calibrated + first}`,
        'ids=$ids:$id',
      )
    }
    lines.push(
      `submit ${flags(merge.name, requests.merge)} --output=logs/%x.%j.out ` +
        `--dependency=afterok:$prepare,afterany$ids "$@" job.sbatch merge.tasks ${k}`,
      'merge=$id',
    )
    for (const [first, count] of slices(verify.length, options.maxArraySize)) {
      lines.push(
        `submit ${flags(`verify_${tag}`, requests.verify)} --output=logs/%x.%A.%a.out ` +
          `--array=0-${count - 1}%${options.together} ` +
          `--dependency=afterok:$prepare,afterany:$merge "$@" job.sbatch verify.tasks ${verified + first}`,
        'echo "$id"',
      )
    }
    calibrated += calibrate.length
    verified += verify.length
  }
  return `${lines.join('\n')}\n`
}

function flags(name: string, { cpus, memoryMb, minutes }: Request): string {
  return `--job-name=${name} --cpus-per-task=${cpus} --mem=${memoryMb}M --time=${minutes}`
}

/** Consecutive slices `[first, count]` of at most `largest`. */
function slices(total: number, largest: number): [number, number][] {
  return Array.from({ length: Math.ceil(total / largest) }, (_, k): [number, number] => [
    k * largest,
    Math.min(largest, total - k * largest),
  ])
}
