/** Counts reasons that differ in their numbers, or in the file that they begin with, as one. */
export class ReasonTally {
  private readonly kinds = new Map<string, { count: number; readonly first: string }>()
  private total = 0

  add(sentence: string): void {
    this.total++
    // Places in files, CCDs and values differ from one CCD to the next; the words tell the kind.
    const kind = sentence.replace(/^\S*[./]\S*(?:, [^:]*)?: /, '').replaceAll(/\d+(?:\.\d+)?/g, '#')
    const known = this.kinds.get(kind)
    if (known) known.count++
    else this.kinds.set(kind, { count: 1, first: sentence })
  }

  /** How many of all share the commonest kind, with the sentence that came first; null if there is none. */
  commonest(): { readonly count: number; readonly of: number; readonly sentence: string } | null {
    const kinds = [...this.kinds.values()]
    if (kinds.length === 0) return null
    const { count, first } = kinds.reduce((most, kind) => (kind.count > most.count ? kind : most))
    return { count, of: this.total, sentence: first }
  }
}
