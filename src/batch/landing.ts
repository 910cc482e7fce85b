/** What a look at a file shows: size and time of modification as one text; undefined if there is no file. */
type Look = string | undefined

/** Files that are being written by others: which of them have come to rest. */
export interface Landing {
  /**
   * Notes a look at a file. `resting`: it has looked the same for the settling time; `moving`: not yet; `gone`: there
   * is none.
   */
  look(path: string, look: Look, nowMs: number): 'gone' | 'moving' | 'resting'
  /** How long a file has looked the same [ms]; 0 for one that was never seen. */
  restedMs(path: string, nowMs: number): number
}

/**
 * A file that is written where it will stay shows no end; it is taken to be at rest when two looks at least `settleMs`
 * apart show the same. Times of the file are only compared with one another, so that another machine's clock does no
 * harm.
 */
export function landing(settleMs: number): Landing {
  const seen = new Map<string, { readonly look: string; readonly sinceMs: number }>()
  const restedMs = (path: string, nowMs: number) => nowMs - (seen.get(path)?.sinceMs ?? nowMs)
  return {
    look(path, look, nowMs) {
      if (look === undefined) {
        seen.delete(path)
        return 'gone'
      }
      if (seen.get(path)?.look !== look) seen.set(path, { look, sinceMs: nowMs })
      return restedMs(path, nowMs) >= settleMs ? 'resting' : 'moving'
    },
    restedMs,
  }
}
