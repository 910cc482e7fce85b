import type { Band, SkyPositions } from './sky-positions.js'
import type { SkyMatches } from './sky-matches.js'

/** Declinations that tell how positions are spread: bands are of equal size to a percent. */
const SAMPLED_ROWS = 10_000

/** Bands of declination, from pole to pole, that hold about as many of the positions each. */
export function bandsOf({ decDeg }: SkyPositions, count: number): Band[] {
  const step = Math.max(1, Math.floor(decDeg.length / SAMPLED_ROWS))
  const sample = new Float64Array(Math.floor(decDeg.length / step))
    .map((_, k) => decDeg[k * step]!)
    .filter((dec) => Math.abs(dec) <= 90)
    .sort()
  const edges = [-Infinity]
  for (let k = 1; k < count; k++) {
    const edge = sample[Math.floor((k * sample.length) / count)]
    if (edge !== undefined && edge > edges.at(-1)!) edges.push(edge)
  }
  return edges.map((southDeg, k) => ({ southDeg, northDeg: edges[k + 1] ?? Infinity }))
}

/** The matches of all bands in one, ascending in a, then in b. */
export function mergeBands(parts: readonly SkyMatches[], rowCount: number): SkyMatches {
  if (parts.length === 1) return parts[0]!
  // Of one row of a all matches are in one part, in order.
  const next = new Uint32Array(rowCount + 1)
  for (const { a } of parts) for (let k = 0; k < a.length; k++) next[a[k]! + 1]!++
  for (let row = 0; row < rowCount; row++) next[row + 1]! += next[row]!
  const count = next[rowCount]!
  const merged = { a: new Uint32Array(count), b: new Uint32Array(count), separationArcsec: new Float64Array(count) }
  for (const { a, b, separationArcsec } of parts) {
    for (let k = 0; k < a.length; k++) {
      const at = next[a[k]!]!++
      merged.a[at] = a[k]!
      merged.b[at] = b[k]!
      merged.separationArcsec[at] = separationArcsec[k]!
    }
  }
  return merged
}
