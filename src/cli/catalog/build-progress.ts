import type { BuildProgress } from '../../catalog/build/build-options.js'
import type { Io } from '../terminal/io.js'

const STAGES = { read: 'reading', write: 'writing', margin: 'margin' } as const
const BAR_CELLS = 24
const BAR_EVERY_MS = 200
const LINE_EVERY_MS = 10_000

/**
 * How far a build is, on stderr: on a terminal one line that is written over, elsewhere a plain line every ten seconds.
 * Rows, rate and the time that the stage still takes at the rate so far.
 *
 * @param clock milliseconds, from any start
 */
export function buildProgress(
  io: Pick<Io, 'err'>,
  isTerminal: boolean,
  clock: () => number,
): { show: (event: BuildProgress) => void; end: () => void } {
  let stage: BuildProgress['stage'] | undefined
  let started = 0
  let first: BuildProgress | undefined
  let shown = 0
  let wide = 0
  const clear = (): void => {
    if (isTerminal && wide > 0) io.err(`\r${' '.repeat(wide)}\r`)
    wide = 0
  }
  return {
    show(event) {
      const now = clock()
      if (event.stage !== stage) {
        stage = event.stage
        started = now
        shown = now
        // What an interrupted build had done already says nothing of the rate.
        first = event
        return
      }
      if (now - shown < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return
      shown = now
      const line = progressLine(event, first!, now - started)
      if (!isTerminal) io.err(`${line}\n`)
      else {
        io.err(`\r${bar(event.fraction)} ${line}`.padEnd(wide + 1))
        wide = Math.max(wide, BAR_CELLS + 4 + line.length)
      }
    },
    end: clear,
  }
}

function progressLine(event: BuildProgress, first: BuildProgress, elapsedMs: number): string {
  const rate = (event.rows - first.rows) / (elapsedMs / 1000)
  const done = event.fraction - first.fraction
  const left = done > 0 ? (elapsedMs / 1000) * ((1 - event.fraction) / done) : undefined
  const percent = `${Math.floor(100 * event.fraction)} %`
  return (
    `${STAGES[event.stage]} ${percent.padStart(5)}  ${count(event.rows)} rows  ${count(rate)} ` +
    `rows/s${left === undefined ? '' : `  ${duration(left)} left`}`
  )
}

function bar(fraction: number): string {
  const full = Math.round(BAR_CELLS * Math.min(1, fraction))
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`
}

function count(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)} G`
  if (n >= 1e6) return `${(n / 1e6).toFixed(2)} M`
  return n >= 1e4 ? `${(n / 1e3).toFixed(0)} k` : n.toFixed(0)
}

function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
