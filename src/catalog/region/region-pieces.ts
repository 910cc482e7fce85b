import { cellAreaSqDeg, rangesAreaSqDeg, rangesAtOrder, type CellRanges } from '../../healpix/index.js'
import type { Catalog } from '../catalog.js'
import type { OptionalStarColumn, ReadStars } from '../stars.js'

/** Rows that a piece is meant to hold: some 20 MB of stars with all columns. */
const ROWS_PER_PIECE = 200_000
/**
 * The first piece is this part of one at the catalogue's mean density: where the region begins, the stars may be 25
 * times as dense.
 */
const FIRST_PIECE = 0.25
/** Crowding may grow so fast from one piece to the next. */
const GROWTH = 2
/**
 * A region is walked in cells of at least this order: 0.05 sq deg, so that even the densest fields of the sky (3
 * million a sq deg) come in pieces.
 */
const STEP_ORDER = 8

/**
 * The stars of a region, in `_healpix_29` order, in pieces of some 200,000 rows: memory follows the piece, not the
 * region. A piece is as large as the density of the one before suggests.
 */
export async function* readInPieces(
  catalog: Catalog,
  cells: CellRanges,
  columns?: readonly OptionalStarColumn[],
): AsyncGenerator<ReadStars> {
  const order = Math.max(STEP_ORDER, cells.order)
  const { ranges } = rangesAtOrder(cells, order)
  const cellsPerStep = 4 ** (order - STEP_ORDER)
  const rowsPerCell = (catalog.rowCount / Math.max(1e-9, rangesAreaSqDeg(catalog.coverage))) * cellAreaSqDeg(order)
  const firstPiece = Math.floor((FIRST_PIECE * ROWS_PER_PIECE) / Math.max(1e-9, rowsPerCell))
  // Some catalogues of other programs do not tell their number of rows: the smallest piece then shows the density.
  let wanted = Number.isNaN(firstPiece) ? cellsPerStep : Math.max(cellsPerStep, firstPiece)
  for (let i = 0, lo = ranges[0] ?? 0; i < ranges.length;) {
    const piece: number[] = []
    let left = wanted
    while (left > 0 && i < ranges.length) {
      const hi = Math.min(ranges[i + 1]!, lo + left)
      piece.push(lo, hi)
      left -= hi - lo
      lo = hi
      if (hi === ranges[i + 1]) {
        i += 2
        lo = ranges[i] ?? 0
      }
    }
    const stars = await catalog.read({ order, ranges: Float64Array.from(piece) }, columns)
    if (stars.sourceId.length > 0) yield stars
    const fitting = (ROWS_PER_PIECE / Math.max(1, stars.sourceId.length)) * (wanted - left)
    wanted = Math.max(1, Math.floor(Math.min(fitting, GROWTH * wanted)))
  }
}
