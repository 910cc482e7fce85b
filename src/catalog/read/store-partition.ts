import { InputError, type Place } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import {
  crc32,
  isAscending,
  locateByMap,
  parseGroupMap,
  refuseRowCount,
  selectRows,
  type GroupMap,
  type KeyRanges,
  type MappedColumn,
  type SelectedRows,
  type SelectOptions,
} from '../../formats/parquet/index.js'
import { nestedIndices29 } from '../../healpix/index.js'
import type { Column } from '../../table/columns.js'
import type { Manifest } from '../manifest.js'
import type { StoreFile } from '../partition-index.js'
import { KEY_COLUMN, mayBeMissing, type StoreColumn } from '../store-columns.js'

/** One opened file of a store. */
export interface StorePartition {
  /**
   * The rows whose cell, worked out from the stored position as the builder does, is wanted; in file order, in pieces.
   */
  select(wanted: KeyRanges, columns: readonly StoreColumn[]): Promise<SelectedRows[]>
}

type StoreSchema = Pick<Manifest, 'columns' | 'furtherColumns' | 'missingValues'>

/**
 * Opens a file of a store by its map of row groups.
 *
 * @throws InputError if the file has another length than the list of files says, or its map is damaged
 */
export async function openStorePartition(
  source: ByteSource,
  file: StoreFile,
  schema: StoreSchema,
  options: SelectOptions,
): Promise<StorePartition> {
  const columns = mappedColumns(schema)
  const locator = locateByMap(source, await readMap(source, file, columns.length), columns)
  const name = (star: string) => schema.columns.find((column) => column.star === star)!.name
  const cells = { columns: [name('raDeg'), name('decDeg')], of: ascendingCells } as const
  return {
    select(wanted, some) {
      const names = some.map((column) => column.name)
      return selectRows(locator, { byKey: wanted, exact: wanted }, names, cells, options)
    },
  }
}

const TYPES = { i64: 'INT64', f64: 'DOUBLE', f32: 'FLOAT' } as const

/** The columns of a file: the key, then those of the manifest, then its further ones. */
function mappedColumns({ columns, furtherColumns = [], missingValues }: StoreSchema): MappedColumn[] {
  const mapped = (name: string, type: keyof typeof TYPES, optional: boolean): MappedColumn => ({
    name,
    element: { name, type: TYPES[type], repetition_type: optional ? 'OPTIONAL' : 'REQUIRED' },
    optional,
    // Differences of keys are packed tightly as they are.
    codec: name === KEY_COLUMN ? 'UNCOMPRESSED' : 'BROTLI',
  })
  const others = [...columns, ...furtherColumns].map((column) =>
    mapped(column.name, column.type, missingValues === 'NULL' && mayBeMissing(column)),
  )
  return [mapped(KEY_COLUMN, 'i64', false), ...others]
}

async function readMap(source: ByteSource, file: StoreFile, columns: number): Promise<GroupMap> {
  const damaged = (sentence: string, found: string, expected: string) =>
    new InputError('damaged-catalog', sentence, { file: source.name, found, expected })
  if (source.byteLength !== file.byteLength) {
    throw damaged(
      'the file has another length than the manifest says',
      `${source.byteLength} bytes`,
      `${file.byteLength} bytes`,
    )
  }
  refuseRowCount(file.rows, source)
  const bytes = await source.slice(file.mapStart, file.mapStart + file.mapBytes)
  const found = crc32(bytes)
  if (found !== file.mapCrc32)
    throw damaged(
      'the map of row groups is damaged: its checksum differs',
      found.toString(16),
      file.mapCrc32.toString(16),
    )
  return parseGroupMap(bytes, { rows: file.rows, columns, mapStart: file.mapStart }, source.name)
}

/** Cells of positions of a store, which are all on the sky and in the order of their cells. */
function ascendingCells(raDeg: Column, decDeg: Column, place: Place): BigInt64Array {
  let cells
  try {
    cells = nestedIndices29(raDeg.values as Float64Array, decDeg.values as Float64Array)
  } catch (cause) {
    throw new InputError('damaged-parquet', `a position is not on the sky: ${(cause as Error).message}`, place, {
      cause,
    })
  }
  if (isAscending(cells)) return cells
  throw new InputError('damaged-parquet', 'the positions are not in the order of their cells', place)
}
