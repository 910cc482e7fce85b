import { InputError } from '../../errors.js'
import { printableUrl } from '../../printable.js'
import { httpClient, type HttpAnswer, type HttpClient } from './http-client.js'
import { PASSING, Passing, PATIENCE, patiently, retryAfterMs, type HttpPatience } from './patience.js'

/** What tells one state of a remote file from another. */
export interface RemoteIdentity {
  readonly byteLength: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** Some bytes of a remote file, and which state of the file they are of. */
export interface RemoteBytes {
  readonly identity: RemoteIdentity
  /** First byte; 0 if the server sent the whole file instead of a part. */
  readonly start: number
  readonly bytes: Uint8Array
}

/** Bytes [start, end), or the last `last` bytes of a file. */
export type WantedRange = { readonly start: number; readonly end: number } | { readonly last: number }

/** A file that a server sends whole although a part was asked for is taken up to this size. */
const LARGEST_WHOLE_FILE = 32 * 2 ** 20

/**
 * One range of a remote file by HTTP (RFC 9110, section 14). Dropped, stalled and cut answers and statuses that pass
 * are tried again. Every answer is held against what was asked: its status, its Content-Range, its length. Undefined
 * if there is no such file.
 *
 * @param url with all that the server asks for; no message shows it but as `printableUrl`
 * @param signal ends the transfer, and the tries, with the signal's reason
 * @throws InputError `unreadable-url` if the server refuses, keeps failing or is too slow, `bad-answer` if it
 *   answers another question, `refused-redirect` if it leads elsewhere
 */
export async function fetchRange(
  url: string,
  wanted: WantedRange,
  patience: HttpPatience = PATIENCE,
  client: HttpClient = httpClient(url),
  signal?: AbortSignal,
): Promise<RemoteBytes | undefined> {
  const range = 'last' in wanted ? `bytes=-${wanted.last}` : `bytes=${wanted.start}-${wanted.end - 1}`
  return patiently(url, patience, signal, async (attempt) => {
    const answer = attempt.holds(await client.get(url, range, attempt.signal))
    const found = promiseOf(printableUrl(url), answer, wanted)
    if (found === undefined || found.end === found.start)
      return found && { identity: found.identity, start: found.start, bytes: new Uint8Array(0) }
    const bytes = await bodyOf(answer, found.end - found.start, printableUrl(url), attempt.received)
    return { identity: found.identity, start: found.start, bytes }
  })
}

interface Promised {
  readonly identity: RemoteIdentity
  readonly start: number
  readonly end: number
}

/**
 * What an answer's head promises; undefined for a file that is not there. Throws if that is not what was asked for.
 */
function promiseOf(url: string, { status, header }: HttpAnswer, wanted: WantedRange): Promised | undefined {
  const bad = (sentence: string, found: string, expected: string) =>
    new InputError('bad-answer', sentence, { file: url, found, expected })
  if (status === 404 || status === 410) return undefined
  if (PASSING.has(status)) throw new Passing(`status ${status}`, retryAfterMs(header('retry-after')))
  const encoding = header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    throw bad('the server packs its answer although it was asked not to', `Content-Encoding ${encoding}`, 'none')
  const identityOf = (byteLength: number): RemoteIdentity => ({
    byteLength,
    etag: header('etag'),
    lastModified: header('last-modified'),
  })
  const contentRange = header('content-range')
  if (status === 416) {
    const total = /^bytes \*\/(\d+)$/.exec(contentRange ?? '')
    if (total === null)
      throw bad(
        'the server refuses the range',
        `status 416, Content-Range ${contentRange ?? 'none'}`,
        'the length of the file',
      )
    if (Number(total[1]) > 0)
      throw new InputError('changed-file', 'the file is shorter than it was', {
        file: url,
        found: `${total[1]} bytes`,
        expected: 'start' in wanted ? `more than ${wanted.start}` : 'some',
      })
    return { identity: identityOf(0), start: 0, end: 0 }
  }
  if (status === 206) {
    const parts = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange ?? '')
    if (parts === null)
      throw bad(
        'the server sends a part and does not say which',
        contentRange === undefined ? 'no Content-Range' : `Content-Range ${contentRange}`,
        'bytes first-last/length',
      )
    const [start, end, total] = [Number(parts[1]), Number(parts[2]) + 1, Number(parts[3])]
    const [first, last] =
      'last' in wanted ? [Math.max(0, total - wanted.last), total] : [wanted.start, Math.min(wanted.end, total)]
    if (start !== first || end !== last)
      throw bad(
        'the server sends another part than was asked for',
        `bytes ${start} to ${end} of ${total}`,
        `bytes ${first} to ${last}`,
      )
    return { identity: identityOf(total), start, end }
  }
  if (status === 200) {
    const text = header('content-length')
    const total = Number(text)
    if (text === undefined || !(total <= LARGEST_WHOLE_FILE)) {
      throw bad(
        'the server sends whole files only, and a catalogue is read in parts',
        `status 200, ${text ?? 'an unknown number of'} bytes`,
        'status 206',
      )
    }
    return { identity: identityOf(total), start: 0, end: total }
  }
  const sentence = status === 401 || status === 403 ? 'the server refuses access' : 'the server refuses the request'
  throw new InputError('unreadable-url', sentence, { file: url, found: `status ${status}` })
}

async function bodyOf(
  { body }: HttpAnswer,
  byteLength: number,
  url: string,
  alive: (byteLength: number) => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength)
  let at = 0
  alive(0)
  for await (const chunk of body) {
    alive(chunk.byteLength)
    if (at + chunk.byteLength > byteLength) {
      throw new InputError('bad-answer', 'the server sends more bytes than it says', {
        file: url,
        found: `more than ${byteLength}`,
        expected: `${byteLength} bytes`,
      })
    }
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  if (at < byteLength) throw new Passing(`the answer ends after ${at} of ${byteLength} bytes`)
  return bytes
}
