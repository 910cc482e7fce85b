import { fileURLToPath } from 'node:url'
import type { Catalog } from '../catalog/catalog.js'
import { CommandError, InputError } from '../errors.js'
import type { CatalogueListRow } from '../exposure/catalogue-list.js'
import { ccdFootprint } from '../exposure/footprint.js'
import { openCatalog } from '../node/open-catalog.js'
import { packageRoot } from '../node/package.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../pipeline.js'
import type { CalibrateOptions } from './calibrate-options.js'
import type { Io } from './io.js'

/** The catalogue of simulated stars round the demo field, in the package. */
export const bundledCatalog = fileURLToPath(new URL('catalogs/demo', packageRoot))

/** The catalogue that a command names, else `$BLISS_CATALOG`. */
export function namedCatalog(named: string | undefined, env: Io['env']): string {
  const chosen = named ?? env['BLISS_CATALOG'] ?? ''
  if (chosen === '') throw new CommandError('no-catalog', 'no reference catalogue is named: give its directory or set BLISS_CATALOG')
  return chosen
}

/** `--catalog`, else `$BLISS_CATALOG`, else the bundled one where it covers every CCD asked for. */
export async function chooseCatalog(options: Pick<CalibrateOptions, 'catalog'>, rows: readonly CatalogueListRow[], env: Io['env'], note: (text: string) => void): Promise<Catalog> {
  const named = options.catalog ?? env['BLISS_CATALOG']
  if (named !== undefined && named !== '') return openCatalog(named)
  const bundled = await openCatalog(bundledCatalog)
  const covered = rows.every((row) => bundled.missingSqDeg(ccdFootprint(row.corners, FOOTPRINT_MARGIN_ARCSEC)) === 0)
  if (!covered) {
    throw new InputError('no-catalog', 'no reference catalogue is named, and the bundled one does not cover this field: give --catalog DIR or set BLISS_CATALOG')
  }
  note(`catalogue: the bundled demo (simulated stars round RA 53.1, Dec -27.8); give --catalog for real data\n`)
  return bundled
}
