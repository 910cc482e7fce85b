import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../errors.js'
import type { NamedBytes } from '../formats/bytes.js'
import { refuseUnfitNames } from '../products/file-name.js'
import {
  close,
  forward,
  journalName,
  moveStamp,
  secondName,
  undo,
  writeJournal,
  type Move,
  type WriteOperations,
} from './commit-journal.js'
import { reasonOf } from './reason.js'
import { recoverDirectory } from './recover-directory.js'
import { temporaryStem } from './temporary-names.js'

export type { WriteOperations } from './commit-journal.js'

/** A file to be written: at once, or piece by piece where it is too large for the memory; a piece has to be valid until the second one after it is asked for. */
export interface FileToWrite {
  readonly name: string
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** A file that is written to the last byte, under a temporary name beside its own. */
export interface StagedFile {
  readonly name: string
  readonly temporary: string
}

/** A disk takes several flushes at a time in little more than one: 190 files in a quarter of the time. */
const WRITTEN_TOGETHER = 16

/** Bytes of one file. */
const FLUSHED_TOGETHER = 4 << 20

/** Temporary names match none of the patterns that pipelines read. */
const temporaryName = (stem: string, i: number): string => `${stem}-${i}`

/**
 * Writes a set of files under temporary names; `flushFiles` brings them to the disk, `commitFiles` makes them seen. Where anything fails, none of them stays.
 *
 * @throws InputError naming the file and the reason, also for a name that is no plain one, or there twice
 */
export async function stageFiles(
  dir: string,
  files: readonly FileToWrite[],
  stem = temporaryStem(),
  operations: WriteOperations = fs,
): Promise<StagedFile[]> {
  refuseUnfitNames(
    files.map(({ name }) => name),
    dir,
  )
  return stagePaths(dir, files, stem, operations)
}

async function stagePaths(
  dir: string,
  files: readonly FileToWrite[],
  stem: string,
  operations: WriteOperations,
): Promise<StagedFile[]> {
  const staged = files.map(({ name }, i) => ({ name, temporary: temporaryName(stem, i) }))
  await eachOf(dir, staged, (path, i) => write(path, files[i]!.bytes, operations), operations)
  return staged
}

/**
 * Brings staged files to the disk, whoever wrote them; what was written before this call survives the loss of power once it is done. Where anything fails,
 * none of the set stays.
 *
 * @throws InputError naming the file and the reason
 */
export async function flushFiles(
  dir: string,
  staged: readonly StagedFile[],
  operations: WriteOperations = fs,
): Promise<void> {
  await eachOf(dir, staged, (path) => flush(path, operations), operations)
}

/** Does the same to each file of a staged set, some at a time; the whole set is discarded where one fails. */
async function eachOf(
  dir: string,
  staged: readonly StagedFile[],
  work: (path: string, i: number) => Promise<void>,
  operations: WriteOperations,
): Promise<void> {
  for (let first = 0; first < staged.length; first += WRITTEN_TOGETHER) {
    const group = staged.slice(first, first + WRITTEN_TOGETHER)
    const done = await Promise.allSettled(group.map(({ temporary }, k) => work(join(dir, temporary), first + k)))
    for (const [k, outcome] of done.entries()) {
      if (outcome.status === 'fulfilled') continue
      await discardFiles(dir, staged, operations)
      throw unwritable(dir, group[k]!.name, outcome.reason)
    }
  }
}

/** Does the same to each file, some at a time, whatever becomes of the others. */
async function settledInGroups<T>(
  files: readonly StagedFile[],
  work: (file: StagedFile) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const done: PromiseSettledResult<T>[] = []
  for (let first = 0; first < files.length; first += WRITTEN_TOGETHER) {
    done.push(...(await Promise.allSettled(files.slice(first, first + WRITTEN_TOGETHER).map(work))))
  }
  return done
}

/** Which of the sets of a commit could not take its place, and why. */
export interface CommitFailure {
  readonly set: number
  readonly error: Error
}

/** How a commit is made. */
export interface CommitOptions {
  /** Names that are to be gone when the sets have theirs; they count as of the last set. */
  readonly removed?: readonly string[]
  readonly operations?: WriteOperations
  readonly stem?: string
}

/**
 * Gives sets of files that are on the disk their own names, one after the other: all of them, or what stood there
 * before stays and all staged files go. A journal beside them tells the next start what was begun (`recoverDirectory`),
 * so that the same holds if this process is killed at any moment.
 *
 * Gives the sets that failed; none if all have their names. If it cannot be told which one failed, all did; but for
 * want of room the last has to go.
 */
export async function commitSets(
  dir: string,
  sets: readonly (readonly StagedFile[])[],
  options: CommitOptions = {},
): Promise<CommitFailure[]> {
  const { removed = [], operations = fs, stem = temporaryStem() } = options
  const staged = sets.flat()
  const setOf = new Map<string, number>(
    sets.flatMap((files, set) => files.map(({ temporary }) => [temporary, set] as const)),
  )
  const failure = ({ name, temporary }: StagedFile, cause: unknown) => ({
    set: setOf.get(temporary) ?? sets.length - 1,
    error: unwritable(dir, name, cause),
  })
  // A rename alone is whole by itself.
  if (staged.length === 1 && removed.length === 0) {
    const [{ name, temporary }] = staged as [StagedFile]
    return operations.rename(join(dir, temporary), join(dir, name)).then(
      () => [],
      async (cause: unknown) => {
        await discardFiles(dir, staged, operations)
        return [failure(staged[0]!, cause)]
      },
    )
  }
  const all = [...staged, ...removed.map((name, i) => ({ name, temporary: `${stem}-aside-${i}` }))]
  const found = await settledInGroups(all, (file) => moveOf(dir, file, setOf.has(file.temporary), operations))
  const unfit = found.flatMap((outcome, i) => (outcome.status === 'rejected' ? [failure(all[i]!, outcome.reason)] : []))
  if (unfit.length > 0) {
    await discardFiles(dir, staged, operations)
    return [...new Map(unfit.reverse().map((one) => [one.set, one])).values()].reverse()
  }
  const moves = found.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : []))
  const journal = journalName(stem)
  let current: StagedFile | undefined
  try {
    await writeJournal(dir, journal, moves, operations)
    for (const move of moves) await forward(dir, (current = move), operations)
    current = undefined
    await close(dir, journal, moves, operations)
    return []
  } catch (cause) {
    await undo(dir, journal, moves, operations).catch(() => undefined)
    if (current !== undefined) return [failure(current, cause)]
    const error = unwritable(dir, journal, cause)
    const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '')
    return [...sets.keys()].slice(full ? -1 : 0).map((set) => ({ set, error }))
  }
}

/**
 * Gives a set that is on the disk its own names: as a whole, or what stood there before stays and the staged files go.
 *
 * @throws InputError naming the file and the reason
 */
export async function commitFiles(
  dir: string,
  staged: readonly StagedFile[],
  options: CommitOptions = {},
): Promise<void> {
  const [failed] = await commitSets(dir, [staged], options)
  if (failed !== undefined) throw failed.error
}

/** Removes what was staged, or half staged. */
export async function discardFiles(
  dir: string,
  staged: readonly StagedFile[],
  operations: WriteOperations = fs,
): Promise<void> {
  const paths = staged.flatMap(({ temporary }) => [join(dir, temporary), join(dir, `${temporary}-before`)])
  await Promise.allSettled(paths.map((path) => operations.rm(path, { force: true })))
}

/** Removes whatever was written under names of this stem, where whoever wrote it can no longer say. */
export async function discardStem(dir: string, stem: string): Promise<void> {
  const names = await fs.readdir(dir).catch(() => [])
  await Promise.allSettled(
    names.filter((name) => name.startsWith(`${stem}-`)).map((name) => fs.rm(join(dir, name), { force: true })),
  )
}

/**
 * Writes a set of files into a directory: each is seen whole or not at all, and the set as a whole or what stood there
 * before stays. What a killed run has left there is settled first. Throws as its halves.
 */
export async function writeFilesWhole(
  dir: string,
  files: readonly NamedBytes[],
  operations: WriteOperations = fs,
  stem = temporaryStem(),
): Promise<void> {
  refuseUnfitNames(
    files.map(({ name }) => name),
    dir,
  )
  await writePathsWhole(dir, files, operations, stem)
}

/**
 * The same for names that hold directories, which are there and were checked: all wait in the root, where the next
 * start looks for them.
 */
export async function writePathsWhole(
  root: string,
  files: readonly NamedBytes[],
  operations: WriteOperations = fs,
  stem = temporaryStem(),
): Promise<void> {
  await recoverDirectory(root)
  const staged = await stagePaths(root, files, stem, operations)
  await flushFiles(root, staged, operations)
  await commitFiles(root, staged, { operations, stem })
}

const unwritable = (dir: string, name: string, cause: unknown): Error =>
  cause instanceof InputError
    ? cause
    : new InputError(
        'unwritable-file',
        `the file cannot be written: ${reasonOf(cause)}`,
        { file: join(dir, name) },
        { cause },
      )

/**
 * What a file needs to take its place: the old one, if there is one, gets a second name, so that it can be put back.
 * Undefined if nothing is to be removed.
 */
async function moveOf(
  dir: string,
  { name, temporary }: StagedFile,
  isNew: boolean,
  operations: WriteOperations,
): Promise<Move | undefined> {
  const [target, second] = [join(dir, name), join(dir, secondName({ temporary }))]
  if (!isNew) {
    const stamp = await moveStamp(target)
    if (stamp === undefined || (await fs.lstat(target)).isDirectory()) return undefined
    return { name, temporary, stamp, kind: 'remove' }
  }
  const stamp = await moveStamp(join(dir, temporary))
  if (stamp === undefined) throw Object.assign(new Error('its temporary file was removed'), { code: 'EGONE' })
  const kept = await operations.link(target, second).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false
      // A file system without links, or a directory in the way, which copying refuses with its own reason.
      return operations.copyFile(target, second).then(() => true)
    },
  )
  return { name, temporary, stamp, kind: kept ? 'replace' : 'create' }
}

async function write(path: string, bytes: FileToWrite['bytes'], operations: WriteOperations): Promise<void> {
  const handle = await operations.open(path, 'wx')
  try {
    if (bytes instanceof Uint8Array) await handle.writeFile(bytes)
    else await writePieces(handle, bytes)
  } finally {
    await handle.close()
  }
}

/** Writes each piece while the next is made, and brings them to the disk while others follow: little is left to be flushed at the end. */
async function writePieces(
  handle: fs.FileHandle,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  let written = Promise.resolve()
  let flushed = Promise.resolve()
  let unflushed = 0
  try {
    for await (const piece of pieces) {
      await written
      written = handle.writeFile(piece)
      unflushed += piece.length
      if (unflushed >= FLUSHED_TOGETHER) {
        unflushed = 0
        flushed = Promise.all([flushed, written]).then(() => handle.datasync())
      }
      // They are awaited later; until then they may fail unheard.
      for (const going of [written, flushed]) going.catch(() => undefined)
    }
  } finally {
    await Promise.all([written, flushed])
  }
}

/** fsync of whatever was written to the file, through any descriptor. */
async function flush(path: string, operations: WriteOperations): Promise<void> {
  const handle = await operations.open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
