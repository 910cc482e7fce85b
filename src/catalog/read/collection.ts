import { InputError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import { parseProperties } from '../properties.js'

export const COLLECTION_NAME = 'collection.properties'

/** Whether a name leads below the directory that holds it. */
export const isBelow = (name: string): boolean => !/^[a-z]+:|^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name)

/**
 * The directory of the catalogue in a HATS collection, below the collection's own.
 *
 * @param file what messages call the file
 * @param depth how many collections named one another on the way here
 * @throws InputError if it names none, itself or one elsewhere, or if a ring of them name one another
 */
export function primaryOf(text: string, file: string, depth: number): string {
  const primary = parseProperties(text).get('hats_primary_table_url')
  const bad = (sentence: string) =>
    new InputError('bad-collection', sentence, {
      file,
      column: 'hats_primary_table_url',
      found: primary?.slice(0, 200) ?? 'nothing',
      expected: 'a directory below',
    })
  if (primary === undefined) throw bad('the collection names no catalogue (hats_primary_table_url)')
  const directory = primary.replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  if (!isBelow(primary) || directory === '' || directory === '.')
    throw bad('the collection names no catalogue below its directory')
  if (depth >= LIMITS.namedDepth)
    throw bad('collections name one another without end (limit namedDepth, see docs/limits.md)')
  return directory
}
