import { InputError } from '../../errors.js'

/** What a directory of files can tell: part of `CatalogFiles`. */
interface KnownFiles {
  readonly name: string
  exists(path: string): Promise<boolean>
  folder?(path: string): Promise<readonly string[] | undefined>
}

/** Files of the layout before HATS 0.4 (hipscat, until October 2024), which has no `properties`. */
const MARKS = ['catalog_info.json', 'provenance_info.json'] as const
/** There the cells lie beside the lists; HATS keeps them below `dataset/`. */
const CELLS_BESIDE = /^Norder(?:=|%3D)\d+$/i

/** What marks a directory as a hipscat catalogue: a file of it; undefined if nothing does. */
async function markOf(files: KnownFiles): Promise<string | undefined> {
  for (const name of MARKS) if (await files.exists(name)) return name
  return (await files.folder?.('.'))?.find((name) => CELLS_BESIDE.test(name))
}

/**
 * Throws InputError `older-catalog` if a directory without HATS lists holds a catalogue of the older layout, hipscat.
 * Its files are Parquet all the same: a build reads them.
 */
export async function refuseHipscat(files: KnownFiles): Promise<void> {
  const mark = await markOf(files)
  if (mark === undefined) return
  const sentence =
    'this is a hipscat catalogue, the layout before HATS, which is not read: convert it with the `hats` package, ' +
    `or build a store from its files (bliss-calib catalog build --from ${files.name} --to DIR)`
  throw new InputError('older-catalog', sentence, { file: files.name, found: mark, expected: 'hats.properties' })
}
