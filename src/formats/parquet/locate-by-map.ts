import type { ByteSource } from '../bytes.js'
import type { FlatColumn } from './column-pages.js'
import { chunkRange, rowsOfGroup, type GroupMap } from './group-map.js'
import type { Locator } from './locator.js'
import { wantedGroups } from './plan.js'

/** A column of a store, with the codec of all its chunks, which the map leaves out. */
export interface MappedColumn extends FlatColumn {
  readonly codec: string
}

/**
 * Finds pages by the map of row groups. `columns` are those of the file, in its order; every chunk is one page, with a
 * checksum.
 */
export function locateByMap(source: ByteSource, map: GroupMap, columns: readonly MappedColumn[]): Locator {
  const numbers = new Map(columns.map(({ name }, number) => [name, number]))
  return {
    source,
    groups: (wanted) => wantedGroups(map, wanted),
    rowsOf: (group) => rowsOfGroup(map, group),
    prepare: () => Promise.resolve(),
    find(group, name) {
      const number = numbers.get(name)
      if (number === undefined) return undefined
      const firstRows = Float64Array.of(0, rowsOfGroup(map, group))
      const column = columns[number]!
      return {
        column,
        codec: column.codec,
        byteRanges: [chunkRange(map, number, group)],
        firstRows,
        hasChecksums: true,
      }
    },
    keyPages: () => undefined,
  }
}
