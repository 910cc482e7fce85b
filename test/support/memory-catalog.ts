import type { Catalog } from '../../src/catalog/catalog.js'
import type { CatalogDescription } from '../../src/catalog/description.js'
import type { StarColumn, StarColumns } from '../../src/catalog/stars.js'
import {
  containsCell,
  nestedIndices,
  rangesAreaSqDeg,
  rangesFromCells,
  type CellRanges,
} from '../../src/healpix/index.js'
import { gather, indicesWhere } from '../../src/math/select.js'

/** A catalogue that holds its stars in memory and covers the whole sky, or nothing. */
export function memoryCatalog(stars: StarColumns, description: CatalogDescription, { covered = true } = {}): Catalog {
  const columns = (Object.keys(stars) as (keyof StarColumns)[]).filter(
    (name): name is StarColumn => name !== 'epochYr' && ArrayBuffer.isView(stars[name]),
  )
  return {
    name: description.name,
    location: 'memory',
    description,
    columns: new Set(columns),
    magType: 'f64',
    doubles: new Set(columns.filter((name) => name !== 'sourceId')),
    rowCount: stars.mag.length,
    coverage: covered ? { order: 0, ranges: Float64Array.of(0, 12) } : rangesFromCells(0, []),
    hash: '0'.repeat(64),
    counters: { starsRead: 0, bytesRead: 0, requests: 0 },
    missingSqDeg: (footprint: CellRanges) => (covered ? 0 : rangesAreaSqDeg(footprint)),
    read: (footprint: CellRanges) => {
      const cells = nestedIndices(footprint.order, stars.raDeg, stars.decDeg)
      const rows = indicesWhere(cells.length, (i) => containsCell(footprint, cells[i]!))
      const picked = Object.fromEntries(
        columns.filter((name) => name !== 'sourceId').map((name) => [name, gather(stars[name] as Float64Array, rows)]),
      )
      return Promise.resolve({
        ...picked,
        sourceId: BigInt64Array.from(rows, (i) => stars.sourceId[i]!),
        epochYr: stars.epochYr,
      } as unknown as StarColumns)
    },
  }
}
