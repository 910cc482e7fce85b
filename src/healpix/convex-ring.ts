import { checkDirection } from './projection.js'
import { chordAt, dotAt, edgeNormals, unitVectors } from './vector.js'

/** Vertices nearer than this (in radians; 2 microarcsec) are one. */
const SAME_VERTEX = 1e-11

/** Nearer than this to a half turn, two vertices do not say which great circle joins them. */
const OPPOSITE_CHORD = 2 - 1e-12

/**
 * Vertices of a convex spherical polygon as unit vectors, counterclockwise seen from outside, repeated ones dropped;
 * shape (n, 3).
 *
 * @throws RangeError, with what is wrong, for vertices that make no convex polygon smaller than a hemisphere
 */
export function convexRing(raDeg: ArrayLike<number>, decDeg: ArrayLike<number>): Float64Array {
  if (raDeg.length !== decDeg.length)
    throw new RangeError(`polygon: ${raDeg.length} right ascensions and ${decDeg.length} declinations`)
  for (let i = 0; i < raDeg.length; i++) checkDirection(raDeg[i]!, decDeg[i]!, i)
  const ring = distinctVertices(unitVectors(raDeg, decDeg))
  const count = ring.length / 3
  if (count < 3) throw new RangeError(`polygon: ${count} distinct vertices, at least 3 are needed`)
  for (let i = 0; i < count; i++) {
    if (chordAt(ring, i, ring, (i + 1) % count) > OPPOSITE_CHORD)
      throw new RangeError('polygon: an edge of half a turn')
  }
  const turn = turningOf(ring)
  if (turn > 0) return ring
  if (turn < 0) return reversed(ring)
  throw new RangeError('polygon: not convex, without area, or larger than a hemisphere')
}

/**
 * 1 if every vertex lies to the left of every edge or on it, -1 to the right, 0 for neither, or for both: no area.
 */
function turningOf(ring: Float64Array): -1 | 0 | 1 {
  const normals = edgeNormals(ring)
  const count = ring.length / 3
  let left = true
  let right = true
  for (let edge = 0; edge < count; edge++) {
    const length = chordAt(ring, edge, ring, (edge + 1) % count)
    for (let i = 0; i < count; i++) {
      const height = dotAt(normals, edge, ring, i)
      // Rounding of the vertices turns the normal of a short edge: the farther a vertex, the less its side is known.
      const tolerance = 2e-15 + (4e-16 / length) * chordAt(ring, edge, ring, i)
      if (height < -tolerance) left = false
      if (height > tolerance) right = false
    }
  }
  return left === right ? 0 : left ? 1 : -1
}

function distinctVertices(vectors: Float64Array): Float64Array {
  const kept: number[] = []
  const count = vectors.length / 3
  for (let i = 0; i < count; i++) {
    if (kept.length === 0 || chordAt(vectors, i, vectors, kept.at(-1)!) > SAME_VERTEX) kept.push(i)
  }
  while (kept.length > 1 && chordAt(vectors, kept[0]!, vectors, kept.at(-1)!) <= SAME_VERTEX) kept.pop()
  return gathered(vectors, kept)
}

function reversed(ring: Float64Array): Float64Array {
  const order = Array.from({ length: ring.length / 3 }, (_, i) => i).reverse()
  return gathered(ring, order)
}

function gathered(vectors: Float64Array, order: readonly number[]): Float64Array {
  const out = new Float64Array(3 * order.length)
  order.forEach((from, to) => out.set(vectors.subarray(3 * from, 3 * from + 3), 3 * to))
  return out
}
