import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { InputError } from '../../errors.js'
import { reasonOf } from '../disk/reason.js'
import { isAbsent, isThere } from '../disk/absent.js'

/** What tells a pattern from a path. */
export const PATTERN = /[*?[]/

/**
 * The files that words of a command name: each as it is, or all that a pattern with `*`, `?` and `[abc]` fits, for
 * patterns in quotes, which the shell leaves alone. A file whose own name holds such a character is taken as it is.
 * Each file once, patterns in the order of their names.
 *
 * @throws InputError `missing-file`, `no-match` for a pattern that fits nothing, `is-directory`
 */
export async function expandPaths(words: readonly string[]): Promise<string[]> {
  const paths = new Set<string>()
  for (const word of words) {
    const there = await stat(word).catch((cause: NodeJS.ErrnoException) => cause)
    if (!(there instanceof Error)) {
      if (there.isDirectory()) throw directory(word)
      paths.add(word)
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
    for (const path of fitting) paths.add(path)
  }
  return [...paths]
}

const directory = (word: string): InputError =>
  new InputError('is-directory', 'this is a directory: name the files in it', {
    file: word,
    expected: `a file, or a pattern such as '${word.replace(/\/+$/, '')}/*.fits'`,
  })

/** Files, no directories, that a pattern fits. */
async function fittingPaths(pattern: string): Promise<string[]> {
  let found = [isAbsolute(pattern) ? '/' : '']
  const parts = pattern.split('/').filter((part) => part !== '')
  for (const [k, part] of parts.entries()) {
    const isLast = k === parts.length - 1
    const next: string[] = []
    for (const at of found) {
      if (!PATTERN.test(part)) {
        const path = join(at, part)
        if (await isThere(path)) next.push(path)
        continue
      }
      const expression = partExpression(part)
      const entries = await readdir(at === '' ? '.' : at, { withFileTypes: true }).catch((cause: unknown) => {
        if (isAbsent(cause)) return []
        throw new InputError('unreadable-directory', `the directory cannot be read: ${reasonOf(cause)}`, { file: at })
      })
      for (const entry of entries) {
        if (!expression.test(entry.name) || (entry.name.startsWith('.') && !part.startsWith('.'))) continue
        if (isLast ? !entry.isDirectory() : !entry.isFile()) next.push(join(at, entry.name))
      }
    }
    found = next.sort()
  }
  return found
}

/** One part of a path as a regular expression. */
function partExpression(part: string): RegExp {
  const body = part.replace(/\[(!?)([^\]]+)\]|[*?]|[^*?[]|\[/g, (piece, not: string, letters: string | undefined) => {
    if (letters !== undefined) return `[${not === '!' ? '^' : ''}${letters.replace(/[\\^]/g, '\\$&')}]`
    if (piece === '*') return '.*'
    if (piece === '?') return '.'
    return piece.replace(/[\\^$.|+(){}[\]]/, '\\$&')
  })
  return new RegExp(`^${body}$`, 's')
}
