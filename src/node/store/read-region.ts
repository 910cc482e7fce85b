import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exposureCells } from '../../catalog/region/exposure-region.js'
import { credibleRegion, type CredibleRegion } from '../../catalog/region/probability-map.js'
import { InputError } from '../../errors.js'
import { isSound, parseCatalogueList, parseListName, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { CellRanges } from '../../healpix/index.js'
import { openInput, reasonOf } from '../disk/files.js'
import { readWholeText } from '../disk/regular-file.js'

/** The region of some exposures. */
interface ExposureRegion {
  readonly cells: CellRanges
  readonly exposures: number
  readonly ccds: number
  /** Rows that are left out, and why. */
  readonly faults: readonly string[]
}

/**
 * The cells of all CCDs in catalogue lists.
 *
 * @param paths lists, and directories in which all `*_red_catlist.csv` count, at any depth
 * @throws InputError if a path cannot be read, holds no list, or a list is no list
 */
export async function readExposureCells(paths: readonly string[], marginArcsec: number): Promise<ExposureRegion> {
  const lists = await readExposureLists(paths)
  const ccds = lists.reduce((sum, { rows }) => sum + rows.length, 0)
  const faults = lists.flatMap((list) => list.faults)
  return { cells: exposureCells(lists, marginArcsec), exposures: lists.length, ccds, faults }
}

/** A catalogue list: its sound rows, and what is wrong with the others. */
interface ExposureRows {
  readonly file: string
  readonly rows: readonly CatalogueListRow[]
  readonly faults: readonly string[]
}

/** Catalogue lists, and those below directories, in order of their paths. Throws as `readExposureCells` does. */
export async function readExposureLists(paths: readonly string[]): Promise<ExposureRows[]> {
  const files: string[] = []
  for (const path of paths) {
    const readable = <T>(action: Promise<T>) =>
      action.catch((cause: unknown) => {
        throw new InputError(
          'unreadable-file',
          `the list cannot be read: ${reasonOf(cause)}`,
          { file: path },
          { cause },
        )
      })
    if (!(await readable(stat(path))).isDirectory()) {
      files.push(path)
      continue
    }
    const entries = await readable(readdir(path, { recursive: true, withFileTypes: true }))
    const lists = entries
      .filter((entry) => !entry.isDirectory() && parseListName(entry.name) !== undefined)
      .map((entry) => join(entry.parentPath, entry.name))
    if (lists.length === 0)
      throw new InputError('no-list', 'there is no catalogue list below the directory', {
        file: path,
        expected: 'D*_red_catlist.csv',
      })
    for (const list of lists.sort()) files.push(list)
  }
  return Promise.all(
    [...new Set(files)].map(async (file) => {
      const text = await readWholeText(file, 'textBytes').catch((cause: unknown) => {
        throw new InputError('unreadable-file', `the list cannot be read: ${reasonOf(cause)}`, { file }, { cause })
      })
      const rows = parseCatalogueList(text, file)
      return { file, rows: rows.filter(isSound), faults: rows.flatMap(({ fault }) => fault?.message ?? []) }
    }),
  )
}

/** The region of a sky-probability map file, packed or not, that holds `level` of the probability. */
export async function readSkymapRegion(path: string, level: number): Promise<CredibleRegion> {
  return credibleRegion(await openInput(path), level)
}
