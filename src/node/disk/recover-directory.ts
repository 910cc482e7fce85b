import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { InputError } from '../../errors.js'
import { settleBuilds, type SettledBuild } from './build-place.js'
import { isJournalName, readJournal, settle } from './commit-journal.js'
import { reasonOf } from './reason.js'
import { isAbandoned, makerOf, removeLeftovers } from './temporary-names.js'

/** When, and who hears what was settled. */
interface RecoveryOptions {
  readonly nowMs?: number | undefined
  readonly onNote?: ((sentence: string) => void) | undefined
}

/**
 * Puts a directory in order before something is written there: commits that killed runs have begun are completed or
 * undone, as are replacements of catalogues by killed builds, and what else they left is removed. What live runs are at
 * is not touched; a run on another machine counts as live for a day. Gives the names that are there then, none if there
 * is no such directory.
 *
 * @throws InputError `unfinished-commit` if a commit can be neither completed nor undone
 */
export async function recoverDirectory(dir: string, { nowMs, onNote }: RecoveryOptions = {}): Promise<string[]> {
  const names = await namesOf(dir)
  const left = names.filter((name) => name.startsWith('.'))
  let changed = false
  for (const journal of left.filter(isJournalName)) {
    if ((await isAbandoned(dir, journal, nowMs)) !== true) continue
    changed = true
    const outcome = await settle(dir, journal).catch((cause: unknown) => {
      const what = 'a run was killed while it put its files in place, and they can be neither completed nor put back'
      const sentence = `${what}: ${reasonOf(cause)}`
      throw new InputError('unfinished-commit', sentence, { file: join(dir, journal) }, { cause })
    })
    if (outcome !== undefined)
      onNote?.(`${dir}: a run was killed while it put its files in place; that is ${outcome} now`)
  }
  for (const { target, outcome } of await settleBuilds(dir, left)) {
    changed = true
    onNote?.(`${target}: ${BUILD_SETTLED[outcome]}`)
  }
  const removed = await removeLeftovers(dir, left, nowMs)
  return changed || removed.length > 0 ? namesOf(dir) : names
}

const BUILD_SETTLED: Readonly<Record<SettledBuild['outcome'], string>> = {
  completed: 'a build was killed while it put this catalogue in place; it is in place now',
  undone: 'a build was killed while it replaced this catalogue; the old one is in place again',
  cleared: 'a build was killed when this catalogue was in place; what else it left is removed',
}

const namesOf = (dir: string) => readdir(dir).catch((): string[] => [])

/** A run renames its files within a fraction of a second; the slowest network disks take some. */
const MAX_WAIT_MS = 10_000
const LOOK_AGAIN_MS = 50

/**
 * Refuses to read products beside an unfinished commit: they may be of two runs. A run that is at it now is waited for.
 *
 * @throws InputError `unfinished-commit` that names the directory and the way out
 */
export async function refuseUnfinished(dir: string, maxWaitMs = MAX_WAIT_MS): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const journal = await unfinished(dir)
    if (journal === undefined) return
    const place = { file: dir, found: journal }
    if ((await isAbandoned(dir, journal)) === true) {
      const wayOut = 'run it again, or any command that writes there: that completes or undoes it first'
      throw new InputError(
        'unfinished-commit',
        `a run was killed while it put its files in place here, so that they may be of two runs: ${wayOut}`,
        place,
      )
    }
    if (waitedMs >= maxWaitMs) {
      throw new InputError(
        'unfinished-commit',
        `a run is putting its files in place here (${makerOf(journal)}): try again when it has ended`,
        place,
      )
    }
    await pause(LOOK_AGAIN_MS)
  }
}

/** The first journal of a commit that began and did not end. */
async function unfinished(dir: string): Promise<string | undefined> {
  for (const name of await namesOf(dir)) {
    if (!isJournalName(name) || (await isAbandoned(dir, name)) === undefined) continue
    if ((await readJournal(dir, name)) !== undefined) return name
  }
  return undefined
}
