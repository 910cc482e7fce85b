import { rangesFromCells, ring2nested, type CellRanges } from '../../healpix/index.js'
import { idOf, type BuildFolder } from './build-folder.js'
import type { BuildOptions } from './build-options.js'
import { CellCounts } from './cell-counts.js'
import { countedCoverage } from './counted-coverage.js'
import { occupiedCoverage, unionAtFinest } from '../coverage.js'
import { marginSuffix } from './hats.js'
import { MANIFEST_SCHEMA, type CoverageOrigin } from '../manifest.js'
import type { StorePlan } from './partition-job.js'
import { planPartitions } from './plan-partitions.js'
import { PIXEL_FILE_ORDER } from './read-job.js'
import type { ReadSetup } from './read-input.js'
import type { GatheredInput } from './gather-inputs.js'
import { chooseRelease } from '../release.js'
import { skymapOrderOf } from './skymap.js'
import type { RowColumn } from './star-rows.js'
import { addRunCounts, countChildren, distinctKeys, RunReader, type StarRun } from './star-run.js'
import { storeColumns, type FurtherColumn } from '../store-columns.js'

const MAX_ROWS_PER_FILE = 1_000_000

/** Up to this many stars the coverage is found from the stars themselves, beyond from their numbers per cell. */
const ROWS_JUDGED_ONE_BY_ONE = 2_000_000

/** The part of the sky that a store knows, and what told it. */
interface FoundCoverage {
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
}

/** Coverage as given, else of the original's pixel files and of the cells that hold other stars. */
export async function coverageOf(
  given: CellRanges | undefined,
  { runs, pixels }: GatheredInput,
  folder: BuildFolder,
): Promise<FoundCoverage> {
  if (given !== undefined) return { coverage: given, coverageFrom: 'given' }
  const ofPixels = rangesFromCells(
    PIXEL_FILE_ORDER,
    pixels.map((pixel) => Number(ring2nested(PIXEL_FILE_ORDER, pixel))),
  )
  const loose = runs.filter((run) => run.loose)
  if (loose.length === 0) return { coverage: ofPixels, coverageFrom: 'pixel-files' }
  const occupied = await coverageOfStars(loose, folder)
  if (pixels.length === 0) return { coverage: occupied, coverageFrom: 'occupied-cells' }
  return { coverage: unionAtFinest(ofPixels, occupied), coverageFrom: 'mixed' }
}

async function coverageOfStars(runs: readonly StarRun[], folder: BuildFolder): Promise<CellRanges> {
  if (runs.reduce((sum, { rows }) => sum + rows, 0) <= ROWS_JUDGED_ONE_BY_ONE)
    return occupiedCoverage(await distinctKeys(folder, runs))
  const counts = new CellCounts()
  for (const run of runs) await addRunCounts(folder, run, counts)
  return countedCoverage(counts)
}

/** Divides the sky into files and settles the columns. */
export async function planStore(
  read: GatheredInput,
  setup: ReadSetup,
  marginArcsec: number,
  folder: BuildFolder,
  options: BuildOptions,
) {
  const description = chooseRelease(options.release, read.releases, options.descriptions)
  const counts = new CellCounts()
  for (const run of read.runs) await addRunCounts(folder, run, counts)
  const reader = new RunReader(folder)
  const maxRows = options.maxRowsPerFile ?? MAX_ROWS_PER_FILE
  const partitions = await planPartitions(counts, maxRows, (cell) => countChildren(reader, read.runs, cell))
  const types = new Map<string, RowColumn['type']>([...read.columns].sort().map((name) => [name, 'f32']))
  for (const { columns } of read.runs) for (const { name, type } of columns) if (type === 'f64') types.set(name, type)
  for (const name of ['raDeg', 'decDeg']) types.set(name, 'f64')
  const byType = (wanted: RowColumn['type']) =>
    [...types].filter(([, type]) => type === wanted).map(([name, type]) => ({ name, type }))
  const isFloat32 = (name: string) =>
    types.get(name) === 'f32' || !(read.wide.has(name) || options.doubles?.has(name) === true)
  const columns = storeColumns(description, new Set(['sourceId', ...types.keys()]), isFloat32)
  const furtherColumns: FurtherColumn[] = setup.choice.further
    .filter((name) => types.has(name))
    .map((name) => ({ name, type: isFloat32(name) ? 'f32' : 'f64' }))
  const facts = {
    runs: read.runs,
    rowColumns: [...byType('f64'), ...byType('f32')],
    columns: [...columns, ...furtherColumns],
    partitions,
    marginArcsec,
    skymapOrder: skymapOrderOf(read.rows),
    ...(setup.form?.ids === 'rows' ? { idsAreRows: true } : {}),
  }
  const root = `out-${idOf([options.builder, MANIFEST_SCHEMA, facts], options.sha256)}`
  const plan: StorePlan = {
    ...facts,
    root,
    directory: `${root}/${description.name}`,
    marginDirectory: `${root}/${description.name}_${marginSuffix(marginArcsec)}`,
  }
  return { plan, store: { description, columns, furtherColumns, maxRows } }
}
