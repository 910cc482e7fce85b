import { setTimeout as pause } from 'node:timers/promises'
import { CommandError, InputError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import { printableUrl } from '../../printable.js'
import type { HttpAnswer } from './http-client.js'

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

/** Statuses that pass: a later try may do better. */
export const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Marks what another try may mend. */
export class Passing extends Error {
  constructor(
    message: string,
    readonly pauseMs?: number,
  ) {
    super(message)
  }
}

/** One try of a request. */
export interface Attempt {
  /** Ends it. */
  readonly signal: AbortSignal
  /** Gives the answer back, which is ended with the try. */
  holds(answer: HttpAnswer): HttpAnswer
  /** Hears of bytes of the body as they come. */
  readonly received: (byteLength: number) => void
}

/**
 * Does a request until it succeeds, or fails in a way that no other try mends. What throws `Passing`, and connections
 * that are dropped, stalled or too slow, are tried again after a pause.
 *
 * @param url for messages, which show it as `printableUrl`
 * @param signal ends the transfer, and the tries, with the signal's reason
 * @throws InputError `unreadable-url` if the server keeps failing or is too slow, or what a try throws
 */
export async function patiently<T>(
  url: string,
  patience: HttpPatience,
  signal: AbortSignal | undefined,
  once: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const clock = new ProgressClock(patience)
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await tryOnce(url, patience, clock, signal, once)
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

async function tryOnce<T>(
  url: string,
  patience: HttpPatience,
  clock: ProgressClock,
  signal: AbortSignal | undefined,
  once: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  signal?.addEventListener('abort', stop)
  const watch = new Watch(stop)
  watch.expect(patience.answerTimeoutMs, `no answer within ${patience.answerTimeoutMs / 1000} s`)
  clock.start(stop)
  const held: HttpAnswer[] = []
  try {
    return await once({
      signal: controller.signal,
      holds: (answer) => (held.push(answer), answer),
      received(byteLength) {
        clock.received(byteLength)
        watch.expect(patience.stallTimeoutMs, `silence for ${patience.stallTimeoutMs / 1000} s`)
      },
    })
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
    for (const answer of held) answer.cancel()
  }
}

/** Pause that the header Retry-After asks for: seconds, or a date. */
export function retryAfterMs(value: string | undefined): number | undefined {
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
