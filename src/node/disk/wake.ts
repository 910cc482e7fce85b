import { watch, type FSWatcher } from 'node:fs'

/** Waiting that ends early when something happens in one of the directories. */
interface Wake {
  /**
   * Directories that are listened to from now on. What cannot be listened to (a network file system, no watches left)
   * is only looked at in turn.
   */
  listenTo(dirs: ReadonlySet<string>): void
  /** Resolves after the time, at a change, or at the signal. */
  wait(ms: number): Promise<void>
  close(): void
}

export function wake(signal?: AbortSignal): Wake {
  const watchers = new Map<string, FSWatcher>()
  let stir = () => undefined as void
  let stirred = false
  const happened = () => {
    stirred = true
    stir()
  }
  signal?.addEventListener('abort', happened)
  const forget = (dir: string) => {
    watchers.get(dir)?.close()
    watchers.delete(dir)
  }
  return {
    listenTo(dirs) {
      for (const dir of [...watchers.keys()]) if (!dirs.has(dir)) forget(dir)
      for (const dir of dirs) {
        if (watchers.has(dir)) continue
        try {
          // Our own products make events too; their temporary names and markers begin with a dot.
          const watcher = watch(dir, { persistent: false }, (_event, name) =>
            name?.startsWith('.') === true ? undefined : happened(),
          )
          watchers.set(
            dir,
            watcher.on('error', () => forget(dir)),
          )
        } catch {
          // Fall back to polling.
        }
      }
    },
    async wait(ms) {
      if (!stirred && signal?.aborted !== true) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms)
          stir = () => {
            clearTimeout(timer)
            done()
          }
        })
      }
      stirred = false
    },
    close() {
      signal?.removeEventListener('abort', happened)
      for (const dir of [...watchers.keys()]) forget(dir)
    },
  }
}
