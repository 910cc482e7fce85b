import type { Io } from './io.js'

/** Says what a long command is doing if it has been silent for long. */
export interface Silence {
  /** What is being done now; said only if the silence lasts. */
  doing(what: string): void
  /** Something else was printed: the silence starts anew. */
  broken(): void
  end(): void
}

/**
 * Ten seconds are the longest that people attend to a silent program (Nielsen 1993, Usability Engineering, chapter 5).
 */
const FIRST_SEC = 10

/**
 * One line on stderr after 10 s without output, the next after 20 s more, then 40 s and so on: a long run fills no log.
 * Silent with --quiet.
 */
export function silenceOf(io: Io, quiet: boolean): Silence {
  let what = ''
  let waitSec = FIRST_SEC
  let silentSec = 0
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    timer = setTimeout(() => {
      silentSec += waitSec
      waitSec *= 2
      if (what !== '') io.err(`still at work after ${silentSec} s: ${what}\n`)
      wait()
    }, 1000 * waitSec)
    timer.unref()
  }
  const broken = () => {
    clearTimeout(timer)
    waitSec = FIRST_SEC
    silentSec = 0
    if (!quiet) wait()
  }
  broken()
  return { doing: (now) => void (what = now), broken, end: () => clearTimeout(timer) }
}
