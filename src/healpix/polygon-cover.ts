import { ROUNDING, type CellShape } from './cell-shape.js'
import { convexRing } from './convex-ring.js'
import { coverRegion, type Region, type Relation } from './cover.js'
import type { CellRanges } from './ranges.js'
import { angleToArc, chordAt, dotAt, edgeNormals } from './vector.js'

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
export function polygonCover(
  order: number,
  raDeg: ArrayLike<number>,
  decDeg: ArrayLike<number>,
  marginDeg = 0,
): CellRanges {
  if (!(marginDeg >= 0 && marginDeg < 90))
    throw new RangeError(`margin ${marginDeg}: an angle in [0, 90) degrees is needed`)
  return coverRegion(order, new ConvexPolygon(convexRing(raDeg, decDeg), (marginDeg * Math.PI) / 180))
}

class ConvexPolygon implements Region {
  readonly capCentre: Float64Array
  readonly capChord: number
  private readonly count: number
  private readonly normals: Float64Array
  /**
   * Height over each edge's great circle, as a sine, below which a point is farther than the margin from the polygon.
   */
  private readonly limits: Float64Array
  /** Heights of the cell's corners over the edges, shape (count, 4). */
  private readonly heights: Float64Array

  constructor(
    private readonly ring: Float64Array,
    private readonly marginRad: number,
  ) {
    this.count = ring.length / 3
    this.normals = edgeNormals(ring)
    this.limits = new Float64Array(this.count)
    this.heights = new Float64Array(4 * this.count)
    for (let edge = 0; edge < this.count; edge++) {
      // What the normal's own rounding lets a vertex stand out is allowed for.
      let floor = 0
      for (let i = 0; i < this.count; i++) floor = Math.min(floor, dotAt(this.normals, edge, ring, i))
      this.limits[edge] = floor * Math.cos(marginRad) - Math.sin(marginRad) - ROUNDING
    }
    const { centre, angle } = capOf(ring)
    this.capCentre = centre
    const capAngle = angle < Math.PI / 2 ? angle + marginRad : Math.PI
    this.capChord = capAngle < Math.PI ? 2 * Math.sin(capAngle / 2) + ROUNDING : 2
  }

  relationTo(shape: CellShape, last: boolean): Relation {
    const { corners, bulge } = shape
    let lowest = 1
    for (let edge = 0; edge < this.count; edge++) {
      const x = this.normals[3 * edge]!
      const y = this.normals[3 * edge + 1]!
      const z = this.normals[3 * edge + 2]!
      let highest = -1
      for (let corner = 0; corner < 4; corner++) {
        const height = x * corners[3 * corner]! + y * corners[3 * corner + 1]! + z * corners[3 * corner + 2]!
        this.heights[4 * edge + corner] = height
        if (height > highest) highest = height
        if (height < lowest) lowest = height
      }
      if (highest < this.limits[edge]! - bulge) return 'outside'
    }
    if (lowest > bulge + ROUNDING) return 'inside'
    if (this.marginRad === 0 && !last) return 'partial'
    return this.relationByDistance(shape, last)
  }

  /** The great circles along the edges leave in too much round the polygon's corners; there the distance decides. */
  private relationByDistance(shape: CellShape, last: boolean): Relation {
    let nearest = Infinity
    let farthest = 0
    for (let corner = 0; corner < 4; corner++) {
      const angle = this.angleToCorner(shape, corner)
      nearest = Math.min(nearest, angle)
      farthest = Math.max(farthest, angle)
    }
    // From the curved side to the great circle between its corners, twice the bulge; and a great circle between two
    // points at a distance d of a convex region may stray from d by tan(d) length^2 / 8.
    const stray = 2 * shape.bulge + (Math.tan(this.marginRad) * (2 * shape.radiusChord) ** 2) / 4 + ROUNDING
    if (farthest + stray < this.marginRad) return 'inside'
    if (!last || nearest <= this.marginRad) return 'partial'
    for (let side = 0; side < 4; side++) if (shape.sideSeparates(side, this.ring, this.marginRad)) return 'outside'
    if (this.marginRad === 0 || !this.apartFrom(shape)) return 'partial'
    for (let vertex = 0; vertex < this.count; vertex++) {
      for (let side = 0; side < 4; side++) {
        nearest = Math.min(nearest, angleToArc(this.ring, vertex, shape.corners, side, (side + 1) & 3, shape.normals))
      }
    }
    return nearest > this.marginRad + 2 * shape.bulge + ROUNDING ? 'outside' : 'partial'
  }

  /**
   * Angle from the polygon to a corner of the cell, 0 inside: the nearest edge is one that the corner lies outside of.
   */
  private angleToCorner(shape: CellShape, corner: number): number {
    let angle = 0
    for (let edge = 0; edge < this.count; edge++) {
      if (this.heights[4 * edge + corner]! >= 0) continue
      const toEdge = angleToArc(shape.corners, corner, this.ring, edge, (edge + 1) % this.count, this.normals)
      angle = angle === 0 ? toEdge : Math.min(angle, toEdge)
    }
    return angle
  }

  /** Whether a great circle along an edge or a side parts the cell from the polygon itself, the margin aside. */
  private apartFrom(shape: CellShape): boolean {
    for (let side = 0; side < 4; side++) if (shape.sideSeparates(side, this.ring, 0)) return true
    for (let edge = 0; edge < this.count; edge++) {
      let highest = -1
      for (let corner = 0; corner < 4; corner++) highest = Math.max(highest, this.heights[4 * edge + corner]!)
      if (highest < -shape.bulge - ROUNDING) return true
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
