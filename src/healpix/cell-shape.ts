import { dotAt, edgeNormals } from './vector.js'

/**
 * Positions on the unit sphere are computed from degrees to about 1e-15; this covers it several times over (8e-10
 * arcsec).
 */
export const ROUNDING = 4e-15

/**
 * The outline of one cell, for cover tests: reused from cell to cell, so that a descent allocates nothing.
 *
 * The sides are curves. A curve p(t), t in [0, 1], stays within max |p''| / 8 of its chord; by the equations of the
 * projection |p''| <= 2.5 / (nside^2 sigma), with sigma the nearest distance from the pole's corner (1 outside the
 * caps; the side that runs into a pole is a meridian). `bulge` is that bound, and every test is on the safe side by it.
 */
export class CellShape {
  /** Northern, western, southern, eastern corner: unit vectors, shape (4, 3), counterclockwise seen from outside. */
  readonly corners = new Float64Array(12)
  /** Largest distance between a side and the straight chord of its corners, in units of the radius of the sphere. */
  bulge = 0
  /** Chord that no point of the cell exceeds from the cell's centre. */
  radiusChord = 0
  /** Unit normals of the great circles along the sides, pointing inwards; valid after `sideSeparates`. */
  readonly normals = new Float64Array(12)
  private readonly floors = new Float64Array(4)
  private hasNormals = false

  /**
   * Takes the shape of a cell whose corners are in a grid of 3 x 3 unit vectors (x fastest), from a column and row
   * on.
   */
  take(
    order: number,
    face: number,
    x: number,
    y: number,
    radiusChord: number,
    grid: Float64Array,
    column: number,
    row: number,
  ): void {
    const south = 3 * (3 * row + column)
    for (let part = 0; part < 3; part++) {
      this.corners[part] = grid[south + 12 + part]!
      this.corners[3 + part] = grid[south + 9 + part]!
      this.corners[6 + part] = grid[south + part]!
      this.corners[9 + part] = grid[south + 3 + part]!
    }
    const nside = 2 ** order
    const belt = face >> 2
    const fromPole = belt === 0 ? 2 * nside - x - y - 2 : belt === 2 ? x + y : nside
    this.bulge = 0.32 / (nside * Math.min(nside, Math.max(1, fromPole))) + ROUNDING
    this.radiusChord = radiusChord
    this.hasNormals = false
  }

  /**
   * Whether the great circle along a side (0-3) has all of the vectors outside, farther than the angle `marginRad` from
   * the cell. Safe if the corners are not quite convex: the circle is moved out until the whole cell is inside.
   */
  sideSeparates(side: number, vectors: Float64Array, marginRad: number): boolean {
    if (!this.hasNormals) this.prepareNormals()
    const floor = this.floors[side]!
    const limit =
      marginRad === 0 ? floor : floor * Math.cos(marginRad) - Math.sqrt(1 - floor * floor) * Math.sin(marginRad)
    for (let i = 0; i < vectors.length / 3; i++) if (dotAt(this.normals, side, vectors, i) >= limit) return false
    return true
  }

  private prepareNormals(): void {
    edgeNormals(this.corners, this.normals)
    for (let side = 0; side < 4; side++) {
      let floor = 1
      for (let corner = 0; corner < 4; corner++)
        floor = Math.min(floor, dotAt(this.normals, side, this.corners, corner))
      this.floors[side] = Math.max(-1, floor - this.bulge)
    }
    this.hasNormals = true
  }
}
