import { expect, test } from 'vitest'
import { chipExtent, ccdPlaces } from '../../src/report/focal-geometry.js'
import { fromTangentPlane } from '../../src/math/sphere.js'
import { DECAM_PLANE } from '../support/cameras.js'

/** A CCD of some camera: its corners, in degrees from a pointing across RA 0. */
function cornersAt(east: number, north: number, half: number) {
  const at = [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
  ].map(([x, y]) => fromTangentPlane(east + x!, north + y!, { raDeg: 0.01, decDeg: -40 }))
  return { raDeg: at.map(({ raDeg }) => raDeg), decDeg: at.map(({ decDeg }) => decDeg) }
}

test('CCDs of any camera are where their corners are, whatever their numbers', () => {
  const places = ccdPlaces([1, 2, 77], {
    corners: { 1: cornersAt(-0.2, 0, 0.09), 2: cornersAt(0.2, 0, 0.09), 77: cornersAt(0, 0.2, 0.09) },
  })
  const [one, two, last] = [1, 2, 77].map((ccd) => places.get(ccd)!)
  // The tangent plane is at the middle of all corners, 0.07 degrees north of that of the corners: 1e-5 degrees.
  expect(two!.eastDeg - one!.eastDeg).toBeCloseTo(0.4, 4)
  expect(last!.northDeg - one!.northDeg).toBeCloseTo(0.2, 4)
  expect(one!.outline).toHaveLength(4)
  expect(one!.outline[1]![0] - one!.outline[0]![0]).toBeCloseTo(0.18, 4)
})

test("DECam's layout is that of its corners on the sky", () => {
  const ccds = DECAM_PLANE.ccds.map(({ ccd }) => ccd)
  const corners = Object.fromEntries(
    ccds.map((ccd) => [ccd, DECAM_PLANE.ccdOnSky(ccd, { raDeg: 359.9, decDeg: 20 }).corners]),
  )
  const [known, measured] = [ccdPlaces(ccds, { plane: DECAM_PLANE }), ccdPlaces(ccds, { corners })]
  for (const ccd of ccds) {
    expect(Math.abs(measured.get(ccd)!.eastDeg - known.get(ccd)!.eastDeg), String(ccd)).toBeLessThan(2e-4)
    expect(Math.abs(measured.get(ccd)!.northDeg - known.get(ccd)!.northDeg), String(ccd)).toBeLessThan(2e-4)
  }
})

test('CCDs without a place are in rows below the others', () => {
  const places = ccdPlaces([3, 4, 5], { corners: { 3: cornersAt(0, 0, 0.1) } })
  expect(places.get(4)!.northDeg).toBeLessThan(places.get(3)!.northDeg - 0.3)
  expect(places.get(5)!.eastDeg).toBeGreaterThan(places.get(4)!.eastDeg)
  expect(ccdPlaces([900], { plane: DECAM_PLANE }).get(900)!.northDeg).toBeLessThan(-1)
  const strangers = ccdPlaces([1, 2, 8], {})
  const corners = [...strangers.values()].map(({ outline }) => outline[0]!.join())
  expect(new Set(corners).size).toBe(3)
})

test("a chip is as large as the camera's, or as its stars tell", () => {
  const stars = [{ x: Float64Array.of(10, NaN, 1003), y: Float64Array.of(1100, 2, 3) }]
  expect(chipExtent(DECAM_PLANE, stars)).toEqual([2048, 4096])
  expect(chipExtent(undefined, stars)).toEqual([1024, 1280])
  expect(chipExtent(undefined, [])).toEqual([256, 256])
})
