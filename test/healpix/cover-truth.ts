import { expect } from 'vitest'
import { containsCell, nestedIndex, type CellRanges } from '../../src/healpix/index.js'
import { faceCellOf } from '../../src/healpix/nested.js'
import { skyOf } from '../../src/healpix/projection.js'
import { toSky, toVector, type Vec } from './sphere.js'

/** Cells that hold any of the points: what a cover must not miss. */
export function cellsOfPoints(order: number, points: Iterable<Vec>): Set<number> {
  const cells = new Set<number>()
  for (const point of points) {
    const { raDeg, decDeg } = toSky(point)
    cells.add(nestedIndex(order, raDeg, decDeg))
  }
  return cells
}

export function expectCovered(cover: CellRanges, points: Iterable<Vec>, label: string): void {
  for (const point of points) {
    const { raDeg, decDeg } = toSky(point)
    if (!containsCell(cover, nestedIndex(cover.order, raDeg, decDeg)))
      expect.fail(`${label}: the cell of RA ${raDeg} Dec ${decDeg} is missing`)
  }
}

/** Whether any of n x n points of a cell, its sides among them, passes a test. */
export function anyPointOfCell(order: number, cell: number, n: number, test: (point: Vec) => boolean): boolean {
  const { face, x, y } = faceCellOf(order, cell)
  const nside = 2 ** order
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const { raDeg, decDeg } = skyOf(face, (x + i / (n - 1)) / nside, (y + j / (n - 1)) / nside)
      if (test(toVector(raDeg, decDeg))) return true
    }
  }
  return false
}
