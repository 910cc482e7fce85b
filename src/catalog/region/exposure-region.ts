import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { ccdFootprint, FOOTPRINT_ORDER } from '../../exposure/footprint.js'
import { rangesFromCells, unionOfSets, unionRanges, type CellRanges } from '../../healpix/index.js'

/**
 * The footprints of all CCDs of some exposures: exactly the cells that calibrations of them read. Throws InputError
 * naming the line of corners that span no polygon.
 */
export function exposureCells(
  lists: readonly { readonly file: string; readonly rows: readonly CatalogueListRow[] }[],
  marginArcsec: number,
): CellRanges {
  const nothing = rangesFromCells(FOOTPRINT_ORDER, [])
  // Lists one by one, then all: a union of many costs what its two sides hold.
  return lists
    .map(({ file, rows }) =>
      unionOfSets([nothing, ...rows.map(({ corners, line }) => ccdFootprint(corners, marginArcsec, { file, line }))]),
    )
    .reduce((cells, exposure) => unionRanges(cells, exposure), nothing)
}
