/** What each signal that stops a run makes of the exit code, as shells count: 128 and the signal's number. */
const STOPPING = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

type StoppedExitCode = (typeof STOPPING)[keyof typeof STOPPING]

/** Ctrl-C, `kill` and a terminal that closes, as something that work in hand can look at. */
export interface StopSignals {
  readonly signal: AbortSignal
  /** 129 after SIGHUP, 130 after SIGINT, 143 after SIGTERM; undefined if none came. */
  readonly exitCode: () => StoppedExitCode | undefined
  /** Gives the signals back their usual meaning. */
  readonly release: () => void
}

/** Catches the first SIGHUP, SIGINT or SIGTERM; the second has its usual meaning, and ends the process at once. */
export function stopSignals(): StopSignals {
  const controller = new AbortController()
  let exitCode: StoppedExitCode | undefined
  const listeners = Object.entries(STOPPING).map(([name, code]) => {
    const listener = () => {
      exitCode = code
      release()
      controller.abort(new Error(`stopped by ${name}`))
    }
    process.on(name, listener)
    return [name, listener] as const
  })
  const release = () => listeners.forEach(([name, listener]) => process.off(name, listener))
  return { signal: controller.signal, exitCode: () => exitCode, release }
}
