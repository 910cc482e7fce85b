import { FoundPairs } from './found-pairs.js'
import { gather, numbersOf } from './select.js'
import type { SkyIndex } from './sky-index.js'
import { separationArcsecOf, type SkyMatches } from './sky-matches.js'

/** Every pair. */
export class AllPairs {
  private readonly ofRows = new FoundPairs()

  constructor(
    private readonly a: SkyIndex,
    private readonly b: SkyIndex,
  ) {}

  take({ a, b, haversine, count }: FoundPairs): void {
    for (let k = 0; k < count; k++) this.ofRows.push(this.a.rows[a[k]!]!, this.b.rows[b[k]!]!, haversine[k]!)
  }

  /** @param rowCount of a */
  matches(rowCount: number): SkyMatches {
    const { a, b, haversine, count } = this.ofRows
    const starts = new Uint32Array(rowCount + 1)
    for (let k = 0; k < count; k++) starts[a[k]! + 1]!++
    for (let row = 0; row < rowCount; row++) starts[row + 1]! += starts[row]!
    const next = starts.slice()
    const order = new Uint32Array(count)
    for (let k = 0; k < count; k++) order[next[a[k]!]!++] = k
    for (let row = 0; row < rowCount; row++)
      if (starts[row + 1]! - starts[row]! > 1)
        order.subarray(starts[row], starts[row + 1]).sort((p, q) => b[p]! - b[q]!)
    return {
      a: gather(a, order, new Uint32Array(count)),
      b: gather(b, order, new Uint32Array(count)),
      separationArcsec: numbersOf(order, (k) => separationArcsecOf(haversine[k]!)),
    }
  }
}
