/** Unit vectors, flat: three numbers each, one after the other. */
export function unitVectors(raDeg: ArrayLike<number>, decDeg: ArrayLike<number>): Float64Array {
  const vectors = new Float64Array(3 * raDeg.length)
  for (let i = 0; i < raDeg.length; i++) {
    // The remainder is exact and keeps the rounding of the product with pi small.
    const ra = (raDeg[i]! % 360) * (Math.PI / 180)
    const dec = decDeg[i]! * (Math.PI / 180)
    const rho = Math.abs(decDeg[i]!) === 90 ? 0 : Math.cos(dec)
    vectors[3 * i] = rho * Math.cos(ra)
    vectors[3 * i + 1] = rho * Math.sin(ra)
    vectors[3 * i + 2] = Math.sin(dec)
  }
  return vectors
}

/**
 * Length of a vector; no part here is near the ends of the exponent, which Math.hypot guards against at five times the
 * cost.
 */
function norm(x: number, y: number, z: number): number {
  return Math.sqrt(x * x + y * y + z * z)
}

export function dotAt(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return a[3 * i]! * b[3 * j]! + a[3 * i + 1]! * b[3 * j + 1]! + a[3 * i + 2]! * b[3 * j + 2]!
}

/** Straight-line distance between two vectors: 2 sin(angle / 2), exact for small angles. */
export function chordAt(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return norm(a[3 * i]! - b[3 * j]!, a[3 * i + 1]! - b[3 * j + 1]!, a[3 * i + 2]! - b[3 * j + 2]!)
}

/**
 * Unit normals of the great circles through consecutive vectors of a closed ring, flat, shape (n, 3).
 * They point to the left of the way round; (a + b) x (b - a) = 2 a x b keeps the digits of short edges.
 */
export function edgeNormals(ring: Float64Array, out = new Float64Array(ring.length)): Float64Array {
  const n = ring.length / 3
  for (let i = 0; i < n; i++) {
    const a = 3 * i
    const b = 3 * ((i + 1) % n)
    const sx = ring[a]! + ring[b]!
    const sy = ring[a + 1]! + ring[b + 1]!
    const sz = ring[a + 2]! + ring[b + 2]!
    const dx = ring[b]! - ring[a]!
    const dy = ring[b + 1]! - ring[a + 1]!
    const dz = ring[b + 2]! - ring[a + 2]!
    const x = sy * dz - sz * dy
    const y = sz * dx - sx * dz
    const z = sx * dy - sy * dx
    const length = norm(x, y, z)
    out[a] = x / length
    out[a + 1] = y / length
    out[a + 2] = z / length
  }
  return out
}

/** Straight-line distance from a vector to the segment between two others (through the sphere, not along it). */
export function distanceToSegment(p: Float64Array, i: number, ring: Float64Array, j: number, k: number): number {
  const ax = ring[3 * j]!
  const ay = ring[3 * j + 1]!
  const az = ring[3 * j + 2]!
  const dx = ring[3 * k]! - ax
  const dy = ring[3 * k + 1]! - ay
  const dz = ring[3 * k + 2]! - az
  const px = p[3 * i]! - ax
  const py = p[3 * i + 1]! - ay
  const pz = p[3 * i + 2]! - az
  const along = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz)))
  return norm(px - along * dx, py - along * dy, pz - along * dz)
}

/**
 * Angle from vector p[i] to the great-circle arc (shorter than a half turn) from ring[j] to ring[k], whose unit normal
 * is normals[j].
 */
export function angleToArc(
  p: Float64Array,
  i: number,
  ring: Float64Array,
  j: number,
  k: number,
  normals: Float64Array,
): number {
  // The foot of the perpendicular is on the arc when it lies ahead of the start and before the end.
  if (tripleProduct(normals, j, ring, j, p, i) >= 0 && tripleProduct(normals, j, p, i, ring, k) >= 0) {
    return Math.asin(Math.min(1, Math.abs(dotAt(normals, j, p, i))))
  }
  return 2 * Math.asin(Math.min(1, Math.min(chordAt(p, i, ring, j), chordAt(p, i, ring, k)) / 2))
}

/** normals[n] . (a[i] x b[j]) */
function tripleProduct(
  normals: Float64Array,
  n: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
): number {
  const ax = a[3 * i]!
  const ay = a[3 * i + 1]!
  const az = a[3 * i + 2]!
  const bx = b[3 * j]!
  const by = b[3 * j + 1]!
  const bz = b[3 * j + 2]!
  return (
    normals[3 * n]! * (ay * bz - az * by) +
    normals[3 * n + 1]! * (az * bx - ax * bz) +
    normals[3 * n + 2]! * (ax * by - ay * bx)
  )
}
