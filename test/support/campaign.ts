import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `BLISS_BUNDLE` names the command's bundle of another build, to compare. */
const bundle = process.env['BLISS_BUNDLE'] ?? fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url))
export const isBuilt = existsSync(bundle)

/** How a command ended: 124 is no end within the time, 134 the death of the process. */
export interface Ending {
  readonly exitCode: number
  readonly err: string
  readonly ms: number
  readonly peakMiB: number
}

const MOST_SECONDS = 20
/** No one-off of the machine, and no bug: the work was done, or the command, an input or the answer is wrong. */
const TYPED: ReadonlySet<number> = new Set([0, 1, 2, 3, 4])

/** Runs many commands in one process of their own, so that an abort, a hang or a flood of memory ends that one. */
export class Campaign {
  private child: ChildProcess | undefined
  private basePeakMiB = 0
  /** Endings by exit code. */
  readonly endings = new Map<number, number>()
  /** What went wrong, each with what is needed to repeat it. */
  readonly failures: string[] = []
  runs = 0
  /** Above an undamaged run [MiB]. */
  peakMiB = 0
  slowestMs = 0

  /** A run of sound input: it has to end with 0, and its memory is what others are measured by. */
  async sound(args: readonly string[]): Promise<void> {
    const { exitCode, err, peakMiB } = await this.ending(args)
    if (exitCode !== 0) throw new Error(`the undamaged run ended with ${exitCode}: ${err}`)
    this.basePeakMiB = Math.max(this.basePeakMiB, peakMiB)
  }

  /** A run of damaged input; `how` says how to make it again. */
  async run(args: readonly string[], how: string, mostSeconds = MOST_SECONDS): Promise<Ending> {
    const ending = await this.ending(args, mostSeconds)
    const { exitCode, err, ms, peakMiB } = ending
    this.runs++
    this.endings.set(exitCode, (this.endings.get(exitCode) ?? 0) + 1)
    this.slowestMs = Math.max(this.slowestMs, ms)
    const above = peakMiB - this.basePeakMiB
    const wrong = !TYPED.has(exitCode)
      ? `exit ${exitCode}`
      : above > 1024 && above > this.peakMiB + 1
        ? `${above.toFixed(0)} MiB above an undamaged run`
        : undefined
    this.peakMiB = Math.max(this.peakMiB, above)
    if (wrong !== undefined) {
      this.failures.push(`${how}: ${wrong}: ${err.replace(/\s+/g, ' ').slice(0, 500)}`)
      // The peak of a process stays.
      if (above > 1024) await this.close()
    }
    return ending
  }

  summary(name: string): string {
    const codes = [...this.endings]
      .sort(([a], [b]) => a - b)
      .map(([code, count]) => `${count} x ${code}`)
      .join(', ')
    return (
      `${name}: ${this.runs} runs, exit codes ${codes}; peak ${this.peakMiB.toFixed(0)} MiB above an ` +
      `undamaged run, slowest ${(this.slowestMs / 1000).toFixed(1)} s`
    )
  }

  async close(): Promise<void> {
    const { child } = this
    this.child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    await new Promise((resolve) => child.once('exit', resolve).kill('SIGKILL'))
  }

  private async started(): Promise<ChildProcess> {
    if (this.child) return this.child
    const child = fork(fileURLToPath(new URL('campaign-child.mjs', import.meta.url)), [bundle], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    })
    child.stderr!.resume()
    await new Promise((resolve) => child.once('message', resolve))
    this.child = child
    return child
  }

  private async ending(args: readonly string[], mostSeconds = MOST_SECONDS): Promise<Ending> {
    const child = await this.started()
    return new Promise((resolve) => {
      const lost = (exitCode: number, err: string) => {
        settle()
        child.kill('SIGKILL')
        this.child = undefined
        resolve({ exitCode, err, ms: 1000 * mostSeconds, peakMiB: 0 })
      }
      const timer = setTimeout(() => lost(124, 'no end'), 1000 * mostSeconds)
      const onExit = (code: number | null, signal: string | null) => lost(134, `the process died: ${code ?? signal}`)
      const onMessage = (ending: Ending) => {
        settle()
        resolve(ending)
      }
      const settle = () => {
        clearTimeout(timer)
        child.off('exit', onExit).off('message', onMessage)
      }
      child.once('exit', onExit).once('message', onMessage)
      child.send(args)
    })
  }
}
