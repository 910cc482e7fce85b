import type { CatalogTools } from '../catalog-files.js'
import type { CatalogDescription } from '../description.js'
import { InputError, isBlissError, type Place } from '../../errors.js'

/** What a finding came from: the files and their lists, the rows in them, or the checksums. */
export type Check = 'structure' | 'rows' | 'checksums'

/** One thing that is wrong with a catalogue. */
export interface Finding extends Place {
  readonly check: Check
  readonly tag: string
  /** The sentence with its place, for people. */
  readonly message: string
}

/**
 * A damaged file may hold a million wrong rows: this many of one kind in one file are named, the others only counted.
 */
const NAMED_PER_FILE = 5

/** Gathers findings; nothing that a check meets stops it. */
export class Findings {
  readonly named: Finding[] = []
  /** Findings in all, those that are not named too. */
  count = 0
  private readonly counts = new Map<string, number>()

  add(check: Check, tag: string, sentence: string, place: Place): void {
    this.count++
    const kind = `${tag} ${place.file ?? ''}`
    const before = this.counts.get(kind) ?? 0
    this.counts.set(kind, before + 1)
    if (before < NAMED_PER_FILE)
      this.named.push({ check, tag, ...place, message: new InputError(tag, sentence, place).message })
  }

  /** Kinds of which more were found than are named: how many more, and in which file. */
  get unnamed(): { readonly tag: string; readonly file: string; readonly more: number }[] {
    return [...this.counts]
      .filter(([, count]) => count > NAMED_PER_FILE)
      .map(([kind, count]) => ({
        tag: kind.slice(0, kind.indexOf(' ')),
        file: kind.slice(kind.indexOf(' ') + 1),
        more: count - NAMED_PER_FILE,
      }))
  }

  /** Runs a part of a check; what it throws is a finding, so that the rest is still checked. */
  async attempt<T>(check: Check, file: string, part: () => Promise<T>): Promise<T | undefined> {
    try {
      return await part()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // Decoders of damaged bytes throw whatever they stumble over.
      const tag = isBlissError(error) ? error.tag : 'unreadable'
      const place = isBlissError(error) ? error.place : {}
      this.count++
      const message = isBlissError(error) ? error.message : `${file}: the file cannot be read: ${error.message}`
      this.named.push({ check, tag, file, ...place, message })
      return undefined
    }
  }
}

export interface VerifyOptions extends CatalogTools {
  /** The catalogues that are known, by which a margin is compared with its catalogue. */
  readonly descriptions: readonly CatalogDescription[]
  /** Structure and checksums only, no rows. */
  readonly quick?: boolean
  readonly onProgress?: (done: number, of: number) => void
}
