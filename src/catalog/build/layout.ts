import type { SortedLayout } from '../../formats/parquet/index.js'
import { cellAreaSqDeg } from '../../healpix/index.js'
import { KEY_COLUMN, mayBeMissing, type FurtherColumn, type StoreColumn } from '../store-columns.js'

/**
 * Rows of a row group: the piece of a file that a reader fetches whole, by one request. A row group of 1,536 stars is
 * 0.19 deg wide at the mean density of the sky, about as a CCD is; with 2,048 a CCD reads 10 % more, with 1,024 the
 * store is 1 % larger, 2 % in lite (bench/README.md).
 */
const ROW_GROUP_ROWS = 1536

/** If stars are dense a CCD holds many row groups, and smaller ones at its edges read less. */
const DENSE_ROW_GROUP_ROWS = 768
const DENSE_PER_SQ_DEG = 400_000

/** Ordinary runs work out a star's cell from its position, and have no use for these. */
const APART: ReadonlySet<string> = new Set(['parallaxMas', 'ruwe'])

/** Layout of one file of a store: the rows of one NESTED cell. */
export function storeLayout(
  { order, rows }: { readonly order: number; readonly rows: number },
  columns: readonly (StoreColumn | FurtherColumn)[],
): SortedLayout {
  const dense = rows / cellAreaSqDeg(order) > DENSE_PER_SQ_DEG
  return {
    sortedBy: KEY_COLUMN,
    apart: [
      KEY_COLUMN,
      ...columns.filter((column) => !('star' in column) || APART.has(column.star)).map(({ name }) => name),
    ],
    optional: columns.filter(mayBeMissing).map(({ name }) => name),
    rowGroupRows: dense ? DENSE_ROW_GROUP_ROWS : ROW_GROUP_ROWS,
    createdBy: 'bliss-calib version 1',
  }
}
