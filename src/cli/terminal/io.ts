import { exitCodeOf, isBlissError, type ExitCode } from '../../errors.js'
import { printableLines, printableText, withoutPasswords } from '../../printable.js'

export type { ExitCode } from '../../errors.js'

/** What a command may touch of the process, so that it runs in tests too. */
export interface Io {
  /** Results. */
  out(text: string): void
  /**
   * Results as bytes; resolves when they are on their way, to false if the reader went away. Absent if only text
   * is taken.
   */
  outBytes?(bytes: Uint8Array): Promise<boolean>
  /** Messages and progress. */
  err(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether messages go to a terminal, so that a line can be written over. */
  readonly errIsTerminal?: boolean
  /** Whether results go to a terminal, so that words may have colours. */
  readonly outIsTerminal?: boolean
}

/**
 * A reader that went away (a pipe to `head`) ends the output quietly; any other failure of stdout is said, and the exit
 * code is 3.
 */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  process.stderr.write(`bliss-calib: stdout cannot be written: ${error.message}\n`)
  process.exitCode = 3
})

/** A terminal that was closed takes no messages any more; the run that SIGHUP stops still has to clean up. */
process.stderr.on('error', () => undefined)

export const processIo: Io = {
  out: (text) => void process.stdout.write(text),
  outBytes: (bytes) => new Promise((resolve) => process.stdout.write(bytes, (error) => resolve(!error))),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  errIsTerminal: process.stderr.isTTY === true,
  outIsTerminal: process.stdout.isTTY === true,
}

/**
 * What this program itself sends to a terminal beside text: colours (`paintFor`), and the beginning of a line anew
 * (`progressLine`).
 */
const OWN_SEQUENCES = /(\u001b\[(?:3[123];1|0)m|^\r\u001b\[K)/

/**
 * The same with text that cannot do anything but be read: names of files, headers and results hold what others wrote.
 * Control characters are shown as escapes, passwords of URLs are left out.
 */
export function shielded(io: Io): Io {
  const shown = (text: string, terminal: boolean | undefined) =>
    text
      .split(OWN_SEQUENCES)
      .map((part, k) => (k % 2 === 1 && terminal === true ? part : printableLines(withoutPasswords(part))))
      .join('')
  const { outBytes } = io
  return {
    ...io,
    out: (text) => io.out(shown(text, io.outIsTerminal)),
    err: (text) => io.err(shown(text, io.errIsTerminal)),
    ...(outBytes === undefined ? {} : { outBytes: (bytes) => outBytes.call(io, bytes) }),
  }
}

/** Prints a failure: the sentence of an expected one, the stack of a bug. Gives its exit code. */
export function reportFailure(error: unknown, io: Io): ExitCode {
  if (isBlissError(error)) io.err(`bliss-calib: ${error.message}\n`)
  else io.err(`bliss-calib: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCodeOf(error)
}

/** Characters of a sentence that is told again. */
const MAX_REPEATED = 60

/** Tells failures of the CCDs of a run: a sentence that several have is told once, and at the end of how many. */
export function failuresOfCcds(io: Io): { readonly tell: (error: unknown) => void; readonly end: () => void } {
  const counts = new Map<string, number>()
  return {
    tell(error) {
      const key = isBlissError(error) ? error.message : undefined
      const before = key === undefined ? 0 : (counts.get(key) ?? 0)
      if (key !== undefined) counts.set(key, before + 1)
      if (before === 0) reportFailure(error, io)
    },
    end() {
      for (const [message, count] of counts)
        if (count > 1) io.err(`bliss-calib: ${count} CCDs failed so: ${message.slice(0, MAX_REPEATED)}\n`)
    },
  }
}

/** A sentence as a line of its own: a line break in the name of a file that it holds is shown as an escape. */
export const lineOf = (sentence: string): string => `${printableText(sentence)}\n`
