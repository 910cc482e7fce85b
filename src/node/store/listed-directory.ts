import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { ListedFiles } from '../../catalog/verify/index.js'
import { InputError } from '../../errors.js'
import { directoryFiles } from './catalog-files.js'
import { reasonOf } from '../disk/files.js'

/** A catalogue's directory on this machine with the paths of all files below it, in order. */
export function listedDirectory(dir: string): ListedFiles {
  return {
    ...directoryFiles(dir),
    async list() {
      const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
        throw new InputError(
          'unreadable-directory',
          `the directory cannot be read: ${reasonOf(cause)}`,
          { file: dir },
          { cause },
        )
      })
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort()
    },
  }
}
