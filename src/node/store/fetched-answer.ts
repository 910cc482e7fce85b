import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { kindOfContent } from '../../catalog/build/build-input.js'
import type { TapService } from '../../catalog/description.js'
import { InputError } from '../../errors.js'
import { readVotable } from '../../formats/votable/read.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import { printableUrl } from '../../printable.js'
import { firstBytes, inputChunks, isGzip } from '../disk/input-chunks.js'
import { unwritable } from '../disk/staged-files.js'
import { asked, awaitJob, removeJob, startJob, type TapAccess } from '../http/tap-job.js'

/** An answer on disk, checked whole. */
export interface Answer {
  readonly file: string
  readonly query: string
  /** When it was fetched, ISO 8601, UTC. */
  readonly at: string
  readonly rows: number
}

/** One query, what it is of, and where its answer goes, without an ending. */
interface Query {
  readonly adql: string
  readonly label: string
  readonly path: string
}

/** An answer that is damaged, cut or a page of the web is asked for again this many times. */
const DAMAGED_TRIES = 3
/** What another try of the same result may mend. */
const DAMAGED = new Set(['bad-votable', 'damaged-gzip', 'web-page', 'unknown-format', 'not-a-table'])

/** The answer to a query: the one that an earlier run has left, or that of a job, begun now or by an earlier run. */
export async function fetchedAnswer(
  access: TapAccess,
  service: TapService,
  query: Query,
  note: (what: string) => void,
): Promise<Answer> {
  const before = await standingAnswer(query)
  if (before !== undefined) {
    note(`${before.rows} stars, fetched ${before.at}`)
    return before
  }
  const heard = { ...access, onPhase: (phase: string) => note(`the job is ${phase.toLowerCase()}`) }
  const jobFile = `${query.path}.job`
  const kept = await readFile(jobFile, 'utf8').catch(() => '')
  const result = (await resumed(heard, kept)) ?? (await begun(heard, service, query.adql, jobFile))
  const answer = await downloaded(access, service, query, result.url)
  await rm(jobFile, { force: true })
  await removeJob(access, result.job)
  note(`${answer.rows} stars`)
  return answer
}

interface Result {
  readonly job: string
  readonly url: string
}

/** The result of a job that an earlier run began; undefined if there is none, or the service knows it no longer. */
async function resumed(access: TapAccess, job: string): Promise<Result | undefined> {
  if (!URL.canParse(job) || new URL(job).origin !== new URL(access.url).origin) return undefined
  try {
    return { job, url: await awaitJob(access, job) }
  } catch (error) {
    if (error instanceof InputError && ['lost-job', 'refused-query'].includes(error.tag)) return undefined
    throw error
  }
}

async function begun(access: TapAccess, service: TapService, adql: string, jobFile: string): Promise<Result> {
  const job = await startJob(access, adql, service.maxRows)
  await writeFile(jobFile, job).catch(cannotWrite(jobFile))
  return { job, url: await awaitJob(access, job) }
}

async function downloaded(access: TapAccess, service: TapService, query: Query, url: string): Promise<Answer> {
  const partial = `${query.path}.part`
  const file = `${query.path}.vot`
  const name = printableUrl(url)
  for (let attempt = 1; ; attempt++) {
    await asked(access, url, {}, async ({ body }, received) => {
      const handle = await open(partial, 'w').catch(cannotWrite(partial))
      try {
        let bytes = 0
        for await (const chunk of body) {
          received(chunk.byteLength)
          bytes += chunk.byteLength
          if (bytes > LIMITS.wholeFileBytes)
            throw beyondLimit('wholeFileBytes', 'the answer is too large', { file: name }, bytes)
          await handle.writeFile(chunk).catch(cannotWrite(partial))
        }
        await handle.sync()
      } finally {
        await handle.close()
      }
    })
    try {
      const rows = await rowsOf(partial, name, service, query.label)
      const answer = { file, query: query.adql, at: new Date().toISOString(), rows }
      const facts = JSON.stringify({ ...answer, byteLength: (await stat(partial)).size })
      await rename(partial, file).catch(cannotWrite(file))
      await writeFile(`${query.path}.json`, facts).catch(cannotWrite(`${query.path}.json`))
      return answer
    } catch (error) {
      if (!(error instanceof InputError && DAMAGED.has(error.tag)) || attempt >= DAMAGED_TRIES) throw error
    }
  }
}

const cannotWrite = (path: string) => (cause: unknown) =>
  Promise.reject(unwritable(dirname(path), basename(path), cause))

/** Rows of an answer. Throws InputError if it is damaged, cut at a limit, or not the table that was asked for. */
async function rowsOf(path: string, name: string, service: TapService, label: string): Promise<number> {
  const id = service.columns[0]!.replaceAll('"', '')
  if (!isGzip(await firstBytes(path, 2)) && kindOfContent(await firstBytes(path, 512), name) !== 'votable')
    throw new InputError('not-a-table', 'the answer is no VOTable', { file: name })
  const tooMany = (found: string) => {
    const sentence = `the service cuts its answer for ${label} at a limit of rows: ask for several smaller cones`
    return new InputError('query-overflow', sentence, { file: name, found })
  }
  let rows = 0
  try {
    const fields = (header: readonly string[]) => {
      const index = header.findIndex((column) => column.toLowerCase() === id.toLowerCase())
      return index < 0 ? undefined : [{ name: id, index, type: 'i64' as const }]
    }
    for await (const { rowCount } of readVotable(inputChunks(path), { name, fields })) rows += rowCount
  } catch (error) {
    if (error instanceof InputError && error.tag === 'query-overflow') throw tooMany(`${rows} rows and more`)
    throw error
  }
  // A service that does not say so cuts at what it was asked for.
  if (rows >= service.maxRows) throw tooMany(`${rows} rows, as many as were asked for at most`)
  return rows
}

/** The answer of an earlier run, if it is as that run left it. */
async function standingAnswer({ adql, path }: Query): Promise<Answer | undefined> {
  try {
    const facts = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Answer & { byteLength: number }
    const { size } = await stat(`${path}.vot`)
    const { at, rows, byteLength, query } = facts
    const isWhole = size === byteLength && query === adql && typeof at === 'string' && Number.isInteger(rows)
    return isWhole ? { file: `${path}.vot`, query, at, rows } : undefined
  } catch {
    return undefined
  }
}
