import { InputError } from '../../errors.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { ByteSource } from '../bytes.js'
import type { ParquetFile } from './open.js'

const OWN_CODECS: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'])

/** Whether all wanted columns use codecs that stores and products use; ZSTD, which most public catalogues use, is not among them. */
export function usesOwnCodecs(file: ParquetFile, columns: readonly string[]): boolean {
  return [...codecsOf(file, columns)].every((codec) => OWN_CODECS.has(codec))
}

/** Codecs of the wanted columns. */
export function codecsOf({ metadata }: ParquetFile, columns: readonly string[]): Set<string> {
  const chunks = metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data: meta }) => meta!))
  return new Set(chunks.filter((meta) => columns.includes(meta.path_in_schema[0]!)).map(({ codec }) => codec))
}

/**
 * Reads numeric columns of a file row group by row group through parquet-wasm, which knows every codec but takes the whole file into memory.
 * Missing numbers are NaN. Throws InputError where the file cannot be decoded or a column is not numeric.
 */
export async function* readRowGroupsOfAnyCodec(source: ByteSource, file: ParquetFile, columns: readonly string[]): AsyncGenerator<Table> {
  const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')])
  const bytes = await source.slice(0, source.byteLength)
  for (let group = 0; group < file.metadata.row_groups.length; group++) {
    const place = { file: source.name, rowGroup: group }
    let table
    try {
      const read = wasm.readParquet(bytes, { rowGroups: [group], columns: [...columns], batchSize: 65_536 })
      table = arrow.tableFromIPC(read.intoIPCStream())
    } catch (cause) {
      throw new InputError('damaged-parquet', `the data cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`, place, { cause })
    }
    yield tableOf(
      columns.map((name): Column => {
        const vector = table.getChild(name)
        if (vector === null) throw new InputError('missing-column', 'the file has no such column', { ...place, column: name })
        if (arrow.DataType.isInt(vector.type) && vector.type.bitWidth === 64) {
          if (vector.nullCount > 0) throw new InputError('unfit-column', 'a 64-bit integer is missing', { ...place, column: name })
          return { name, type: 'i64', values: BigInt64Array.from({ length: vector.length }, (_, i) => vector.get(i) as bigint) }
        }
        if (!arrow.DataType.isFloat(vector.type) && !arrow.DataType.isInt(vector.type)) {
          throw new InputError('unfit-column', 'the column holds no numbers', { ...place, column: name, found: String(vector.type) })
        }
        return { name, type: 'f64', values: Float64Array.from({ length: vector.length }, (_, i) => (vector.get(i) as number | null) ?? NaN) }
      }),
    )
  }
}
