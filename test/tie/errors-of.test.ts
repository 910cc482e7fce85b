import { expect, test } from 'vitest'
import { denseErrors } from '../../src/tie/dense-errors.js'
import { tieSettings } from '../../src/tie/input.js'
import { arrangeRows } from '../../src/tie/rows.js'
import { sampledErrors } from '../../src/tie/sampled-errors.js'
import { settleByPart } from '../../src/tie/settle-by-part.js'
import { settle } from '../../src/tie/network.js'
import { glanceAt } from '../../src/tie/solve-exposures.js'
import { simulateTie } from './simulated-sky.js'

const { input } = simulateTie({
  seed: 4,
  exposures: 6,
  rowsAndColumns: [4, 4, 4],
  ditherDeg: 0.2,
  starsPerDeg2: 3000,
  referencesPerDeg2: 800,
})
const settings = tieSettings({})
const rows = arrangeRows(
  input,
  () => true,
  () => true,
  settings.expectedScatterMag,
)
const solved = () => glanceAt(input, rows, settings, {}).finish()

test('solved by part of the rows is solved', () => {
  const [whole, byPart] = [solved(), solved()]
  settle(whole)
  // 40 rows of each of 72 CCDs: about a third of all.
  expect(rows.chip.length).toBeGreaterThan(3 * 40 * rows.chips.count)
  settleByPart(byPart)
  const { layout } = whole.model
  const off = Array.from({ length: rows.chips.count }, (_, k) => whole.x[layout.chip + k]! - byPart.x[layout.chip + k]!)
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-6)
})

test('draws of the posterior tell what the inverse does', () => {
  const dense = denseErrors(solved())
  const sampled = sampledErrors(solved())
  const { count, exposureOf } = rows.chips
  const [ratios, differences]: number[][] = [[], []]
  for (let k = 0; k < count; k++) {
    ratios!.push(sampled.covariance(k, k) / dense.covariance(k, k))
    for (let l = 0; l < k; l++)
      if (exposureOf[k] !== exposureOf[l] && rows.chips.ccdOf[k] === rows.chips.ccdOf[l])
        differences!.push(sampled.ofDifference(k, l) / dense.ofDifference(k, l))
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(ratios!)).toBeGreaterThan(0.5)
  expect(mean(ratios!)).toBeLessThan(1.9)
  expect(mean(differences!)).toBeGreaterThan(0.75)
  expect(mean(differences!)).toBeLessThan(1.3)
  const near = differences!.filter((ratio) => ratio > 0.5 && ratio < 2).length / differences!.length
  expect(near).toBeGreaterThan(0.9)
})

test('draws of many exposures of one field hold the gradient that all have in common', () => {
  // Chips too many for one block of the preconditioner.
  const deep = simulateTie({ seed: 2, exposures: 26, starsPerDeg2: 6000, referencesPerDeg2: 1000 }).input
  const deepRows = arrangeRows(
    deep,
    () => true,
    () => true,
    settings.expectedScatterMag,
  )
  const { count } = deepRows.chips
  expect(count).toBeGreaterThan(1500)
  const network = glanceAt(deep, deepRows, settings, {}).finish()
  const [dense, sampled] = [denseErrors(network), sampledErrors(network)]
  const sum = ({ covariance }: typeof dense) =>
    Array.from({ length: count }, (_, k) => covariance(k, k)).reduce((all, own) => all + own)
  // 0.57 if draws are solved to 2e-3, 1.07 to 3e-4.
  expect(sum(sampled) / sum(dense)).toBeGreaterThan(0.8)
  expect(sum(sampled) / sum(dense)).toBeLessThan(1.35)
})
