import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync } from 'node:zlib'
import type { CatalogFiles, CatalogTools } from '../../catalog/catalog-files.js'
import { parseDescription, type CatalogDescription } from '../../catalog/description.js'
import type { DescriptionFiles } from '../../catalog/read/open.js'
import { InputError } from '../../errors.js'
import { fileSource } from '../disk/files.js'
import { reasonOf } from '../disk/reason.js'
import { readWholeText } from '../disk/regular-file.js'
import { packageRoot } from '../package.js'
import { isAbsent, isThere } from '../disk/absent.js'

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

/** Those whose rows tell their release come first, the one that the demonstrations take before all. */
const FIRST = ['gaia_dr2', 'gaia_dr3']

/** Names of the descriptions in `catalogs/` of the package, whichever are there. */
async function describedNames(): Promise<string[]> {
  const names = (await readdir(new URL('catalogs/', packageRoot)))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => !FIRST.includes(name))
  return [...FIRST, ...names.sort()]
}

/**
 * A description of one's own from a file.
 *
 * @throws InputError if it cannot be read, or a field of it is wrong
 */
export async function descriptionOfFile(file: string): Promise<CatalogDescription> {
  const text = await readWholeText(file, 'smallTextBytes').catch((cause: unknown) => {
    throw new InputError('unreadable-file', `the description cannot be read: ${reasonOf(cause)}`, { file }, { cause })
  })
  try {
    return parseDescription(JSON.parse(text), file)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new InputError('bad-description', `the description is no JSON: ${cause.message}`, { file }, { cause })
  }
}

const described = new Map<string, Promise<CatalogDescription>>()

function readDescription(name: string): Promise<CatalogDescription> {
  const file = `catalogs/${name}.json`
  const reading =
    described.get(name) ??
    readFile(new URL(file, packageRoot), 'utf8').then((text) => parseDescription(JSON.parse(text), file))
  described.set(name, reading)
  return reading
}

/** The description of this name that the package has; undefined if there is none. */
export async function packagedDescription(name: string): Promise<CatalogDescription | undefined> {
  return (await describedNames()).includes(name) ? readDescription(name) : undefined
}

/** The reference catalogues that the package describes. */
export async function packagedDescriptions(): Promise<CatalogDescription[]> {
  return Promise.all((await describedNames()).map(readDescription))
}

/** The same, each read when it is asked for. */
export const descriptionFiles: DescriptionFiles = { named: packagedDescription, all: packagedDescriptions }

/** A directory on this machine. A request costs little here: pieces are fetched one by one unless they almost touch. */
export function directoryFiles(dir: string): CatalogFiles {
  return {
    name: dir,
    gapBytes: 1024,
    open: (path) => fileSource(join(dir, path)),
    exists: (path) => isThere(join(dir, path)),
    folder: (path) =>
      readdir(join(dir, path)).catch((cause: unknown) => {
        if (isAbsent(cause)) return undefined
        const sentence = `the directory cannot be read: ${reasonOf(cause)}`
        throw new InputError('unreadable-directory', sentence, { file: join(dir, path) }, { cause })
      }),
  }
}
