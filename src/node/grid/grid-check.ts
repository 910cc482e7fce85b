import type { Catalog } from '../../catalog/catalog.js'
import { DataError } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { containsCell, nestedIndex } from '../../healpix/index.js'
import type { PhotometricSystem } from '../../photometry/result.js'
import { standardSystem } from '../../photometry/system/standards.js'

/**
 * Refuses CCDs that a catalogue cannot calibrate, without reading a star: the band cannot be had from it, or the CCD's
 * centre lies outside its coverage. The jobs themselves look at the whole footprint; this is cheap enough for the
 * millions of CCDs of a survey.
 */
export function refuseUnanswerable(
  catalog: Catalog,
  system: PhotometricSystem,
  rows: readonly CatalogueListRow[],
  listFile: string,
): void {
  for (const band of new Set(rows.map((row) => row.band)))
    standardSystem(system, catalog.description, band, new Set(catalog.columns))
  for (const { ccd, centre, line } of rows) {
    if (containsCell(catalog.coverage, nestedIndex(catalog.coverage.order, centre.raDeg, centre.decDeg))) continue
    throw new DataError(
      'not-covered',
      `the catalogue does not cover CCD ${ccd}: copy that region into it or choose another with --catalog`,
      {
        file: catalog.location,
        found: `no coverage at RA ${centre.raDeg}, Dec ${centre.decDeg} (${listFile}, line ${line})`,
      },
    )
  }
}
