import { ROUNDING, type CellShape } from './cell-shape.js'
import { coverRegion, type Region, type Relation } from './cover.js'
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
  if (!(radiusDeg >= 0 && radiusDeg < Infinity))
    throw new RangeError(`radius ${radiusDeg}: an angle of 0 degrees or more is needed`)
}

/**
 * A disc of at most a hemisphere, or all but one. It is where the sphere meets a ball round the disc's centre, so that
 * its tests are on straight chords; near a half turn a chord says little, so a larger disc is judged by what it leaves
 * free.
 */
class Disc implements Region {
  readonly capCentre: Float64Array
  readonly capChord: number
  private readonly ballCentre: Float64Array
  private readonly ballChord: number
  private readonly isLarge: boolean

  constructor(raDeg: number, decDeg: number, radiusDeg: number) {
    const chordOf = (angleDeg: number) => 2 * Math.sin((angleDeg * Math.PI) / 360)
    this.isLarge = radiusDeg > 90
    this.capCentre = unitVectors([raDeg], [decDeg])
    this.capChord = radiusDeg >= 180 ? 2 : chordOf(radiusDeg) + ROUNDING
    this.ballCentre = this.isLarge ? this.capCentre.map((part) => -part) : this.capCentre
    this.ballChord = this.isLarge ? chordOf(180 - Math.min(180, radiusDeg)) - ROUNDING : this.capChord
  }

  relationTo(shape: CellShape): Relation {
    const relation = this.relationToBall(shape)
    if (!this.isLarge || relation === 'partial') return relation
    return relation === 'inside' ? 'outside' : 'inside'
  }

  private relationToBall(shape: CellShape): Relation {
    let farthest = 0
    let nearest = 2
    for (let corner = 0; corner < 4; corner++) {
      const chord = chordAt(shape.corners, corner, this.ballCentre, 0)
      farthest = Math.max(farthest, chord)
      nearest = Math.min(nearest, chord)
    }
    // The sides lie in the ball; so does the cell, as the disc of a ball that is not large leaves no hole in it.
    if (farthest + shape.bulge <= this.ballChord) return 'inside'
    if (nearest <= this.ballChord) return 'partial'
    let centreInside = true
    for (let side = 0; side < 4; side++) {
      if (shape.sideSeparates(side, this.ballCentre, 0)) centreInside = false
      nearest = Math.min(nearest, distanceToSegment(this.ballCentre, 0, shape.corners, side, (side + 1) & 3))
    }
    return !centreInside && nearest > this.ballChord + shape.bulge ? 'outside' : 'partial'
  }
}
