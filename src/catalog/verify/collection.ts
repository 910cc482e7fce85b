import { wholeText } from '../../formats/whole-text.js'
import type { CatalogFiles } from '../catalog-files.js'
import { COLLECTION_NAME, isBelow, primaryOf } from '../read/collection.js'
import type { CatalogDescription } from '../description.js'
import { collectionProperties } from '../build/hats.js'
import { parseProperties } from '../properties.js'
import type { Findings } from './findings.js'

export { COLLECTION_NAME } from '../read/collection.js'

/** A catalogue's directory, and where it can be known the paths of all files below it. */
export interface ListedFiles extends CatalogFiles {
  list?(): Promise<readonly string[]>
}

/** What a HATS collection consists of: directories below it. */
interface Collection {
  readonly primary: string
  readonly margins: readonly string[]
  /** Directories of indexes and other tables, which are not looked into. */
  readonly others: readonly string[]
  readonly text: string
}

/** Reads `collection.properties`. Throws InputError if it names no catalogue below the directory. */
export async function readCollection(files: CatalogFiles): Promise<Collection> {
  const text = await wholeText(await files.open(COLLECTION_NAME), 'smallTextBytes')
  const properties = parseProperties(text)
  const named = (key: string) => (properties.get(key) ?? '').split(/[\s,]+/).filter((name) => name !== '')
  const primary = primaryOf(text, `${files.name}/${COLLECTION_NAME}`, 0)
  const others = named('all_indexes').map((pair) => pair.slice(pair.indexOf(':') + 1))
  return { primary, margins: named('all_margins').filter(isBelow), others, text }
}

/** The directories that a collection names must be there, and nothing may be beside them. */
export function checkCollectionFiles(
  files: ListedFiles,
  { primary, margins, others }: Collection,
  present: readonly string[] | undefined,
  findings: Findings,
): void {
  for (const directory of [primary, ...margins]) {
    if (present === undefined || present.some((path) => path.startsWith(`${directory}/`))) continue
    findings.add('structure', 'missing-catalogue', 'the collection names a catalogue that is not there', {
      file: `${files.name}/${COLLECTION_NAME}`,
      found: directory,
    })
  }
  const known = [primary, ...margins, ...others]
  for (const path of present ?? []) {
    if (path === COLLECTION_NAME || known.some((directory) => path.startsWith(`${directory}/`)) || /^README/.test(path))
      continue
    findings.add('structure', 'unexpected-file', 'the file does not belong to the collection', {
      file: `${files.name}/${path}`,
    })
  }
}

/**
 * The collection's own file has no checksum: it is written from the description of its catalogue, and compared with it.
 */
export function checkCollectionText(
  files: CatalogFiles,
  { primary, margins, text }: Collection,
  descriptions: readonly CatalogDescription[],
  findings: Findings,
): void {
  const file = `${files.name}/${COLLECTION_NAME}`
  const expected = descriptions
    .filter(({ name }) => name === primary)
    .map((description) => collectionProperties(primary, description, margins[0]))
  if (!expected.includes(text))
    findings.add('checksums', 'wrong-collection', 'the file is not as catalog build writes it', { file })
}
