import type { FaceCell } from './nested.js'
import { maxCellRadiusRad } from './order.js'
import { skyOf } from './projection.js'
import { ringPositionOf, ringShape } from './ring.js'

/** Half the length of a full ring, as healpy 1.16.1 has it: measured by turning a disc in steps of 1e-16 rad. */
const HALF_TURN = Math.PI - 1e-15

/**
 * Cells that healpy's RING `query_disc` leaves out though the disc may overlap them.
 *
 * If a whole ring lies within radius + R(nside) of the disc's centre, but not within radius + R(nside x fact) with
 * the pole between, healpy takes the ring's cells from half a turn west to half a turn east of the disc's centre, each
 * less 1e-15 rad. A cell centred exactly opposite in right ascension falls into the gap. It takes a disc near a pole
 * (or a very large one) at a right ascension such as 45 or 135, and is kept for the sake of equal answers. As it hangs
 * on the last bit of the right ascension, equality is certain only for multiples of 45 degrees.
 */
export class OppositeCells {
  private readonly raRad: number
  private readonly polarRad: number
  private readonly reachRad: number
  private readonly closedRad: number

  constructor(
    raDeg: number,
    decDeg: number,
    radiusDeg: number,
    private readonly nside: number,
    fact: number,
  ) {
    const polar = Math.PI / 2 - decDeg * (Math.PI / 180)
    const ra = raDeg * (Math.PI / 180)
    const radius = radiusDeg * (Math.PI / 180)
    // By way of the vector, as healpy is given it: the last bit matters here.
    const angle = Math.atan2(Math.sin(polar) * Math.sin(ra), Math.sin(polar) * Math.cos(ra))
    this.raRad = angle < 0 ? angle + 2 * Math.PI : angle
    this.polarRad = polar
    this.reachRad = radius + maxCellRadiusRad(nside)
    this.closedRad = radius + maxCellRadiusRad(nside * fact)
  }

  /** Whether the cell is one that healpy leaves out. */
  leavesOut(cell: FaceCell): boolean {
    const { decDeg } = skyOf(cell.face, (cell.x + 0.5) / this.nside, (cell.y + 0.5) / this.nside)
    const overNorth = (90 - decDeg) * (Math.PI / 180) + this.polarRad
    const overPole = Math.min(overNorth, 2 * Math.PI - overNorth)
    if (overPole > this.reachRad || overPole <= this.closedRad) return false
    const { ring, position } = ringPositionOf(this.nside, cell)
    const { length, halfShift } = ringShape(this.nside, ring)
    const perRad = length * (1 / (2 * Math.PI))
    const first = Math.ceil(perRad * (this.raRad - HALF_TURN) - halfShift / 2)
    const last = Math.floor(perRad * (this.raRad + HALF_TURN) - halfShift / 2)
    return (position - first + 2 * length) % length > last - first
  }
}
