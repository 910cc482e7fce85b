/** Ctrl-C and `kill`, as something that work in hand can look at. */
export interface StopSignals {
  readonly signal: AbortSignal
  /** 130 after SIGINT, 143 after SIGTERM, as shells count; undefined where none came. */
  readonly exitCode: () => 130 | 143 | undefined
  /** Gives the signals back their usual meaning. */
  readonly release: () => void
}

/** Catches the first SIGINT or SIGTERM; the second has its usual meaning, and ends the process at once. */
export function stopSignals(): StopSignals {
  const controller = new AbortController()
  let exitCode: 130 | 143 | undefined
  const listeners = ([['SIGINT', 130], ['SIGTERM', 143]] as const).map(([name, code]) => {
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
