import { corners, nestedCentre, nestedIndex } from '../healpix/index.js'
import { faceCellOf, nestedNumber } from '../healpix/nested.js'
import { directionOf, normalized, sum, scaled, unitVector } from '../math/sphere.js'

/**
 * The up to eight cells round a NESTED cell. Within a base cell exact; across its edges the cells that the mirrored centre falls in,
 * which at the poles of the grid may leave out one that only a corner touches.
 */
export function neighbourCells(order: number, cell: number): number[] {
  const { face, x, y } = faceCellOf(order, cell)
  const last = 2 ** order - 1
  if (x > 0 && x < last && y > 0 && y < last) {
    const found: number[] = []
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) if (dx !== 0 || dy !== 0) found.push(nestedNumber(order, face, x + dx, y + dy))
    return found
  }
  return mirroredNeighbours(order, cell)
}

function mirroredNeighbours(order: number, cell: number): number[] {
  const { raDeg, decDeg } = nestedCentre(order, cell)
  const centre = unitVector(raDeg, decDeg)
  const shape = corners(order, cell)
  const vertices = Array.from({ length: 4 }, (_, i) => unitVector(shape.raDeg[i]!, shape.decDeg[i]!))
  const found = new Set<number>()
  for (const [i, vertex] of vertices.entries()) {
    for (const through of [vertex, normalized(sum(vertex, vertices[(i + 1) % 4]!))]) {
      const mirrored = directionOf(normalized(sum(scaled(through, 2), scaled(centre, -1))))
      found.add(nestedIndex(order, mirrored.raDeg, mirrored.decDeg))
    }
  }
  found.delete(cell)
  return [...found]
}
