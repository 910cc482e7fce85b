import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '../errors.js'
import type { NamedBytes } from '../formats/bytes.js'
import { reasonOf, writeFilesWhole } from './files.js'

/** Writes files whose names hold directories, each directory's set whole. Throws InputError where a directory cannot be made or a file not be written. */
export async function writeTree(root: string, files: readonly NamedBytes[]): Promise<void> {
  const byDirectory = new Map<string, NamedBytes[]>()
  for (const file of files) {
    const directory = join(root, dirname(file.name))
    const set = byDirectory.get(directory) ?? []
    set.push({ name: file.name.slice(file.name.lastIndexOf('/') + 1), bytes: file.bytes })
    byDirectory.set(directory, set)
  }
  for (const [directory, set] of byDirectory) {
    await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
      throw new InputError('unwritable-directory', `the directory cannot be made: ${reasonOf(cause)}`, { file: directory }, { cause })
    })
    await writeFilesWhole(directory, set)
  }
}
