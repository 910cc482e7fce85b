import { ROUNDING, type CellShape } from './cell-shape.js'
import { coverRegion, type Region } from './cover.js'
import { checkDirection } from './projection.js'
import type { CellRanges } from './ranges.js'
import { chordAt, distanceToSegment, unitVectors } from './vector.js'

/**
 * NESTED cells that meet a disc: no cell that overlaps it is ever missing, and one is too many only by rounding and
 * the curvature of the cell's own sides.
 *
 * @param order 0-24
 * @param radiusDeg 0 or more; 180 and beyond is the whole sky
 * @throws RangeError for another order, radius or direction
 */
export function discCover(order: number, raDeg: number, decDeg: number, radiusDeg: number): CellRanges {
  checkDirection(raDeg, decDeg)
  checkRadius(radiusDeg)
  return coverRegion(order, new Disc(raDeg, decDeg, radiusDeg))
}

/** Throws RangeError unless the radius is 0 or more. */
export function checkRadius(radiusDeg: number): void {
  if (!(radiusDeg >= 0 && radiusDeg < Infinity)) throw new RangeError(`radius ${radiusDeg}: an angle of 0 degrees or more is needed`)
}

/** The disc is where the sphere meets a ball round the disc's centre, so that its tests are on straight chords. */
class Disc implements Region {
  readonly capCentre: Float64Array
  readonly capChord: number
  private readonly antipode: Float64Array

  constructor(raDeg: number, decDeg: number, radiusDeg: number) {
    this.capCentre = unitVectors([raDeg], [decDeg])
    this.capChord = radiusDeg >= 180 ? 3 : 2 * Math.sin((radiusDeg * Math.PI) / 360) + ROUNDING
    this.antipode = this.capCentre.map((part) => -part)
  }

  relationTo(shape: CellShape): 'outside' | 'inside' | 'partial' {
    if (this.capChord > 2) return 'inside'
    let farthest = 0
    for (let corner = 0; corner < 4; corner++) farthest = Math.max(farthest, chordAt(shape.corners, corner, this.capCentre, 0))
    // The sides lie in the ball; the cell does too unless it holds the point opposite to the disc's centre.
    if (farthest + shape.bulge <= this.capChord && chordAt(shape.centre, 0, this.antipode, 0) > shape.radiusChord) return 'inside'
    if (farthest <= this.capChord) return 'partial'
    let centreInside = true
    let nearest = Infinity
    for (let side = 0; side < 4; side++) {
      if (shape.sideSeparates(side, this.capCentre, 0)) centreInside = false
      nearest = Math.min(nearest, distanceToSegment(this.capCentre, 0, shape.corners, side, (side + 1) & 3))
    }
    return !centreInside && nearest > this.capChord + shape.bulge ? 'outside' : 'partial'
  }
}
