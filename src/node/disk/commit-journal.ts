import * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nameFault } from '../../products/file-name.js'
import { readWholeText } from './regular-file.js'
import { isTemporaryName } from './temporary-names.js'
import { undefinedIfAbsent } from './absent.js'

/** The calls of the file system that writing makes; tests make them fail. */
export type WriteOperations = Pick<typeof fs, 'open' | 'rename' | 'rm' | 'link' | 'copyFile'>

/** One step of a commit, in a directory. */
export interface Move {
  /** Of the product. */
  readonly name: string
  /** Where the new file waits; of a removal, where the old one steps aside. */
  readonly temporary: string
  /** Tells the file that moves from any other: the new one, or the one that is removed. */
  readonly stamp: string
  readonly kind: 'replace' | 'create' | 'remove'
}

/** The second name of an old file while a new one takes its place. */
export const secondName = ({ temporary }: Pick<Move, 'temporary'>): string => `${temporary}-before`

/** A journal is a temporary file like others, so that its maker can be told from its name. */
const JOURNAL = '-journal'
export const journalName = (stem: string): string => `${stem}${JOURNAL}`
export const isJournalName = (name: string): boolean => name.endsWith(JOURNAL)

const FORMAT = 1

/**
 * Size and time of modification: a rename changes neither, and two writers give two times. Undefined if there is no
 * such file.
 */
export async function moveStamp(path: string): Promise<string | undefined> {
  const facts = await fs.lstat(path, { bigint: true }).catch(undefinedIfAbsent)
  return facts && `${facts.size}:${facts.mtimeNs}`
}

/** Writes what is about to be renamed, and brings it, and the names of the files that wait, to the disk. */
export async function writeJournal(
  dir: string,
  journal: string,
  moves: readonly Move[],
  operations: WriteOperations,
): Promise<void> {
  const handle = await operations.open(join(dir, journal), 'wx')
  try {
    await handle.writeFile(`${JSON.stringify({ format: FORMAT, moves })}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncDirectory(dir, operations)
}

/** What a journal that this program wrote never meets when it is read, but that it is gone. */
const NO_JOURNAL: ReadonlySet<string> = new Set(['ENOENT', 'EISDIR', 'ERR_IRREGULAR_FILE', 'ERR_FILE_TOO_LARGE'])

/** The moves of a journal; undefined if it is gone, or was not written to its end: then nothing was renamed. */
export async function readJournal(dir: string, journal: string): Promise<readonly Move[] | undefined> {
  const text = await readWholeText(join(dir, journal), 'jsonBytes').catch((cause: NodeJS.ErrnoException) => {
    if (NO_JOURNAL.has(cause.code ?? '')) return ''
    throw cause
  })
  try {
    const { format, moves } = JSON.parse(text) as { format?: unknown; moves?: unknown }
    return format === FORMAT && Array.isArray(moves) && moves.every(isMove) && (await staysIn(dir, moves))
      ? moves
      : undefined
  } catch {
    return undefined
  }
}

/** Whether the directories that names lead through are below the journal's own, and no links to elsewhere. */
async function staysIn(dir: string, moves: readonly Move[]): Promise<boolean> {
  const below = [...new Set(moves.map(({ name }) => dirname(name)))].filter((path) => path !== '.')
  if (below.length === 0) return true
  const root = await fs.realpath(dir)
  const places = await Promise.all(below.map((path) => fs.realpath(join(dir, path))))
  return places.every((place, i) => place === join(root, below[i]!))
}

/** Only files in the journal's own directory or below are ever moved, whatever the journal says. */
function isMove(move: unknown): move is Move {
  const { name, temporary, stamp, kind } = (move ?? {}) as Record<string, unknown>
  return (
    typeof name === 'string' &&
    name.split('/').every((part) => nameFault(part) === undefined) &&
    typeof temporary === 'string' &&
    isTemporaryName(temporary) &&
    typeof stamp === 'string' &&
    (kind === 'replace' || kind === 'create' || kind === 'remove')
  )
}

/** Flushes the names of a directory. File systems that cannot do so keep their names in order by themselves. */
async function syncDirectory(dir: string, operations: WriteOperations): Promise<void> {
  try {
    const handle = await operations.open(dir, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (!['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      throw cause
  }
}

/** Does one move. Of an old file that is removed, and is gone, nothing is left to do. */
export async function forward(
  dir: string,
  { name, temporary, kind }: Move,
  { rename }: WriteOperations,
): Promise<void> {
  if (kind !== 'remove') return rename(join(dir, temporary), join(dir, name))
  await rename(join(dir, name), join(dir, temporary)).catch(unlessAbsent)
}

/**
 * Takes a move back, if it was done: the old file has its name again. A file that another program has put there since
 * stays.
 */
async function back(dir: string, move: Move, { rename, rm }: WriteOperations): Promise<void> {
  const [target, temporary, second] = [join(dir, move.name), join(dir, move.temporary), join(dir, secondName(move))]
  const there = await moveStamp(target)
  if (move.kind === 'remove') {
    if (there === undefined) await rename(temporary, target).catch(unlessAbsent)
  } else if (there === undefined || there === move.stamp) {
    if (move.kind === 'replace') await rename(second, target).catch(unlessAbsent)
    else await rm(target, { force: true })
  }
  await Promise.all([temporary, second].map((path) => rm(path, { force: true })))
}

/**
 * Takes all moves of a commit back, then removes its journal, which stays for the next start if anything could not be
 * put back.
 */
export async function undo(
  dir: string,
  journal: string,
  moves: readonly Move[],
  operations: WriteOperations,
): Promise<void> {
  const undone = await Promise.allSettled(moves.map((move) => back(dir, move, operations)))
  const failed = undone.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  await syncDirectory(dir, operations)
  await operations.rm(join(dir, journal), { force: true })
}

/** Ends a commit whose moves are all done: from here on it is the new set that stays. */
export async function close(
  dir: string,
  journal: string,
  moves: readonly Move[],
  operations: WriteOperations,
): Promise<void> {
  await syncDirectory(dir, operations)
  await operations.rm(join(dir, journal), { force: true })
  const aside = moves.flatMap((move) =>
    move.kind === 'replace' ? [secondName(move)] : move.kind === 'remove' ? [move.temporary] : [],
  )
  await Promise.allSettled(aside.map((name) => operations.rm(join(dir, name), { force: true })))
}

/**
 * Settles a commit whose maker is gone. The rule: if every new file is still there, under its temporary or its own
 * name, the commit is completed; else, or if that fails, it is undone. Several processes may do so at the same time,
 * and a process killed during it leaves a state that the next one settles.
 */
export async function settle(
  dir: string,
  journal: string,
  operations: WriteOperations = fs,
): Promise<'completed' | 'undone' | undefined> {
  const moves = await readJournal(dir, journal)
  if (moves === undefined) return undefined
  const waiting: Move[] = []
  for (const move of moves) {
    const waits = (await moveStamp(join(dir, move.kind === 'remove' ? move.name : move.temporary))) === move.stamp
    if (waits) waiting.push(move)
    else if (move.kind !== 'remove' && (await moveStamp(join(dir, move.name))) !== move.stamp)
      return undoSettled(dir, journal, moves, operations)
  }
  try {
    for (const move of waiting) await forward(dir, move, operations).catch(unlessAbsent)
    await close(dir, journal, moves, operations)
    return 'completed'
  } catch {
    return undoSettled(dir, journal, moves, operations)
  }
}

async function undoSettled(
  dir: string,
  journal: string,
  moves: readonly Move[],
  operations: WriteOperations,
): Promise<'undone'> {
  await undo(dir, journal, moves, operations)
  return 'undone'
}

function unlessAbsent(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT') throw cause
}
