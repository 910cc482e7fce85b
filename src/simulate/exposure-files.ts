import type { NamedBytes } from '../formats/bytes.js'
import { csvBytes } from '../formats/csv-write.js'
import { writeFitsHeaderOnly, writeFitsLdac, writeFitsTable } from '../formats/fits/index.js'
import type { SimulatedExposure } from './exposure.js'
import { gaiaSourceTable, originalStore, storeFileName } from './gaia-tables.js'
import { imageCards, immaskCards } from './image-cards.js'
import { catalogueListText, listName } from './list-file.js'
import { truthOf } from './truth-file.js'

/** Compresses one whole file, handed in; `name` gets `.gz`. */
export type Gzip = (bytes: Uint8Array) => Uint8Array

const text = (name: string, content: string): NamedBytes => ({ name, bytes: new TextEncoder().encode(content) })

/** What a pipeline's work directory holds: the catalogue list and one `fullcat.fits` (FITS_LDAC) per CCD. */
export function workFiles(simulated: SimulatedExposure): NamedBytes[] {
  return [
    text(listName(simulated), catalogueListText(simulated)),
    ...simulated.ccds.map((ccd) => ({
      name: ccd.fileName,
      bytes: writeFitsLdac({ imageCards: imageCards(simulated, ccd), objects: ccd.table }),
    })),
  ]
}

/** The `_immask.fits` of each CCD, header only: what the list is made from. */
export function immaskFiles(simulated: SimulatedExposure): NamedBytes[] {
  return simulated.ccds.map((ccd) => ({
    name: ccd.fileName.replace('_fullcat.fits', '_immask.fits'),
    bytes: writeFitsHeaderOnly(immaskCards(simulated, ccd)),
  }))
}

/** The catalogue as the Gaia archive gives it, one CSV file; `.csv.gz` if a compressor is handed in. */
export function gaiaCsvFile(simulated: SimulatedExposure, gzip?: Gzip): NamedBytes {
  const bytes = csvBytes(gaiaSourceTable(simulated.stars, simulated.description.release, 'text'))
  return gzip ? { name: 'gaia_source.csv.gz', bytes: gzip(bytes) } : { name: 'gaia_source.csv', bytes }
}

/** The same rows as a FITS table; `.fits.gz` if a compressor is handed in. */
export function gaiaFitsFile(simulated: SimulatedExposure, gzip?: Gzip): NamedBytes {
  const bytes = writeFitsTable(gaiaSourceTable(simulated.stars, simulated.description.release, 'bool'), {
    extname: 'gaia_source',
  })
  return gzip ? { name: 'gaia_source.fits.gz', bytes: gzip(bytes) } : { name: 'gaia_source.fits', bytes }
}

/** The original's store: `GaiaOutNNNXX/GaiaOutNNNNN.csv`, id, RA, Dec and G. */
export function originalStoreFiles(simulated: SimulatedExposure): NamedBytes[] {
  return originalStore(simulated).map(({ pixel, table }) => ({ name: storeFileName(pixel), bytes: csvBytes(table) }))
}

export function truthFile(simulated: SimulatedExposure, seed: number | null = null): NamedBytes {
  return text('truth.json', `${JSON.stringify(truthOf(simulated, seed), null, 1)}\n`)
}

/** Everything, by directory: `work/`, `raw/` (the archive's CSV), `store/` (the original's tree), `truth.json`. */
export function exposureFiles(
  simulated: SimulatedExposure,
  { seed = null, gzip }: { readonly seed?: number | null; readonly gzip?: Gzip } = {},
): NamedBytes[] {
  const within = (directory: string, files: readonly NamedBytes[]) =>
    files.map(({ name, bytes }) => ({ name: `${directory}/${name}`, bytes }))
  return [
    ...within('work', workFiles(simulated)),
    ...within('work', immaskFiles(simulated)),
    ...within('raw', [gaiaCsvFile(simulated, gzip)]),
    ...within('store', originalStoreFiles(simulated)),
    truthFile(simulated, seed),
  ]
}
