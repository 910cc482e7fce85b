import { expect, test } from 'vitest'
import { stepEvidence } from '../../src/tie/amplifier-terms.js'
import { tieExposures } from '../../src/tie/tie-exposures.js'
import { rms } from './judge-tie.js'
import { simulateTie, type SkyPlan } from './simulated-sky.js'

const SMALL: SkyPlan = {
  seed: 1,
  exposures: 4,
  rowsAndColumns: [4, 4, 4, 3],
  ditherDeg: 0.2,
  starsPerDeg2: 8000,
  referencesPerDeg2: 1500,
}

test('amplifiers that differ have a zeropoint each, beside the pattern; those that do not have one', () => {
  const steps = new Map([
    [2, 0.012],
    [7, -0.02],
  ])
  const sim = simulateTie({ ...SMALL, stepMag: (ccd) => steps.get(ccd) ?? 0 })
  const result = tieExposures(sim.input)
  expect(result.starFlats.map(({ ccd }) => ccd)).toEqual([2, 7])
  for (const { ccd, amplifiers } of result.starFlats) {
    const { a, b, err } = amplifiers!
    expect(err).toBeLessThan(0.003)
    // Magnitudes that are too faint ask for a smaller zeropoint.
    expect(Math.abs(a - b - steps.get(ccd)!)).toBeLessThan(4 * err)
    expect(a + b).toBeCloseTo(0, 4)
  }
  const { input } = simulateTie(SMALL)
  const without = tieExposures(input)
  result.zeropoints.forEach(({ zeropoint, zeropointErr }, row) =>
    expect(Math.abs(zeropoint - without.zeropoints[row]!.zeropoint)).toBeLessThan(zeropointErr),
  )
})

test('a step that all CCDs have in common is seen from two exposures, and ratios and zeropoints are right', () => {
  const sim = simulateTie({ ...SMALL, exposures: 2, stepMag: () => 0.007 })
  const result = tieExposures(sim.input)
  expect(result.starFlats).toHaveLength(15)
  for (const { amplifiers } of result.starFlats) {
    const { a, b, err } = amplifiers!
    expect(err).toBeLessThan(0.0015)
    expect(Math.abs(a - b - 0.007)).toBeLessThan(4 * err)
  }
  const off = result.zeropoints.map(({ zeropoint }, row) => zeropoint - sim.zeropoint[row]!)
  const mean = off.reduce((sum, value) => sum + value, 0) / off.length
  expect(rms(off.map((value, row) => (value - mean) / result.zeropoints[row]!.zeropointErr))).toBeLessThan(1.6)
  expect(tieExposures(simulateTie({ ...SMALL, exposures: 2 }).input).starFlats).toEqual([])
})

test('CCDs without a step keep one zeropoint where others share one', () => {
  const sim = simulateTie({ ...SMALL, stepMag: (ccd) => (ccd <= 5 ? 0.02 : 0) })
  const { starFlats } = tieExposures(sim.input)
  expect(starFlats.map(({ ccd }) => ccd)).toEqual([1, 2, 3, 4, 5])
  for (const { amplifiers } of starFlats) {
    const { a, b, err } = amplifiers!
    expect(Math.abs(a - b - 0.02)).toBeLessThan(4 * err)
  }
})

test('nothing is asked of CCDs whose amplifiers are not known, or not alike in all exposures', () => {
  const sim = simulateTie({ ...SMALL, stepMag: () => 0.03 })
  const { ccds } = sim.input
  const moved = ccds.amplifierColumn!.map((column, row) => (ccds.exposure[row] === 0 ? column + 100 : column))
  for (const amplifierColumn of [moved, new Float64Array(ccds.ccd.length).fill(NaN)])
    expect(tieExposures({ ...sim.input, ccds: { ...ccds, amplifierColumn } }).starFlats).toEqual([])
})

test('the evidence of a step is that of Bayes: five sigma and more ask for two zeropoints', () => {
  // N(s; 0, e^2 + 10^2) over N(s; 0, e^2), s = 7, e = 1 [mmag].
  const density = (variance: number) => -0.5 * (49 / variance + Math.log(variance))
  expect(stepEvidence({ step: 0.007, stepErr: 0.001 })).toBeCloseTo(density(101) - density(1), 10)
  expect(stepEvidence({ step: 0.005, stepErr: 0.001 })).toBeLessThan(10.5)
  expect(stepEvidence({ step: 0, stepErr: 0.001 })).toBeLessThan(0)
})
