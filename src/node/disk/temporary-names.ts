import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const PREFIX = '.bliss-tmp-'

/**
 * `.bliss-tmp-{machine}-{pid}-{start}-{random}`, with what the writer appends: which of its files, and whether it is
 * the one that stood before.
 */
const NAME = /^\.bliss-tmp-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{16}(-[\w.-]+)?$/

/**
 * A writer on another machine, or in another container, cannot be asked whether it lives; its files are written within
 * seconds.
 */
const SURELY_ABANDONED_MS = 86_400_000

/** Text of a file of the system, empty if there is none. */
function systemText(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

let machineName: string | undefined

/** Tells apart machines, their restarts, and containers that count their own processes. */
function machine(): string {
  machineName ??= createHash('sha256')
    .update(
      [
        hostname(),
        systemText(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
        systemText(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 8)
  return machineName
}

/**
 * When a process began, in the kernel's ticks, so that a number that was given again is not taken for it; 0 if the
 * system does not say.
 */
function startOf(pid: number): string {
  // The name of the program, in brackets, may hold anything.
  const line = systemText(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
}

let ownStart: string | undefined

/** Beginning of the names under which this process writes; each call gives another. */
export function temporaryStem(): string {
  ownStart ??= startOf(process.pid)
  return `${PREFIX}${machine()}-${process.pid}-${ownStart}-${randomBytes(8).toString('hex')}`
}

function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // Not allowed to signal it: it is there.
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return start === '0' || startOf(pid) === start
}

/**
 * Whether the maker of a temporary file is gone: its process is no more, or, if that is unknown, no process has touched
 * the file for a day. Undefined if the name is none of ours, or there is no such file.
 */
export async function isAbandoned(dir: string, name: string, nowMs = Date.now()): Promise<boolean | undefined> {
  if (!name.startsWith(PREFIX)) return undefined
  const [, where, pid, start] = NAME.exec(name) ?? []
  const facts = await lstat(join(dir, name)).catch(() => undefined)
  // A directory is removed with all that it holds: only if its name is ours to the last character.
  if (facts === undefined || !(facts.isFile() || (facts.isDirectory() && where !== undefined))) return undefined
  // A second name of a product that stood has the product's own age, so that only its maker's life tells.
  if (where === machine()) return !lives(Number(pid), start!)
  return nowMs - Math.max(facts.mtimeMs, facts.ctimeMs) > SURELY_ABANDONED_MS
}

/** Whether a name is one under which this program writes. */
export const isTemporaryName = (name: string): boolean => NAME.test(name)

/** Which process made a temporary file, for a message. */
export function makerOf(name: string): string {
  const [, where, pid] = NAME.exec(name) ?? []
  return where === machine() ? `process ${pid}` : `process ${pid ?? 'unknown'} of another machine`
}

/**
 * Removes of a directory's names what writers that were killed have left: files of this program's temporary names whose
 * makers are gone. Files of runs that live stay. Gives the names removed.
 */
export async function removeLeftovers(dir: string, names: readonly string[], nowMs = Date.now()): Promise<string[]> {
  const removed: string[] = []
  for (const name of names) {
    if ((await isAbandoned(dir, name, nowMs)) !== true) continue
    await rm(join(dir, name), { recursive: true, force: true }).catch(() => undefined)
    removed.push(name)
  }
  return removed
}
