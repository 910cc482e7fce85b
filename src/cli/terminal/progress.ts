import type { Io } from './io.js'

const EVERY = 10

/** How far a run has come: how many of its CCDs are through a stage. */
interface Progress {
  readonly stage: string
  readonly done: number
  readonly of: number
}

/** It on stderr. */
interface ProgressLine {
  show(progress: Progress): void
  /** Leaves the terminal's line free for other text. */
  clear(): void
}

/**
 * On a terminal one line that is written over; elsewhere a plain line for every tenth CCD and the last, if there are
 * more than ten.
 */
export function progressLine(io: Io, quiet: boolean): ProgressLine {
  if (quiet) return { show: () => undefined, clear: () => undefined }
  if (io.errIsTerminal !== true) {
    return {
      show({ stage, done, of }) {
        if (of > EVERY && (done % EVERY === 0 || done === of)) io.err(`${done} of ${of} CCDs ${stage}\n`)
      },
      clear: () => undefined,
    }
  }
  let shown = false
  const clear = () => {
    if (shown) io.err('\r\x1b[K')
    shown = false
  }
  return {
    show({ stage, done, of }) {
      if (of < 2) return
      io.err(`\r\x1b[K${done} of ${of} CCDs ${stage}`)
      shown = true
    },
    clear,
  }
}
