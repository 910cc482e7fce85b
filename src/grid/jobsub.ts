import { CommandError } from '../errors.js'
import { refuseUncarried } from './carried-words.js'
import { exposureTag, type GridExposure, type Job, type Workflow } from './workflow.js'

interface JobsubOptions {
  /** What is between `jobsub` and the script: group, requests, requirements. */
  readonly jobsub: string
  /** The script's `file://` address. */
  readonly script: string
  /**
   * Arguments of a pipeline's own script, with `{expnum}`, `{ccd}` and so on in them; absent for the jobs of the
   * workflow.
   */
  readonly scriptArgs?: string
}

/**
 * A workflow as the input of Fermilab's jobsub DAG tool: `<serial>` and `<parallel>` blocks of `jobsub` lines, each
 * block after the one before.
 *
 * With `scriptArgs` it is the original's form alone: one parallel block, a line per CCD, for the script of a pipeline
 * of which this calibration is one step. The tool splits lines at white space and replaces environment variables, and
 * has no quoting; a shell may see its lines.
 *
 * @throws CommandError for an argument that it would tear apart
 */
export function jobsubText(
  workflow: Workflow,
  exposures: readonly GridExposure[],
  { jobsub, script, scriptArgs }: JobsubOptions,
): string {
  const line = (args: string) => `jobsub ${refuseUncarried(jobsub)} ${unquoted(script)} ${refuseUncarried(args)}\n`
  const block = (kind: 'serial' | 'parallel', lines: readonly string[]) => `<${kind}>\n${lines.join('')}</${kind}>\n`
  if (scriptArgs !== undefined) {
    return block(
      'parallel',
      exposures.flatMap((exposure) => exposure.ccds.map((ccd) => line(filledIn(scriptArgs, exposure, ccd)))),
    )
  }
  const job = ({ args }: Job) => line(args.map(unquoted).join(' '))
  const { prepare, units } = workflow
  return [
    block('serial', [job(prepare)]),
    block(
      'parallel',
      units.flatMap(({ calibrate }) => calibrate.map(job)),
    ),
    block(
      'parallel',
      units.map(({ merge }) => job(merge)),
    ),
    block(
      'parallel',
      units.flatMap(({ verify }) => verify.map(job)),
    ),
  ].join('')
}

function unquoted(word: string): string {
  if (/^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u.test(word)) return word
  const sentence =
    'jobsub splits its lines at white space, replaces $NAME and has no quotes: an argument cannot have such characters'
  throw new CommandError('jobsub-word', sentence, { found: `'${word}'`, expected: 'letters, digits and _@%+=:,./-' })
}

function filledIn(template: string, exposure: GridExposure, ccd: number): string {
  const values: Readonly<Record<string, string>> = {
    expnum: `${exposure.expnum}`,
    reqnum: exposure.list.reqnum,
    attnum: exposure.list.attnum,
    band: exposure.band,
    nite: exposure.nite,
    ccd: `${ccd}`,
    workdir: exposure.workdir,
    outdir: exposure.outdir,
    tag: exposureTag(exposure),
  }
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined)
      throw new CommandError('bad-option', 'the template has a name that means nothing here', {
        option: '--script-args',
        found: whole,
        expected: Object.keys(values)
          .map((key) => `{${key}}`)
          .join(', '),
      })
    return unquoted(value)
  })
}
