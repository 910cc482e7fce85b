import { lstat, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import { strangersIn } from './catalogue-strangers.js'
import { reasonOf } from './reason.js'
import { readWholeText } from './regular-file.js'
import { isTemporaryName, makerOf, removeLeftovers, temporaryStem } from './temporary-names.js'
import { undefinedIfAbsent } from './absent.js'

const PREFIX = '.bliss-build-'
/** In the working directory, the catalogue that steps aside for the new one. */
const OLD = 'old'
const LOCK = '-lock'

/** What a build keeps in its working directory. */
const OWN_ENTRY = /^(?:finished\.json|jobs|runs|unfinished|old|out-[0-9a-f]+(?:-files|-margins)?)$/

/** Where the build of a target works: beside it, so that the new catalogue takes its name by a rename. */
export const workOf = (target: string): string => join(dirname(target), `${PREFIX}${basename(target)}`)

const kindAt = async (path: string): Promise<'directory' | 'link' | 'file' | undefined> => {
  const facts = await lstat(path).catch(undefinedIfAbsent)
  return facts && (facts.isDirectory() ? 'directory' : facts.isSymbolicLink() ? 'link' : 'file')
}
const isDirectory = async (path: string) => (await kindAt(path)) === 'directory'

/** Throws InputError if a build's target is a link: what it leads to is elsewhere, and may be anything. */
export async function refuseLinkedTarget(target: string): Promise<void> {
  if ((await kindAt(target)) !== 'link') return
  throw new InputError(
    'linked-directory',
    'a catalogue is not built through a link: name the directory itself, or remove the link',
    { file: target, found: 'a symbolic link', expected: 'a directory' },
  )
}

/**
 * Throws InputError if a target holds something that may not be replaced: anything without `force`, with it all that is
 * not of a catalogue.
 */
export async function refuseOccupied(target: string, force: boolean): Promise<void> {
  const entries = await readdir(target).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new InputError(
      'unwritable-directory',
      `the target cannot be used: ${reasonOf(cause)}`,
      { file: target },
      { cause },
    )
  })
  if (entries.length === 0) return
  if (force) return refuseStrangers(target, target)
  const place = { file: target, found: `${entries.length} entries` }
  throw new InputError(
    'occupied-target',
    'the target directory is not empty: choose another, or replace it with --force',
    place,
  )
}

async function refuseStrangers(dir: string, target: string): Promise<void> {
  const strangers = await strangersIn(dir).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-directory',
      `what the target holds cannot be told: ${reasonOf(cause)}`,
      { file: target },
      { cause },
    )
  })
  if (strangers.length === 0) return
  const found = `${strangers.slice(0, 3).join(', ')}${strangers.length > 3 ? ' and more' : ''}`
  throw new InputError(
    'occupied-target',
    'the target holds files that are not of a catalogue, and --force replaces catalogues only',
    { file: target, found },
  )
}

/** A working directory that this process holds. */
interface BuildPlace {
  readonly work: string
  /**
   * The finished store, at its path in the working directory, takes the target's name; a catalogue that is there is
   * replaced.
   */
  putInPlace(store: string): Promise<void>
  /** Removes entries of the working directory. */
  clear(names: readonly string[]): Promise<void>
  /** Gives the working directory up, for the next try to go on from. */
  leave(): Promise<void>
  /** Removes the working directory with all that it holds. */
  discard(): Promise<void>
}

/** A live build of more than a day on another machine shows by this that it is one. */
const LOCK_TOUCHED_EVERY_MS = 3_600_000

/**
 * Takes the working directory of a target for this build alone, or goes on in the one that a build has left.
 *
 * @throws InputError `build-in-progress` if a build that lives works there; `unfit-work-directory` if what has its name
 *   is no directory of a build; `unfinished-commit` if an old catalogue lies aside there that `settleBuilds` could not
 *   put back
 */
export async function enterBuild(target: string): Promise<BuildPlace> {
  await attempt(workOf(target), () => refuseStrangeWork(workOf(target)))
  return hold(target)
}

async function hold(target: string): Promise<BuildPlace> {
  const work = workOf(target)
  const lock = `${temporaryStem()}${LOCK}`
  const unlock = () => rm(join(work, lock), { force: true })
  await attempt(work, async () => {
    await mkdir(work, { recursive: true })
    await writeFile(join(work, lock), '', { flag: 'wx' })
    await removeLeftovers(work, await readdir(work))
    const locks = (await readdir(work)).filter((name) => name.endsWith(LOCK) && isTemporaryName(name))
    const holder = locks.find((name) => name !== lock)
    if (holder === undefined && locks.length === 1) return
    await unlock()
    const place = { file: work, found: holder === undefined ? 'a build that has just ended' : makerOf(holder) }
    throw new InputError('build-in-progress', 'another build works on this target: wait until it has ended', place)
  })
  const touch = () => void utimes(join(work, lock), new Date(), new Date()).catch(() => undefined)
  const touched = setInterval(touch, LOCK_TOUCHED_EVERY_MS).unref()
  return {
    work,
    putInPlace: (store) => attempt(target, () => swap(work, join(work, store), target)),
    clear: (names) =>
      attempt(work, async () => {
        for (const name of names) await rm(join(work, name), { recursive: true, force: true })
      }),
    async leave() {
      clearInterval(touched)
      await unlock()
    },
    async discard() {
      clearInterval(touched)
      await discard(work)
    },
  }
}

async function attempt<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError('unwritable-file', `the store cannot be written: ${reasonOf(cause)}`, { file }, { cause })
  }
}

/**
 * Refuses a working directory that no build of this user has made: it would be written into, and removed in the end.
 */
async function refuseStrangeWork(work: string): Promise<void> {
  const kind = await kindAt(work)
  if (kind === undefined) return
  const refuse = (found: string) => {
    throw new InputError(
      'unfit-work-directory',
      'what has the name of the working directory is not of a build: remove it',
      { file: work, found, expected: 'a directory' },
    )
  }
  if (kind !== 'directory') refuse(kind === 'link' ? 'a symbolic link' : 'a file')
  const { uid } = await lstat(work)
  if (process.getuid !== undefined && uid !== process.getuid()) refuse(`a directory of user ${uid}`)
  const strange = (await readdir(work)).find((name) => !OWN_ENTRY.test(name) && !isTemporaryName(name))
  if (strange !== undefined) refuse(strange)
  if (!(await isDirectory(join(work, OLD)))) return
  const sentence =
    'a build was killed while it replaced a catalogue, and the old one, which lies aside, cannot be put back: move it'
  throw new InputError('unfinished-commit', sentence, { file: join(work, OLD) })
}

/**
 * The old catalogue steps aside, the new one takes its name. A failure puts the old one back; a kill between the two is
 * settled by the next start.
 */
async function swap(work: string, store: string, target: string): Promise<void> {
  const old = join(work, OLD)
  const stood = (await kindAt(target)) !== undefined
  await refuseLinkedTarget(target)
  if (stood) await rename(target, old)
  try {
    // Its name is free now: a file put there by another program since the build began stays.
    if (stood) await refuseStrangers(old, target)
    await rename(store, target)
  } catch (cause) {
    if (stood) await rename(old, target)
    throw cause
  }
}

/**
 * Under a temporary name first: a kill in the middle of the removal leaves nothing that looks like work in progress.
 */
async function discard(work: string): Promise<void> {
  const gone = join(dirname(work), `${temporaryStem()}-build`)
  await rename(work, gone).catch(unlessAbsent)
  await rm(gone, { recursive: true, force: true })
}

/**
 * The store that a build has finished and not put in place: its path, or null if it is gone; undefined if nothing was
 * finished.
 */
async function finishedStore(work: string): Promise<string | null | undefined> {
  try {
    const { report } = JSON.parse(await readWholeText(join(work, 'finished.json'), 'jsonBytes')) as {
      report: { path: string }
    }
    if (!/^out-[0-9a-f]+$/.test(report.path)) return undefined
    return (await isDirectory(join(work, report.path))) ? join(work, report.path) : null
  } catch {
    return undefined
  }
}

/**
 * Which old catalogue lies aside because the build that was to replace it was killed at that; undefined if none does.
 */
export async function catalogueAside(target: string): Promise<string | undefined> {
  const old = join(workOf(target), OLD)
  return (await kindAt(target)) === undefined && (await isDirectory(old)) ? old : undefined
}

/** What was done with a build that was killed when it had finished: for a message. */
export interface SettledBuild {
  readonly target: string
  readonly outcome: 'completed' | 'undone' | 'cleared'
}

/**
 * Settles builds of a directory's names that were killed while the new catalogue took its place: it takes it now, or,
 * if it is gone, the old one is put back; then the working directory goes. Builds that live, and work that a build can
 * go on from, are left alone.
 */
export async function settleBuilds(dir: string, names: readonly string[]): Promise<SettledBuild[]> {
  const settled: SettledBuild[] = []
  for (const name of names.filter((one) => one.startsWith(PREFIX) && one.length > PREFIX.length)) {
    const target = join(dir, name.slice(PREFIX.length))
    if (!(await isOver(workOf(target)).catch(() => false))) continue
    const place = await hold(target).catch(() => undefined)
    if (place === undefined) continue
    const outcome = await settle(place.work, target).catch(() => undefined)
    if (outcome === undefined) await place.leave()
    else {
      await place.discard()
      settled.push({ target, outcome })
    }
  }
  return settled
}

/** Whether nothing can be gone on from: the swap has begun, or is done. */
async function isOver(work: string): Promise<boolean> {
  if (!(await isDirectory(work))) return false
  if (await isDirectory(join(work, OLD))) return true
  return (await finishedStore(work)) === null && !(await isDirectory(join(work, 'jobs')))
}

async function settle(work: string, target: string): Promise<SettledBuild['outcome'] | undefined> {
  if (!(await isOver(work))) return undefined
  const old = join(work, OLD)
  if (!(await isDirectory(old))) return 'cleared'
  const isCatalogue = (await strangersIn(old)).length === 0
  if ((await kindAt(target)) !== undefined) return isCatalogue ? 'cleared' : undefined
  const store = isCatalogue ? await finishedStore(work) : undefined
  await rename(store ?? old, target)
  return typeof store === 'string' ? 'completed' : 'undone'
}

function unlessAbsent(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT') throw cause
}
