import { expect, test } from 'vitest'
import { cholesky } from '../../src/math/positive-definite.js'
import { seededRandom } from '../../src/math/random.js'
import { likeliestPrior } from '../../src/tie/flat-prior.js'
import { FLAT_POWERS } from '../../src/tie/flat-terms.js'
import { modeCovariance } from '../../src/tie/smooth-pattern.js'

const TERMS = FLAT_POWERS.length
const MODES = { modes: TERMS, powers: FLAT_POWERS }
const EXPECTED = 0.004 ** 2

/** Equations of CCDs whose patterns are smooth fields of one scale, each term measured with an error of its own. */
function equationsOf(scale: number, rms: number, err: number, ccds = 6) {
  const random = seededRandom(5)
  const factor = modeCovariance(MODES, scale, 1e-9)
  cholesky(factor, TERMS)
  let within = 0
  const equations = Array.from({ length: ccds }, () => {
    const noise = Float64Array.from({ length: TERMS }, () => random.normal())
    const matrix = new Float64Array(TERMS * TERMS)
    const right = new Float64Array(TERMS)
    for (let m = 0; m < TERMS; m++) {
      let term = 0
      for (let k = 0; k <= m; k++) term += rms * factor[m * TERMS + k]! * noise[k]!
      within += term ** 2 / ccds
      matrix[m * (TERMS + 1)] = err ** -2
      right[m] = (term + err * random.normal()) / err ** 2
    }
    return { matrix, right }
  })
  return { equations, within }
}

test('the variance of patterns is found, coarse or fine', () => {
  for (const scale of [0.07, 0.13, 0.25]) {
    const { equations, within } = equationsOf(scale, 0.004, 0.0005)
    const prior = likeliestPrior(equations, EXPECTED)
    expect(prior.within / within, `scale ${scale}`).toBeGreaterThan(0.75)
    expect(prior.within / within, `scale ${scale}`).toBeLessThan(1.35)
  }
})

test('what is finer than the terms is in the errors of fine patterns only', () => {
  const fine = likeliestPrior(equationsOf(0.04, 0.004, 0.0005).equations, EXPECTED)
  const coarse = likeliestPrior(equationsOf(0.16, 0.004, 0.0005).equations, EXPECTED)
  expect(Math.sqrt(fine.beyond)).toBeGreaterThan(0.001)
  expect(Math.sqrt(coarse.beyond)).toBeLessThan(0.0003)
})

test('without a pattern the terms are held to nothing', () => {
  const { within, beyond } = likeliestPrior(equationsOf(0.16, 0, 0.0005).equations, EXPECTED)
  // Six CCDs know a variance of a few coarse terms no better than that: the terms' own errors are 0.5 mmag each.
  expect(Math.sqrt(within + beyond)).toBeLessThan(0.001)
})
