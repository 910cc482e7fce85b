import type { FoundPairs } from './found-pairs.js'
import type { SkyIndex } from './sky-index.js'
import { separationArcsecOf, type SkyMatches } from './sky-matches.js'

const NONE = 0xffffffff

/** The nearest b of each a, and the nearest a of each b if only mutual pairs count. */
export class NearestPairs {
  private readonly ofA: Nearest
  private readonly ofB: Nearest | undefined

  constructor(
    private readonly a: SkyIndex,
    private readonly b: SkyIndex,
    mutual: boolean,
  ) {
    this.ofA = nearestOf(a)
    if (mutual) this.ofB = nearestOf(b)
  }

  take({ a, b, haversine, count }: FoundPairs): void {
    for (let k = 0; k < count; k++) closer(this.ofA, a[k]!, b[k]!, haversine[k]!, this.b.rows)
    if (this.ofB) for (let k = 0; k < count; k++) closer(this.ofB, b[k]!, a[k]!, haversine[k]!, this.a.rows)
  }

  /** @param rowCount of a */
  matches(rowCount: number): SkyMatches {
    const { ofA, ofB } = this
    const bOfRow = new Uint32Array(rowCount).fill(NONE)
    const haversineOfRow = new Float64Array(rowCount)
    let count = 0
    for (let placeA = 0; placeA < ofA.place.length; placeA++) {
      const placeB = ofA.place[placeA]!
      if (placeB === NONE || (ofB && ofB.place[placeB] !== placeA)) continue
      const row = this.a.rows[placeA]!
      bOfRow[row] = this.b.rows[placeB]!
      haversineOfRow[row] = ofA.haversine[placeA]!
      count++
    }
    const a = new Uint32Array(count)
    const b = new Uint32Array(count)
    const separationArcsec = new Float64Array(count)
    for (let row = 0, k = 0; row < rowCount; row++) {
      if (bOfRow[row] === NONE) continue
      a[k] = row
      b[k] = bOfRow[row]!
      separationArcsec[k++] = separationArcsecOf(haversineOfRow[row]!)
    }
    return { a, b, separationArcsec }
  }
}

/** For each place of one side the nearest place of the other. */
interface Nearest {
  readonly place: Uint32Array
  readonly haversine: Float64Array
}

const nearestOf = ({ rows }: SkyIndex): Nearest => ({
  place: new Uint32Array(rows.length).fill(NONE),
  haversine: new Float64Array(rows.length).fill(Infinity),
})

/** Of equally near ones the lowest row wins. */
function closer({ place, haversine }: Nearest, own: number, other: number, found: number, rows: Uint32Array): void {
  const best = haversine[own]!
  if (found < best || (found === best && rows[other]! < rows[place[own]!]!)) {
    haversine[own] = found
    place[own] = other
  }
}
