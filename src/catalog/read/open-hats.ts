import { largestOf } from '../../math/extremes.js'
import { InputError } from '../../errors.js'
import { float32AsDecimal } from '../../formats/number-text.js'
import { openParquet, type ParquetFile } from '../../formats/parquet/index.js'
import { rangesAtOrder, rangesFromCells, unionRanges, type CellRanges } from '../../healpix/index.js'
import type { Catalog, ReadCounters } from '../catalog.js'
import type { CatalogFiles, ReadTools } from '../catalog-files.js'
import { planColumns, type ColumnPlan } from '../rows/column-plan.js'
import { missingSqDeg } from '../coverage.js'
import { counted } from './counted-source.js'
import type { CatalogDescription } from '../description.js'
import { gatherIntegers } from '../gather.js'
import { releaseOfName, releaseOfProperties } from './hats-release.js'
import { presentNames, readablePlan } from './readable-plan.js'
import { ReleaseWitness } from '../release-evidence.js'
import { hatsPartition, type HatsPartitionReader, type HatsStars } from './hats-partition.js'
import { sortingOrder64 } from '../rows/sort-order.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type ReadStars } from '../stars.js'
import { readHatsLists, type HatsLists, type HatsPartition } from './hats-lists.js'

/**
 * Opens a HATS catalogue that another program made (HATS 1.0, IVOA Note, 22 August 2025), as far as its properties and
 * its list of partitions go.
 *
 * Columns go by the names of the description that the catalogue's own title or epoch point to. Rows are chosen by their
 * positions; the HEALPix column, of any name and order or none at all, only saves reading. The partitions' cells count
 * as covered, which is coarse: an empty place in a cell that holds any star is taken for a place without stars.
 *
 * @throws InputError if the lists are no lists, no description fits, or a needed column is missing
 */
export async function openHatsCatalog(
  files: CatalogFiles,
  options: ReadTools & { readonly descriptions: readonly CatalogDescription[] },
): Promise<Catalog> {
  const counters: ReadCounters = { starsRead: 0, bytesRead: 0, requests: 0 }
  const counting: CatalogFiles = {
    ...files,
    open: async (path, hint) => counted(await files.open(path, hint), counters),
  }
  const lists = await readHatsLists(counting)
  const opener = partitionOpener(counting)
  const schema = await schemaOf(counting, lists, opener)
  const description = describedBy(lists, schema, files.name, options.descriptions)
  const all = planOf(schema, description, OPTIONAL_STAR_COLUMNS)
  const partitions = [...lists.partitions].sort((a, b) => a.cell * 4 ** (24 - a.order) - b.cell * 4 ** (24 - b.order))
  const coverage = coverageOf(partitions)
  const readers = new Map<string, Promise<readonly HatsPartitionReader[]>>()
  const readersOf = (partition: HatsPartition) => {
    const open = async () =>
      (await opener(partition)).map((file) =>
        hatsPartition(file, lists.properties, { ...options, gapBytes: files.gapBytes }),
      )
    const known = readers.get(partition.path) ?? open()
    readers.set(partition.path, known)
    known.catch(() => readers.delete(partition.path))
    return known
  }
  return {
    name: description.name,
    location: files.name,
    description,
    columns: new Set([...all.stars.keys(), ...all.errors.keys()]),
    magType: typeOf(schema, all.stars.get('mag')!) === 'f32' ? 'f32' : 'f64',
    doubles: new Set(
      [...all.stars]
        .filter(([star, name]) => star !== 'sourceId' && typeOf(schema, name) !== 'f32')
        .map(([star]) => star),
    ),
    rowCount: Number(lists.properties.get('hats_nrows') ?? NaN),
    coverage,
    hash: await options.sha256(
      new TextEncoder().encode(JSON.stringify([[...lists.properties], partitions.map(({ path }) => path)])),
    ),
    counters,
    missingSqDeg: (footprint) => missingSqDeg(footprint, coverage),
    async read(footprint, wanted) {
      const touched = partitions.filter(({ order, cell }) => meets(footprint, order, cell))
      const parts = await Promise.all(
        touched.map(async (partition) =>
          Promise.all(
            (await readersOf(partition)).map((reader) => {
              const plan = planOf(reader.file, description, wanted ?? OPTIONAL_STAR_COLUMNS)
              return reader.select(footprint, plan, description.epochYr)
            }),
          ),
        ),
      )
      const stars = gathered(parts.flat(2), all, wanted ?? OPTIONAL_STAR_COLUMNS, description.epochYr)
      counters.starsRead += stars.sourceId.length
      return stars
    },
  }
}

/** The columns to read; an epoch that is no number is not read for every footprint again. */
function planOf(file: ParquetFile, description: CatalogDescription, wanted: readonly OptionalStarColumn[]): ColumnPlan {
  const plan = planColumns(presentNames(file), description, file.source.name, { wanted, required: [], further: [] })
  const epochType = plan.refEpoch === undefined ? undefined : typeOf(file, plan.refEpoch)
  const hasEpochs = epochType !== undefined && epochType !== 'string'
  return readablePlan({ ...plan, designation: undefined, refEpoch: hasEpochs ? plan.refEpoch : undefined }, file)
}

const typeOf = (file: ParquetFile, name: string) => file.columns.find((column) => column.name === name)?.type

/**
 * The description that the catalogue's title, its epoch and its columns point to; only if none of these tells, the name
 * of its directory. Throws InputError if they contradict one another, or do not tell.
 */
function describedBy(
  lists: HatsLists,
  schema: ParquetFile,
  location: string,
  descriptions: readonly CatalogDescription[],
): CatalogDescription {
  const { properties, propertiesName } = lists
  const witness = new ReleaseWitness(descriptions)
  witness.columns(presentNames(schema))
  const stated = [...releaseOfProperties(properties, descriptions), ...witness.evidence]
  const told = stated.length > 0 ? stated : releaseOfName(location, 'the name of the directory', descriptions)
  const names = [...new Set(told.map(({ release }) => release))]
  const found = descriptions.find(({ name }) => name === names[0])
  if (found !== undefined && names.length === 1) return found
  const file = `${location}/${propertiesName}`
  if (names.length > 1) {
    const statements = told.map(({ release, by, found: what }) => `${by} ${what}: ${release}`).join(', ')
    throw new InputError('mixed-releases', 'the catalogue contradicts itself about its release', {
      file,
      found: statements,
      expected: 'one release',
    })
  }
  throw new InputError(
    'unknown-catalog',
    'nothing tells which release this HATS catalogue holds: make one of ' +
      'yours with `bliss-calib catalog build --release`',
    {
      file,
      found:
        `obs_collection ${properties.get('obs_collection') ?? 'missing'}, ` +
        `hats_coordinate_epoch ${properties.get('hats_coordinate_epoch') ?? 'missing'}`,
      expected: descriptions.map(({ name }) => name).join(' or '),
    },
  )
}

/** Opens the files of a partition: one, or those of a directory. Some copies have `%3D` for `=` in their paths. */
function partitionOpener(files: CatalogFiles): (partition: HatsPartition) => Promise<ParquetFile[]> {
  const openFile = async (path: string): Promise<ParquetFile> => {
    const written = [path, path.replaceAll('=', '%3D')]
    for (const name of written)
      if (await files.exists(name, { from: 'end' })) return openParquet(await files.open(name, { from: 'end' }))
    return openParquet(await files.open(path, { from: 'end' }))
  }
  return async ({ path }) => {
    if (!path.endsWith('/')) return [await openFile(path)]
    const names = (await files.folder?.(path)) ?? (await files.folder?.(path.replaceAll('=', '%3D')))
    if (names === undefined) {
      throw new InputError('unlisted-partition', 'the partitions are directories, and a server does not list them', {
        file: `${files.name}/${path}`,
        expected: 'one file a partition',
      })
    }
    return Promise.all(
      names
        .filter((name) => !/^[._]/.test(name))
        .sort()
        .map((name) => openFile(`${path}${name}`)),
    )
  }
}

async function schemaOf(
  files: CatalogFiles,
  { partitions }: HatsLists,
  opener: ReturnType<typeof partitionOpener>,
): Promise<ParquetFile> {
  const common = 'dataset/_common_metadata'
  if (await files.exists(common, { from: 'end' })) return openParquet(await files.open(common, { from: 'end' }))
  const [first] = partitions.length === 0 ? [] : await opener(partitions[0]!)
  if (first === undefined) throw new InputError('no-stars', 'the catalogue has no partition', { file: files.name })
  return first
}

/** Whether a cell and the footprint share any part of the sky. */
function meets({ order, ranges }: CellRanges, cellOrder: number, cell: number): boolean {
  const [low, high] = [cell * 4 ** (order - cellOrder), (cell + 1) * 4 ** (order - cellOrder)]
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! < high && ranges[i + 1]! > low) return true
  return false
}

function coverageOf(partitions: readonly HatsPartition[]): CellRanges {
  const finest = largestOf(
    partitions.map(({ order }) => order),
    0,
  )
  const orders = [...new Set(partitions.map((partition) => partition.order))]
  const cellsAt = (order: number) =>
    rangesFromCells(
      order,
      partitions.filter((partition) => partition.order === order).map(({ cell }) => cell),
    )
  return unionRanges(rangesFromCells(finest, []), ...orders.map((order) => rangesAtOrder(cellsAt(order), finest)))
}

/** The stars of all parts in the order of their cells; a column that one part lacks is missing there. */
function gathered(
  parts: readonly HatsStars[],
  plan: ColumnPlan,
  wanted: readonly OptionalStarColumn[],
  epochYr: number,
): ReadStars {
  const rowCount = parts.reduce((total, { keys }) => total + keys.length, 0)
  const keys = new BigInt64Array(rowCount)
  const ids = new BigInt64Array(rowCount)
  let at = 0
  for (const part of parts) {
    keys.set(part.keys, at)
    ids.set(part.sourceId, at)
    at += part.keys.length
  }
  const order = sortingOrder64(keys)
  const column = (star: string): Float64Array => {
    const joined = new Float64Array(rowCount)
    let from = 0
    for (const part of parts) {
      const values = part.values.get(star)
      if (values === undefined) joined.fill(NaN, from, from + part.keys.length)
      // Archives print a float32 as its shortest decimal: that number, not its binary neighbour, is the published
      // magnitude.
      else joined.set(star === 'mag' && part.isMagFloat32 ? Float64Array.from(values, float32AsDecimal) : values, from)
      from += part.keys.length
    }
    return Float64Array.from(order, (row) => joined[row]!)
  }
  const optional = wanted
    .filter((star) => plan.stars.has(star) || plan.errors.has(star))
    .map((star) => [star, column(star)] as const)
  return {
    sourceId: gatherIntegers(ids, order),
    cell29: gatherIntegers(keys, order),
    raDeg: column('raDeg'),
    decDeg: column('decDeg'),
    epochYr,
    mag: column('mag'),
    ...Object.fromEntries(optional),
  }
}
