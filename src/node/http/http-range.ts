import { setTimeout as pause } from 'node:timers/promises'
import { CommandError, InputError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import { printableUrl } from '../../printable.js'
import { httpClient, type HttpAnswer, type HttpClient } from './http-client.js'

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
  /**
   * A body that is slower than this [bytes/s] over `progressWindowMs` counts as stalled; a part of such a window is
   * measured alike.
   */
  readonly leastBytesPerSec: number
  readonly progressWindowMs: number
  /** Longest time without such progress of one request [ms], all tries and the pauses between them together. */
  readonly withoutProgressMs: number
}

export const PATIENCE: HttpPatience = {
  attempts: 5,
  backoffMs: 300,
  answerTimeoutMs: 20_000,
  stallTimeoutMs: 20_000,
  longestPauseMs: 60_000,
  leastBytesPerSec: LIMITS.transferBytesPerSec,
  progressWindowMs: 1000 * LIMITS.transferSeconds,
  withoutProgressMs: 1000 * LIMITS.withoutProgressSeconds,
}

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
  const clock = new ProgressClock(patience)
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await tryRange(url, wanted, patience, client, clock, signal)
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      const backoff = patience.backoffMs * 2 ** (attempt - 1) * (1 - 0.5 * Math.random())
      const pauseMs = Math.max(error.pauseMs ?? 0, backoff)
      if (attempt >= patience.attempts || pauseMs > Math.min(patience.longestPauseMs, clock.leftMs())) {
        const asked =
          error.pauseMs === undefined || error.pauseMs < 1000
            ? ''
            : `; it asks for a pause of ${Math.round(error.pauseMs / 1000)} s`
        const tries = `${attempt} ${attempt === 1 ? 'try' : 'tries'}`
        throw new InputError(
          'unreadable-url',
          `the server does not deliver: ${error.message} (${tries}${asked})`,
          { file: printableUrl(url) },
          { cause: error },
        )
      }
      await pause(pauseMs, undefined, signal === undefined ? {} : { signal })
    }
  }
}

async function tryRange(
  url: string,
  wanted: WantedRange,
  patience: HttpPatience,
  client: HttpClient,
  clock: ProgressClock,
  signal: AbortSignal | undefined,
): Promise<RemoteBytes | undefined> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  signal?.addEventListener('abort', stop)
  const watch = new Watch(stop)
  watch.expect(patience.answerTimeoutMs, `no answer within ${patience.answerTimeoutMs / 1000} s`)
  clock.start(stop)
  let answer: HttpAnswer | undefined
  try {
    const range = 'last' in wanted ? `bytes=-${wanted.last}` : `bytes=${wanted.start}-${wanted.end - 1}`
    answer = await client.get(url, range, controller.signal)
    const found = promiseOf(printableUrl(url), answer, wanted)
    if (found === undefined || found.end === found.start)
      return found && { identity: found.identity, start: found.start, bytes: new Uint8Array(0) }
    const bytes = await bodyOf(answer, found.end - found.start, printableUrl(url), (byteLength) => {
      clock.received(byteLength)
      watch.expect(patience.stallTimeoutMs, `silence for ${patience.stallTimeoutMs / 1000} s`)
    })
    return { identity: found.identity, start: found.start, bytes }
  } catch (error) {
    controller.abort()
    if (error instanceof InputError || error instanceof CommandError || error instanceof Passing) throw error
    signal?.throwIfAborted()
    if (isOfCertificate(error)) {
      const sentence = `the server's certificate is not trusted: ${(error as Error).message}`
      throw new InputError('unreadable-url', sentence, { file: printableUrl(url) }, { cause: error })
    }
    throw new Passing(watch.expired ?? clock.expired ?? reasonOfConnection(error))
  } finally {
    watch.stop()
    clock.stop()
    signal?.removeEventListener('abort', stop)
    // What is read to its end goes back to the agent; anything else is not waited for.
    answer?.cancel()
  }
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

/** Pause that the header Retry-After asks for: seconds, or a date. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
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

/** Measures whether a request makes progress, over all its tries. */
class ProgressClock {
  expired: string | undefined
  private windowBytes = 0
  private sinceMs = performance.now()
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly patience: HttpPatience) {}

  /** Time that is left without progress [ms]. */
  leftMs(): number {
    return this.patience.withoutProgressMs - (performance.now() - this.sinceMs)
  }

  /** Begins a try; calls `onExpired` once it is too slow. */
  start(onExpired: () => void): void {
    const { progressWindowMs, leastBytesPerSec } = this.patience
    const windowMs = Math.max(1, Math.min(progressWindowMs, this.leftMs()))
    this.windowBytes = 0
    this.expired = undefined
    this.timer = setTimeout(() => {
      if (this.windowBytes * 1000 >= leastBytesPerSec * windowMs) {
        this.sinceMs = performance.now()
        this.start(onExpired)
        return
      }
      this.expired = `less than ${leastBytesPerSec} bytes a second over ${Number((windowMs / 1000).toPrecision(2))} s`
      onExpired()
    }, windowMs)
  }

  received(byteLength: number): void {
    this.windowBytes += byteLength
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection is cut',
  ENOTFOUND: 'there is no server of this name',
  EAI_AGAIN: 'the name of the server cannot be looked up now',
  ETIMEDOUT: 'no connection in time',
  HPE_HEADER_OVERFLOW:
    `the head of the answer is larger than ${LIMITS.answerHeadBytes} ` +
    `bytes (limit answerHeadBytes, see docs/limits.md)`,
}

function reasonOfConnection(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  return (code === undefined ? undefined : REASONS[code]) ?? message
}

/** Codes of OpenSSL and Node for a certificate that another try does not mend. */
const isOfCertificate = (error: unknown): boolean =>
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/.test(
    (error as { code?: string }).code ?? '',
  )
