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
/** Less free space than this and the program very likely failed for want of it. */
const FULL_BELOW_BYTES = 1 << 20

/**
 * Runs a program in a folder, without a shell and without input, and waits for its end.
 *
 * It is killed if the signal says so. What it prints is kept, for messages.
 *
 * @param args words of its command line, each as it is
 * @param image what messages name as the file
 * @returns the end of what it printed, stdout and stderr in one, without the sequences of a terminal
 * @throws InputError `program-missing`; `program-failed` with its last lines if it cannot be started, does not end
 *   with 0, or is killed; the signal's reason if that stopped it
 */
export async function runProgram(
  program: ProgramName,
  args: readonly string[],
  { folder, image, env = process.env, signal }: ProgramControl & { readonly folder: string; readonly image: string },
): Promise<string> {
  signal?.throwIfAborted()
  const path = await findProgram(program, env)
  const { said, end } = await ran(path, args, folder, { ...env, LC_ALL: 'C' }, signal)
  signal?.throwIfAborted()
  if (end !== 'exit code 0') throw await programFailure(program, end, { folder, image, said })
  return said
}

/** The failure of a program: what became of it, its last lines, and whether the disk is full. */
export async function programFailure(
  program: ProgramName,
  found: string,
  { folder, image, said }: { readonly folder: string; readonly image: string; readonly said: string },
): Promise<InputError> {
  const space = await statfs(folder).catch(() => undefined)
  const full = space !== undefined && space.bavail * space.bsize < FULL_BELOW_BYTES ? '; the disk is full' : ''
  const lines = lastLines(said)
  const last = lines === '' ? 'it said nothing' : `its last lines: ${lines}`
  return new InputError('program-failed', `${program} failed${full}; ${last}`, {
    file: image,
    found,
    expected: 'exit code 0 and a whole result',
  })
}

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
    const child = spawn(path, args, { cwd: folder, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = (end: string) => {
      signal?.removeEventListener('abort', stop)
      resolve({ said: plainText(said), end })
    }
    // A script's own children may keep its output open: its end is not waited for.
    const stop = () => {
      child.once('exit', () => ended('it was stopped'))
      child.kill('SIGKILL')
    }
    signal?.addEventListener('abort', stop, { once: true })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep)
    child.on('error', (cause) => ended(`it cannot be started: ${reasonOf(cause)}`))
    child.on('close', (code, by) => ended(by === null ? `exit code ${code}` : `it was killed by ${by}`))
  })
}

const TERMINAL_SEQUENCES = /\x1b\[[0-9;]*[A-Za-z]/g

/** What was printed without the sequences that move a terminal's cursor. */
const plainText = (text: string): string => text.replace(TERMINAL_SEQUENCES, '').replaceAll('\r', '\n')

/** The last lines that say something, as one; the counts of a running program say nothing. */
function lastLines(said: string): string {
  return said
    .split('\n')
    .map((line) => line.replace(/^[\s>-]+/, '').trim())
    .filter((line) => line !== '' && !/^Line: +\d/.test(line))
    .slice(-LAST_LINES)
    .join(' | ')
}
