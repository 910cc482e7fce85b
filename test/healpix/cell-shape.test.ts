import { expect, test } from 'vitest'
import { CellShape } from '../../src/healpix/cell-shape.js'
import { maxCellRadiusRad } from '../../src/healpix/order.js'
import { vectorOf } from '../../src/healpix/projection.js'
import { chordAt, distanceToSegment } from '../../src/healpix/vector.js'
import { seededRandom } from '../../src/math/random.js'

/** Cells anywhere, at the poles, and on the borders of the caps. */
function* cells(count: number) {
  const random = seededRandom(41)
  for (let run = 0; run < count; run++) {
    const order = random.below(15)
    const nside = 2 ** order
    const face = random.below(12)
    const near = () => Math.floor(nside * (1 - random.uniform() ** 8))
    const x = Math.min(nside - 1, run % 3 === 0 ? random.below(nside) : near())
    const y = Math.min(nside - 1, run % 3 === 0 ? random.below(nside) : run % 3 === 1 ? near() : nside - 1 - x)
    yield run % 2 && face >= 8
      ? { order, nside, face, x: nside - 1 - x, y: nside - 1 - y }
      : { order, nside, face, x, y }
  }
}

test('the sides keep to the bounds that the covers rely on', () => {
  const shape = new CellShape()
  const grid = new Float64Array(27)
  const point = new Float64Array(3)
  const centre = new Float64Array(3)
  let tightest = 0
  for (const { order, nside, face, x, y } of cells(4000)) {
    for (let k = 0; k < 4; k++)
      vectorOf(face, (x + (k & 1)) / nside, (y + (k >> 1)) / nside, grid, 3 * ((k & 1) + 3 * (k >> 1)))
    shape.take(order, face, x, y, 0, grid, 0, 0)
    vectorOf(face, (x + 0.5) / nside, (y + 0.5) / nside, centre)
    const radiusChord = 2 * Math.sin(maxCellRadiusRad(nside) / 2)
    for (let side = 0; side < 4; side++) {
      for (let along = 0.05; along < 1; along += 0.05) {
        const right = [1 - along, 0, along, 1][side]!
        const up = [1, 1 - along, 0, along][side]!
        vectorOf(face, (x + right) / nside, (y + up) / nside, point)
        const away = distanceToSegment(point, 0, shape.corners, side, (side + 1) & 3)
        const label = `order ${order} face ${face} x ${x} y ${y} side ${side}`
        if (away > shape.bulge) expect.fail(`${label}: ${away} from the chord, bound ${shape.bulge}`)
        if (chordAt(point, 0, centre, 0) > radiusChord * (1 + 1e-9)) expect.fail(`${label}: outside the radius`)
        if (order < 10) tightest = Math.max(tightest, away / shape.bulge)
      }
    }
  }
  // A bound ten times too wide would hold too, and cost cells.
  expect(tightest).toBeGreaterThan(0.4)
})
