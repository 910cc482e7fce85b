import { openParquet, type ParquetFile } from '../../formats/parquet/index.js'
import type { CatalogFiles } from '../catalog-files.js'
import type { HatsPartition } from '../read/hats-lists.js'

/** What the data files of a catalogue weigh, by column. */
export interface ColumnSizes {
  /** Files that were looked at, spread evenly over the catalogue, and their rows. */
  readonly files: number
  readonly rows: number
  /** Of those files. */
  readonly byteLength: number
  readonly columns: readonly { readonly name: string; readonly type: string; readonly bytesPerRow: number }[]
  /** Footers, page indexes and what else is no value. */
  readonly otherBytesPerRow: number
}

/**
 * Bytes that each column takes a row, compressed, from the footers of some files.
 *
 * @param mostFiles if the catalogue has more files, this many of them are read, evenly spread
 */
export async function columnSizes(
  files: CatalogFiles,
  partitions: readonly HatsPartition[],
  mostFiles: number,
): Promise<ColumnSizes> {
  const single = partitions.filter(({ path }) => !path.endsWith('/'))
  const step = Math.max(1, single.length / mostFiles)
  const chosen = Array.from({ length: Math.min(single.length, mostFiles) }, (_, i) => single[Math.floor(i * step)]!)
  const bytes = new Map<string, { type: string; bytes: number }>()
  let [rows, byteLength, values] = [0, 0, 0]
  for (const { path } of chosen) {
    const file = await openParquet(await files.open(path))
    rows += file.rowCount
    byteLength += file.source.byteLength
    values += addColumns(file, bytes)
  }
  const perRow = (total: number) => (rows === 0 ? 0 : total / rows)
  const columns = [...bytes].map(([name, column]) => ({ name, type: column.type, bytesPerRow: perRow(column.bytes) }))
  return { files: chosen.length, rows, byteLength, columns, otherBytesPerRow: perRow(byteLength - values) }
}

function addColumns({ metadata, columns }: ParquetFile, bytes: Map<string, { type: string; bytes: number }>): number {
  let values = 0
  for (const group of metadata.row_groups) {
    for (const { meta_data: meta } of group.columns) {
      const name = meta!.path_in_schema[0]!
      const known = bytes.get(name) ?? {
        type: columns.find((column) => column.name === name)?.type ?? meta!.type,
        bytes: 0,
      }
      known.bytes += Number(meta!.total_compressed_size)
      values += Number(meta!.total_compressed_size)
      bytes.set(name, known)
    }
  }
  return values
}
