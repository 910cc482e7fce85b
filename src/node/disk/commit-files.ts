import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedBytes } from '../../formats/bytes.js'
import { refuseUnfitNames } from '../../products/file-name.js'
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
import { recoverDirectory } from './recover-directory.js'
import { discardFiles, flushFiles, stagePaths, unwritable, WRITTEN_TOGETHER, type StagedFile } from './staged-files.js'
import { temporaryStem } from './temporary-names.js'

/** Which of the sets of a commit could not take its place, and why. */
interface CommitFailure {
  readonly set: number
  readonly error: Error
}

/** How a commit is made. */
interface CommitOptions {
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
