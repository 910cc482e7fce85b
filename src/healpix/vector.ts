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

export function dotAt(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return a[3 * i]! * b[3 * j]! + a[3 * i + 1]! * b[3 * j + 1]! + a[3 * i + 2]! * b[3 * j + 2]!
}

/** Straight-line distance between two vectors: 2 sin(angle / 2), exact for small angles. */
export function chordAt(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return Math.hypot(a[3 * i]! - b[3 * j]!, a[3 * i + 1]! - b[3 * j + 1]!, a[3 * i + 2]! - b[3 * j + 2]!)
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
    const length = Math.hypot(x, y, z)
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
  return Math.hypot(px - along * dx, py - along * dy, pz - along * dz)
}

/** Angle from a vector to the great-circle arc (shorter than a half turn) between two others. */
export function distanceToArc(p: Float64Array, i: number, ring: Float64Array, j: number, k: number): number {
  const pair = new Float64Array(6)
  pair.set(ring.subarray(3 * j, 3 * j + 3), 0)
  pair.set(ring.subarray(3 * k, 3 * k + 3), 3)
  const normal = edgeNormals(pair).subarray(0, 3)
  const height = dotAt(normal, 0, p, i)
  // The foot of the perpendicular is on the arc when both ends are ahead of it, each to its own side.
  const afterStart = tripleProduct(normal, ring, j, p, i) >= 0
  const beforeEnd = tripleProduct(normal, p, i, ring, k) >= 0
  if (afterStart && beforeEnd) return Math.asin(Math.min(1, Math.abs(height)))
  return 2 * Math.asin(Math.min(1, Math.min(chordAt(p, i, ring, j), chordAt(p, i, ring, k)) / 2))
}

/** normal . (a x b) */
function tripleProduct(normal: Float64Array, a: Float64Array, i: number, b: Float64Array, j: number): number {
  const ax = a[3 * i]!
  const ay = a[3 * i + 1]!
  const az = a[3 * i + 2]!
  const bx = b[3 * j]!
  const by = b[3 * j + 1]!
  const bz = b[3 * j + 2]!
  return normal[0]! * (ay * bz - az * by) + normal[1]! * (az * bx - ax * bz) + normal[2]! * (ax * by - ay * bx)
}
