import { stopSignals } from '../../node/disk/stop-signals.js'
import type { ExitCode, Io } from './io.js'

/**
 * Runs work that Ctrl-C, `kill` and a closed terminal may stop: it cleans up after itself, and the exit code is the
 * shell's, 129, 130 or 143.
 */
export async function stoppable(io: Io, work: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const stop = stopSignals()
  try {
    return await work(stop.signal)
  } catch (error) {
    const exitCode = stop.exitCode()
    if (exitCode === undefined || error !== stop.signal.reason) throw error
    io.err(`bliss-calib: ${(error as Error).message}; products that stood before stay as they were\n`)
    return exitCode
  } finally {
    stop.release()
  }
}
