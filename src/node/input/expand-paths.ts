import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { InputError } from '../../errors.js'
import { reasonOf } from '../disk/reason.js'
import { isAbsent, isThere } from '../disk/absent.js'
import { fitsGlob, globParts } from './glob.js'

/** What tells a pattern from a path. */
export const PATTERN = /[*?[]/

/**
 * The files that words of a command name: each as it is, or all that a pattern (`globParts`) fits, for patterns in
 * quotes, which the shell leaves alone. A file whose own name holds such a character is taken as it is. Each path
 * once, however it is written, patterns in the order of their names.
 *
 * @throws InputError `missing-file`, `no-match` for a pattern that fits nothing, `is-directory`
 */
export async function expandPaths(words: readonly string[]): Promise<string[]> {
  const paths = new Map<string, string>()
  const add = (path: string) => void (paths.has(resolve(path)) || paths.set(resolve(path), path))
  for (const word of words) {
    const there = await stat(word).catch((cause: NodeJS.ErrnoException) => cause)
    if (!(there instanceof Error)) {
      if (there.isDirectory()) throw directory(word)
      add(word)
      continue
    }
    if (!PATTERN.test(word)) {
      if (there.code === 'ENOENT') throw new InputError('missing-file', 'the file does not exist', { file: word })
      throw new InputError('unreadable-file', `the file cannot be read: ${reasonOf(there)}`, { file: word })
    }
    const fitting = await fittingPaths(word)
    if (fitting.length === 0) {
      throw new InputError('no-match', 'no file fits the pattern', { file: word, expected: 'a file at least' })
    }
    for (const path of fitting) add(path)
  }
  return [...paths.values()]
}

const directory = (word: string): InputError =>
  new InputError('is-directory', 'this is a directory: name the files in it', {
    file: word,
    expected: `a file, or a pattern such as '${word.replace(/\/+$/, '')}/*.fits'`,
  })

/** Files, no directories nor links to them, that a pattern fits. */
async function fittingPaths(pattern: string): Promise<string[]> {
  let found = [isAbsolute(pattern) ? '/' : '']
  const parts = pattern.split('/').filter((part) => part !== '')
  for (const [k, part] of parts.entries()) {
    const isLast = k === parts.length - 1
    const next: string[] = []
    for (const at of found) {
      if (!PATTERN.test(part)) {
        const path = join(at, part)
        if ((await isThere(path)) && !(isLast && (await leadsToDirectory(path)))) next.push(path)
        continue
      }
      const glob = globParts(part)
      const entries = await readdir(at === '' ? '.' : at, { withFileTypes: true }).catch((cause: unknown) => {
        if (isAbsent(cause)) return []
        throw new InputError('unreadable-directory', `the directory cannot be read: ${reasonOf(cause)}`, { file: at })
      })
      for (const entry of entries) {
        if (!fitsGlob(glob, entry.name) || (entry.name.startsWith('.') && !part.startsWith('.'))) continue
        const path = join(at, entry.name)
        const isSkipped = isLast
          ? entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToDirectory(path)))
          : entry.isFile()
        if (!isSkipped) next.push(path)
      }
    }
    found = next.sort()
  }
  return found
}

/** Whether a path is a directory or leads to one; false if that cannot be told, so that reading it says why. */
const leadsToDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
