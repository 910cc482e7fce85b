import { InputError } from '../errors.js'
import { isPrintable } from '../printable.js'

/** NAME_MAX of the file systems in use (Linux, macOS; Windows counts UTF-16 units, which are never more). */
const MAX_NAME_BYTES = 255

/** Why a text cannot be the name of a product; undefined if it can. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name === '.' || name === '..') return 'it is a directory'
  if (/[/\\]/.test(name)) return 'it is a path'
  if (!isPrintable(name)) return 'it holds a control character'
  const byteLength = new TextEncoder().encode(name).byteLength
  return byteLength > MAX_NAME_BYTES ? `it has ${byteLength} bytes, and ${MAX_NAME_BYTES} is the most` : undefined
}

/**
 * The rule that every name of a file goes through before anything is written: a plain name of the directory that it is
 * written to, and of one set each name once. Names are made from texts of the inputs (list, headers, JSON), and a path
 * among them would lead elsewhere.
 *
 * @param names of the files that are written together
 * @throws InputError naming the name and what is wrong with it
 */
export function refuseUnfitNames(names: readonly string[], directory: string): void {
  const seen = new Set<string>()
  for (const name of names) {
    const fault = nameFault(name) ?? (seen.has(name) ? 'another file of the run has it' : undefined)
    if (fault !== undefined) {
      throw new InputError('unfit-name', `a file cannot be written under this name: ${fault}`, {
        file: directory,
        found: `'${name}'`,
        expected: 'a plain file name',
      })
    }
    seen.add(name)
  }
}

/** The last part of a path that an input names: what a product of that input is called after. */
export function baseName(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//s, '')
}
