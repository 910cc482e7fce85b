import type { FoundPairs } from './found-pairs.js'
import type { Partners } from './partners.js'
import type { SkyIndex } from './sky-index.js'
import { separationArcsecOf } from './sky-matches.js'
import type { Band } from './sky-positions.js'

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

  /** Writes the partners of the rows of a that lie in a band, its south but not its north included. */
  writeTo(partners: Partners, { southDeg, northDeg }: Band): void {
    const { ofA, ofB } = this
    const { rows, decDeg } = this.a
    for (let placeA = 0; placeA < rows.length; placeA++) {
      const placeB = ofA.place[placeA]!
      if (placeB === NONE || (ofB && ofB.place[placeB] !== placeA)) continue
      if (decDeg[placeA]! < southDeg || decDeg[placeA]! >= northDeg) continue
      const row = rows[placeA]!
      partners.b[row] = this.b.rows[placeB]!
      partners.separationArcsec[row] = separationArcsecOf(ofA.haversine[placeA]!)
    }
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
