import type { MatchRule, SkyMatches, SkyPositions } from '../../math/match-sky.js'
import { separationArcsec } from '../../math/sphere.js'

/** Rows of a that are matched once more by brute force. */
const CHECKED_ROWS = 100

/**
 * Matches rows evenly over a by the definition, every b in turn, and returns how many; throws if the pairs differ.
 * Separations agree to 1e-7 arcsec: rows closer than that to one another, or to the radius, pass either way.
 */
export function checkMatches(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode = 'nearest', neighbours = 1 }: MatchRule,
  found: SkyMatches,
): number {
  const partners = new Map<number, number[]>()
  found.a.forEach((row, k) => partners.set(row, [...(partners.get(row) ?? []), found.separationArcsec[k]!]))
  const step = Math.max(1, Math.floor(a.raDeg.length / CHECKED_ROWS))
  let checked = 0
  for (let row = 0; row < a.raDeg.length && checked < CHECKED_ROWS; row += step, checked++) {
    const near: number[] = []
    for (let j = 0; j < b.raDeg.length; j++) {
      if (Math.abs(b.decDeg[j]! - a.decDeg[row]!) * 3600 > radiusArcsec + 1e-3) continue
      const separation = separationArcsec(a.raDeg[row]!, a.decDeg[row]!, b.raDeg[j]!, b.decDeg[j]!)
      if (separation <= radiusArcsec) near.push(separation)
    }
    const expected = mode === 'all' ? near : near.sort((p, q) => p - q).slice(0, neighbours)
    const got = partners.get(row) ?? []
    // A mutual match may leave a row without its nearest, never give it another.
    const same =
      mode === 'mutual' && got.length === 0 ? true : got.length === expected.length && sameNumbers(got, expected)
    if (!same)
      throw new Error(`row ${row} of a: ${got.length} partners found, ${expected.length} by the definition (${mode})`)
  }
  return checked
}

function sameNumbers(found: readonly number[], expected: readonly number[]): boolean {
  const [p, q] = [found.slice().sort((x, y) => x - y), expected.slice().sort((x, y) => x - y)]
  return p.every((value, i) => Math.abs(value - q[i]!) < 1e-7)
}
