import { openParquet, readRowGroup } from '../../formats/parquet/index.js'
import { discCover, intersectRanges, nestedIndex, rangesFromCells, type CellRanges } from '../../healpix/index.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import type { Catalog } from '../catalog.js'
import { filesBelow, type CatalogFiles } from '../catalog-files.js'
import { neighbourCells } from '../cell-neighbours.js'
import { openCatalogFiles } from '../read/open.js'
import type { Findings, VerifyOptions } from './findings.js'
import { readHatsLists, type HatsPartition } from '../read/hats-lists.js'

/** Side of a cell of order 0 as a square [arcsec], and how much narrower than its side any cell may be across. */
const SIDE_ARCSEC = 211_076.29
const NARROWEST = 0.66

/**
 * A disc meets the cells that its cover says, but for the bend of their sides: 0.04 arcsec beside a pole at order 14,
 * which decides most, and 256 times less at order 18.
 */
const DISC_ORDERS = [14, 18] as const

/** A star this near to the limit may be in the margin or not. */
const TOLERANCE_ARCSEC = 0.01

/**
 * Whether a margin holds what it should: for each cell of the catalogue the stars outside it within the threshold, and
 * no others. The stars round a cell are read from the catalogue as a calibration would, and judged by whether a disc of
 * the threshold round them meets the cell.
 */
export async function verifyMargin(
  files: CatalogFiles,
  primary: string,
  margin: string,
  options: VerifyOptions,
  findings: Findings,
  notChecked: Set<string>,
): Promise<void> {
  const location = `${files.name}/${margin}`
  const [primaryFiles, marginFiles] = [filesBelow(files, primary), filesBelow(files, margin)]
  const skipped = (why: string) => void notChecked.add(`whether the margin ${margin} is complete: ${why}`)
  const [cells, lists] = [
    await readHatsLists(primaryFiles).catch(() => undefined),
    await readHatsLists(marginFiles).catch(() => undefined),
  ]
  if (cells === undefined || lists === undefined) return skipped('its lists cannot be read')
  const catalog = await openCatalogFiles(primaryFiles, options).catch(() => undefined)
  const thresholdArcsec = Number(lists.properties.get('hats_margin_threshold'))
  if (catalog === undefined || !(thresholdArcsec > 0))
    return skipped('its catalogue cannot be opened, or it names no threshold')
  const idName = catalog.description.columns.sourceId?.[0] ?? 'source_id'
  const pathOf = new Map(lists.partitions.map((partition) => [`${partition.order} ${partition.cell}`, partition.path]))
  for (const partition of cells.partitions) {
    await findings.attempt('rows', location, async () => {
      const path = pathOf.get(`${partition.order} ${partition.cell}`)
      const held =
        path === undefined
          ? new Map<bigint, readonly [number, number]>()
          : await starsOf(marginFiles, path, idName, lists.properties, options)
      await checkCell(
        catalog,
        partition,
        held,
        thresholdArcsec,
        path === undefined ? location : `${location}/${path}`,
        findings,
      )
    })
  }
}

async function starsOf(
  files: CatalogFiles,
  path: string,
  idName: string,
  properties: ReadonlyMap<string, string>,
  codecs: VerifyOptions,
): Promise<Map<bigint, readonly [number, number]>> {
  const file = await openParquet(await files.open(path))
  const stars = new Map<bigint, readonly [number, number]>()
  const [raName, decName] = [properties.get('hats_col_ra') ?? 'ra', properties.get('hats_col_dec') ?? 'dec']
  for (let group = 0; group < file.metadata.row_groups.length; group++) {
    const table = await readRowGroup(file, group, [idName, raName, decName], codecs)
    const [ra, dec] = [asFloat64(findColumn(table, raName)!)!, asFloat64(findColumn(table, decName)!)!]
    for (const [row, id] of (findColumn(table, idName)!.values as BigInt64Array).entries())
      stars.set(id, [ra[row]!, dec[row]!])
  }
  return stars
}

async function checkCell(
  catalog: Catalog,
  partition: HatsPartition,
  held: ReadonlyMap<bigint, readonly [number, number]>,
  thresholdArcsec: number,
  file: string,
  findings: Findings,
): Promise<void> {
  const { order, cell } = partition
  const isWithin = (raDeg: number, decDeg: number, arcsec: number) =>
    DISC_ORDERS.every((fine) => {
      const perCell = 4 ** (fine - order)
      return (
        intersectRanges(
          { order: fine, ranges: Float64Array.of(cell * perCell, (cell + 1) * perCell) },
          discCover(fine, raDeg, decDeg, arcsec / 3600),
        ).ranges.length > 0
      )
    })
  const { sourceId, raDeg, decDeg } = await catalog.read(cellsRound(partition, thresholdArcsec), [])
  const expected = `cell ${cell} of order ${order}`
  for (const [i, id] of sourceId.entries()) {
    if (
      held.has(id) ||
      nestedIndex(order, raDeg[i]!, decDeg[i]!) === cell ||
      !isWithin(raDeg[i]!, decDeg[i]!, thresholdArcsec - TOLERANCE_ARCSEC)
    )
      continue
    findings.add('rows', 'margin-incomplete', 'a star near the cell is missing from its margin', {
      file,
      found: `id ${id} at RA ${raDeg[i]}, Dec ${decDeg[i]}`,
      expected: `all within ${thresholdArcsec} arcsec of ${expected}`,
    })
  }
  const known = new Set(sourceId)
  for (const [id, [ra, dec]] of held) {
    if (known.has(id) && isWithin(ra, dec, thresholdArcsec + TOLERANCE_ARCSEC)) continue
    const sentence = known.has(id)
      ? 'a star of the margin lies farther from the cell than its threshold'
      : 'a star of the margin is not one of the catalogue near the cell'
    findings.add('rows', 'margin-excess', sentence, {
      file,
      found: `id ${id} at RA ${ra}, Dec ${dec}`,
      expected: `within ${thresholdArcsec} arcsec of ${expected}`,
    })
  }
}

/** Fine cells round a cell that hold all within the threshold of it, but for the cell itself. */
function cellsRound({ order, cell }: HatsPartition, thresholdArcsec: number): CellRanges {
  // Cells everywhere wider than the threshold, and no more than 128 along a side.
  const fine = Math.max(0, Math.min(13, order + 7, Math.floor(Math.log2((NARROWEST * SIDE_ARCSEC) / thresholdArcsec))))
  if (fine <= order) {
    const ancestor = Math.floor(cell / 4 ** (order - fine))
    return rangesFromCells(fine, [ancestor, ...neighbourCells(fine, ancestor)])
  }
  const first = cell * 4 ** (fine - order)
  const last = first + 4 ** (fine - order)
  const round = new Set<number>()
  for (const border of borderCells(fine - order))
    for (const near of neighbourCells(fine, first + border)) if (near < first || near >= last) round.add(near)
  return rangesFromCells(fine, round)
}

/** Numbers, within a cell, of the cells so many orders finer that lie along its border. */
function* borderCells(depth: number): Generator<number> {
  const side = 2 ** depth
  for (let i = 0; i < side; i++)
    for (const [x, y] of [
      [i, 0],
      [i, side - 1],
      [0, i],
      [side - 1, i],
    ] as const)
      yield interleaved(x, y)
}

function interleaved(x: number, y: number): number {
  let cell = 0
  for (let bit = 0; 2 ** bit <= Math.max(x, y); bit++) cell += (((x >> bit) & 1) + 2 * ((y >> bit) & 1)) * 4 ** bit
  return cell
}
