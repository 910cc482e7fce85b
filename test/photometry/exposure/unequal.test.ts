import { describe, expect, test } from 'vitest'
import { expectedCcdScatterMag } from '../../../src/photometry/exposure/expected.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import { sceneOf } from './scene.js'

/** A camera of a few CCDs whose gains were never made equal: 60 mmag from one to another. */
const SCATTER = 0.06
const camera = { pattern: SCATTER, sparse: [], bad: {}, cloud: {}, error: [0.003, 0.005] as const }
const known = { expectedCcdScatterMag: SCATTER }

describe('CCDs that are not on one scale, of a camera that says so', () => {
  test.each([[[3, 4]], [[3, 4, 5]], [[3, 4, 5, 6]], [[1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]]])(
    '%j: none is suspect or shrunk, and errors are right',
    (ccds) => {
      const pulls: number[] = []
      let suspects = 0
      for (let seed = 1; seed <= 40; seed++) {
        const scene = sceneOf(seed, { ...camera, ccds })
        const solution = solveExposure(scene.ccds, known)
        if (solution.suspect) suspects++
        for (const { ccd, zeropoint, zeropointErr, ownFraction } of solution.ccds) {
          expect(ownFraction).toBeGreaterThan(0.9)
          pulls.push((zeropoint! - scene.truth.get(ccd)!) / zeropointErr!)
        }
      }
      // Normal deviates of four times the expected scatter do not come in 40 exposures.
      expect(suspects).toBe(0)
      const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
      expect(rms).toBeGreaterThan(0.85)
      expect(rms).toBeLessThan(1.15)
    },
  )

  test('a CCD without stars borrows with an error that holds', () => {
    const pulls: number[] = []
    for (let seed = 1; seed <= 60; seed++) {
      const scene = sceneOf(seed, { ...camera, ccds: [1, 3, 4, 5, 6, 7, 8, 9] })
      const empty = scene.ccds.map((ccd) => (ccd.ccd === 5 ? { ...ccd, zeropoint: null, zeropointErr: null } : ccd))
      const borrowed = solveExposure(empty, known).ccds.find(({ ccd }) => ccd === 5)!
      expect(borrowed.zeropointErr).toBeGreaterThan(0.03)
      pulls.push((borrowed.zeropoint! - scene.truth.get(5)!) / borrowed.zeropointErr!)
    }
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
    // The prediction is Student's, and the scatter normal here: on the safe side.
    expect(rms).toBeGreaterThan(0.5)
    expect(rms).toBeLessThan(1.1)
  })
})

test('of an exposure the largest scatter that a camera states counts, else that of DECam', () => {
  const ccd = (ccdScatterMag?: number) => ({ diagnostics: ccdScatterMag === undefined ? {} : { ccdScatterMag } })
  expect(expectedCcdScatterMag([ccd(), ccd()])).toBe(0.005)
  expect(expectedCcdScatterMag([ccd(0.02), ccd(0.1), ccd()])).toBe(0.1)
})
