import { setTimeout as pause } from 'node:timers/promises'
import { InputError } from '../errors.js'

/** How patiently a server is asked. */
export interface HttpPatience {
  /** Tries of one request before it counts as failed. */
  readonly attempts: number
  /** Pause before the second try [ms]; it doubles each time, and a random part of a half is taken off. */
  readonly backoffMs: number
  /** Longest wait for the head of an answer [ms]. */
  readonly answerTimeoutMs: number
  /** Longest silence within a body [ms]. */
  readonly stallTimeoutMs: number
  /** Longest pause that a server may ask for by Retry-After [ms]; a longer one is refused. */
  readonly longestPauseMs: number
}

export const PATIENCE: HttpPatience = { attempts: 5, backoffMs: 300, answerTimeoutMs: 20_000, stallTimeoutMs: 20_000, longestPauseMs: 60_000 }

/** What tells one state of a remote file from another. */
export interface RemoteIdentity {
  readonly byteLength: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** Some bytes of a remote file, and which state of the file they are of. */
export interface RemoteBytes {
  readonly identity: RemoteIdentity
  /** First byte; 0 where the server sent the whole file instead of a part. */
  readonly start: number
  readonly bytes: Uint8Array
}

/** Bytes [start, end), or the last `last` bytes of a file. */
export type WantedRange = { readonly start: number; readonly end: number } | { readonly last: number }

/** A file that a server sends whole although a part was asked for is taken up to this size. */
const LARGEST_WHOLE_FILE = 32 * 2 ** 20

/** Statuses that pass: a later try may do better. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Marks what another try may mend. */
class Passing extends Error {
  constructor(
    message: string,
    readonly pauseMs?: number,
  ) {
    super(message)
  }
}

/**
 * One range of a remote file by HTTP (RFC 9110, section 14). Dropped, stalled and cut answers and statuses that pass are tried again.
 * Every answer is held against what was asked: its status, its Content-Range, its length. Undefined where there is no such file.
 *
 * @throws InputError `unreadable-url` where the server refuses or keeps failing, `bad-answer` where it answers another question
 */
export async function fetchRange(url: string, wanted: WantedRange, patience: HttpPatience = PATIENCE): Promise<RemoteBytes | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryRange(url, wanted, patience)
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      if (attempt >= patience.attempts || (error.pauseMs ?? 0) > patience.longestPauseMs) {
        const asked = error.pauseMs === undefined || error.pauseMs <= patience.longestPauseMs ? '' : `; it asks for a pause of ${Math.round(error.pauseMs / 1000)} s`
        const tries = `${attempt} ${attempt === 1 ? 'try' : 'tries'}`
        throw new InputError('unreadable-url', `the server does not deliver: ${error.message} (${tries}${asked})`, { file: url }, { cause: error })
      }
      const backoff = patience.backoffMs * 2 ** (attempt - 1) * (1 - 0.5 * Math.random())
      await pause(Math.max(error.pauseMs ?? 0, backoff))
    }
  }
}

async function tryRange(url: string, wanted: WantedRange, patience: HttpPatience): Promise<RemoteBytes | undefined> {
  const controller = new AbortController()
  const watch = new Watch(() => controller.abort())
  watch.expect(patience.answerTimeoutMs, `no answer within ${patience.answerTimeoutMs / 1000} s`)
  try {
    const range = 'last' in wanted ? `bytes=-${wanted.last}` : `bytes=${wanted.start}-${wanted.end - 1}`
    const response = await fetch(url, { headers: { Range: range, 'Accept-Encoding': 'identity' }, signal: controller.signal })
    const found = answerOf(url, response, wanted)
    if (found === undefined) await response.body?.cancel()
    if (found === undefined || found.end === found.start) return found && { identity: found.identity, start: found.start, bytes: new Uint8Array(0) }
    const bytes = await bodyOf(response, found.end - found.start, url, () => watch.expect(patience.stallTimeoutMs, `silence for ${patience.stallTimeoutMs / 1000} s`))
    return { identity: found.identity, start: found.start, bytes }
  } catch (error) {
    controller.abort()
    if (error instanceof InputError || error instanceof Passing) throw error
    throw new Passing(watch.expired ?? reasonOfFetch(error))
  } finally {
    watch.stop()
  }
}

interface Answer {
  readonly identity: RemoteIdentity
  readonly start: number
  readonly end: number
}

/** What an answer's head promises; undefined for a file that is not there. Throws where that is not what was asked for. */
function answerOf(url: string, { status, headers }: Response, wanted: WantedRange): Answer | undefined {
  const bad = (sentence: string, found: string, expected: string) => new InputError('bad-answer', sentence, { file: url, found, expected })
  if (status === 404 || status === 410) return undefined
  if (PASSING.has(status)) throw new Passing(`status ${status}`, retryAfterMs(headers.get('retry-after')))
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') throw bad('the server packs its answer although it was asked not to', `Content-Encoding ${encoding}`, 'none')
  const identityOf = (byteLength: number): RemoteIdentity => ({ byteLength, etag: headers.get('etag') ?? undefined, lastModified: headers.get('last-modified') ?? undefined })
  const contentRange = headers.get('content-range')
  if (status === 416) {
    const total = /^bytes \*\/(\d+)$/.exec(contentRange ?? '')
    if (total === null) throw bad('the server refuses the range', `status 416, Content-Range ${contentRange}`, 'the length of the file')
    if (Number(total[1]) > 0) throw new InputError('changed-file', 'the file is shorter than it was', { file: url, found: `${total[1]} bytes`, expected: 'start' in wanted ? `more than ${wanted.start}` : 'some' })
    return { identity: identityOf(0), start: 0, end: 0 }
  }
  if (status === 206) {
    const parts = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange ?? '')
    if (parts === null) throw bad('the server sends a part and does not say which', `Content-Range ${contentRange}`, 'bytes first-last/length')
    const [start, end, total] = [Number(parts[1]), Number(parts[2]) + 1, Number(parts[3])]
    const [first, last] = 'last' in wanted ? [Math.max(0, total - wanted.last), total] : [wanted.start, Math.min(wanted.end, total)]
    if (start !== first || end !== last) throw bad('the server sends another part than was asked for', `bytes ${start} to ${end} of ${total}`, `bytes ${first} to ${last}`)
    return { identity: identityOf(total), start, end }
  }
  if (status === 200) {
    const text = headers.get('content-length')
    const total = Number(text)
    if (text === null || !(total <= LARGEST_WHOLE_FILE)) {
      throw bad('the server sends whole files only, and a catalogue is read in parts', `status 200, ${text ?? 'an unknown number of'} bytes`, 'status 206')
    }
    return { identity: identityOf(total), start: 0, end: total }
  }
  const sentence = status === 401 || status === 403 ? 'the server refuses access' : 'the server refuses the request'
  throw new InputError('unreadable-url', sentence, { file: url, found: `status ${status}` })
}

async function bodyOf(response: Response, byteLength: number, url: string, alive: () => void): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength)
  let at = 0
  alive()
  const reader = response.body?.getReader()
  for (;;) {
    const piece = await reader?.read()
    if (piece === undefined || piece.done) break
    alive()
    const chunk = piece.value as Uint8Array
    if (at + chunk.byteLength > byteLength) {
      await reader!.cancel()
      throw new InputError('bad-answer', 'the server sends more bytes than it says', { file: url, found: `more than ${byteLength}`, expected: `${byteLength} bytes` })
    }
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  if (at < byteLength) throw new Passing(`the answer ends after ${at} of ${byteLength} bytes`)
  return bytes
}

/** Pause that the header Retry-After asks for: seconds, or a date. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** One deadline at a time. */
class Watch {
  expired: string | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly onExpired: () => void) {}

  expect(ms: number, sentence: string): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.expired = sentence
      this.onExpired()
    }, ms)
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection is cut',
  UND_ERR_SOCKET: 'the connection is cut',
  ENOTFOUND: 'there is no server of this name',
  EAI_AGAIN: 'the name of the server cannot be looked up now',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
}

function reasonOfFetch(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  return (cause?.code === undefined ? undefined : REASONS[cause.code]) ?? cause?.message ?? (error as Error).message
}
