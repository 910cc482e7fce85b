import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync } from 'node:zlib'
import type { CatalogFiles, CatalogTools } from '../../catalog/catalog-files.js'
import { parseDescription, type CatalogDescription } from '../../catalog/description.js'
import { fileSource } from '../disk/files.js'
import { packageRoot } from '../package.js'

/** Of the window that Brotli looks back through, 2^16 bytes: pages are smaller. */
const WINDOW_BITS = 16

/**
 * Compression and checksums of Node's own libraries. A page is unpacked in one piece, with a byte to spare so that
 * there is no second.
 */
export const catalogTools: CatalogTools = {
  gunzip: (bytes, byteLength) => gunzipSync(bytes, bounded(byteLength)),
  unbrotli: (bytes, byteLength) => brotliDecompressSync(bytes, bounded(byteLength)),
  brotli: (bytes, quality) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      },
    }),
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
}

function bounded(byteLength: number): { chunkSize: number; maxOutputLength: number } {
  return { chunkSize: Math.max(64, byteLength + 1), maxOutputLength: Math.max(1, byteLength) }
}

/** Names of the descriptions in the package. */
export const DESCRIBED = ['gaia_dr2', 'gaia_dr3'] as const

let described: Promise<CatalogDescription[]> | undefined

/** The reference catalogues that the package describes. */
export function packagedDescriptions(): Promise<CatalogDescription[]> {
  described ??= Promise.all(
    DESCRIBED.map(async (name) => {
      const file = new URL(`catalogs/${name}.json`, packageRoot)
      return parseDescription(JSON.parse(await readFile(file, 'utf8')), `catalogs/${name}.json`)
    }),
  )
  return described
}

/** A directory on this machine. A request costs little here: pieces are fetched one by one unless they almost touch. */
export function directoryFiles(dir: string): CatalogFiles {
  return {
    name: dir,
    gapBytes: 1024,
    open: (path) => fileSource(join(dir, path)),
    exists: (path) =>
      access(join(dir, path)).then(
        () => true,
        () => false,
      ),
    folder: (path) => readdir(join(dir, path)).catch(() => undefined),
  }
}
