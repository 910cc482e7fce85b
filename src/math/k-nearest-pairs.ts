import type { FoundPairs } from './found-pairs.js'
import type { SkyIndex } from './sky-index.js'
import { separationArcsecOf, type SkyMatches } from './sky-matches.js'

/** Up to `neighbours` nearest b of each a; of equally near ones the lowest row comes first. */
export class KNearestPairs {
  /** Of each place of a, in turn, the rows of b that are nearest so far, ascending in separation. */
  private readonly rowB: Uint32Array
  private readonly haversine: Float64Array
  private readonly counts: Uint32Array

  constructor(
    private readonly a: SkyIndex,
    private readonly b: SkyIndex,
    private readonly neighbours: number,
  ) {
    this.rowB = new Uint32Array(neighbours * a.rows.length)
    this.haversine = new Float64Array(neighbours * a.rows.length)
    this.counts = new Uint32Array(a.rows.length)
  }

  take({ a, b, haversine, count }: FoundPairs): void {
    for (let k = 0; k < count; k++) this.insert(a[k]!, this.b.rows[b[k]!]!, haversine[k]!)
  }

  private insert(placeA: number, row: number, found: number): void {
    const { rowB, haversine, counts, neighbours } = this
    const start = placeA * neighbours
    let at = start + counts[placeA]!
    if (at === start + neighbours) {
      if (!this.isNearer(found, row, at - 1)) return
      at--
    } else counts[placeA]!++
    for (; at > start && this.isNearer(found, row, at - 1); at--) {
      rowB[at] = rowB[at - 1]!
      haversine[at] = haversine[at - 1]!
    }
    rowB[at] = row
    haversine[at] = found
  }

  /** Whether a pair comes before the one that is held at a place. */
  private isNearer(found: number, row: number, at: number): boolean {
    const held = this.haversine[at]!
    return found < held || (found === held && row < this.rowB[at]!)
  }

  /** @param rowCount of a */
  matches(rowCount: number): SkyMatches {
    const { rowB, haversine, counts, neighbours } = this
    const starts = new Uint32Array(rowCount + 1)
    this.a.rows.forEach((row, placeA) => (starts[row + 1] = counts[placeA]!))
    for (let row = 0; row < rowCount; row++) starts[row + 1]! += starts[row]!
    const count = starts[rowCount]!
    const [a, b, separationArcsec] = [new Uint32Array(count), new Uint32Array(count), new Float64Array(count)]
    this.a.rows.forEach((row, placeA) => {
      for (let k = 0; k < counts[placeA]!; k++) {
        const at = starts[row]! + k
        a[at] = row
        b[at] = rowB[placeA * neighbours + k]!
        separationArcsec[at] = separationArcsecOf(haversine[placeA * neighbours + k]!)
      }
    })
    return { a, b, separationArcsec }
  }
}
