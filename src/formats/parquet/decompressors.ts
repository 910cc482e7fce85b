import type { Compressors } from 'hyparquet'
import type { Decompress } from '../bytes.js'
import type { ParquetFile } from './open.js'
import { usesOwnCodecs } from './read-other-codecs.js'

/** Decompressors of a file's columns; those of ZSTD, BROTLI and LZ4, which other people's catalogues use, are loaded where they are needed. */
export async function decompressorsOf(file: ParquetFile, columns: readonly string[], gunzip: Decompress): Promise<Compressors> {
  if (usesOwnCodecs(file, columns)) return { GZIP: gunzip }
  return { ...(await import('hyparquet-compressors')).compressors, GZIP: gunzip }
}
