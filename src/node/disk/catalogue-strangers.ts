import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CHECKSUMS_NAME, MANIFEST_NAME } from '../../catalog/manifest.js'
import { readWholeText } from './regular-file.js'
import { undefinedIfAbsent } from './absent.js'

/** One more than a message names. */
const MAX_STRANGERS = 4

/**
 * What lies in a directory and is not of the catalogue, or the collection of catalogues, there: paths of files that no
 * list of checksums names, of directories that hold none of those files, of links and the like, whatever their names.
 * At most four, by name.
 */
export async function strangersIn(target: string): Promise<string[]> {
  const files = new Set(await listedIn(target, ''))
  const top = await readdir(target, { withFileTypes: true })
  if (top.some(({ name }) => name === 'collection.properties')) {
    files.add('collection.properties')
    for (const entry of top)
      if (entry.isDirectory()) for (const path of await listedIn(target, `${entry.name}/`)) files.add(path)
  }
  const directories = new Set<string>()
  for (const path of files)
    for (let at = dirname(path); at !== '.' && !directories.has(at); at = dirname(at)) directories.add(at)

  const strangers: string[] = []
  const pending = ['']
  for (let at = pending.pop(); at !== undefined && strangers.length < MAX_STRANGERS; at = pending.pop()) {
    const entries = await readdir(join(target, at), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${at}${entry.name}`
      if (entry.isDirectory() && directories.has(path)) pending.push(`${path}/`)
      else if (!entry.isFile() || !files.has(path)) strangers.push(entry.isDirectory() ? `${path}/` : path)
    }
  }
  return strangers.slice(0, MAX_STRANGERS)
}

/** Paths of the files of one catalogue as its list of checksums names them; none if there is no list. */
async function listedIn(target: string, catalogue: string): Promise<string[]> {
  const list = await readWholeText(join(target, catalogue, CHECKSUMS_NAME), 'textBytes').catch(undefinedIfAbsent)
  if (list === undefined) return []
  const named = list.split('\n').flatMap((line) => /^[0-9a-f]{64} {2}(.+)$/.exec(line)?.[1] ?? [])
  return [...named, CHECKSUMS_NAME, MANIFEST_NAME].map((path) => `${catalogue}${path}`)
}
