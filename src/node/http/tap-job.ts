import { setTimeout as pause } from 'node:timers/promises'
import { InputError } from '../../errors.js'
import { printableUrl } from '../../printable.js'
import { readVotable } from '../../formats/votable/read.js'
import type { HttpAnswer, HttpClient, WholeRequest } from './http-client.js'
import { Passing, PASSING, patiently, PATIENCE, retryAfterMs, type HttpPatience } from './patience.js'

/** How a TAP service is asked. */
export interface TapAccess {
  /** Base of the service; what TAP 1.1 names `/async` is below it. */
  readonly url: string
  readonly client: HttpClient
  readonly patience?: HttpPatience
  readonly signal?: AbortSignal
  /** Between two questions for the phase of a job [ms]: the first; it doubles up to ten times that. */
  readonly pollMs?: number
  /** Hears of each new phase. */
  readonly onPhase?: (phase: string) => void
}

/** The first pause between two questions for the phase; a cone takes seconds. */
const POLL_MS = 1000
/** A job that runs longer than this is stuck: cones of a million rows take minutes. */
const LONGEST_JOB_MS = 3_600_000
/** Of an answer that is an error; a VOTable with the reason has 1 kB. */
const ERROR_BYTES = 65_536

/** Phases of UWS 1.1 (IVOA 2016, section 2.2.1) in which a job is still going to be done. */
const UNFINISHED = new Set(['PENDING', 'QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED', 'UNKNOWN'])

/**
 * Starts an asynchronous query (TAP 1.1, section 2.1; UWS 1.1) and gives the address of its job. The answer of the
 * synchronous kind is cut at 2,000 rows by some services, without a warning.
 *
 * @throws InputError `refused-query` if the service cannot do the query, or as `patiently` does
 */
export async function startJob(access: TapAccess, adql: string, maxRows: number): Promise<string> {
  const address = `${access.url.replace(/\/+$/, '')}/async`
  const form = {
    REQUEST: 'doQuery',
    LANG: 'ADQL',
    FORMAT: 'votable',
    RESPONSEFORMAT: 'votable',
    MAXREC: String(maxRows),
    PHASE: 'RUN',
    QUERY: adql,
  }
  return asked(access, address, { form }, async (answer) => {
    // The job is where the redirect led; its description need not be read.
    const path = (url: string) => new URL(url).pathname.replace(/\/+$/, '')
    if (path(answer.url) !== path(address)) return answer.url
    const text = await textOf(answer)
    const sentence = 'the service does not start a job: it does not lead to one, as TAP does'
    const found = shown(text)
    throw new InputError('bad-answer', sentence, { file: printableUrl(address), found, expected: 'status 303' })
  })
}

/**
 * Waits until a job is done. Gives where its result is.
 *
 * @throws InputError `refused-query` with the reason that the service gives, `lost-job` if it no longer knows the job
 */
export async function awaitJob(access: TapAccess, job: string): Promise<string> {
  const { pollMs = POLL_MS, signal } = access
  const startMs = performance.now()
  let before = ''
  let isStarted = false
  for (let wait = pollMs; ; wait = Math.min(10 * pollMs, 2 * wait)) {
    const phase = await asked(access, below(job, 'phase'), {}, async (answer) => {
      const text = (await textOf(answer)).trim()
      if (!/^[A-Z]+$/.test(text))
        throw new Passing(`it answers '${shown(text)}' where the phase of the job is asked for`)
      return text
    })
    if (phase !== before) access.onPhase?.(phase)
    before = phase
    if (phase === 'COMPLETED') return below(job, 'results/result')
    if (!UNFINISHED.has(phase)) throw await failureOf(access, job, phase)
    // A service may leave a job to be started by hand although it was asked to run it.
    if (phase === 'PENDING' && !isStarted) {
      isStarted = true
      await asked(access, below(job, 'phase'), { form: { PHASE: 'RUN' } }, () => Promise.resolve())
    }
    if (performance.now() - startMs > LONGEST_JOB_MS) {
      const sentence = 'the job is not done after an hour: ask for smaller parts of the sky'
      throw new InputError('unfinished-job', sentence, { file: printableUrl(job), found: phase })
    }
    await pause(wait, undefined, signal === undefined ? {} : { signal })
  }
}

/** Removes a job from the service; that it cannot be removed is no harm, services do so themselves after days. */
export async function removeJob({ client, signal }: TapAccess, job: string): Promise<void> {
  const gone = AbortSignal.timeout(5000)
  const either = signal === undefined || signal.aborted ? gone : AbortSignal.any([gone, signal])
  await client.ask(job, { method: 'DELETE' }, either).then(
    (answer) => answer.cancel(),
    () => undefined,
  )
}

/** An answer with a status of success, handed over with the attempt's ear for its bytes; else the service's reason. */
export async function asked<T>(
  { client, patience = PATIENCE, signal }: TapAccess,
  url: string,
  request: WholeRequest,
  take: (answer: HttpAnswer, received: (byteLength: number) => void) => Promise<T>,
): Promise<T> {
  return patiently(url, patience, signal, async (attempt) => {
    const answer = attempt.holds(await client.ask(url, request, attempt.signal))
    attempt.received(0)
    if (PASSING.has(answer.status))
      throw new Passing(`status ${answer.status}`, retryAfterMs(answer.header('retry-after')))
    if (answer.status < 200 || answer.status > 299) throw await refusalOf(answer, url)
    return take(answer, attempt.received)
  })
}

const below = (job: string, path: string): string => {
  const url = new URL(job)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  return url.href
}

async function failureOf(access: TapAccess, job: string, phase: string): Promise<InputError> {
  const reason = await asked(access, below(job, 'error'), {}, async (answer) => reasonIn(await textOf(answer))).catch(
    (error: unknown) => (access.signal?.throwIfAborted(), error instanceof InputError ? '' : Promise.reject(error)),
  )
  const sentence = `the service could not do the query: ${reason === '' ? 'it does not say why' : reason}`
  return new InputError('refused-query', sentence, { file: printableUrl(job), found: phase })
}

async function refusalOf(answer: HttpAnswer, url: string): Promise<InputError> {
  const found = `status ${answer.status}`
  const file = printableUrl(url)
  if (answer.status === 404 || answer.status === 410) {
    const sentence = 'the service does not know the address: the job is gone, or this is no TAP service'
    return new InputError('lost-job', sentence, { file, found })
  }
  const reason = await reasonIn(await textOf(answer))
  return new InputError('refused-query', `the service refuses: ${reason}`, { file, found })
}

/** The beginning of an answer as text. */
async function textOf({ body }: HttpAnswer): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > ERROR_BYTES) break
  }
  return text
}

/** What a VOTable says in QUERY_STATUS (DALI 1.1, section 4.4), or the beginning of another text. */
async function reasonIn(text: string): Promise<string> {
  if (!/<(?:\w+:)?VOTABLE/i.test(text)) return shown(text)
  try {
    for await (const _ of readVotable([new TextEncoder().encode(text)], { name: '', fields: () => undefined }));
  } catch (error) {
    if (error instanceof InputError && error.tag === 'query-error')
      return error.message.replace(/^.*could not do the query: /, '')
  }
  return shown(text)
}

const shown = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
