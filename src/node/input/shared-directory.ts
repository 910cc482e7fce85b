import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import { PATTERN } from './expand-paths.js'

/**
 * The deepest directory that holds all of some files: relative if all of them are, `.` if they have no directory in
 * common but the root.
 */
export function sharedDirectory(paths: readonly string[]): string {
  const folders = paths.map((path) => dirname(resolve(path)).split(sep))
  const [first = []] = folders
  let depth = 0
  while (depth < first.length && folders.every((folder) => folder[depth] === first[depth])) depth++
  const shared = first.slice(0, depth).join(sep)
  if (shared === '' || resolve(shared) === parse(resolve('.')).root) return '.'
  return paths.some(isAbsolute) ? shared : relative('.', shared) || '.'
}

/** A pattern up to the first part that stands for several names. */
export function fixedPart(pattern: string): string {
  const parts = pattern.split(sep)
  const open = parts.findIndex((part) => PATTERN.test(part))
  return open < 0 ? pattern : join(...parts.slice(0, open).map((part) => (part === '' ? sep : part)), parts[open]!)
}
