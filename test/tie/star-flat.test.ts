import { expect, test } from 'vitest'
import type { StarFlat } from '../../src/tie/result.js'
import { tieExposures } from '../../src/tie/tie-exposures.js'
import { rms } from './judge-tie.js'
import { simulateTie, type SkyPlan } from './simulated-sky.js'

const PLAN: SkyPlan = {
  seed: 4,
  exposures: 6,
  rowsAndColumns: [4, 4, 4, 3],
  ditherDeg: 0.2,
  starsPerDeg2: 8000,
  referencesPerDeg2: 1500,
}

const cellsOf = ({ grid }: StarFlat) => {
  const { columns, lines } = grid!
  return Array.from(
    { length: columns * lines },
    (_, cell) => [((cell % columns) + 0.5) / columns - 0.5, (Math.floor(cell / columns) + 0.5) / lines - 0.5] as const,
  )
}

/** Values less what runs along both axes, which no dither tells. */
function withoutSlopes(values: readonly number[], cells: readonly (readonly [number, number])[]): number[] {
  const left = [...values]
  for (const axis of [0, 1] as const) {
    const square = cells.reduce((sum, at) => sum + at[axis] ** 2, 0)
    const slope = left.reduce((sum, value, i) => sum + value * cells[i]![axis], 0) / square
    cells.forEach((at, i) => (left[i]! -= slope * at[axis]))
  }
  return left
}

test('the map is what was put in, within its errors; its mean is 0', () => {
  const sim = simulateTie(PLAN)
  const { starFlats } = tieExposures(sim.input, { starFlat: true })
  expect(starFlats).toHaveLength(15)
  const off: number[] = []
  const truth: number[] = []
  const pulls: number[] = []
  for (const flat of starFlats) {
    const cells = cellsOf(flat)
    expect([flat.grid!.columns, flat.grid!.lines]).toEqual([32, 16])
    expect(flat.map.reduce((sum, value) => sum + value, 0) / flat.map.length).toBeCloseTo(0, 12)
    const own = withoutSlopes(
      cells.map(([s, t]) => sim.patterns[flat.ccd - 1]!(s, t)),
      cells,
    )
    const found = withoutSlopes([...flat.map], cells)
    truth.push(...own)
    off.push(...own.map((value, i) => found[i]! - value))
    pulls.push(...own.map((value, i) => (found[i]! - value) / flat.mapErr[i]!))
  }
  expect(rms(off)).toBeLessThan(0.4 * rms(truth))
  expect(rms(pulls)).toBeGreaterThan(0.6)
  expect(rms(pulls)).toBeLessThan(1.5)
})

test('no slope runs over the focal plane in the maps', () => {
  const { input } = simulateTie(PLAN)
  const { starFlats } = tieExposures(input, { starFlat: true })
  const slopes = starFlats.map((flat) => cellsOf(flat).reduce((sum, [s], i) => sum + s * flat.map[i]!, 0))
  const scale = rms(starFlats.map((flat) => rms([...flat.map]))) * starFlats[0]!.map.length
  // Cells know the polynomials to a percent.
  expect(Math.abs(slopes.reduce((sum, slope) => sum + slope, 0))).toBeLessThan(0.02 * scale)
  expect(rms(slopes)).toBeGreaterThan(0.02 * scale)
})

test('there is none of four exposures, of exposures without dithers, nor unless it is asked for', () => {
  const few = { ...PLAN, rowsAndColumns: [2, 2], starsPerDeg2: 4000 }
  expect(tieExposures(simulateTie({ ...few, exposures: 4 }).input, { starFlat: true }).starFlats).toEqual([])
  const fixed = simulateTie({ ...few, ditherDeg: 0, referencesPerDeg2: 200 })
  expect(tieExposures(fixed.input, { starFlat: true }).starFlats).toEqual([])
  expect(tieExposures(simulateTie(few).input).starFlats).toEqual([])
})
