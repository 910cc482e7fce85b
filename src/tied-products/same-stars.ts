import { matchSky } from '../math/match-sky.js'
import { gather } from '../math/select.js'
import { StarPlaces } from './star-places.js'

/** Detections of one exposure; arrays of one length. */
export interface DetectedStars {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** The catalogue whose row each detection was matched with, by its number, and that row. */
  readonly catalog: Uint8Array
  readonly sourceId: BigInt64Array
}

/** Which detections are of one star. */
export interface SameStars {
  readonly count: number
  /** Number of the star of each detection, by exposure; `NO_STAR` of a detection that could be of two. */
  readonly starOf: readonly Uint32Array[]
  /** Mean position. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** 1 of a star with another within the radius, or seen twice in one exposure: its light may be the other's. */
  readonly isDoubtful: Uint8Array
}

export const NO_STAR = 0xffffffff

/** Detections of several exposures are one star within this distance, as in the star lists and in `validate`. */
export const SAME_STAR_ARCSEC = 1

/**
 * The stars of several exposures. Detections that were matched with one row of one catalogue are one star, wherever it
 * has moved; else those that are each other's nearest within an arcsecond. Rows of a catalogue that differ are never
 * one star. What could be of two stars is of neither, and both are doubtful.
 *
 * @param exposures in an order that does not depend on how they were given
 */
export function sameStars(exposures: readonly DetectedStars[]): SameStars {
  const stars = new StarList()
  const starOf = exposures.map((exposure) => stars.add(exposure))
  return { starOf, ...stars.all() }
}

class StarList {
  private readonly places = new StarPlaces()
  private readonly doubtful = new Set<number>()
  /** By catalogue: star of each row, and row of each star. */
  private readonly starOfRow = new Map<number, Map<bigint, number>>()
  private readonly rowOfStar = new Map<number, Map<number, bigint>>()

  /** The star of each detection of a further exposure. */
  add({ raDeg, decDeg, catalog, sourceId }: DetectedStars): Uint32Array {
    const n = sourceId.length
    const starOf = new Uint32Array(n).fill(NO_STAR)
    const taken = new Set<number>()
    const open: number[] = []
    for (let i = 0; i < n; i++) {
      const star = this.starOfRow.get(catalog[i]!)?.get(sourceId[i]!)
      if (star === undefined) open.push(i)
      else if (!taken.has(star)) {
        taken.add(star)
        starOf[i] = star
      }
    }
    const detected = { raDeg: gather(raDeg, open), decDeg: gather(decDeg, open) }
    const free = this.places.near(detected).filter((star) => !taken.has(star))
    const pairs = matchSky(detected, this.places.of(free), SAME_STAR_ARCSEC, { mode: 'mutual' })
    pairs.a.forEach((a, k) => {
      const [i, star] = [open[a]!, free[pairs.b[k]!]!]
      const row = this.rowOfStar.get(catalog[i]!)?.get(star)
      if (row === undefined) starOf[i] = star
    })
    for (let i = 0; i < n; i++) {
      const row = sourceId[i]!
      if (starOf[i] === NO_STAR) {
        const seen = this.starOfRow.get(catalog[i]!)?.get(row)
        if (seen !== undefined) {
          // The row's second detection in this exposure.
          this.doubtful.add(seen)
          continue
        }
        starOf[i] = this.places.count
        this.places.addStar(raDeg[i]!, decDeg[i]!)
      } else this.places.addDetection(starOf[i]!, raDeg[i]!, decDeg[i]!)
      const star = starOf[i]!
      mapAt(this.starOfRow, catalog[i]!).set(row, star)
      mapAt(this.rowOfStar, catalog[i]!).set(star, row)
    }
    return starOf
  }

  all(): Omit<SameStars, 'starOf'> {
    const { count } = this.places
    const { raDeg, decDeg } = this.places.of(Uint32Array.from({ length: count }, (_, star) => star))
    const isDoubtful = new Uint8Array(count)
    for (const star of this.doubtful) isDoubtful[star] = 1
    if (count > 0) {
      const near = matchSky({ raDeg, decDeg }, { raDeg, decDeg }, SAME_STAR_ARCSEC, { mode: 'all' })
      near.a.forEach((a, k) => {
        if (a !== near.b[k]) isDoubtful[a] = 1
      })
    }
    return { count, raDeg, decDeg, isDoubtful }
  }
}

function mapAt<K, V>(maps: Map<number, Map<K, V>>, key: number): Map<K, V> {
  const found = maps.get(key)
  if (found !== undefined) return found
  const made = new Map<K, V>()
  maps.set(key, made)
  return made
}
