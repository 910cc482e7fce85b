import type { Compressors } from 'hyparquet'
import type { Decompress } from '../bytes.js'
import type { ParquetFile } from './open.js'

const OWN_CODECS: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP'])

/** Decompressors of a file's columns; those of ZSTD, BROTLI and LZ4, which other people's catalogues use, are loaded where they are needed. */
export async function decompressorsOf(file: ParquetFile, columns: readonly string[], gunzip: Decompress): Promise<Compressors> {
  const foreign = file.metadata.row_groups.some((group) => group.columns.some(({ meta_data: meta }) => columns.includes(meta!.path_in_schema[0]!) && !OWN_CODECS.has(meta!.codec)))
  return { ...(foreign ? (await import('hyparquet-compressors')).compressors : {}), GZIP: gunzip }
}
