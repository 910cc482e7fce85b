import type { CatalogFiles, OpenHint } from '../../catalog/catalog-files.js'
import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import { printableUrl } from '../../printable.js'
import { httpClient } from './http-client.js'
import { fetchRange, type RemoteBytes, type RemoteIdentity, type WantedRange } from './http-range.js'
import { PATIENCE, type HttpPatience } from './patience.js'

/** Requests to one server at a time. */
const PARALLEL = 8
/** What is fetched of a file whose length is not known: a text is read whole, a Parquet file from its footer. */
const FIRST_BYTES = 262_144
const LAST_BYTES = 65_536

/** Asks for a range of a file by its path; undefined if there is no such file. */
export type FetchRemote = (path: string, wanted: WantedRange) => Promise<RemoteBytes | undefined>

/**
 * A catalogue behind a URL. Two pieces of a file less than 16 kB apart are cheaper to fetch as one than by two
 * requests.
 */
export function httpFiles(url: string, patience?: HttpPatience, signal?: AbortSignal): CatalogFiles {
  return remoteFiles(printableUrl(url), httpRanges(url, patience, signal))
}

/**
 * Ranges of the files below a URL, a few at a time. A file that was waited for in vain is not waited for again by each
 * of its other readers: for as long as that took, it fails at once.
 */
export function httpRanges(url: string, patience: HttpPatience = PATIENCE, signal?: AbortSignal): FetchRemote {
  const atOnce = limited(PARALLEL)
  const client = httpClient(url)
  const givenUp = new Map<string, { readonly error: InputError; readonly untilMs: number }>()
  return (path, wanted) =>
    atOnce(async () => {
      const before = givenUp.get(path)
      if (before !== undefined && performance.now() < before.untilMs) throw before.error
      const startMs = performance.now()
      try {
        return await fetchRange(urlOf(url, path), wanted, patience, client, signal)
      } catch (error) {
        const now = performance.now()
        if (error instanceof InputError && error.tag === 'unreadable-url')
          givenUp.set(path, { error, untilMs: 2 * now - startMs })
        throw error
      }
    })
}

/**
 * Files behind whatever answers for ranges: a server, or a cache before one.
 *
 * @param name the URL as it may be shown (`printableUrl`): all that comes of the files is called after it
 */
export function remoteFiles(name: string, fetchRemote: FetchRemote): CatalogFiles {
  const open = (path: string, hint?: OpenHint) =>
    openRemote(urlOf(name, path), (wanted) => fetchRemote(path, wanted), hint)
  // What was fetched to learn whether a file is there serves who opens it next.
  const found = new Map<string, ByteSource>()
  return {
    name,
    gapBytes: 16_384,
    async exists(path, hint) {
      const source = await open(path, hint)
      if (source !== undefined) found.set(path, source)
      return source !== undefined
    },
    async open(path, hint) {
      const source = found.get(path) ?? (await open(path, hint))
      found.delete(path)
      if (source === undefined) throw missing(urlOf(name, path))
      return source
    },
  }
}

/**
 * One remote file. Its state (length, ETag, Last-Modified) is that of the first answer, and every later answer must be
 * of the same: a file that is replaced midway is an error, never a mixture.
 */
async function openRemote(
  url: string,
  fetchRemote: (wanted: WantedRange) => Promise<RemoteBytes | undefined>,
  hint: OpenHint = {},
): Promise<ByteSource | undefined> {
  let state: RemoteIdentity | undefined
  let known: RemoteBytes | undefined
  const take = async (wanted: WantedRange): Promise<RemoteBytes | undefined> => {
    const answer = await fetchRemote(wanted)
    if (answer === undefined) return undefined
    if (state === undefined) state = answer.identity
    else refuseOtherState(url, answer.identity, state)
    if (answer.start === 0 && answer.bytes.byteLength === state.byteLength) known = answer
    return answer
  }
  if (hint.byteLength === undefined) {
    known = await take(hint.from === 'end' ? { last: LAST_BYTES } : { start: 0, end: FIRST_BYTES })
    if (known === undefined) return undefined
  }
  const byteLength = hint.byteLength ?? state!.byteLength
  return {
    name: url,
    byteLength,
    async slice(start, end) {
      const last = Math.min(end, byteLength)
      if (start >= last) return new Uint8Array(0)
      const held = partOf(known, start, last)
      if (held !== undefined) return held
      const answer = await take({ start, end: last })
      if (answer === undefined) throw missing(url)
      if (state!.byteLength !== byteLength) {
        throw new InputError('damaged-catalog', 'the file has another length than the manifest says', {
          file: url,
          found: `${state!.byteLength} bytes`,
          expected: `${byteLength} bytes`,
        })
      }
      return partOf(answer, start, last) ?? answer.bytes
    },
  }
}

function refuseOtherState(url: string, found: RemoteIdentity, before: RemoteIdentity): void {
  const field = (['byteLength', 'etag', 'lastModified'] as const).find((name) => found[name] !== before[name])
  if (field === undefined) return
  const words = { byteLength: 'bytes', etag: 'ETag', lastModified: 'Last-Modified' }[field]
  const place = { file: url, found: `${words} ${found[field] ?? 'none'}`, expected: `${before[field] ?? 'none'}` }
  throw new InputError('changed-file', 'the file was replaced while it was read: start again', place)
}

function partOf(known: RemoteBytes | undefined, start: number, end: number): Uint8Array | undefined {
  if (known === undefined || start < known.start || end > known.start + known.bytes.byteLength) return undefined
  return known.bytes.subarray(start - known.start, end - known.start)
}

function missing(url: string): InputError {
  return new InputError('unreadable-file', 'the file cannot be read: there is no such file', { file: url })
}

/** The URL of a path below another; its query (a signature, say) stays at the end. */
export function urlOf(base: string, path: string): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  return url.href
}

/** Runs at most this many at a time; the others wait in a queue. */
function limited(count: number): <T>(action: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = count
  return async (action) => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await action()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
