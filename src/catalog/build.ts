import { CommandError, InputError } from '../errors.js'
import { rangesFromCells, ring2nested, type CellRanges } from '../healpix/index.js'
import { readJson, writeJson, type BuildFolder } from './build-folder.js'
import type { BuildInput } from './build-input.js'
import { localRunner, type JobRunner } from './build-runner.js'
import type { CatalogTools } from './catalog-files.js'
import { CellCounts } from './cell-counts.js'
import { chooseColumns } from './column-plan.js'
import { countedCoverage } from './counted-coverage.js'
import { occupiedCoverage, unionAtFinest } from './coverage.js'
import type { CatalogDescription } from './description.js'
import { finishStore, type StoreReport } from './finish-store.js'
import type { CoverageOrigin } from './manifest.js'
import { marginSuffix } from './hats.js'
import { LARGEST_MARGIN_ARCSEC } from './margin.js'
import type { FileFacts, MarginSegment, PartitionFacts, StorePlan } from './partition-job.js'
import { planPartitions } from './plan-partitions.js'
import { PIXEL_FILE_ORDER, type ReadFacts, type ReadJob, type ReadProgress, type ReadSetup } from './read-job.js'
import { chooseRelease } from './release.js'
import { skymapOrderOf } from './skymap.js'
import { countKeptOut, type KeptOut } from './star-chunk.js'
import type { RowColumn } from './star-rows.js'
import { addRunCounts, countChildren, distinctKeys, runBytes, RunReader, type StarRun } from './star-run.js'
import { partitionPath, storeColumns, type FurtherColumn, type Precision } from './store-columns.js'

export interface BuildOptions extends CatalogTools {
  /** The catalogues that are known; the first is taken where nothing tells the release. */
  readonly descriptions: readonly CatalogDescription[]
  /** Name of the description; told by `ref_epoch` where it is not given. */
  readonly release?: string
  /** The area that the input knows, where it is not to be found from the stars. */
  readonly coverage?: CellRanges
  /** `basic`, `default`, and names of raw columns; `default` where nothing is given. */
  readonly columns?: readonly string[]
  readonly precision?: Precision
  /** Rows this near to the edge of another file are stored in its margin too; 0 for no margin, 10 by default. */
  readonly marginArcsec?: number
  /** Write `dataset/_metadata`, the footers of all files in one. */
  readonly metadata?: boolean
  readonly maxRowsPerFile?: number
  /** Bytes of consecutive inputs that one job reads, 64 MB by default: what a kill costs at most, and what the threads share. */
  readonly jobBytes?: number
  /** Program and version, for the properties. */
  readonly builder?: string
  readonly onProgress?: (event: BuildProgress) => void
  /** Does the work; in this thread by default. */
  readonly runner?: (setup: ReadSetup) => JobRunner
}

export interface BuildProgress {
  readonly stage: 'read' | 'write' | 'margin'
  /** How much of the stage is done, 0 to 1. */
  readonly fraction: number
  /** Rows that the stage has worked through. */
  readonly rows: number
}

export interface BuildReport extends StoreReport {
  /** What told the release: the option, the `ref_epoch` of the input, or nothing. */
  readonly releaseFrom: 'option' | 'ref_epoch' | 'assumed'
  /** The new store in the folder. */
  readonly path: string
}

const MAX_ROWS_PER_FILE = 1_000_000
const MARGIN_ARCSEC = 10

const JOB_BYTES = 64e6
const JOB_INPUTS = 512

/** Up to this many stars the coverage is found from the stars themselves, beyond from their numbers per cell. */
const ROWS_JUDGED_ONE_BY_ONE = 2_000_000

/**
 * Builds a store from raw catalogues in a folder: read and spill sorted runs, divide the sky into files, write each from its rows of all runs,
 * then the margin, then the lists; a manifest comes last. Memory is bounded by the runs and files that are in work, however large the input.
 *
 * The store's bytes depend on the set of rows and the options alone, not on the runner or on how the rows are divided into inputs. Finished jobs
 * are kept in the folder: a build that was interrupted and is started again with the same inputs and options does only what is missing.
 *
 * The coverage is the `coverage` option where given; else exactly the pixels whose file exists for files of the original's store (an empty one is
 * covered), and the cells that hold stars for everything else.
 *
 * @throws InputError where an input is damaged or unfit, names none of the releases, or no star is left; CommandError for options that cannot be
 */
export async function buildCatalog(inputs: readonly BuildInput[], folder: BuildFolder, options: BuildOptions): Promise<BuildReport> {
  const description = describedAs(options.release, options.descriptions) ?? options.descriptions[0]!
  const setup: ReadSetup = { description, choice: chooseColumns(options.columns ?? ['default'], description), precision: options.precision ?? 'full' }
  const marginArcsec = options.marginArcsec ?? MARGIN_ARCSEC
  if (!(marginArcsec >= 0 && marginArcsec <= LARGEST_MARGIN_ARCSEC)) {
    throw new CommandError('bad-option', 'the margin cannot be this wide', { option: '--margin', found: marginArcsec, expected: `0 to ${LARGEST_MARGIN_ARCSEC} arcsec` })
  }
  const jobs = readJobs(inputs, setup, options)
  const { coverage: given, release, metadata, maxRowsPerFile } = options
  const buildId = idOf([jobs.map(({ id }) => id), given && [given.order, ...given.ranges], release, metadata, maxRowsPerFile, marginArcsec], options)
  const finished = await readJson<{ buildId: string; report: StoredReport }>(folder, 'finished.json')
  if (finished?.buildId === buildId && (await folder.byteLength(finished.report.manifest)) !== undefined) return revived(finished.report)
  const runner = options.runner?.(setup) ?? localRunner(setup, inputs, folder, options)
  try {
    const read = await readAll(jobs, inputs, runner, folder, options)
    if (read.rows === 0 && read.pixels.length === 0) {
      throw new InputError('no-stars', 'there is no star in the input', { file: inputs.map(({ name }) => name).slice(0, 3).join(', ') })
    }
    const found = await coverageOf(options.coverage, read, folder)
    const { plan, store } = await planStore(read, setup, marginArcsec, folder, options)
    runner.usePlan(plan)
    const files = await writeFiles(plan, runner, folder, read.rows, options)
    const margins = await writeMargins(plan, files, runner, folder, options)
    countKeptOut(read.keptOut, 'repeated: same id and position', files.reduce((total, { repeated }) => total + repeated, 0))
    const keptOut = Object.fromEntries([...read.keptOut].sort(([a], [b]) => (a < b ? -1 : 1)))
    const report = await finishStore(plan, files, margins, { ...store, ...found, keptOut, precision: setup.precision }, folder, options)
    const releaseFrom = options.release !== undefined ? 'option' : read.refEpochs.size > 0 ? 'ref_epoch' : 'assumed'
    const whole: BuildReport = { ...report, releaseFrom, path: parentOf(plan.directory) }
    await writeJson(folder, 'finished.json', { buildId, report: stored(whole, `${plan.directory}/manifest.json`) })
    return whole
  } finally {
    await runner.close()
  }
}

type StoredReport = Omit<BuildReport, 'coverage'> & { coverage: { order: number; ranges: number[] }; manifest: string }
const stored = (report: BuildReport, manifest: string): StoredReport => ({ ...report, coverage: { order: report.coverage.order, ranges: [...report.coverage.ranges] }, manifest })
const revived = ({ manifest: _, coverage, ...report }: StoredReport): BuildReport => ({ ...report, coverage: { order: coverage.order, ranges: Float64Array.from(coverage.ranges) } })
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
const idOf = (value: unknown, { sha256 }: CatalogTools): string => sha256(new TextEncoder().encode(JSON.stringify(value))).slice(0, 16)

function describedAs(release: string | undefined, descriptions: readonly CatalogDescription[]): CatalogDescription | undefined {
  if (release === undefined) return undefined
  const found = descriptions.find(({ name }) => name === release)
  if (found !== undefined) return found
  const expected = descriptions.map(({ name }) => name).join(' or ')
  throw new CommandError('unknown-release', 'no catalogue of this name is described', { option: '--release', found: release, expected })
}

/** Consecutive inputs together; what a job is called follows from its inputs as they stand and from how they are read. */
function readJobs(inputs: readonly BuildInput[], setup: ReadSetup, options: BuildOptions): ReadJob[] {
  const groups: BuildInput[][] = []
  let bytes = Infinity
  for (const input of inputs) {
    const size = input.byteLength ?? 0
    if (bytes + size > (options.jobBytes ?? JOB_BYTES) || groups[groups.length - 1]!.length >= JOB_INPUTS) {
      groups.push([])
      bytes = 0
    }
    groups[groups.length - 1]!.push(input)
    bytes += size
  }
  return groups.map((group, i) => ({
    kind: 'read',
    id: idOf([options.builder, setup, i, group.map(({ name, identity }) => identity ?? name)], options),
    inputs: group.map(({ name }) => name),
  }))
}

/** What all read jobs found together. */
interface Gathered {
  readonly runs: readonly StarRun[]
  readonly rows: number
  readonly pixels: readonly number[]
  readonly keptOut: KeptOut
  readonly refEpochs: ReadonlyMap<number, string>
  readonly columns: ReadonlySet<string>
  readonly wide: ReadonlySet<string>
}

async function readAll(jobs: readonly ReadJob[], inputs: readonly BuildInput[], runner: JobRunner, folder: BuildFolder, options: BuildOptions): Promise<Gathered> {
  const sizes = new Map(inputs.map(({ name, byteLength }) => [name, Math.max(1, byteLength ?? 1)]))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const progress = new Map<ReadJob, ReadProgress>()
  const tell = (): void => {
    let [bytes, rows] = [0, 0]
    for (const [job, done] of progress) {
      rows += done.rows
      for (const [i, name] of job.inputs.entries()) bytes += sizes.get(name)! * Math.min(1, Math.max(0, done.inputs - i))
    }
    options.onProgress?.({ stage: 'read', fraction: bytes / total, rows })
  }
  const refEpochs = new Map<number, string>()
  const facts = await each(jobs, runner.width, async (job) => {
    const marker = `jobs/${job.id}.json`
    const kept = await readJson<ReadFacts>(folder, marker)
    const isWhole = kept !== undefined && (await Promise.all(kept.runs.map(async (run) => (await folder.byteLength(run.path)) === runBytes(run)))).every(Boolean)
    const found = isWhole
      ? kept
      : await runner.read(job, (done) => {
          progress.set(job, done)
          tell()
        })
    if (!isWhole) await writeJson(folder, marker, found)
    progress.set(job, { rows: found.rows, inputs: job.inputs.length })
    tell()
    for (const [epoch, file] of found.refEpochs) if (!refEpochs.has(epoch)) refEpochs.set(epoch, file)
    // At once, not after hours.
    chooseRelease(options.release, refEpochs, options.descriptions)
    return found
  })
  const keptOut: KeptOut = new Map()
  for (const { keptOut: some } of facts) for (const [reason, rows] of some) countKeptOut(keptOut, reason, rows)
  return {
    runs: facts.flatMap(({ runs }) => runs),
    rows: facts.reduce((sum, { rows }) => sum + rows, 0),
    pixels: facts.flatMap(({ pixels }) => pixels),
    keptOut,
    refEpochs,
    columns: new Set(facts.flatMap(({ columns }) => columns)),
    wide: new Set(facts.flatMap(({ wide }) => wide)),
  }
}

interface FoundCoverage {
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
}

async function coverageOf(given: CellRanges | undefined, { runs, pixels }: Gathered, folder: BuildFolder): Promise<FoundCoverage> {
  if (given !== undefined) return { coverage: given, coverageFrom: 'given' }
  const ofPixels = rangesFromCells(PIXEL_FILE_ORDER, pixels.map((pixel) => Number(ring2nested(PIXEL_FILE_ORDER, pixel))))
  const loose = runs.filter((run) => run.loose)
  if (loose.length === 0) return { coverage: ofPixels, coverageFrom: 'pixel-files' }
  const occupied = await coverageOfStars(loose, folder)
  if (pixels.length === 0) return { coverage: occupied, coverageFrom: 'occupied-cells' }
  return { coverage: unionAtFinest(ofPixels, occupied), coverageFrom: 'mixed' }
}

async function coverageOfStars(runs: readonly StarRun[], folder: BuildFolder): Promise<CellRanges> {
  if (runs.reduce((sum, { rows }) => sum + rows, 0) <= ROWS_JUDGED_ONE_BY_ONE) return occupiedCoverage(await distinctKeys(folder, runs))
  const counts = new CellCounts()
  for (const run of runs) await addRunCounts(folder, run, counts)
  return countedCoverage(counts)
}

async function planStore(read: Gathered, setup: ReadSetup, marginArcsec: number, folder: BuildFolder, options: BuildOptions) {
  const description = chooseRelease(options.release, read.refEpochs, options.descriptions)
  const counts = new CellCounts()
  for (const run of read.runs) await addRunCounts(folder, run, counts)
  const reader = new RunReader(folder)
  const maxRows = options.maxRowsPerFile ?? MAX_ROWS_PER_FILE
  const partitions = await planPartitions(counts, maxRows, (cell) => countChildren(reader, read.runs, cell))
  const types = new Map<string, RowColumn['type']>([...read.columns].sort().map((name) => [name, 'f32']))
  for (const { columns } of read.runs) for (const { name, type } of columns) if (type === 'f64') types.set(name, type)
  for (const name of ['raDeg', 'decDeg']) types.set(name, 'f64')
  const byType = (wanted: RowColumn['type']) => [...types].filter(([, type]) => type === wanted).map(([name, type]) => ({ name, type }))
  const isFloat32 = (name: string) => types.get(name) === 'f32' || !read.wide.has(name)
  const columns = storeColumns(description, new Set(['sourceId', ...types.keys()]), isFloat32)
  const furtherColumns: FurtherColumn[] = setup.choice.further.filter((name) => types.has(name)).map((name) => ({ name, type: isFloat32(name) ? 'f32' : 'f64' }))
  const facts = {
    runs: read.runs,
    rowColumns: [...byType('f64'), ...byType('f32')],
    columns: [...columns, ...furtherColumns],
    partitions,
    marginArcsec,
    skymapOrder: skymapOrderOf(read.rows),
  }
  const root = `out-${idOf([options.builder, facts], options)}`
  const plan: StorePlan = { ...facts, directory: `${root}/${description.name}`, marginDirectory: `${root}/${description.name}_${marginSuffix(marginArcsec)}` }
  return { plan, store: { description, columns, furtherColumns, maxRows } }
}

async function writeFiles(plan: StorePlan, runner: JobRunner, folder: BuildFolder, total: number, options: BuildOptions): Promise<PartitionFacts[]> {
  let rows = 0
  return each(plan.partitions, runner.width, async (_, index) => {
    const facts = await kept(`${parentOf(plan.directory)}-files/${index}.json`, plan.directory, folder, () => runner.partition({ kind: 'partition', index }))
    rows += facts.file.rows + facts.repeated
    options.onProgress?.({ stage: 'write', fraction: rows / total, rows })
    return facts
  })
}

async function writeMargins(plan: StorePlan, files: readonly PartitionFacts[], runner: JobRunner, folder: BuildFolder, options: BuildOptions): Promise<FileFacts[]> {
  const byTarget = new Map<number, MarginSegment[]>()
  for (const segment of files.flatMap(({ segments }) => segments)) byTarget.set(segment.target, [...(byTarget.get(segment.target) ?? []), segment])
  const targets = [...byTarget.keys()].sort((a, b) => a - b)
  let done = 0
  let rows = 0
  return each(targets, runner.width, async (index) => {
    const job = { kind: 'margin', index, segments: byTarget.get(index)! } as const
    const facts = await kept(`${parentOf(plan.directory)}-files/margin-${index}.json`, plan.marginDirectory, folder, () => runner.margin(job))
    rows += facts.file.rows
    options.onProgress?.({ stage: 'margin', fraction: ++done / targets.length, rows })
    return facts
  })
}

/** What a job gave, or gave before where its file still stands. */
async function kept<T extends FileFacts>(marker: string, directory: string, folder: BuildFolder, job: () => Promise<T>): Promise<T> {
  const before = await readJson<T>(folder, marker)
  if (before !== undefined && (await folder.byteLength(`${directory}/${partitionPath(before.file)}`)) === before.file.byteLength) return before
  const facts = await job()
  await writeJson(folder, marker, facts)
  return facts
}

/** Runs an action over items, several at a time; results come in the items' order. The first failure ends it, once all that runs has come back. */
async function each<T, R>(items: readonly T[], width: number, action: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  let failure: { error: unknown } | undefined
  const lane = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      const index = next++
      try {
        results[index] = await action(items[index]!, index)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  if (failure !== undefined) throw failure.error
  return results
}
