import type { Table } from '../../table/columns.js'
import { columnSources } from './write.js'

/** A Parquet file that is made a row group at a time; each call gives the bytes that follow those before. */
export interface ParquetGroups {
  group(table: Table): Uint8Array
  end(): Uint8Array
}

/**
 * Starts a Parquet file of the columns of `first`, in the form of `writeParquet`; every group holds the same columns.
 * The file's rows need not be in memory together. A table without rows only gives the schema.
 */
export async function parquetGroups(first: Table): Promise<ParquetGroups> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer')
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: columnSources(first) }),
    createdBy: 'bliss-calib version 1',
  })
  const taken = () => {
    const piece = new Uint8Array(bytes.buffer.slice(0, bytes.index))
    bytes.index = 0
    return piece
  }
  return {
    group(table) {
      if (table.rowCount > 0) void parquet.write({ columnData: columnSources(table), rowGroupSize: table.rowCount })
      return taken()
    },
    end() {
      void parquet.finish()
      return taken()
    },
  }
}
