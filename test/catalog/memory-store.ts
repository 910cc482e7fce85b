import { readFileSync } from 'node:fs'
import { buildCatalog, type BuildReport } from '../../src/catalog/build/build.js'
import type { BuildOptions } from '../../src/catalog/build/build-options.js'
import type { BuildFolder } from '../../src/catalog/build/build-folder.js'
import type { BuildInput } from '../../src/catalog/build/build-input.js'
import type { Catalog } from '../../src/catalog/catalog.js'
import type { CatalogTools } from '../../src/catalog/catalog-files.js'
import { parseDescription } from '../../src/catalog/description.js'
import { openCatalogFiles } from '../../src/catalog/read/open.js'
import { InputError } from '../../src/errors.js'
import { memorySource } from '../../src/formats/bytes.js'
import { catalogTools } from '../../src/node/store/catalog-files.js'

export const descriptions = ['gaia_dr2', 'gaia_dr3'].map((name) =>
  parseDescription(JSON.parse(readFileSync(new URL(`../../catalogs/${name}.json`, import.meta.url), 'utf8')), name),
)

/**
 * Node's own, but packed at a low quality: it takes a fifth of the time, and the stores of these tests need not be
 * small. The command's own are packed as users have them.
 */
export const tools: CatalogTools = {
  ...catalogTools,
  brotli: (bytes, quality) => catalogTools.brotli(bytes, Math.min(quality, 4)),
}

/** A folder in memory. */
export function memoryFolder(files: Map<string, Uint8Array> = new Map()): BuildFolder {
  return {
    write(path, parts) {
      const whole = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0))
      let at = 0
      for (const part of parts) {
        whole.set(part, at)
        at += part.byteLength
      }
      files.set(path, whole)
      return Promise.resolve()
    },
    read: (path, start, end) => Promise.resolve(files.get(path)!.slice(start, end)),
    byteLength: (path) => Promise.resolve(files.get(path)?.byteLength),
  }
}

/** Files of a store by path. */
export type MemoryStore = Map<string, Uint8Array>

export async function buildInMemory(
  inputs: readonly BuildInput[],
  options: Partial<BuildOptions> = {},
): Promise<{ store: MemoryStore; report: BuildReport }> {
  const { collection, report } = await collectionInMemory(inputs, options)
  const primary = `${report.name}/`
  return {
    store: new Map(
      [...collection].flatMap(([path, bytes]) =>
        path.startsWith(primary) ? [[path.slice(primary.length), bytes]] : [],
      ),
    ),
    report,
  }
}

/** The whole collection: the catalogue, its margin, and what tells of both. */
export async function collectionInMemory(
  inputs: readonly BuildInput[],
  options: Partial<BuildOptions> = {},
): Promise<{ collection: MemoryStore; report: BuildReport }> {
  const files: MemoryStore = new Map()
  const report = await buildCatalog(inputs, memoryFolder(files), { ...tools, descriptions, ...options })
  const root = `${report.path}/`
  return {
    collection: new Map(
      [...files].flatMap(([path, bytes]) => (path.startsWith(root) ? [[path.slice(root.length), bytes]] : [])),
    ),
    report,
  }
}

export function openInMemory(store: MemoryStore, gapBytes = 1024): Promise<Catalog> {
  return openCatalogFiles(
    {
      name: 'store',
      gapBytes,
      exists: (path) => Promise.resolve(store.has(path)),
      folder(path) {
        const below = path === '.' ? '' : path.replace(/\/?$/, '/')
        const names = new Set(
          [...store.keys()]
            .filter((name) => name.startsWith(below))
            .map((name) => name.slice(below.length).split('/')[0]!),
        )
        return Promise.resolve(names.size === 0 ? undefined : [...names])
      },
      open(path) {
        const bytes = store.get(path)
        if (bytes === undefined)
          return Promise.reject(
            new InputError('unreadable-file', 'the file cannot be read: there is no such file or directory', {
              file: `store/${path}`,
            }),
          )
        return Promise.resolve(memorySource(`store/${path}`, bytes))
      },
    },
    { ...tools, descriptions },
  )
}
