import type { Compressors } from 'hyparquet'
import type { Decompress, DecompressTo } from '../bytes.js'
import type { ParquetFile } from './open.js'
import { codecsOf, usesOwnCodecs } from './read-other-codecs.js'

/** Decompressors of a file's columns; those of ZSTD, BROTLI and LZ4, which other people's catalogues use, are loaded where they are needed. */
export async function decompressorsOf(file: ParquetFile, columns: readonly string[], gunzip: Decompress): Promise<Compressors> {
  if (usesOwnCodecs(file, columns)) return ownDecompressors(file, columns, gunzip)
  return { ...(await import('hyparquet-compressors')).compressors, GZIP: gunzip }
}

/** Decompressors of the codecs that stores and products use. */
export async function ownDecompressors(file: ParquetFile, columns: readonly string[], gunzip: Decompress): Promise<Compressors> {
  return { GZIP: gunzip, ...(codecsOf(file, columns).has('BROTLI') ? { BROTLI: await loadedUnbrotli() } : {}) }
}

/** A Brotli decompressor that runs anywhere. */
export async function loadedUnbrotli(): Promise<DecompressTo> {
  return (await import('hyparquet-compressors')).compressors.BROTLI!
}
