import { open, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '../../errors.js'
import { reasonOf } from './reason.js'
import { readWholeText } from './regular-file.js'

/** The holder touches its lock this often. */
const BEAT_MS = 2000
/** A lock not touched for this long was left by a machine that is gone. */
const LEFT_MS = 30_000
const LOOK_MS = 200

/**
 * Does work while no other process does, here or on another machine that sees the directory: the second one waits for
 * the end of the first. A lock that a killed process has left is taken over.
 *
 * @param name of the lock's file; no pattern that looks for products may fit it
 * @param work hears whether it had to wait: what it is about may have been done meanwhile
 * @throws InputError `unwritable-directory`; the signal's reason; what the work throws
 */
export async function whileLocked<T>(
  directory: string,
  name: string,
  work: (waited: boolean) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const path = join(directory, name)
  const own = `${hostname()} ${process.pid}\n`
  let waited = false
  let seen = { mtimeMs: NaN, sinceMs: 0 }
  while (!(await created(path, own))) {
    waited = true
    const mtimeMs = await stat(path).then(
      (facts) => facts.mtimeMs,
      () => NaN,
    )
    // Times of the file are only compared with one another: another machine's clock does no harm.
    if (mtimeMs !== seen.mtimeMs) seen = { mtimeMs, sinceMs: performance.now() }
    if ((await isOfTheDead(path)) || performance.now() - seen.sinceMs > LEFT_MS) await rm(path, { force: true })
    else await sleep(LOOK_MS, undefined, signal ? { signal } : {})
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS)
  beat.unref()
  try {
    return await work(waited)
  } finally {
    clearInterval(beat)
    await rm(path, { force: true })
  }
}

async function created(path: string, text: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx')
    await handle.writeFile(text).finally(() => handle.close())
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    const sentence = `no lock can be made in the directory: ${reasonOf(cause)}`
    throw new InputError('unwritable-directory', sentence, { file: path }, { cause })
  }
}

/** Whether the lock names a process of this machine that does not run any more. */
async function isOfTheDead(path: string): Promise<boolean> {
  const text = await readWholeText(path, 'smallTextBytes').catch(() => '')
  const [, host, pid] = /^(\S+) (\d+)\n$/.exec(text) ?? []
  if (host !== hostname() || Number(pid) === process.pid) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
