import { median } from '../../math/robust.js'

/** Deviation of a CCD from the plane [mag], and its expected variance. */
export interface Straying {
  readonly xiDeg: number
  readonly etaDeg: number
  readonly deviation: number
  readonly expectedVariance: number
}

const NEIGHBOURS = 5
/** Clouds are patches of a few CCDs; CCDs farther away than this are not considered [deg]. */
const REACH_DEG = 0.6
/** A median square above this many times the expected one is not by chance (1 in 1000 for five normals). */
const UNEXPECTED = 4

/**
 * Variance, beyond the expected one, of the deviations of the CCDs around a point; 0 if these deviate no more than
 * expected: the median over the five nearest, so that single bad CCDs do not count but a cloud does.
 */
export function strayingRound(xiDeg: number, etaDeg: number, others: readonly Straying[]): number {
  const near = others
    .map((other) => ({ other, distance: Math.hypot(other.xiDeg - xiDeg, other.etaDeg - etaDeg) }))
    .filter(({ distance }) => distance <= REACH_DEG && distance > 0)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEIGHBOURS)
  if (near.length < 3) return 0
  return Math.max(0, median(near.map(({ other }) => other.deviation ** 2 - UNEXPECTED * other.expectedVariance)))
}
