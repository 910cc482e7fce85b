import { stat } from 'node:fs/promises'
import type { Catalog } from '../catalog/catalog.js'
import type { CatalogDescription } from '../catalog/description.js'
import { openCatalogFiles } from '../catalog/open.js'
import { InputError } from '../errors.js'
import { catalogTools, directoryFiles, packagedDescriptions } from './catalog-files.js'
import { reasonOf } from './files.js'

/** Opens the reference catalogue in a directory. Throws InputError where it is missing, half written or damaged. */
export async function openCatalog(dir: string, options: { readonly descriptions?: readonly CatalogDescription[] } = {}): Promise<Catalog> {
  const facts = await stat(dir).catch((cause: unknown) => {
    throw new InputError('no-catalog', `the reference catalogue cannot be read: ${reasonOf(cause)}`, { file: dir }, { cause })
  })
  if (!facts.isDirectory()) {
    const sentence = 'a reference catalogue is a directory; make one with `bliss-calib catalog build`'
    throw new InputError('no-catalog', sentence, { file: dir, found: 'a file' })
  }
  return openCatalogFiles(directoryFiles(dir), { ...catalogTools, descriptions: options.descriptions ?? (await packagedDescriptions()) })
}
