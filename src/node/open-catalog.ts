import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Catalog } from '../catalog/catalog.js'
import type { CatalogFiles } from '../catalog/catalog-files.js'
import type { CatalogDescription } from '../catalog/description.js'
import { openCatalogFiles } from '../catalog/open.js'
import { CommandError, InputError } from '../errors.js'
import { catalogueAside } from './build-place.js'
import { catalogTools, directoryFiles, packagedDescriptions } from './catalog-files.js'
import { reasonOf } from './files.js'
import { currentRemoteAccess, type RemoteAccess } from './remote-access.js'

/** Opens the reference catalogue in a directory or behind a URL. Throws InputError where it is missing, half written or damaged, CommandError for a URL of another protocol. */
export async function openCatalog(dir: string, options: { readonly descriptions?: readonly CatalogDescription[]; readonly remote?: RemoteAccess } = {}): Promise<Catalog> {
  const tools = async () => ({ ...catalogTools, descriptions: options.descriptions ?? (await packagedDescriptions()) })
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(dir)) return openCatalogFiles(await webFiles(webAddress(dir), options.remote ?? currentRemoteAccess()), await tools())
  const facts = await stat(dir).catch(async (cause: unknown) => {
    const aside = await catalogueAside(resolve(dir)).catch(() => undefined)
    if (aside !== undefined) {
      const sentence = 'a build was killed while it replaced this catalogue: the same build, or any that writes beside it, settles that'
      throw new InputError('unfinished-commit', sentence, { file: dir, found: `the old one in ${aside}` }, { cause })
    }
    throw new InputError('no-catalog', `the reference catalogue cannot be read: ${reasonOf(cause)}`, { file: dir }, { cause })
  })
  if (!facts.isDirectory()) {
    const sentence = 'a reference catalogue is a directory; make one with `bliss-calib catalog build`'
    throw new InputError('no-catalog', sentence, { file: dir, found: 'a file' })
  }
  return openCatalogFiles(directoryFiles(dir), await tools())
}

/** Files behind a URL, through the cache; modules of the network are loaded here and not for a directory. */
export async function webFiles(url: string, { cacheDir, cacheBytes, offline }: RemoteAccess): Promise<CatalogFiles> {
  const { httpFiles, httpRanges, remoteFiles } = await import('./http-files.js')
  if (cacheBytes === 0 && !offline) return httpFiles(url)
  const { cachedRanges } = await import('./range-cache.js')
  return remoteFiles(url, cachedRanges(url, offline ? undefined : httpRanges(url), { dir: cacheDir, maxBytes: cacheBytes }))
}

/** The files of an opened catalogue, by its `location`. */
export async function locationFiles(location: string): Promise<CatalogFiles> {
  return /^https?:/i.test(location) ? webFiles(location, currentRemoteAccess()) : directoryFiles(location)
}

/** The URL to read from: buckets of S3 that anyone may read have an address of the web. */
function webAddress(url: string): string {
  const bucket = /^s3:\/\/([^/]+)\/?(.*)$/i.exec(url)
  if (bucket !== null) return `https://${bucket[1]}.s3.amazonaws.com/${bucket[2]}`
  if (/^https?:/i.test(url) && URL.canParse(url)) return url
  throw new CommandError('unfit-url', 'a catalogue is read from a directory or by HTTP', { option: '--catalog', found: url, expected: 'a directory, https://... or s3://bucket/...' })
}
