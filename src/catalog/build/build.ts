import { CommandError, InputError } from '../../errors.js'
import { idOf, readJson, writeJson, type BuildFolder } from './build-folder.js'
import type { BuildInput } from './build-input.js'
import type { BuildOptions } from './build-options.js'
import { localRunner, type JobRunner } from './build-runner.js'
import { chooseColumns } from '../rows/column-plan.js'
import type { CatalogDescription } from '../description.js'
import { each } from '../../each.js'
import { recogniseForm, type RecognisedForm } from './recognise-form.js'
import { finishStore, type StoreReport } from './finish-store.js'
import { readAll, readJobs } from './gather-inputs.js'
import { MANIFEST_SCHEMA } from '../manifest.js'
import { LARGEST_MARGIN_ARCSEC } from './margin.js'
import type { FileFacts, MarginSegment, PartitionFacts, StorePlan } from './partition-job.js'
import { coverageOf, planStore } from './plan-store.js'
import type { ReadSetup } from './read-input.js'
import { allSharedIds, type SharedIds } from './shared-ids.js'
import { countKeptOut } from '../rows/star-chunk.js'
import { partitionPath } from '../store-columns.js'

export interface BuildReport extends StoreReport {
  /** What told the release: every input, or the option alone. */
  readonly releaseFrom: 'input' | 'option'
  /** Placeholders (-9999, 99, 1e20) that were taken as missing, by column; absent if there are none. */
  readonly placeholders?: Readonly<Record<string, number>>
  /** What columns were taken for, `phot_g_mean_mag = Gmag [mag], ...`; absent if all have the description's names. */
  readonly taken?: readonly string[]
  /** Ids that occur at several places of one file; absent if there are none. */
  readonly sharedIds?: SharedIds
  /** The new store in the folder. */
  readonly path: string
}

const MARGIN_ARCSEC = 10

/**
 * Builds a store from raw catalogues in a folder: read and spill sorted runs, divide the sky into files, write each
 * from its rows of all runs, then the margin, then the lists; a manifest comes last. Memory is bounded by the runs and
 * files that are in work, however large the input.
 *
 * The store's bytes depend on the set of rows and the options alone, not on the runner or on how the rows are divided
 * into inputs. Finished jobs are kept in the folder: a build that was interrupted and is started again with the same
 * inputs and options does only what is missing.
 *
 * The coverage is the `coverage` option if given; else exactly the pixels whose file exists for files of the
 * original's store (an empty one is covered), and the cells that hold stars for everything else.
 *
 * @throws InputError if an input is damaged or unfit, names none of the releases, or no star is left; CommandError
 *   for options that cannot be
 */
export async function buildCatalog(
  inputs: readonly BuildInput[],
  folder: BuildFolder,
  options: BuildOptions,
): Promise<BuildReport> {
  const found =
    options.release === undefined ? await recogniseForm(inputs, options.descriptions, options.kind) : undefined
  return buildOf(inputs, folder, found === undefined ? options : { ...options, release: found.description.name }, found)
}

async function buildOf(
  inputs: readonly BuildInput[],
  folder: BuildFolder,
  options: BuildOptions,
  recognised: RecognisedForm | undefined,
): Promise<BuildReport> {
  const description = describedAs(options.release, options.descriptions) ?? options.descriptions[0]!
  const marks = options.descriptions.flatMap(({ name, epochYr, identity }) =>
    identity === undefined ? [] : [{ name, epochYr, identity }],
  )
  const setup: ReadSetup = {
    description,
    marks,
    choice: chooseColumns(options.columns ?? ['default'], description),
    precision: options.precision ?? 'full',
    ...(recognised?.form && { form: recognised.form }),
    ...(options.positions && { positions: options.positions }),
  }
  const marginArcsec = options.marginArcsec ?? MARGIN_ARCSEC
  if (!(marginArcsec >= 0 && marginArcsec <= LARGEST_MARGIN_ARCSEC)) {
    throw new CommandError('bad-option', 'the margin cannot be this wide', {
      option: '--margin',
      found: marginArcsec,
      expected: `0 to ${LARGEST_MARGIN_ARCSEC} arcsec`,
    })
  }
  const jobs = readJobs(inputs, setup, options)
  const { coverage: given, release, metadata, maxRowsPerFile, doubles } = options
  const buildId = idOf(
    [
      MANIFEST_SCHEMA,
      jobs.map(({ id }) => id),
      given && [given.order, ...given.ranges],
      release,
      metadata,
      maxRowsPerFile,
      marginArcsec,
      doubles && [...doubles].sort(),
      ...(options.source === undefined ? [] : [options.source]),
    ],
    options.sha256,
  )
  const finished = await readJson<{ buildId: string; report: StoredReport }>(folder, 'finished.json', options.sha256)
  if (finished?.buildId === buildId && (await folder.byteLength(finished.report.manifest)) !== undefined)
    return revived(finished.report)
  const runner = options.runner?.(setup) ?? localRunner(setup, inputs, folder, options)
  try {
    const read = await readAll(jobs, inputs, runner, folder, options)
    if (read.rows === 0 && read.pixels.length === 0) {
      const found = [...read.keptOut].map(([reason, count]) => `${count} rows kept out: ${reason}`).join(', ')
      const place = {
        file: inputs
          .map(({ name }) => name)
          .slice(0, 3)
          .join(', '),
        ...(found !== '' && { found }),
      }
      throw new InputError('no-stars', 'there is no star in the input', place)
    }
    const found = await coverageOf(options.coverage, read, folder)
    const { plan, store } = await planStore(read, setup, marginArcsec, folder, options)
    runner.usePlan(plan)
    const files = await writeFiles(plan, runner, folder, read.rows, options)
    const margins = await writeMargins(plan, files, runner, folder, options)
    countKeptOut(
      read.keptOut,
      plan.idsAreRows === true ? 'repeated: same position and values' : 'repeated: same id and position',
      files.reduce((total, { repeated }) => total + repeated, 0),
    )
    const keptOut = Object.fromEntries([...read.keptOut].sort(([a], [b]) => (a < b ? -1 : 1)))
    const report = await finishStore(
      plan,
      files,
      margins,
      { ...store, ...found, keptOut, precision: setup.precision },
      folder,
      options,
    )
    const speaks = read.releases.every(({ rows, told }) => rows === 0 || told.some(({ isLayout }) => isLayout !== true))
    const releaseFrom = release === undefined || recognised !== undefined || speaks ? 'input' : 'option'
    const sharedIds = allSharedIds(files.map((file) => file.sharedIds))
    const whole: BuildReport = {
      ...report,
      releaseFrom,
      ...(read.placeholders.size > 0 && { placeholders: Object.fromEntries(read.placeholders) }),
      ...(read.taken.length > 0 && { taken: read.taken }),
      ...(sharedIds === undefined ? {} : { sharedIds }),
      path: plan.root,
    }
    await writeJson(
      folder,
      'finished.json',
      { buildId, report: stored(whole, `${plan.directory}/manifest.json`) },
      options.sha256,
    )
    return whole
  } finally {
    await runner.close()
  }
}

type StoredReport = Omit<BuildReport, 'coverage'> & { coverage: { order: number; ranges: number[] }; manifest: string }
const stored = (report: BuildReport, manifest: string): StoredReport => ({
  ...report,
  coverage: { order: report.coverage.order, ranges: [...report.coverage.ranges] },
  manifest,
})
const revived = ({ manifest: _, coverage, ...report }: StoredReport): BuildReport => ({
  ...report,
  coverage: { order: coverage.order, ranges: Float64Array.from(coverage.ranges) },
})

function describedAs(
  release: string | undefined,
  descriptions: readonly CatalogDescription[],
): CatalogDescription | undefined {
  if (release === undefined) return undefined
  const found = descriptions.find(({ name }) => name === release)
  if (found !== undefined) return found
  const expected = descriptions.map(({ name }) => name).join(' or ')
  throw new CommandError('unknown-release', 'no catalogue of this name is described', {
    option: '--release',
    found: release,
    expected,
  })
}

async function writeFiles(
  plan: StorePlan,
  runner: JobRunner,
  folder: BuildFolder,
  total: number,
  options: BuildOptions,
): Promise<PartitionFacts[]> {
  let rows = 0
  return each(plan.partitions, runner.width, async (_, index) => {
    const facts = await kept(`${plan.root}-files/${index}.json`, plan.directory, folder, options, () =>
      runner.partition({ kind: 'partition', index }),
    )
    rows += facts.file.rows + facts.repeated
    options.onProgress?.({ stage: 'write', fraction: rows / total, rows })
    return facts
  })
}

async function writeMargins(
  plan: StorePlan,
  files: readonly PartitionFacts[],
  runner: JobRunner,
  folder: BuildFolder,
  options: BuildOptions,
): Promise<FileFacts[]> {
  const byTarget = new Map<number, MarginSegment[]>()
  for (const segment of files.flatMap(({ segments }) => segments))
    byTarget.set(segment.target, [...(byTarget.get(segment.target) ?? []), segment])
  const targets = [...byTarget.keys()].sort((a, b) => a - b)
  let done = 0
  let rows = 0
  return each(targets, runner.width, async (index) => {
    const job = { kind: 'margin', index, segments: byTarget.get(index)! } as const
    const facts = await kept(`${plan.root}-files/margin-${index}.json`, plan.marginDirectory, folder, options, () =>
      runner.margin(job),
    )
    rows += facts.file.rows
    options.onProgress?.({ stage: 'margin', fraction: ++done / targets.length, rows })
    return facts
  })
}

/** What a job gave, or gave before if its file still exists. */
async function kept<T extends FileFacts>(
  marker: string,
  directory: string,
  folder: BuildFolder,
  { sha256 }: Pick<BuildOptions, 'sha256'>,
  job: () => Promise<T>,
): Promise<T> {
  const before = await readJson<T>(folder, marker, sha256)
  if (
    before !== undefined &&
    (await folder.byteLength(`${directory}/${partitionPath(before.file)}`)) === before.file.byteLength
  )
    return before
  const facts = await job()
  await writeJson(folder, marker, facts, sha256)
  return facts
}
