import { maxCellRadiusRad } from './order.js'
import { vectorOf } from './projection.js'
import { dotAt, edgeNormals } from './vector.js'

/** Positions on the unit sphere are computed from degrees to about 1e-15; this covers it several times over (8e-10 arcsec). */
export const ROUNDING = 4e-15

/**
 * The outline of one cell, for cover tests: reused from cell to cell, so that a descent allocates nothing.
 *
 * The sides are curves. A curve p(t), t in [0, 1], stays within max |p''| / 8 of its chord; by the equations of the
 * projection |p''| <= 2.5 / (nside^2 sigma), with sigma the nearest distance from the pole's corner (1 outside the caps;
 * the side that runs into a pole is a meridian). `bulge` is that bound, and every test below is on the safe side by it.
 */
export class CellShape {
  /** Northern, western, southern, eastern corner: unit vectors, shape (4, 3), counterclockwise seen from outside. */
  readonly corners = new Float64Array(12)
  readonly centre = new Float64Array(3)
  /** Largest distance between a side and the straight chord of its corners, in units of the radius of the sphere. */
  bulge = 0
  /** Chord from the centre that no point of the cell exceeds. */
  radiusChord = 0
  private readonly normals = new Float64Array(12)
  private readonly floors = new Float64Array(4)
  private readonly radiusChords: number[] = []
  private hasNormals = false

  constructor(readonly deepest: number) {
    for (let order = 0; order <= deepest; order++) this.radiusChords.push(2 * Math.sin(maxCellRadiusRad(2 ** order) / 2) * (1 + 1e-9) + ROUNDING)
  }

  /** Takes the shape of a cell: its centre and radius. */
  place(order: number, face: number, x: number, y: number): void {
    const nside = 2 ** order
    vectorOf(face, (x + 0.5) / nside, (y + 0.5) / nside, this.centre)
    this.radiusChord = this.radiusChords[order]!
  }

  /** Completes the shape of the cell placed: its corners and bulge. */
  outline(order: number, face: number, x: number, y: number): void {
    const nside = 2 ** order
    vectorOf(face, (x + 1) / nside, (y + 1) / nside, this.corners, 0)
    vectorOf(face, x / nside, (y + 1) / nside, this.corners, 3)
    vectorOf(face, x / nside, y / nside, this.corners, 6)
    vectorOf(face, (x + 1) / nside, y / nside, this.corners, 9)
    const belt = face >> 2
    const fromPole = belt === 0 ? 2 * nside - x - y - 2 : belt === 2 ? x + y : nside
    this.bulge = 0.32 / (nside * Math.min(nside, Math.max(1, fromPole))) + ROUNDING
    this.hasNormals = false
  }

  /**
   * Whether the great circle along a side (0-3) has all of the vectors outside, farther than the angle `marginRad` from the cell.
   * Safe where the corners are not quite convex: the circle is moved out until the whole cell is inside.
   */
  sideSeparates(side: number, vectors: Float64Array, marginRad: number): boolean {
    if (!this.hasNormals) this.prepareNormals()
    const floor = this.floors[side]!
    const limit = marginRad === 0 ? floor : floor * Math.cos(marginRad) - Math.sqrt(1 - floor * floor) * Math.sin(marginRad)
    for (let i = 0; i < vectors.length / 3; i++) if (dotAt(this.normals, side, vectors, i) >= limit) return false
    return true
  }

  private prepareNormals(): void {
    edgeNormals(this.corners, this.normals)
    for (let side = 0; side < 4; side++) {
      let floor = 1
      for (let corner = 0; corner < 4; corner++) floor = Math.min(floor, dotAt(this.normals, side, this.corners, corner))
      this.floors[side] = Math.max(-1, floor - this.bulge)
    }
    this.hasNormals = true
  }
}
