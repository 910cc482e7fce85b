import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Catalog } from '../../catalog/catalog.js'
import type { CatalogFiles } from '../../catalog/catalog-files.js'
import type { CatalogDescription } from '../../catalog/description.js'
import { openCatalogFiles } from '../../catalog/read/open.js'
import { CommandError, InputError } from '../../errors.js'
import { catalogueAside } from '../disk/build-place.js'
import { isUrl, printableUrl } from '../../printable.js'
import { catalogTools, descriptionFiles, directoryFiles } from './catalog-files.js'
import { reasonOf } from '../disk/files.js'
import { currentRemoteAccess, type RemoteAccess } from '../http/remote-access.js'

/**
 * Opens the reference catalogue in a directory or behind a URL. Throws InputError if it is missing, half written or
 * damaged, CommandError for a URL of another protocol.
 */
export async function openCatalog(
  dir: string,
  options: { readonly descriptions?: readonly CatalogDescription[]; readonly remote?: RemoteAccess } = {},
): Promise<Catalog> {
  const tools = { ...catalogTools, descriptions: options.descriptions ?? descriptionFiles }
  if (isUrl(dir))
    return openCatalogFiles(await webFiles(webAddress(dir), options.remote ?? currentRemoteAccess()), tools)
  const facts = await stat(dir).catch(async (cause: unknown) => {
    const aside = await catalogueAside(resolve(dir)).catch(() => undefined)
    if (aside !== undefined) {
      const wayOut = 'the same build, or any that writes beside it, settles that'
      const sentence = `a build was killed while it replaced this catalogue: ${wayOut}`
      throw new InputError('unfinished-commit', sentence, { file: dir, found: `the old one in ${aside}` }, { cause })
    }
    throw new InputError(
      'no-catalog',
      `the reference catalogue cannot be read: ${reasonOf(cause)}`,
      { file: dir },
      { cause },
    )
  })
  if (!facts.isDirectory()) {
    const sentence = 'a reference catalogue is a directory; make one with `bliss-calib catalog build`'
    throw new InputError('no-catalog', sentence, { file: dir, found: 'a file' })
  }
  return openCatalogFiles(directoryFiles(dir), tools)
}

/**
 * Files behind a URL, through the cache; modules of the network are loaded here and not for a directory. Only the
 * client of the server knows the password or the signature of the URL: names of files and folders of the cache are
 * without.
 */
async function webFiles(url: string, { cacheDir, cacheBytes, offline, signal }: RemoteAccess): Promise<CatalogFiles> {
  const { httpFiles, httpRanges, remoteFiles } = await import('../http/http-files.js')
  if (cacheBytes === 0 && !offline) return httpFiles(url, undefined, signal)
  const { cachedRanges } = await import('../http/range-cache.js')
  const name = printableUrl(url)
  return remoteFiles(
    name,
    cachedRanges(name, offline ? undefined : httpRanges(url, undefined, signal), {
      dir: cacheDir,
      maxBytes: cacheBytes,
    }),
  )
}

/**
 * The files of an opened catalogue.
 *
 * @param named what it was opened by: its `location` is without what the server asks for
 */
export async function locationFiles({ location }: Pick<Catalog, 'location'>, named: string): Promise<CatalogFiles> {
  if (!isUrl(location)) return directoryFiles(location)
  const url = new URL(webAddress(named))
  url.pathname = new URL(location).pathname
  return webFiles(url.href, currentRemoteAccess())
}

/** The URL to read from: buckets of S3 that anyone may read have an address of the web. */
function webAddress(url: string): string {
  const bucket = /^s3:\/\/([\w.-]+)(?:\/([^?#]*))?$/i.exec(url)
  if (bucket !== null) return `https://${bucket[1]}.s3.amazonaws.com/${bucket[2] ?? ''}`
  if (/^https?:/i.test(url) && URL.canParse(url) && new URL(url).hash === '') return url
  throw new CommandError('unfit-url', 'a catalogue is read from a directory or by HTTP', {
    option: '--catalog',
    found: url,
    expected: 'a directory, https://... or s3://bucket/...',
  })
}
