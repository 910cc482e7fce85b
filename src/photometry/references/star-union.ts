import type { StarColumn, StarColumns } from '../../catalog/stars.js'
import { matchSky } from '../../math/match-sky.js'
import { indicesWhere } from '../../math/select.js'
import { propagateTo } from '../match/propagate.js'

/** The stars of several catalogues, each once. */
export interface StarUnion {
  /**
   * At the first catalogue's epoch. A star has its columns from the first catalogue that has it; what that one does not
   * have is NaN.
   */
  readonly stars: StarColumns
  /** For each catalogue the row of each star in it, -1 if it does not have the star. */
  readonly rows: readonly Int32Array[]
}

/**
 * Stars of two catalogues are one within this distance: five times the 0.2 arcsec by which ground-based positions
 * scatter with what proper motions of unmoved stars add in ten years.
 */
const SAME_STAR_ARCSEC = 1

/**
 * Stars matched to the first catalogue that has them: mutual nearest on the sky, the earlier catalogues' stars moved to
 * the later one's epoch. What a later catalogue has within the radius of a star that is matched elsewhere is that
 * star once more, or a blend, and left out.
 */
export function starUnion(catalogs: readonly StarColumns[]): StarUnion {
  const first = catalogs[0]!
  let stars = first
  let rows: Int32Array[] = [Int32Array.from(first.mag, (_, i) => i)]
  for (const later of catalogs.slice(1)) {
    const moved = propagateTo(later.epochYr, stars)
    const pairs = matchSky(later, moved, SAME_STAR_ARCSEC, { mode: 'mutual' })
    const near = matchSky(later, moved, SAME_STAR_ARCSEC)
    const known = new Uint8Array(later.mag.length)
    for (const row of near.a) known[row] = 1
    const added = indicesWhere(known.length, (i) => known[i] === 0)
    const count = stars.mag.length + added.length
    const ofLater = new Int32Array(count).fill(-1)
    pairs.b.forEach((star, k) => (ofLater[star] = pairs.a[k]!))
    added.forEach((row, k) => (ofLater[stars.mag.length + k] = row))
    rows = [...rows.map((before) => extended(before, count)), ofLater]
    stars = appended(stars, propagateTo(first.epochYr, later), added)
  }
  return { stars, rows }
}

function extended(rows: Int32Array, count: number): Int32Array {
  const longer = new Int32Array(count).fill(-1)
  longer.set(rows)
  return longer
}

const numberColumnsOf = (stars: StarColumns): string[] =>
  Object.entries(stars).flatMap(([name, values]) => (values instanceof Float64Array ? [name] : []))

/** Stars, and below them some rows of others. */
function appended(stars: StarColumns, others: StarColumns, rows: Uint32Array): StarColumns {
  const n = stars.mag.length
  const sourceId = new BigInt64Array(n + rows.length)
  sourceId.set(stars.sourceId)
  rows.forEach((row, k) => (sourceId[n + k] = others.sourceId[row]!))
  // Cells that a reader has worked out are not carried on.
  const names = new Set([stars, others].flatMap(numberColumnsOf))
  const columns = [...names].map((name) => {
    const [before, further] = [stars, others].map((of) => of[name as Exclude<StarColumn, 'sourceId'>])
    const column = new Float64Array(n + rows.length).fill(NaN)
    if (before) column.set(before)
    if (further) rows.forEach((row, k) => (column[n + k] = further[row]!))
    return [name, column] as const
  })
  return { ...(Object.fromEntries(columns) as unknown as StarColumns), sourceId, epochYr: stars.epochYr }
}
