import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { CatalogFiles, CatalogTools } from '../catalog/catalog-files.js'
import { parseDescription, type CatalogDescription } from '../catalog/description.js'
import { fileSource } from './files.js'
import { packageRoot } from './package.js'

const LARGE_PIECE_BYTES = 262_144

/** Decompression and checksums of Node's own libraries. */
export const catalogTools: CatalogTools = {
  gunzip: (bytes) => gunzipSync(bytes, { chunkSize: LARGE_PIECE_BYTES }),
  // Pages are unpacked together, a megabyte at a time: few large pieces.
  unbrotli: (bytes, byteLength) => brotliDecompressSync(bytes, { chunkSize: Math.min(LARGE_PIECE_BYTES, Math.max(64, byteLength)) }),
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
}

/** Names of the descriptions in the package. */
const DESCRIBED = ['gaia_dr2', 'gaia_dr3'] as const

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
