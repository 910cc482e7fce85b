import { expect, test } from 'vitest'
import { edgeDistanceArcsec } from '../../../src/exposure/ccd-shape.js'
import { seededRandom } from '../../../src/math/random.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { placesInHoles } from '../../../src/photometry/targets/hole.js'

/** A square of 0.2 deg on a side, also across RA 0. */
const squareAt = (raDeg: number, decDeg: number) => {
  const half = 0.1 / Math.cos((decDeg * Math.PI) / 180)
  return {
    raDeg: [-half, half, half, -half].map((by) => (raDeg + by + 360) % 360),
    decDeg: [decDeg - 0.1, decDeg - 0.1, decDeg + 0.1, decDeg + 0.1],
  }
}

test.each([
  [10, 0, 500],
  [0.02, -70, 300],
  [200, 40, 12],
])('places around %f, %f among %i detections: as by all distances and the law of Poisson', (raDeg, decDeg, count) => {
  const random = seededRandom(7)
  const corners = squareAt(raDeg, decDeg)
  const place = () => {
    const east = (random.uniform() - 0.5) * 0.2
    return {
      raDeg: (raDeg + east / Math.cos((decDeg * Math.PI) / 180) + 360) % 360,
      decDeg: decDeg + (random.uniform() - 0.5) * 0.2,
    }
  }
  // None in a circle of 2.4 arcmin about the middle, nor in the lower quarter.
  const detections = Array.from({ length: 4 * count }, place)
    .filter((one) => separationArcsec(one.raDeg, one.decDeg, raDeg, decDeg) > 144 && one.decDeg > decDeg - 0.05)
    .slice(0, count)
  const places = Array.from({ length: 400 }, place)
  const edges = places.map((one) => edgeDistanceArcsec(one, corners))
  const columns = (rows: readonly { raDeg: number; decDeg: number }[]) => ({
    raDeg: Float64Array.from(rows, (row) => row.raDeg),
    decDeg: Float64Array.from(rows, (row) => row.decDeg),
  })
  const areaSqArcsec = 720 ** 2
  const expected = places.map((one, k) => {
    const nearest = Math.min(
      ...detections.map((other) => separationArcsec(one.raDeg, one.decDeg, other.raDeg, other.decDeg)),
    )
    const share = edges[k]! >= nearest ? 1 : 0.25
    return Math.exp((-count * share * Math.PI * nearest ** 2) / areaSqArcsec) < 1e-6
  })
  const withNaN = columns([...detections, { raDeg: NaN, decDeg: 1 }])
  expect(placesInHoles(withNaN, columns(places), edges, corners)).toEqual(expected)
  if (count > 100) expect([expected.includes(true), expected.includes(false)]).toEqual([true, true])
})

test('without detections all is a hole', () => {
  const none = { raDeg: new Float64Array(0), decDeg: new Float64Array(0) }
  expect(placesInHoles(none, { raDeg: Float64Array.of(1), decDeg: Float64Array.of(1) }, [5], squareAt(1, 1))).toEqual([
    true,
  ])
})
