import { checkRadius } from './disc-cover.js'
import { nestedNumber } from './nested.js'
import { checkOrder, MAX_NUMBER_ORDER, maxCellRadiusRad, type Scheme } from './order.js'
import { checkDirection, vectorOf } from './projection.js'
import { OppositeCells } from './opposite-cells.js'
import { ringNumber, ringPositionOf } from './ring.js'
import { chordAt, unitVectors } from './vector.js'

/**
 * The pixels that healpy's `query_disc(nside, vec, radius, inclusive=True, fact=fact)` returns, ascending: the cells
 * that meet a disc and, as there, some that do not. For a tight cover see `discCover`.
 *
 * The rule was found by comparison with healpy 1.16.1. With R(n) the largest angle from centre to corner at nside n, a
 * cell is in when the centre of one of its fact x fact parts lies within radius + R(nside x fact) and
 * - RING: its own centre lies within radius + R(nside), and it is not one of the cells that `OppositeCells` tells;
 * - NESTED: so does, each with the R of its own order, the centre of every cell of the tree from base cell to part.
 *
 * @param order 0-24
 * @param radiusDeg 0 or more
 * @param fact whole number from 1; in NESTED a power of two, and the parts' order at most 24
 * @throws RangeError for another order, direction, radius or fact
 */
export function queryDiscInclusive(
  order: number,
  raDeg: number,
  decDeg: number,
  radiusDeg: number,
  fact = 4,
  scheme: Scheme = 'ring',
): number[] {
  checkOrder(order, MAX_NUMBER_ORDER)
  checkDirection(raDeg, decDeg)
  checkRadius(radiusDeg)
  if (!(Number.isInteger(fact) && fact >= 1)) throw new RangeError(`fact ${fact}: a whole number from 1 is needed`)
  const reaches = centreTest(raDeg, decDeg, (radiusDeg * Math.PI) / 180)
  if (scheme === 'nested') {
    const deeper = Math.log2(fact)
    if (!Number.isInteger(deeper))
      throw new RangeError(`fact ${fact}: in the NESTED numbering a power of two is needed`)
    checkOrder(order + deeper, MAX_NUMBER_ORDER)
    return nestedCells(order, order + deeper, reaches)
  }
  return ringCells(order, fact, reaches, new OppositeCells(raDeg, decDeg, radiusDeg, 2 ** order, fact))
}

/** Whether a point (x, y) of a face, in cells of a grid of nside, lies within radius + margin of the disc's centre. */
type CentreTest = (nside: number, face: number, x: number, y: number, marginRad: number) => boolean

function centreTest(raDeg: number, decDeg: number, radiusRad: number): CentreTest {
  const centre = unitVectors([raDeg], [decDeg])
  const point = new Float64Array(3)
  return (nside, face, x, y, marginRad) => {
    const angle = radiusRad + marginRad
    if (angle >= Math.PI) return true
    vectorOf(face, x / nside, y / nside, point)
    return chordAt(point, 0, centre, 0) <= 2 * Math.sin(angle / 2)
  }
}

/** Cells of an order whose tree, up to the base cell and down to a part, is a chain of centres near enough. */
function nestedCells(order: number, partOrder: number, reaches: CentreTest): number[] {
  const found: number[] = []
  const near = (depth: number, face: number, x: number, y: number) =>
    reaches(2 ** depth, face, x + 0.5, y + 0.5, maxCellRadiusRad(2 ** depth))
  const endsInPart = (depth: number, face: number, x: number, y: number): boolean =>
    near(depth, face, x, y) &&
    (depth === partOrder ||
      [0, 1, 2, 3].some((child) => endsInPart(depth + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1))))
  const visit = (depth: number, face: number, x: number, y: number): void => {
    if (depth === order) {
      if (endsInPart(depth, face, x, y)) found.push(nestedNumber(order, face, x, y))
    } else if (near(depth, face, x, y)) {
      for (let child = 0; child < 4; child++) visit(depth + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1))
    }
  }
  for (let face = 0; face < 12; face++) visit(0, face, 0, 0)
  return found
}

/** RING numbers of the cells with their own centre and the centre of one of their parts near enough, ascending. */
function ringCells(order: number, fact: number, reaches: CentreTest, opposite: OppositeCells): number[] {
  const nside = 2 ** order
  const margin = maxCellRadiusRad(nside)
  const partMargin = maxCellRadiusRad(nside * fact)
  const reachesPart = (face: number, x: number, y: number): boolean => {
    for (let i = 0.5; i < fact; i++) {
      for (let j = 0.5; j < fact; j++)
        if (reaches(nside * fact, face, fact * x + i, fact * y + j, partMargin)) return true
    }
    return false
  }
  const found: number[] = []
  const visit = (depth: number, face: number, x: number, y: number): void => {
    // No centre of a descendant is farther from this cell's centre than its corners are.
    const reach = depth === order ? margin : (margin + maxCellRadiusRad(2 ** depth)) * (1 + 1e-9)
    if (!reaches(2 ** depth, face, x + 0.5, y + 0.5, reach)) return
    if (depth < order) {
      for (let child = 0; child < 4; child++) visit(depth + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1))
    } else if (reachesPart(face, x, y)) {
      const cell = { face, x, y }
      if (!opposite.leavesOut(cell)) found.push(Number(ringNumber(nside, ringPositionOf(nside, cell))))
    }
  }
  for (let face = 0; face < 12; face++) visit(0, face, 0, 0)
  return found.sort((a, b) => a - b)
}
