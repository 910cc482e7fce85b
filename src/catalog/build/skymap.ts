import { writeFitsTable } from '../../formats/fits/write-table.js'
import { card } from '../../formats/fits/card-text.js'
import type { FileFacts } from './partition-job.js'

/** Sky maps of whole catalogues have 3.4 arcmin cells, as those of other HATS catalogues. */
const FINEST_SKYMAP_ORDER = 10
const COARSEST_SKYMAP_ORDER = 3
const ROWS_PER_CELL = 100

/**
 * The finest order at which a catalogue that fills the sky would have a hundred rows a cell: the map's size follows the
 * catalogue's.
 */
export function skymapOrderOf(rows: number): number {
  const order = Math.floor(Math.log2(Math.max(1, rows) / (12 * ROWS_PER_CELL)) / 2)
  return Math.min(FINEST_SKYMAP_ORDER, Math.max(COARSEST_SKYMAP_ORDER, order))
}

/**
 * Rows of every NESTED cell of the sky as a FITS table that healpy's `read_map` takes: HATS' `skymap.fits` and
 * `point_map.fits`.
 */
export function skymapFits(facts: readonly FileFacts[], order: number): Uint8Array {
  const values = new Int32Array(12 * 4 ** order)
  for (const { file, counts } of facts) {
    if (file.order >= order) values[Math.floor(file.cell / 4 ** (file.order - order))]! += file.rows
    else values.set(counts, file.cell * 4 ** (order - file.order))
  }
  return writeFitsTable(
    { rowCount: values.length, columns: [{ name: 'PIXEL', type: 'i32', values }] },
    {
      extname: 'xtension',
      headerCards: [
        card('PIXTYPE', 'HEALPIX', 'HEALPix pixelisation'),
        card('ORDERING', 'NESTED', 'pixel ordering scheme'),
        card('NSIDE', 2 ** order, 'resolution parameter'),
        card('FIRSTPIX', 0, 'first pixel'),
        card('LASTPIX', values.length - 1, 'last pixel'),
        card('INDXSCHM', 'IMPLICIT', 'the row is the pixel'),
        card('OBJECT', 'FULLSKY', 'sky coverage'),
        card('COORDSYS', 'C', 'ICRS'),
      ],
    },
  )
}
