import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../errors.js'
import type { CatalogueListRow, ListName } from '../exposure/catalogue-list.js'
import { reasonOf } from '../node/files.js'
import { ccdProductNames } from '../products/names.js'

/** Text of a file, undefined where it does not exist. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new InputError('unreadable-file', `the file cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
  })
}

/** The exposure's `Zero_*.csv` that stand in the output directory, found by name for each CCD of the list: path -> text. */
export async function standingZeroFiles(outdir: string, list: ListName, rows: readonly CatalogueListRow[]): Promise<Map<string, string>> {
  const standing = new Map<string, string>()
  for (const { ccd } of rows) {
    const path = join(outdir, ccdProductNames(list, ccd).zero)
    const text = await readIfThere(path)
    if (text !== undefined) standing.set(path, text)
  }
  return standing
}
