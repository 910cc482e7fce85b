import type { ListName } from '../exposure/catalogue-list.js'
import { optionWords } from '../formats/shell-word.js'

/** An exposure to be calibrated elsewhere; paths are absolute, because jobs run in other directories. */
export interface GridExposure {
  readonly list: ListName
  readonly expnum: number
  /** Directory of the list and of the SExtractor catalogues. */
  readonly workdir: string
  readonly outdir: string
  /** SHA-256 of the list as it was planned with. */
  readonly sha256: string
  readonly band: string
  /** Evening date of the night, YYYYMMDD; empty if the list does not say. */
  readonly nite: string
  /** CCDs to calibrate, ascending. */
  readonly ccds: readonly number[]
}

/** What every job of a workflow is run with. */
export interface GridOptions {
  readonly catalog: string
  readonly magsType: string
  readonly system: string
  readonly estimator: string
  readonly keepBorrowed: boolean
}

/** One run of bliss-calib on some machine. */
export interface Job {
  /** Letters, digits and underscores, so that it serves as the name of a DAGMan node and of a file. */
  readonly name: string
  readonly args: readonly string[]
}

/** Jobs that stand behind one another: every `calibrate` job, then `merge`, then every `verify` job. */
interface Unit {
  readonly calibrate: readonly Job[]
  readonly merge: Job
  readonly verify: readonly Job[]
}

/**
 * Work that a scheduler is handed as one: `prepare`, then the units side by side; `finish` runs at the end whatever
 * failed.
 */
export interface Workflow {
  readonly name: string
  readonly prepare: Job
  readonly units: readonly Unit[]
  readonly finish: Job
}

/** Exposures that one job calibrates one after the other. */
export interface Chunk {
  readonly name: string
  /** Manifest for `batch`. */
  readonly manifest: string
  /** Plan of the same exposures, for `grid verify`. */
  readonly plan: string
}

/** Name of an exposure in job names: `668439_r4p05`, what is no letter or digit as an underscore. */
export function exposureTag({ expnum, list }: Pick<GridExposure, 'expnum' | 'list'>): string {
  return `${expnum}_r${list.reqnum}p${list.attnum}`.replace(/[^A-Za-z0-9_]/g, '_')
}

const which = ({ expnum, list }: GridExposure) => [
  '--expnum',
  `${expnum}`,
  ...optionWords('--reqnum', list.reqnum),
  '--attnum',
  list.attnum,
]

/** The options of `calibrate` and `batch` that decide the numbers. */
function photometry(options: GridOptions): string[] {
  const { catalog, magsType, system, estimator, keepBorrowed } = options
  return [
    '--catalog',
    catalog,
    '--magsType',
    magsType,
    '--system',
    system,
    '--estimator',
    estimator,
    ...(keepBorrowed ? ['--keep-borrowed'] : []),
  ]
}

/**
 * A job per CCD, as the original ran: each exposure is its CCDs side by side, then the merge that solves them together,
 * then a check of its files.
 *
 * @param plan path of the plan of these exposures
 */
export function ccdWorkflow(
  name: string,
  exposures: readonly GridExposure[],
  options: GridOptions,
  plan: string,
): Workflow {
  const taken = new Map<string, number>()
  const units = exposures.map((exposure): Unit => {
    const tag = freeTag(exposureTag(exposure), taken)
    const place = ['--workdir', exposure.workdir, '--outdir', exposure.outdir]
    return {
      calibrate: exposure.ccds.map((ccd) => ({
        name: `calibrate_${tag}_${String(ccd).padStart(2, '0')}`,
        args: ['calibrate', ...which(exposure), '--ccd', `${ccd}`, ...place, ...photometry(options)],
      })),
      merge: { name: `merge_${tag}`, args: ['merge', ...which(exposure), ...place, '--workers', '1'] },
      verify: [{ name: `verify_${tag}`, args: ['grid', 'verify', plan, ...which(exposure)] }],
    }
  })
  return {
    name,
    prepare: prepareJob(plan),
    units,
    finish: { name: 'finish', args: ['grid', 'verify', plan, '--salvage'] },
  }
}

/**
 * The single-epoch job on a grid: a job per CCD measures and calibrates it, the last step joins the exposure from what
 * there is. Everything is in the exposure's own directory.
 *
 * @param plan path of the plan of these exposures
 */
export function seWorkflow(
  name: string,
  exposures: readonly GridExposure[],
  options: GridOptions,
  plan: string,
): Workflow {
  const taken = new Map<string, number>()
  const units = exposures.map((exposure): Unit => {
    const tag = freeTag(exposureTag(exposure), taken)
    const { band, nite, workdir } = exposure
    // A path with braces would be taken for a layout with parts.
    const place = /[{}]/.test(workdir) ? ['--layout', '{d}', '--dest', workdir] : ['--layout', workdir]
    const job = ['se', ...which(exposure), '--band', band, '--nite', nite, ...place, '--single']
    return {
      calibrate: exposure.ccds.map((ccd) => ({
        name: `calibrate_${tag}_${String(ccd).padStart(2, '0')}`,
        args: [...job, '--ccd', `${ccd}`, '--calibrate', '--template', ...photometry(options)],
      })),
      merge: { name: `merge_${tag}`, args: [...job, '--join'] },
      verify: [{ name: `verify_${tag}`, args: ['grid', 'verify', plan, ...which(exposure)] }],
    }
  })
  return {
    name,
    prepare: prepareJob(plan),
    units,
    finish: { name: 'finish', args: ['grid', 'verify', plan, '--salvage'] },
  }
}

/**
 * Two exposures may have one tag: in two directories, or as what differs is no letter or digit. A node's name is there
 * once.
 */
function freeTag(tag: string, taken: Map<string, number>): string {
  const before = taken.get(tag) ?? 0
  taken.set(tag, before + 1)
  return before === 0 ? tag : freeTag(`${tag}_again${before}`, taken)
}

/**
 * A job per chunk of exposures, for surveys: the chunks side by side, then one summary of all, then a check of each
 * chunk's files.
 */
export function chunkWorkflow(
  name: string,
  chunks: readonly Chunk[],
  options: GridOptions,
  plan: string,
  summary: string,
): Workflow {
  const args = ['grid', 'summary', plan, '--to', summary]
  const unit: Unit = {
    calibrate: chunks.map((chunk) => ({
      name: `calibrate_${chunk.name}`,
      args: ['batch', chunk.manifest, '--accept-failures', '--retries', '1', '--workers', '1', ...photometry(options)],
    })),
    merge: { name: 'merge', args },
    verify: chunks.map((chunk) => ({ name: `verify_${chunk.name}`, args: ['grid', 'verify', chunk.plan] })),
  }
  return { name, prepare: prepareJob(plan), units: [unit], finish: { name: 'finish', args } }
}

function prepareJob(plan: string): Job {
  return { name: 'prepare', args: ['grid', 'prepare', plan] }
}

/** Number of jobs of a workflow, `finish` included. */
export function jobCount({ units }: Workflow): number {
  return units.reduce((total, { calibrate, verify }) => total + calibrate.length + 1 + verify.length, 2)
}
