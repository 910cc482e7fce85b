import { median } from '../../math/robust.js'
import type { SharedStars } from './shared-stars.js'

/**
 * Offsets to start from: each catalogue by the median difference of its stars from the catalogues already placed, the
 * one with the most stars in common next. Student weights from 0 would leave out all stars of a catalogue that is off
 * by many of their errors, and its scatter would be made as wide as its offset (0.4 mag came out as 0.18).
 *
 * @param stars first row of each star and the row behind its last (`starBounds`)
 */
export function startingOffsets({ catalog, mag, evidence }: SharedStars, stars: Uint32Array, count: number): number[] {
  const offsets = new Array<number>(count).fill(0)
  const placed = new Set<number>()
  while (placed.size < count) {
    const differences = offsets.map((): number[] => [])
    for (let s = 0; s < stars.length; s += 2) {
      const rows = Array.from({ length: stars[s + 1]! - stars[s]! }, (_, i) => stars[s]! + i).filter(
        (i) => evidence[i]! > 0,
      )
      const known = rows.flatMap((i) => (placed.has(catalog[i]!) ? [mag[i]! - offsets[catalog[i]!]!] : []))
      if (known.length === 0) continue
      const level = median(Float64Array.from(known))
      for (const i of rows) if (!placed.has(catalog[i]!)) differences[catalog[i]!]!.push(mag[i]! - level)
    }
    const most = differences.reduce((best, { length }, k) => (length > differences[best]!.length ? k : best), 0)
    // None shares stars with those placed: the next one begins a group of its own.
    const next = differences[most]!.length > 0 ? most : offsets.findIndex((_, k) => !placed.has(k))
    if (differences[next]!.length > 0) offsets[next] = median(Float64Array.from(differences[next]!))
    placed.add(next)
  }
  return offsets
}
