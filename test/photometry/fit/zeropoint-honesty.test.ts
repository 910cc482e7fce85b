import { expect, test } from 'vitest'
import { fitZeropoint } from '../../../src/photometry/fit/zeropoint.js'
import { score, type Field, type Recipe } from './recipe.js'

// Bars hold for endless trials; here they are loosened by two of their own standard errors (RMS and pull: 1/sqrt(2k),
// bias: RMS/sqrt(k), coverage: binomial).
const TRIALS = process.env['BLISS_SOAK'] ? 700 : 250

function fitted(field: Field): { zeropoint: number; zeropointErr: number } {
  const fit = fitZeropoint(field)
  if (fit.outcome !== 'fitted') throw new Error(fit.reason)
  return fit
}

interface Bar {
  readonly n: number
  readonly f: number
  readonly rms?: number
  readonly bias: number
  readonly pull: readonly [number, number]
  readonly coverage: readonly [number, number]
  readonly efficiency?: number
}

function judge(bar: Bar, seed: number, recipe: Recipe = {}): void {
  const found = score(fitted, bar.n, bar.f, TRIALS, seed, recipe)
  const relative = 2 / Math.sqrt(2 * found.trials)
  const binomial = 2 * Math.sqrt((0.68 * 0.32) / found.trials)
  if (bar.rms !== undefined) expect(found.rmsMmag).toBeLessThanOrEqual(bar.rms * (1 + relative))
  expect(Math.abs(found.biasMmag)).toBeLessThanOrEqual(bar.bias + (2 * found.rmsMmag) / Math.sqrt(found.trials))
  expect(found.pull).toBeGreaterThanOrEqual(bar.pull[0] * (1 - relative))
  expect(found.pull).toBeLessThanOrEqual(bar.pull[1] * (1 + relative))
  expect(found.coverage68).toBeGreaterThanOrEqual(bar.coverage[0] - binomial)
  expect(found.coverage68).toBeLessThanOrEqual(bar.coverage[1] + binomial)
  if (bar.efficiency !== undefined) expect(found.efficiency).toBeGreaterThanOrEqual(bar.efficiency * (1 - 2 * relative))
}

const pull = [0.95, 1.08] as const
const coverage = [0.65, 0.72] as const

test.each<Bar>([
  { n: 5, f: 0, bias: 0.3, pull: [0.9, 1.1], coverage: [0.65, 0.74] },
  { n: 5, f: 0.1, bias: 1, pull: [0.9, 1.1], coverage: [0.65, 0.74] },
  { n: 10, f: 0, bias: 0.3, pull, coverage, efficiency: 0.93 },
  { n: 10, f: 0.1, rms: 7, bias: 1, pull, coverage },
  { n: 30, f: 0.1, bias: 0.5, pull, coverage },
  { n: 100, f: 0, bias: 0.1, pull, coverage, efficiency: 0.95 },
  { n: 100, f: 0.1, rms: 2, bias: 0.5, pull, coverage },
  { n: 100, f: 0.25, rms: 2.5, bias: 1, pull, coverage },
  { n: 100, f: 0.45, rms: 3.3, bias: 2, pull: [0.9, 1.12], coverage: [0.63, 0.74] },
])('the recipe, $n stars, $f of them bad: efficient and honest', (bar) => {
  judge(bar, 20260 + bar.n + Math.round(1000 * bar.f))
})

test.each<[string, Recipe]>([
  ['blends of the other sign', { blendSign: -1 }],
  ['blends of either sign', { blendSign: 0 }],
  ['20 mmag of scatter', { scatterMag: 0.02 }],
  ['40 mmag of scatter', { scatterMag: 0.04 }],
  ['errors twice as large', { errorScale: 2 }],
  ['errors a third as large', { errorScale: 0.33 }],
])('not made for the recipe (100 stars, a tenth bad): %s', (_, recipe) => {
  judge(
    {
      n: 100,
      f: 0.1,
      bias: 0.05 * 10 * Math.max(1, (recipe.scatterMag ?? 0.01) / 0.01),
      pull: [0.93, 1.1],
      coverage: [0.64, 0.73],
    },
    77,
    recipe,
  )
})

test('no scatter at all: never overconfident, and within a quarter of the truth of the error', () => {
  judge({ n: 100, f: 0.1, bias: 0.3, pull: [0.75, 1.05], coverage: [0.65, 0.85] }, 78, { scatterMag: 0 })
})

test('few stars whose scatter is far from the expected one: the error is low by less than half', () => {
  judge({ n: 10, f: 0.1, bias: 1.5, pull: [0.9, 1.55], coverage: [0.53, 0.72] }, 79, { scatterMag: 0.04 })
})

test('knowledge of each star helps: 45 % bad, bias within 1 mmag and the error within 10 %', () => {
  const informed = (field: Field) => {
    const inlierPrior = Float64Array.from(field.isOutlier, (bad, i) => (bad ? 0.3 : 0.75) + 0.1 * Math.sin(i))
    const fit = fitZeropoint({ ...field, inlierPrior })
    if (fit.outcome !== 'fitted') throw new Error(fit.reason)
    return fit
  }
  const found = score(informed, 100, 0.45, TRIALS, 80)
  const blind = score(fitted, 100, 0.45, TRIALS, 80)
  expect(Math.abs(found.biasMmag)).toBeLessThanOrEqual(1)
  expect(found.rmsMmag).toBeLessThan(blind.rmsMmag)
  expect(found.pull).toBeGreaterThan(0.9)
  expect(found.pull).toBeLessThan(1.1)
})

test('without any errors the scatter alone carries them: honest from ten stars on', () => {
  const blind = ({ refMag, instMag }: Field) => {
    const fit = fitZeropoint({ refMag, instMag })
    if (fit.outcome !== 'fitted') throw new Error(fit.reason)
    return fit
  }
  for (const n of [10, 30, 100]) {
    const found = score(blind, n, 0.1, 400, 81 + n)
    expect(found.pull).toBeGreaterThan(0.9)
    expect(found.pull).toBeLessThan(1.15)
  }
})
