import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseDescription, type CatalogDescription } from '../../src/catalog/description.js'

/** A description of the package's own catalogues. */
export function describeCatalogue(name: string): CatalogDescription {
  const file = resolve(import.meta.dirname, `../../catalogs/${name}.json`)
  return parseDescription(JSON.parse(readFileSync(file, 'utf8')), file)
}

export const shared = (path: string): string => resolve(import.meta.dirname, '../../../shared', path)
