import { spawn } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { InputError } from '../../errors.js'
import { reasonOf } from '../disk/reason.js'
import { findProgram, type ProgramEnv, type ProgramName } from './program.js'

/** What runs share: where programs are found, and what stops them. */
export interface ProgramControl {
  readonly env?: ProgramEnv | undefined
  readonly signal?: AbortSignal | undefined
}

/** How much of what a program prints is kept, its end. */
const KEPT_CHARACTERS = 8192
/** Lines of it in a message. */
const LAST_LINES = 6
/** If less space than this is free, the program very likely failed because the disk is full. */
const FULL_BELOW_BYTES = 1 << 20

/** What a program works on: the file that messages name, and the image in it if it has several. */
export interface WorkedOn {
  readonly image: string
  readonly hdu?: number | string | undefined
}

/** For errors. */
export const placeOf = ({ image, hdu }: WorkedOn) => ({ file: image, ...(hdu === undefined ? {} : { hdu }) })

/**
 * Runs a program in a folder, without a shell and without input, and waits for its end.
 *
 * It is killed, with all that it has started, if the signal says so or this process ends, be it by `kill -9`. What it
 * prints is kept, for messages.
 *
 * @param args words of its command line, each as it is
 * @returns the end of what it printed, stdout and stderr in one, without the sequences of a terminal
 * @throws InputError `program-missing`; `program-failed` with its last lines if it cannot be started, does not end
 *   with 0, or is killed; the signal's reason if that stopped it
 */
export async function runProgram(
  program: ProgramName,
  args: readonly string[],
  { folder, env = process.env, signal, ...on }: ProgramControl & WorkedOn & { readonly folder: string },
): Promise<string> {
  signal?.throwIfAborted()
  const path = await findProgram(program, env)
  const { said, end } = await ran(path, args, folder, { ...env, LC_ALL: 'C' }, signal)
  signal?.throwIfAborted()
  if (end !== 'exit code 0') throw await programFailure(program, end, { folder, ...on, said })
  return said
}

/** The failure of a program: what became of it, its last lines, and whether the disk is full. */
export async function programFailure(
  program: ProgramName,
  found: string,
  { folder, said, ...on }: WorkedOn & { readonly folder: string; readonly said: string },
): Promise<InputError> {
  const space = await statfs(folder).catch(() => undefined)
  const full = space !== undefined && space.bavail * space.bsize < FULL_BELOW_BYTES ? '; the disk is full' : ''
  const lines = lastLines(said).replace(UNPACKED_NAME, 'the file')
  const last = lines === '' ? 'it said nothing' : `its last lines: ${lines}`
  return new InputError('program-failed', `${program} failed${full}; ${last}`, {
    ...placeOf(on),
    found,
    expected: 'exit code 0 and a whole result',
  })
}

/**
 * Runs what follows as the leader of a process group that ends with this process: whoever holds the other end of the
 * pipe 3 closes it by ending, in whatever way, and then the group is killed.
 */
const WITH_GUARD = '{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 & exec "$@" 3<&-'

/** Starts a program and waits until it has ended and its output is read. */
function ran(
  path: string,
  args: readonly string[],
  folder: string,
  env: ProgramEnv,
  signal: AbortSignal | undefined,
): Promise<{ said: string; end: string }> {
  return new Promise((resolve) => {
    let said = ''
    const keep = (piece: string) => {
      said = (said + piece).slice(-KEPT_CHARACTERS)
    }
    const words = ['-c', WITH_GUARD, 'sh', path, ...args]
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const
    const child = spawn('/bin/sh', words, { cwd: folder, env: { ...env }, detached: true, stdio: [...stdio] })
    const ended = (end: string) => {
      signal?.removeEventListener('abort', stop)
      resolve({ said: plainText(said), end })
    }
    const outputs = [child.stdout, child.stderr]
    // What has left the group may keep the output open: its end is not waited for.
    const letGo = () => outputs.forEach((stream) => stream?.destroy())
    // With all that the program has started, which may be a script.
    const stop = () => {
      const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null
      if (isRunning) process.kill(-child.pid, 'SIGKILL')
      else letGo()
    }
    signal?.addEventListener('abort', stop, { once: true })
    for (const stream of outputs) stream?.setEncoding('utf8').on('data', keep)
    const guard = child.stdio[3]
    guard?.on('error', () => undefined)
    child.on('exit', () => {
      guard?.destroy()
      if (signal?.aborted === true) letGo()
    })
    child.on('error', (cause) => ended(`it cannot be started: ${reasonOf(cause)}`))
    child.on('close', (code, by) => {
      // The shell says why it could not become the program (POSIX 2.8.2).
      const isStarted = !((code === 126 || code === 127) && said.startsWith('sh: '))
      const start = isStarted ? '' : 'it cannot be started: '
      ended(by === null ? `${start}exit code ${code}` : `it was killed by ${by}`)
    })
  })
}

const TERMINAL_SEQUENCES = /\x1b\[[0-9;]*[A-Za-z]/g

/** What was printed without the sequences that move a terminal's cursor. */
const plainText = (text: string): string => text.replace(TERMINAL_SEQUENCES, '').replaceAll('\r', '\n')

/** What funpack works on, under a name of ours. */
const UNPACKED_NAME = /(?:\.\/)?\bpacked-[\da-f-]{36}[\w.]*/g

/** The last lines that say something, as one. */
function lastLines(said: string): string {
  return said
    .split('\n')
    .map((line) => line.replace(/^[\s>-]+/, '').trim())
    .filter((line) => line !== '')
    .slice(-LAST_LINES)
    .join(' | ')
}
