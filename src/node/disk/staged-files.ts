import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { refuseUnfitNames } from '../../products/file-name.js'
import { secondName, type WriteOperations } from './commit-journal.js'
import { reasonOf } from './reason.js'
import { temporaryStem } from './temporary-names.js'

/**
 * A file to be written: at once, or piece by piece if it is too large for the memory; a piece has to be valid until
 * the second one after it is asked for.
 */
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
export const WRITTEN_TOGETHER = 16

/** Bytes of one file. */
const FLUSHED_TOGETHER = 4 << 20

/** Temporary names match none of the patterns that pipelines read. */
const temporaryName = (stem: string, i: number): string => `${stem}-${i}`

/**
 * Writes a set of files under temporary names; `flushFiles` brings them to the disk, `commitSets` makes them seen.
 * If anything fails, none of them stays.
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

/** The same for names that hold directories, which are there and were checked. Throws as `stageFiles`. */
export async function stagePaths(
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
 * Flushes staged files to the disk, whichever process wrote them; what was written before this call survives the loss
 * of power once it is done. If anything fails, none of the set stays.
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

/** Does the same to each file of a staged set, some at a time; the whole set is discarded if one fails. */
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

/** Removes what was staged, or half staged. */
export async function discardFiles(
  dir: string,
  staged: readonly StagedFile[],
  operations: WriteOperations = fs,
): Promise<void> {
  const paths = staged.flatMap((file) => [join(dir, file.temporary), join(dir, secondName(file))])
  await Promise.allSettled(paths.map((path) => operations.rm(path, { force: true })))
}

/** Removes all files written under names of this stem, if their writer is gone. */
export async function discardStem(dir: string, stem: string): Promise<void> {
  const names = await fs.readdir(dir).catch(() => [])
  await Promise.allSettled(
    names.filter((name) => name.startsWith(`${stem}-`)).map((name) => fs.rm(join(dir, name), { force: true })),
  )
}

/** The failure to write a file, under its own name. */
export const unwritable = (dir: string, name: string, cause: unknown): Error =>
  cause instanceof InputError
    ? cause
    : new InputError(
        'unwritable-file',
        `the file cannot be written: ${reasonOf(cause)}`,
        { file: join(dir, name) },
        { cause },
      )

async function write(path: string, bytes: FileToWrite['bytes'], operations: WriteOperations): Promise<void> {
  const handle = await operations.open(path, 'wx')
  try {
    if (bytes instanceof Uint8Array) await handle.writeFile(bytes)
    else await writePieces(handle, bytes)
  } finally {
    await handle.close()
  }
}

/**
 * Writes each piece while the next is made, and brings them to the disk while others follow: little is left to be
 * flushed at the end.
 */
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
