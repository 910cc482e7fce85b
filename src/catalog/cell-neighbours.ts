import { corners, nestedIndex } from '../healpix/index.js'
import { faceCellOf, nestedNumber } from '../healpix/nested.js'

/** Every corner is looked round in this many directions; the sharpest corner of a cell is wider than 45 deg. */
const LOOKS = 12
/** How far from the corner, in sides of a cell. */
const LOOK_DISTANCE = 0.02

/** The seven or eight cells that share an edge or a corner with a NESTED cell (order 0-24; at order 0 six to eight). */
export function neighbourCells(order: number, cell: number): number[] {
  const { face, x, y } = faceCellOf(order, cell)
  const last = 2 ** order - 1
  if (x > 0 && x < last && y > 0 && y < last) {
    const found: number[] = []
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) if (dx !== 0 || dy !== 0) found.push(nestedNumber(order, face, x + dx, y + dy))
    return found
  }
  return cellsRoundCorners(order, cell)
}

/** Across the edges of base cells: whatever cells meet at the four corners. */
function cellsRoundCorners(order: number, cell: number): number[] {
  const shape = corners(order, cell)
  const distanceDeg = (58.6 / 2 ** order) * LOOK_DISTANCE
  const found = new Set<number>()
  for (let corner = 0; corner < 4; corner++) {
    for (let look = 0; look < LOOKS; look++) {
      const { raDeg, decDeg } = besides(
        shape.raDeg[corner]!,
        shape.decDeg[corner]!,
        distanceDeg,
        (2 * Math.PI * (look + 0.5)) / LOOKS,
      )
      found.add(nestedIndex(order, raDeg, decDeg))
    }
  }
  found.delete(cell)
  return [...found]
}

/** The place at a distance from another, in a direction counted from north through east. */
function besides(raDeg: number, decDeg: number, distanceDeg: number, angle: number): { raDeg: number; decDeg: number } {
  const rad = Math.PI / 180
  const [sin, cos] = [Math.sin(decDeg * rad), Math.cos(decDeg * rad)]
  const [sinD, cosD] = [Math.sin(distanceDeg * rad), Math.cos(distanceDeg * rad)]
  const z = sin * cosD + cos * sinD * Math.cos(angle)
  const x = cos * cosD - sin * sinD * Math.cos(angle)
  const y = sinD * Math.sin(angle)
  return { raDeg: raDeg + Math.atan2(y, x) / rad, decDeg: Math.atan2(z, Math.hypot(x, y)) / rad }
}
