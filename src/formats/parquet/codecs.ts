import type { DecompressTo } from '../bytes.js'

/** Decompressors that the machine has: each gives exactly so many bytes, or throws; never more. */
export interface PageCodecs {
  /** If it is absent, pages in GZIP (other people's, older ones) are refused. */
  readonly gunzip?: DecompressTo
  /** Of Brotli; if it is absent a slower one of the package is loaded. */
  readonly unbrotli?: DecompressTo
}

/** Decompressors by codec. */
export type Unpackers = Readonly<Record<string, DecompressTo | undefined>>

/**
 * Decompressors of some codecs. Those that the machine lacks, which other people's catalogues use, are loaded if they
 * are needed.
 */
export async function unpackersOf(codecs: Iterable<string>, { gunzip, unbrotli }: PageCodecs): Promise<Unpackers> {
  const wanted = new Set(codecs)
  const unpackers: Record<string, DecompressTo> = { UNCOMPRESSED: (bytes) => bytes }
  if (gunzip !== undefined) unpackers.GZIP = gunzip
  if (wanted.has('BROTLI')) unpackers.BROTLI = unbrotli ?? (await import('hyparquet-compressors')).decompressBrotli
  if (wanted.has('ZSTD')) unpackers.ZSTD = await (await import('./zstd.js')).loadUnzstd()
  if (wanted.has('SNAPPY') || wanted.has('LZ4') || wanted.has('LZ4_RAW')) {
    const { unpackLz4, unpackLz4Raw, unpackSnappy } = await import('./lz-codecs.js')
    Object.assign(unpackers, { SNAPPY: unpackSnappy, LZ4: unpackLz4, LZ4_RAW: unpackLz4Raw })
  }
  return unpackers
}
