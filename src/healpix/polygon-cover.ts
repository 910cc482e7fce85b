import type { CellShape } from './cell-shape.js'
import { ROUNDING } from './cell-shape.js'
import { convexRing } from './convex-ring.js'
import { coverRegion, type Region } from './cover.js'
import type { CellRanges } from './ranges.js'
import { chordAt, distanceToArc, dotAt, edgeNormals } from './vector.js'

/**
 * NESTED cells that meet a convex polygon with great-circle edges, or lie within a margin of it.
 *
 * No cell that overlaps is ever missing; one is too many only by rounding and the curvature of the cell's own sides.
 * The polygon may hold a pole or cross RA 0; of the two sides of its outline the smaller is meant.
 *
 * @param order 0-24
 * @param raDeg vertices in either direction, shape (n), n >= 3; the last may repeat the first
 * @param decDeg shape (n)
 * @param marginDeg how far the polygon is grown on all sides, in [0, 90)
 * @throws RangeError for another order or margin, a vertex that is not on the sky, fewer than 3 distinct vertices,
 *   a polygon without area, not convex, or that does not fit in a hemisphere
 */
export function polygonCover(order: number, raDeg: ArrayLike<number>, decDeg: ArrayLike<number>, marginDeg = 0): CellRanges {
  if (!(marginDeg >= 0 && marginDeg < 90)) throw new RangeError(`margin ${marginDeg}: an angle in [0, 90) degrees is needed`)
  return coverRegion(order, new ConvexPolygon(convexRing(raDeg, decDeg), (marginDeg * Math.PI) / 180))
}

class ConvexPolygon implements Region {
  readonly capCentre: Float64Array
  readonly capChord: number
  private readonly count: number
  private readonly normals: Float64Array
  private readonly limits: Float64Array

  constructor(
    private readonly ring: Float64Array,
    private readonly marginRad: number,
  ) {
    this.count = ring.length / 3
    this.normals = edgeNormals(ring)
    this.limits = new Float64Array(this.count)
    for (let edge = 0; edge < this.count; edge++) {
      // What the normal's own rounding lets a vertex stand out is allowed for.
      let floor = 0
      for (let i = 0; i < this.count; i++) floor = Math.min(floor, dotAt(this.normals, edge, ring, i))
      this.limits[edge] = floor * Math.cos(marginRad) - Math.sin(marginRad) - ROUNDING
    }
    const { centre, angle } = capOf(ring)
    this.capCentre = centre
    const capAngle = angle < Math.PI / 2 ? angle + marginRad : Math.PI
    this.capChord = capAngle < Math.PI ? 2 * Math.sin(capAngle / 2) + ROUNDING : 2 + ROUNDING
  }

  relationTo(shape: CellShape): 'outside' | 'inside' | 'partial' {
    let inside = true
    for (let edge = 0; edge < this.count; edge++) {
      let nearest = -1
      let farthest = 1
      for (let corner = 0; corner < 4; corner++) {
        const height = dotAt(this.normals, edge, shape.corners, corner)
        nearest = Math.max(nearest, height)
        farthest = Math.min(farthest, height)
      }
      if (nearest < this.limits[edge]! - shape.bulge) return 'outside'
      if (farthest < shape.bulge + ROUNDING) inside = false
    }
    if (inside) return 'inside'
    for (let side = 0; side < 4; side++) if (shape.sideSeparates(side, this.ring, this.marginRad)) return 'outside'
    return this.marginRad > 0 ? this.relationOfMargin(shape) : 'partial'
  }

  /** Round the corners of the grown polygon the great circles leave too much in: there the distance itself decides. */
  private relationOfMargin(shape: CellShape): 'outside' | 'inside' | 'partial' {
    if (!this.apartFrom(shape)) return 'partial'
    let nearest = Math.PI
    for (let corner = 0; corner < 4; corner++) {
      for (let edge = 0; edge < this.count; edge++) {
        nearest = Math.min(nearest, distanceToArc(shape.corners, corner, this.ring, edge, (edge + 1) % this.count))
      }
    }
    for (let vertex = 0; vertex < this.count; vertex++) {
      for (let side = 0; side < 4; side++) nearest = Math.min(nearest, distanceToArc(this.ring, vertex, shape.corners, side, (side + 1) & 3))
    }
    // Twice the bulge: from the curve to the chord, and from the chord to the great circle.
    if (nearest > this.marginRad + 2 * shape.bulge + ROUNDING) return 'outside'
    const reach = nearest + 2 * shape.bulge + 2 * 2 * Math.asin(Math.min(1, shape.radiusChord / 2))
    return reach < this.marginRad - ROUNDING ? 'inside' : 'partial'
  }

  /** Whether a great circle along an edge or a side parts the cell from the polygon itself. */
  private apartFrom(shape: CellShape): boolean {
    for (let side = 0; side < 4; side++) if (shape.sideSeparates(side, this.ring, 0)) return true
    for (let edge = 0; edge < this.count; edge++) {
      let nearest = -1
      for (let corner = 0; corner < 4; corner++) nearest = Math.max(nearest, dotAt(this.normals, edge, shape.corners, corner))
      if (nearest < -shape.bulge - ROUNDING) return true
    }
    return false
  }
}

/** A cap round all vertices. */
function capOf(ring: Float64Array): { centre: Float64Array; angle: number } {
  const centre = new Float64Array(3)
  for (let i = 0; i < ring.length; i++) centre[i % 3]! += ring[i]!
  const length = Math.hypot(centre[0]!, centre[1]!, centre[2]!)
  for (let part = 0; part < 3; part++) centre[part]! /= length
  let chord = 0
  for (let i = 0; i < ring.length / 3; i++) chord = Math.max(chord, chordAt(ring, i, centre, 0))
  return { centre, angle: 2 * Math.asin(Math.min(1, chord / 2)) }
}
