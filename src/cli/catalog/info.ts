import type { Catalog } from '../../catalog/catalog.js'
import { columnSizes, type ColumnSizes } from '../../catalog/build/column-sizes.js'
import { readHatsLists, type HatsPartition } from '../../catalog/read/hats-lists.js'
import { rangesAreaSqDeg } from '../../healpix/index.js'
import { locationFiles, openCatalog } from '../../node/store/open-catalog.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { basename, dirname } from 'node:path'
import { servedSystems } from '../../photometry/system/served-systems.js'
import { coverageMapSvg } from '../../report/coverage-map.js'
import { namedCatalog } from '../calibrate/choose-catalog.js'
import type { Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { INFO_OPTIONS } from './options.js'

/** The footers of the whole sky are gigabytes: the sizes of columns are estimated from this many files. */
const MAX_FILES = 64

/** `catalog info`: contents, size and sky coverage of a catalogue. */
export async function catalogInfo(
  { catalog: named, json, svg }: Values<typeof INFO_OPTIONS>,
  io: Io,
): Promise<ExitCode> {
  const dir = await namedCatalog(named, io.env, (text) => io.err(text))
  const catalog = await openCatalog(dir)
  const files = await locationFiles(catalog, dir)
  const { partitions } = await readHatsLists(files)
  const sizes = await columnSizes(files, partitions, MAX_FILES)
  if (svg !== undefined) {
    const text = coverageMapSvg(catalog.coverage, { title: catalog.description.title, rowCount: catalog.rowCount })
    await writeFilesWhole(dirname(svg), [{ name: basename(svg), bytes: new TextEncoder().encode(text) }])
  }
  io.out(
    json ? `${JSON.stringify(facts(catalog, partitions, sizes), null, 2)}\n` : infoText(catalog, partitions, sizes),
  )
  return 0
}

function facts(catalog: Catalog, partitions: readonly HatsPartition[], sizes: ColumnSizes): object {
  const { description } = catalog
  const orders = [...filesByOrder(partitions)].map(([order, files]) => ({ order, files }))
  return {
    name: catalog.name,
    title: description.title,
    location: catalog.location,
    epochYr: description.epochYr,
    magnitudeState: description.magnitudeState,
    precision: catalog.stored?.precision ?? null,
    missingValues: catalog.stored?.missingValues ?? null,
    rows: catalog.rowCount,
    coverageSqDeg: rangesAreaSqDeg(catalog.coverage),
    files: partitions.length,
    filesByOrder: orders,
    bytes: bytesOf(partitions, sizes),
    filesLookedAt: sizes.files,
    columns: sizes.columns,
    otherBytesPerRow: sizes.otherBytesPerRow,
    bands: Object.keys(description.relations),
    systems: servedSystems(catalog),
    level: description.level ?? null,
    hash: catalog.hash,
  }
}

function infoText(catalog: Catalog, partitions: readonly HatsPartition[], sizes: ColumnSizes): string {
  const { description } = catalog
  const orders = [...filesByOrder(partitions).keys()]
  const span = orders.length < 2 ? `order ${orders[0] ?? 0}` : `orders ${orders[0]} to ${orders.at(-1)}`
  const isPart = sizes.files < partitions.length
  const perRow = sizes.rows === 0 ? 0 : sizes.byteLength / sizes.rows
  return [
    `${description.title}, epoch ${description.epochYr}, magnitudes ${description.magnitudeState}`,
    `${Number.isNaN(catalog.rowCount) ? 'an untold number of' : catalog.rowCount} stars ` +
      `over ${rangesAreaSqDeg(catalog.coverage).toFixed(3)} sq deg`,
    `${partitions.length} ${partitions.length === 1 ? 'file' : 'files'} of ${span}, ` +
      `${isPart ? 'about ' : ''}${(bytesOf(partitions, sizes) / 1e6).toFixed(2)} MB, ` +
      `${perRow.toFixed(1)} bytes a star${isPart ? ` (by ${sizes.files} of them)` : ''}:`,
    ...sizes.columns.map(
      ({ name, type, bytesPerRow }) => `  ${name.padEnd(28)} ${type.padEnd(4)} ${bytesPerRow.toFixed(2).padStart(6)}`,
    ),
    `  ${'(lists and footers)'.padEnd(33)} ${sizes.otherBytesPerRow.toFixed(2).padStart(6)}`,
    ...missingText(catalog),
    ...systemLines(catalog),
    `manifest SHA-256: ${catalog.hash}`,
    '',
  ].join('\n')
}

/** How a store of ours keeps what is missing; nothing for another's catalogue. */
function missingText({ stored }: Catalog): string[] {
  if (stored === undefined) return []
  return [`missing values: ${stored.missingValues === 'NULL' ? 'NULL' : 'NaN (a store of schema 3)'}`]
}

/** What `--system` may be asked of it. */
function systemLines(catalog: Catalog): string[] {
  const served = servedSystems(catalog)
  if (served.length === 0) return ['--system catalog alone: no relation finds the magnitudes that it reads']
  return served.map(({ system, magnitudes, bands }) => {
    const level = system === 'des-ab' ? levelText(catalog.description) : ''
    return `--system ${system} (${magnitudes}): ${bands.join(' ')}${level}`
  })
}

/** The origin of the magnitudes' level; empty if the description does not say. */
function levelText({ level }: Catalog['description']): string {
  if (level === undefined) return ''
  return ` (relative to ${level.relativeTo}, whose own level is good to ${level.absoluteErrMag} mag)`
}

function filesByOrder(partitions: readonly HatsPartition[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { order } of [...partitions].sort((a, b) => a.order - b.order))
    counts.set(order, (counts.get(order) ?? 0) + 1)
  return counts
}

/** Of all data files; if some were looked at, in proportion. */
const bytesOf = (partitions: readonly HatsPartition[], { files, byteLength }: ColumnSizes): number =>
  files === 0 ? 0 : Math.round((byteLength * partitions.length) / files)
