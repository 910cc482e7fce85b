import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { parseJson, shapeFault, type JsonShape } from '../../formats/json-shape.js'
import { urlOf, type FetchRemote } from './http-files.js'
import type { RemoteBytes, RemoteIdentity } from './http-range.js'
import { readWhole } from '../disk/regular-file.js'
import { removeLeftovers, temporaryStem } from '../disk/temporary-names.js'

/** A cache of what was read of remote catalogues. */
interface RangeCache {
  readonly dir: string
  /** The oldest entries go when there are more bytes than this. */
  readonly maxBytes: number
}

/**
 * Tables of contents: asked for anew by every run, so that a catalogue that was replaced is noticed. What they say
 * tells one state of a catalogue from another.
 */
const CONTENTS: ReadonlySet<string> = new Set([
  'manifest.json',
  'collection.properties',
  'hats.properties',
  'properties',
  'partition_info.csv',
])

const STATE = 'state'
const DIGEST_BYTES = 32

interface Entry {
  readonly start: number
  readonly end: number
}

/** What is known of one remote file. */
interface KnownFile {
  readonly folder: string
  /** `missing` if the server has no such file. */
  state: RemoteIdentity | 'missing' | undefined
  readonly entries: Entry[]
}

/**
 * Ranges from a directory of this machine, and from the server what is not there; without a server (`fetchRemote`
 * undefined) never from the network.
 *
 * Many processes may share the directory: entries are written under another name, renamed and never changed, each
 * carries the SHA-256 of its bytes, and one that is damaged or gone is fetched again. There are no locks. A cache that
 * cannot be written is not used.
 *
 * @throws InputError `not-cached` if the server may not be asked, `changed-file` if a file is not the one whose
 *   parts are cached (they are then forgotten)
 */
export function cachedRanges(base: string, fetchRemote: FetchRemote | undefined, cache: RangeCache): FetchRemote {
  const files = new Map<string, Promise<KnownFile>>()
  let generation = ''
  let writtenBytes = Infinity
  const fileOf = (path: string): Promise<KnownFile> => {
    const url = urlOf(base, path)
    const key = CONTENTS.has(path.split('/').at(-1)!) ? url : `${url}\n${generation}`
    const known = files.get(key) ?? openFolder(join(cache.dir, digestOf(Buffer.from(key)).toString('hex', 0, 16)))
    files.set(key, known)
    return known
  }
  const keep = async (file: KnownFile, answer: RemoteBytes | undefined): Promise<void> => {
    try {
      await mkdir(file.folder, { recursive: true })
      if (file.state === undefined) await writeWhole(file.folder, STATE, stateBytes(answer?.identity))
      if (answer === undefined || answer.bytes.byteLength === 0) return
      const entry = { start: answer.start, end: answer.start + answer.bytes.byteLength }
      await writeWhole(file.folder, nameOf(entry), Buffer.concat([digestOf(answer.bytes), answer.bytes]))
      file.entries.push(entry)
      writtenBytes += answer.bytes.byteLength
      if (writtenBytes < cache.maxBytes / 20) return
      writtenBytes = 0
      await sweep(cache)
    } catch {
      // The disk is full or the directory is not writable: the run goes on without a cache.
    }
  }
  const ask = async (
    path: string,
    file: KnownFile,
    wanted: Parameters<FetchRemote>[1],
  ): Promise<RemoteBytes | undefined> => {
    if (fetchRemote === undefined) {
      const part = 'start' in wanted ? `bytes ${wanted.start} to ${wanted.end}` : `the last ${wanted.last} bytes`
      throw new InputError(
        'not-cached',
        '--offline: this part of the catalogue is not in the cache; run once without --offline',
        { file: urlOf(base, path), found: `no ${part} in ${cache.dir}` },
      )
    }
    const answer = await fetchRemote(path, wanted)
    if (file.state !== undefined && !sameState(file.state, answer?.identity)) {
      await rm(file.folder, { recursive: true, force: true }).catch(() => undefined)
      files.clear()
      throw new InputError('changed-file', 'the file is not the one that was read before: start again', {
        file: urlOf(base, path),
        found: describe(answer?.identity),
        expected: describe(file.state),
      })
    }
    await keep(file, answer)
    file.state ??= answer?.identity ?? 'missing'
    return answer
  }
  const cached = async (path: string, wanted: Parameters<FetchRemote>[1]): Promise<RemoteBytes | undefined> => {
    const file = await fileOf(path)
    if (file.state === 'missing') return undefined
    if (file.state === undefined) return ask(path, file, wanted)
    const identity = file.state
    const start = 'start' in wanted ? wanted.start : Math.max(0, identity.byteLength - wanted.last)
    const end = 'start' in wanted ? Math.min(wanted.end, identity.byteLength) : identity.byteLength
    const bytes = new Uint8Array(Math.max(0, end - start))
    const put = (from: number, piece: Uint8Array) => {
      const [low, high] = [Math.max(start, from), Math.min(end, from + piece.byteLength)]
      if (low < high) bytes.set(piece.subarray(low - from, high - from), low - start)
    }
    await Promise.all(
      piecesOf(file.entries, start, end).map(async ({ entry, start: low, end: high }) => {
        const held = entry === undefined ? undefined : await readEntry(file, entry)
        if (held !== undefined) return put(entry!.start, held)
        const answer = await ask(path, file, { start: low, end: high })
        if (answer !== undefined) put(answer.start, answer.bytes)
      }),
    )
    return { identity, start, bytes }
  }
  return async (path, wanted) => {
    if (!CONTENTS.has(path.split('/').at(-1)!)) return cached(path, wanted)
    const file = await fileOf(path)
    if (fetchRemote === undefined && file.state !== undefined) {
      const answer = await cached(path, wanted)
      generation = nextGeneration(generation, path, answer)
      return answer
    }
    if (fetchRemote === undefined) return ask(path, file, wanted)
    const answer = await fetchRemote(path, wanted)
    await rm(file.folder, { recursive: true, force: true }).catch(() => undefined)
    file.entries.length = 0
    file.state = undefined
    await keep(file, answer)
    file.state = answer?.identity ?? 'missing'
    generation = nextGeneration(generation, path, answer)
    return answer
  }
}

/** A catalogue whose tables of contents differ is another one. */
function nextGeneration(generation: string, path: string, answer: RemoteBytes | undefined): string {
  return answer === undefined
    ? generation
    : digestOf(Buffer.from(`${generation}\n${path}\n${digestOf(answer.bytes).toString('hex')}`)).toString('hex')
}

/** The range [start, end) as pieces of entries and, if there are none, gaps. */
export function piecesOf(
  entries: readonly Entry[],
  start: number,
  end: number,
): { entry?: Entry; start: number; end: number }[] {
  const pieces: { entry?: Entry; start: number; end: number }[] = []
  for (let at = start; at < end;) {
    let best: Entry | undefined
    let next = end
    for (const entry of entries) {
      if (entry.start <= at && entry.end > at && (best === undefined || entry.end > best.end)) best = entry
      if (entry.start > at) next = Math.min(next, entry.start)
    }
    const until = best === undefined ? next : Math.min(best.end, end)
    pieces.push({ ...(best === undefined ? {} : { entry: best }), start: at, end: until })
    at = until
  }
  return pieces
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const nameOf = ({ start, end }: Entry): string => `${start}-${end}`

function sameState(a: RemoteIdentity | 'missing', b: RemoteIdentity | undefined): boolean {
  if (a === 'missing' || b === undefined) return a === 'missing' && b === undefined
  return a.byteLength === b.byteLength && a.etag === b.etag && a.lastModified === b.lastModified
}

function describe(state: RemoteIdentity | 'missing' | undefined): string {
  if (state === undefined || state === 'missing') return 'no file'
  return `${state.byteLength} bytes, ETag ${state.etag ?? 'none'}, Last-Modified ${state.lastModified ?? 'none'}`
}

function stateBytes(identity: RemoteIdentity | undefined): Uint8Array {
  const text = Buffer.from(JSON.stringify(identity ?? 'missing'))
  return Buffer.concat([digestOf(text), text])
}

async function openFolder(folder: string): Promise<KnownFile> {
  const names = await readdir(folder).catch((): string[] => [])
  const state = names.includes(STATE) ? await readChecked(join(folder, STATE)) : undefined
  const known = state === undefined ? undefined : parseState(Buffer.from(state).toString())
  const entries = names.flatMap((name) => {
    const parts = /^(\d+)-(\d+)$/.exec(name)
    return parts === null || known === undefined ? [] : [{ start: Number(parts[1]), end: Number(parts[2]) }]
  })
  return { folder, entries, state: known }
}

const STATE_SHAPE: JsonShape = {
  type: 'object',
  required: ['byteLength'],
  properties: {
    byteLength: { type: 'integer', minimum: 0 },
    etag: { type: 'string' },
    lastModified: { type: 'string' },
  },
}

/** What is known of a remote file; undefined if the text is of another make, as if there were none. */
function parseState(text: string): RemoteIdentity | 'missing' | undefined {
  try {
    const state = parseJson(text)
    return state === 'missing' || shapeFault(state, STATE_SHAPE) === undefined
      ? (state as RemoteIdentity | 'missing')
      : undefined
  } catch {
    return undefined
  }
}

/** The bytes of an entry; undefined, and forgotten, if it is gone or damaged. */
async function readEntry(file: KnownFile, entry: Entry): Promise<Uint8Array | undefined> {
  const path = join(file.folder, nameOf(entry))
  const bytes = await readChecked(path)
  if (bytes?.byteLength === entry.end - entry.start) {
    const now = new Date()
    await utimes(path, now, now).catch(() => undefined)
    return bytes
  }
  if (file.entries.includes(entry)) file.entries.splice(file.entries.indexOf(entry), 1)
  await rm(path, { force: true }).catch(() => undefined)
  return undefined
}

async function readChecked(path: string): Promise<Uint8Array | undefined> {
  const whole = await readWhole(path, 'wholeFileBytes').catch(() => undefined)
  if (whole === undefined || whole.byteLength < DIGEST_BYTES) return undefined
  const bytes = whole.subarray(DIGEST_BYTES)
  return digestOf(bytes).equals(whole.subarray(0, DIGEST_BYTES))
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : undefined
}

async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `${temporaryStem()}-0`)
  await writeFile(temporary, bytes)
  await rename(temporary, join(folder, name))
}

/**
 * Removes what killed runs have left, and the entries that were used longest ago until a tenth of the room is free
 * again.
 */
async function sweep({ dir, maxBytes }: RangeCache): Promise<void> {
  const entries: { path: string; bytes: number; usedMs: number }[] = []
  for (const name of await readdir(dir)) {
    const folder = join(dir, name)
    const files = await readdir(folder).catch((): string[] => [])
    await removeLeftovers(folder, files)
    for (const file of files.filter((one) => /^\d/.test(one))) {
      const path = join(folder, file)
      const facts = await stat(path).catch(() => undefined)
      if (facts === undefined) continue
      entries.push({ path, bytes: facts.size, usedMs: facts.mtimeMs })
    }
  }
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= maxBytes) return
  for (const { path, bytes } of entries.sort((a, b) => a.usedMs - b.usedMs)) {
    if (total <= 0.9 * maxBytes) break
    await rm(path, { force: true })
    total -= bytes
  }
}
