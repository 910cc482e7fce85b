import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import type { CcdMatches, ExposureSolution, SolvedCcd } from '../../../src/photometry/exposure/result.js'
import { CLOUDY_CORNER, SCENE, sceneOf, type SceneOptions } from './scene.js'

const rms = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
const SEEDS = process.env['BLISS_SOAK'] ? 1000 : 100
const byNumber = (solution: ExposureSolution) => new Map(solution.ccds.map((ccd) => [ccd.ccd, ccd]))
const without = (ccds: readonly CcdMatches[], left: Readonly<Record<number, number>>) =>
  ccds.filter(({ ccd }) => !(ccd in left))

interface Entry {
  readonly ccd: number
  readonly ownError: number
  readonly error: number
  readonly pull: number
}

/** Errors against the truth over many exposures: of the CCDs' own zeropoints and of the exposure's solution. */
function survey(options: Partial<SceneOptions> = {}) {
  const entries: Entry[] = []
  const solutions: ExposureSolution[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { ccds, truth } = sceneOf(seed, options)
    const solution = solveExposure(ccds)
    solutions.push(solution)
    solution.ccds.forEach(({ ccd, zeropoint, zeropointErr }, k) => {
      const error = zeropoint! - truth.get(ccd)!
      entries.push({ ccd, ownError: ccds[k]!.zeropoint! - truth.get(ccd)!, error, pull: error / zeropointErr! })
    })
  }
  const all = { ...SCENE, ...options }
  const of = (test: (ccd: number) => boolean) => {
    const chosen = entries.filter(({ ccd }) => test(ccd))
    const own = 1000 * rms(chosen.map(({ ownError }) => ownError))
    const solved = 1000 * rms(chosen.map(({ error }) => error))
    return { own, solved, ratio: solved / own, pull: rms(chosen.map(({ pull }) => pull)) }
  }
  const groups = {
    notBad: of((ccd) => !(ccd in all.bad)),
    good: of((ccd) => !(ccd in all.bad) && !(ccd in all.cloud)),
    usual: of((ccd) => !(ccd in all.bad) && !(ccd in all.cloud) && !all.sparse.includes(ccd)),
    sparse: of((ccd) => !(ccd in all.bad) && !(ccd in all.cloud) && all.sparse.includes(ccd)),
  }
  const line = Object.entries(groups).map(
    ([name, { own, solved, ratio, pull }]) =>
      `${name} ${own.toFixed(2)} -> ${solved.toFixed(2)} mmag (${ratio.toFixed(3)}, pull ${pull.toFixed(3)})`,
  )
  return { ...groups, solutions, line: line.join('; ') }
}

/** Two standard errors of a pull RMS over this many exposures: CCDs of one share its plane and its scatter. */
const PULL_SLACK = 2 / Math.sqrt(2 * SEEDS * 20)

describe('60 CCDs, two bad, six cloudy, five sparse', () => {
  const found = survey()
  console.log(`${SEEDS} exposures: ${found.line}`)

  test('the CCDs that are not bad are better than their own zeropoints by 0.7 and more, with honest errors', () => {
    expect(found.notBad.ratio).toBeLessThan(0.7)
    expect(found.good.ratio).toBeLessThan(0.7)
    for (const { pull } of [found.notBad, found.good]) {
      expect(pull).toBeGreaterThan(0.9 - PULL_SLACK)
      expect(pull).toBeLessThan(1.1 + PULL_SLACK)
    }
  })

  test(
    'CCDs with stars enough come within a tenth of the least error, ' +
      'sqrt(1/2) where pattern and own error are alike',
    () => {
      expect(found.usual.ratio).toBeLessThan(1.1 * Math.SQRT1_2)
      // No sparse CCD may come out worse than 7 mmag: pattern, plane and what its stars add.
      expect(found.sparse.solved).toBeLessThan(7)
    },
  )

  test('bad and cloudy CCDs, and no others, are outliers with their own zeropoint and error', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { ccds } = sceneOf(seed)
      const solved = byNumber(found.solutions[seed - 1]!)
      const marked = [...solved.values()].filter(({ flag }) => flag === -1000).map(({ ccd }) => ccd)
      expect(marked).toEqual([...Object.keys(SCENE.bad), ...Object.keys(SCENE.cloud)].map(Number).sort((a, b) => a - b))
      for (const { ccd, zeropoint, zeropointErr } of ccds.filter(({ ccd }) => marked.includes(ccd))) {
        expect(solved.get(ccd)).toMatchObject({ outcome: 'fitted', zeropoint, zeropointErr, ownFraction: 1 })
        expect(solved.get(ccd)!.reason).toMatch(/^[+-]\d+ mmag off the exposure, \d+ sigma/)
      }
    }
    expect(found.solutions.every(({ suspect, nOutliers }) => !suspect && nOutliers === 8)).toBe(true)
  })

  test('no good CCD moves by 1 mmag for the bad ones, nor for the cloud', () => {
    let byBad = 0
    let byBoth = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { ccds } = sceneOf(seed)
      const solved = byNumber(found.solutions[seed - 1]!)
      const moved = (others: ExposureSolution) =>
        Math.max(
          ...others.ccds
            .filter(({ ccd }) => !(ccd in CLOUDY_CORNER))
            .map(({ ccd, zeropoint }) => 1000 * Math.abs(solved.get(ccd)!.zeropoint! - zeropoint!)),
        )
      byBad = Math.max(byBad, moved(solveExposure(without(ccds, SCENE.bad))))
      byBoth = Math.max(byBoth, moved(solveExposure(without(ccds, { ...SCENE.bad, ...SCENE.cloud }))))
    }
    console.log(
      `largest movement ${byBad.toFixed(2)} mmag by the bad CCDs, ${byBoth.toFixed(2)} by bad and cloudy ones`,
    )
    expect(byBad).toBeLessThan(1)
    expect(byBoth).toBeLessThan(1)
  })

  test('gradient and zeropoint of the exposure have honest errors', () => {
    const pulls = found.solutions.flatMap(({ gradient, zeropoint, zeropointErr }, k) => {
      const { ccds } = sceneOf(k + 1)
      const mean = (of: (ccd: CcdMatches) => number) => ccds.reduce((sum, ccd) => sum + of(ccd), 0) / ccds.length
      const middle =
        SCENE.zeropoint +
        SCENE.gradient[0] * mean(({ xiDeg }) => xiDeg) +
        SCENE.gradient[1] * mean(({ etaDeg }) => etaDeg)
      return [
        (gradient!.xiMagPerDeg - SCENE.gradient[0]) / gradient!.xiErr,
        (gradient!.etaMagPerDeg - SCENE.gradient[1]) / gradient!.etaErr,
        (zeropoint! - middle) / zeropointErr!,
      ]
    })
    const slack = 2 / Math.sqrt(2 * pulls.length)
    expect(rms(pulls)).toBeGreaterThan(0.9 - slack)
    expect(rms(pulls)).toBeLessThan(1.1 + slack)
  })
})

test.each([
  ['without sparse CCDs', { sparse: [] }, 0.8],
  ['no pattern', { pattern: 0 }, 0.35],
  ['pattern of 4 mmag', { pattern: 0.004 }, 0.7],
  ['pattern of 10 mmag', { pattern: 0.01 }, 0.95],
  ['own errors of 8 to 12 mmag', { error: [0.008, 0.012] }, 0.6],
  ['own errors of 2 to 3 mmag', { error: [0.002, 0.003] }, 0.95],
  ['0.1 mag per degree', { gradient: [0.1, -0.05] }, 0.8],
] as const)('%s: CCDs with stars enough gain, and errors are not too small', (name, options, most) => {
  const { usual, good, solutions, line } = survey(options)
  console.log(
    `${name}: ${line}; tau ` +
      `${(1000 * (solutions.reduce((sum, { ccdScatter }) => sum + ccdScatter!, 0) / SEEDS)).toFixed(2)} mmag`,
  )
  expect(usual.ratio).toBeLessThan(most)
  expect(good.pull).toBeLessThan(1.1 + PULL_SLACK)
})

describe('CCDs without stars', () => {
  const starless = (ccds: readonly CcdMatches[], numbers: readonly number[]) =>
    ccds.map((ccd) => (numbers.includes(ccd.ccd) ? { ...ccd, zeropoint: null, zeropointErr: null, nUsed: 0 } : ccd))

  test('borrow the exposure at their place, with an honest error', () => {
    const errors: number[] = []
    const pulls: number[] = []
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { ccds, truth } = sceneOf(seed)
      const solved = byNumber(solveExposure(starless(ccds, [7, 20, 45])))
      for (const ccd of [7, 20, 45]) {
        const result = solved.get(ccd)!
        expect(result).toMatchObject({ outcome: 'borrowed', flag: 1, ownFraction: 0, deviation: null })
        errors.push(result.zeropoint! - truth.get(ccd)!)
        pulls.push(errors.at(-1)! / result.zeropointErr!)
      }
    }
    const slack = 2 / Math.sqrt(2 * pulls.length)
    console.log(`borrowed: ${(1000 * rms(errors)).toFixed(2)} mmag, pull ${rms(pulls).toFixed(3)}`)
    // Pattern 5 mmag, plane 1 to 2.
    expect(1000 * rms(errors)).toBeLessThan(6)
    expect(rms(pulls)).toBeGreaterThan(0.9 - slack)
    expect(rms(pulls)).toBeLessThan(1.1 + slack)
  })

  test('amid a cloud their error says so', () => {
    const { ccds } = sceneOf(3)
    const inCloud = byNumber(solveExposure(starless(ccds, [59]))).get(59)!
    expect(inCloud).toMatchObject({ outcome: 'borrowed' })
    expect(inCloud.zeropointErr).toBeGreaterThan(0.1)
    expect(inCloud.reason).toMatch(/round it stray/)
    expect(byNumber(solveExposure(starless(ccds, [10]))).get(10)!.zeropointErr).toBeLessThan(0.01)
  })

  test('a CCD glides from its own zeropoint to the borrowed one as its error grows', () => {
    const { ccds } = sceneOf(4)
    const at = (zeropointErr: number | null) =>
      byNumber(
        solveExposure(
          ccds.map((ccd) =>
            ccd.ccd === 27 ? { ...ccd, zeropoint: zeropointErr === null ? null : 30.13, zeropointErr } : ccd,
          ),
        ),
      ).get(27)!
    const steps = Array.from({ length: 220 }, (_, k) => at(1e-4 * 1.05 ** k))
    const jumps = steps.slice(1).map(({ zeropoint }, k) => Math.abs(zeropoint! - steps[k]!.zeropoint!))
    expect(steps[0]!.ownFraction).toBeGreaterThan(0.99)
    expect(steps.at(-1)!.ownFraction).toBeLessThan(0.05)
    expect(steps.every(({ ownFraction }, k) => k === 0 || ownFraction <= steps[k - 1]!.ownFraction + 1e-6)).toBe(true)
    // 35 mmag in all; a threshold would show as one jump of most of them.
    expect(Math.max(...jumps)).toBeLessThan(0.003)
    expect(steps.at(-1)!.zeropoint! - at(null).zeropoint!).toBeCloseTo(0, 3)
    expect(steps.map(({ flag }) => flag)).toEqual(steps.map(({ ownFraction }) => (ownFraction < 0.5 ? 1 : 0)))
  })
})

describe('too much is wrong', () => {
  const cloudOver = (numbers: readonly number[]) => ({
    bad: {},
    cloud: Object.fromEntries(numbers.map((ccd, k) => [ccd, -0.1 - (0.2 * k) / numbers.length])),
  })
  const half = Array.from({ length: 24 }, (_, k) => 39 + k)

  test('a fifth of the CCDs present as outliers makes the exposure suspect, fewer do not', () => {
    const ccds = [...SCENE.ccds]
    for (const [count, suspect] of [
      [11, false],
      [12, true],
    ] as const) {
      const cloud = Object.fromEntries(
        Array.from({ length: count }, (_, k) => [ccds[5 * k + 2]!, k % 2 === 0 ? 0.3 : -0.3]),
      )
      const solution = solveExposure(sceneOf(1, { bad: {}, sparse: [], cloud }).ccds)
      expect(solution).toMatchObject({ nPresent: 60, nOutliers: count, suspect })
      for (const { ccd, flag } of solution.ccds)
        expect(ccd in cloud ? [-1000, -9999] : [0, 1, -9999], `CCD ${ccd}`).toContain(flag)
      expect(solution.ccds.every(({ flag }) => (flag === -9999) === suspect)).toBe(true)
    }
  })

  test('two fifths under a cloud: always suspect, and the clear CCDs stay right', () => {
    const errors: number[] = []
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { ccds, truth } = sceneOf(seed, { ...cloudOver(half), sparse: [] })
      const solution = solveExposure(ccds)
      expect(solution.suspect).toBe(true)
      expect(solution.reason).toMatch(/^\d+ of 60 CCDs are outliers$/)
      for (const { ccd, flag, zeropoint, reason } of solution.ccds) {
        expect(flag).toBe(-9999)
        expect(reason).toMatch(/the exposure is suspect/)
        if (!half.includes(ccd)) errors.push(zeropoint! - truth.get(ccd)!)
      }
    }
    expect(1000 * rms(errors)).toBeLessThan(4.5)
  })

  test('CCDs that scatter by a tenth of a magnitude predict nothing: suspect, each keeps its own', () => {
    const { ccds } = sceneOf(2, { pattern: 0.1, sparse: [], bad: {}, cloud: {} })
    const solution = solveExposure(ccds)
    expect(solution.suspect).toBe(true)
    solution.ccds.forEach(({ zeropoint, ownFraction }, k) => {
      expect(ownFraction).toBeGreaterThan(0.85)
      expect(Math.abs(zeropoint! - ccds[k]!.zeropoint!)).toBeLessThan(0.002)
    })
  })

  test('half of the few CCDs with stars as outliers is too many, however many have none', () => {
    const { ccds } = sceneOf(1, { sparse: [], bad: { 8: 0.3, 20: -0.3, 33: 0.2, 50: -0.2, 58: 0.4 }, cloud: {} })
    const few = [3, 8, 14, 20, 29, 33, 41, 50, 55, 58]
    const solution = solveExposure(
      ccds.map((ccd) => (few.includes(ccd.ccd) ? ccd : { ...ccd, zeropoint: null, zeropointErr: null, nUsed: 0 })),
    )
    expect(solution).toMatchObject({
      nPresent: 60,
      nFitted: 10,
      nOutliers: 5,
      suspect: true,
      reason: '5 of the 10 CCDs with a zeropoint are outliers',
    })
  })
})

describe('few CCDs', () => {
  const { ccds } = sceneOf(1, { bad: {}, cloud: {}, sparse: [] })
  const none = { zeropoint: null, zeropointErr: null, nUsed: 0 }

  test('no CCD', () => {
    expect(solveExposure([])).toEqual({
      outcome: 'none',
      suspect: false,
      reason: 'no CCD of the exposure has a zeropoint',
      zeropoint: null,
      zeropointErr: null,
      gradient: null,
      ccdScatter: null,
      ccdScatterErr: null,
      nPresent: 0,
      nFitted: 0,
      nOutliers: 0,
      ccds: [],
      reserved: null,
      concerns: [{ tag: 'no-zeropoint', severity: 'stop', sentence: 'no CCD of the exposure has a zeropoint' }],
    })
  })

  test('no zeropoint at all', () => {
    const solution = solveExposure(ccds.slice(0, 4).map((ccd) => ({ ...ccd, ...none })))
    expect(solution).toMatchObject({ outcome: 'none', zeropoint: null, nPresent: 4, nFitted: 0 })
    for (const ccd of solution.ccds)
      expect(ccd).toMatchObject({
        outcome: 'none',
        zeropoint: null,
        zeropointErr: null,
        ownFraction: 0,
        flag: -2000,
        reason: 'no CCD of the exposure has a zeropoint',
      })
  })

  test('zeropoints, but no place', () => {
    const solution = solveExposure(ccds.slice(0, 4).map((ccd) => ({ ...ccd, etaDeg: NaN })))
    expect(solution).toMatchObject({
      outcome: 'none',
      zeropoint: null,
      nFitted: 4,
      reason: 'no CCD with a zeropoint has a known place in the focal plane',
    })
    solution.ccds.forEach((ccd, k) =>
      expect(ccd).toMatchObject({ outcome: 'fitted', zeropoint: ccds[k]!.zeropoint, ownFraction: 1, flag: 0 }),
    )
  })

  test("one CCD comes back as it is, and its zeropoint is the exposure's", () => {
    const { zeropoint, zeropointErr } = ccds[0]!
    const solution = solveExposure(ccds.slice(0, 1))
    expect(solution).toMatchObject({ outcome: 'too-few', zeropoint, gradient: null, ccdScatter: null, suspect: false })
    expect(solution.zeropointErr).toBeGreaterThan(zeropointErr!)
    expect(solution.ccds).toEqual([
      {
        ccd: 1,
        outcome: 'fitted',
        reason: null,
        zeropoint,
        zeropointErr,
        ownFraction: 1,
        flag: 0,
        deviation: null,
        deviationSigma: null,
      },
    ])
  })

  test('two CCDs keep their own; a third without stars borrows, the worse the farther', () => {
    const far = ccds.find(({ ccd }) => ccd === 60)!
    const solution = solveExposure([...ccds.slice(0, 2), { ...ccds[2]!, ...none }, { ...far, ...none }])
    expect(solution).toMatchObject({
      outcome: 'too-few',
      nFitted: 2,
      reason: '2 of 4 CCDs have a zeropoint, 3 are needed for a solution',
    })
    expect(solution.ccds.slice(0, 2).map(({ zeropoint }) => zeropoint)).toEqual(
      ccds.slice(0, 2).map(({ zeropoint }) => zeropoint),
    )
    const [near, distant] = solution.ccds.slice(2)
    expect(near!.outcome).toBe('borrowed')
    expect(near!.zeropointErr).toBeGreaterThan(0.006)
    expect(near!.zeropointErr).toBeLessThan(0.03)
    // 1.8 degrees off at 0.03 mag per degree: above the 0.03 mag that products accept.
    expect(distant!.zeropointErr).toBeGreaterThan(0.04)
  })

  test('two CCDs that contradict each other are suspect and lend nothing', () => {
    const solution = solveExposure([
      ccds[0]!,
      { ...ccds[1]!, zeropoint: ccds[1]!.zeropoint! + 0.4 },
      { ...ccds[2]!, ...none },
    ])
    expect(solution.suspect).toBe(true)
    expect(solution.reason).toMatch(/two CCDs with a zeropoint differ by \d+ mmag/)
    expect(solution.ccds.map(({ outcome, flag }) => [outcome, flag])).toEqual([
      ['fitted', -9999],
      ['fitted', -9999],
      ['none', -2000],
    ])
  })

  test('three CCDs are a solution; one of three off is suspect', () => {
    const three = ccds.slice(20, 23)
    const sound = solveExposure(three)
    expect(sound).toMatchObject({ outcome: 'solved', suspect: false, nOutliers: 0 })
    // With so few the gradient is what the prior allows, not what the noise says.
    expect(Math.hypot(sound.gradient!.xiErr, sound.gradient!.etaErr)).toBeGreaterThan(0.02)
    // Little is learnt from two others; their possible faults cost a little too.
    sound.ccds.forEach(({ zeropointErr }, k) => expect(zeropointErr).toBeLessThan(1.02 * three[k]!.zeropointErr!))
    const off = solveExposure(three.map((ccd, k) => (k === 1 ? { ...ccd, zeropoint: ccd.zeropoint! - 0.5 } : ccd)))
    expect(off).toMatchObject({ suspect: true, nOutliers: 1 })
    expect(off.ccds[1]!.zeropoint).toBe(three[1]!.zeropoint! - 0.5)
  })
})

describe('equivariance', () => {
  const numbersOf = (solution: ExposureSolution) => [
    solution.zeropointErr!,
    solution.gradient!.xiMagPerDeg,
    solution.gradient!.etaMagPerDeg,
    solution.ccdScatter!,
    ...solution.ccds.flatMap(({ zeropointErr, ownFraction }) => [zeropointErr!, ownFraction]),
  ]
  const expectNear = (found: readonly number[], expected: readonly number[]) =>
    found.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-9))

  test('the order of the CCDs does not matter to the last bit', () => {
    const random = seededRandom(5)
    for (let seed = 1; seed <= 20; seed++) {
      const { ccds } = sceneOf(seed)
      const solved = byNumber(solveExposure(ccds))
      const shuffled = ccds
        .map((ccd) => ({ ccd, key: random.uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ ccd }) => ccd)
      const again = solveExposure(shuffled)
      expect({ ...again, ccds: null }).toEqual({ ...solveExposure(ccds), ccds: null })
      for (const ccd of again.ccds) expect(ccd).toEqual(solved.get(ccd.ccd))
    }
  })

  test('a shift of all zeropoints shifts the solution, to 1e-9 mag', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.integer({ min: 3, max: 60 }),
        (seed, shift, count) => {
          const ccds = sceneOf(seed).ccds.slice(0, count)
          const [before, after] = [
            solveExposure(ccds),
            solveExposure(ccds.map((ccd) => ({ ...ccd, zeropoint: ccd.zeropoint! + shift }))),
          ]
          expectNear(
            after.ccds.map(({ zeropoint }) => zeropoint! - shift),
            before.ccds.map(({ zeropoint }) => zeropoint!),
          )
          expectNear(numbersOf(after), numbersOf(before))
          expect(after.ccds.map(({ flag }) => flag)).toEqual(before.ccds.map(({ flag }) => flag))
        },
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  test('the origin of the focal plane does not matter, and its turn turns the gradient', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { ccds } = sceneOf(seed)
      const before = solveExposure(ccds)
      const moved = solveExposure(ccds.map((ccd) => ({ ...ccd, xiDeg: ccd.xiDeg + 0.7, etaDeg: ccd.etaDeg - 0.3 })))
      expectNear([moved.zeropoint!, ...numbersOf(moved)], [before.zeropoint!, ...numbersOf(before)])
      const turned = solveExposure(ccds.map((ccd) => ({ ...ccd, xiDeg: -ccd.etaDeg, etaDeg: ccd.xiDeg })))
      expectNear(
        [turned.gradient!.etaMagPerDeg, -turned.gradient!.xiMagPerDeg],
        [before.gradient!.xiMagPerDeg, before.gradient!.etaMagPerDeg],
      )
      expectNear(
        turned.ccds.map(({ zeropoint }) => zeropoint!),
        before.ccds.map(({ zeropoint }) => zeropoint!),
      )
    }
  })

  test('the inputs stay as they were', () => {
    const { ccds } = sceneOf(1)
    const copy = structuredClone(ccds)
    solveExposure(ccds)
    expect(ccds).toEqual(copy)
  })
})

describe('odd inputs', () => {
  const isTyped = (ccd: SolvedCcd) =>
    ccd.outcome === 'none'
      ? ccd.zeropoint === null && ccd.zeropointErr === null && ccd.reason !== null
      : Number.isFinite(ccd.zeropoint) &&
        Number.isFinite(ccd.zeropointErr) &&
        ccd.ownFraction >= 0 &&
        ccd.ownFraction <= 1

  test('all CCDs alike: nothing moves, errors shrink', () => {
    const ccds = sceneOf(1).ccds.map((ccd) => ({ ...ccd, zeropoint: 30, zeropointErr: 0.005 }))
    const solution = solveExposure(ccds)
    expect(solution.zeropoint).toBeCloseTo(30, 9)
    expect(solution.gradient!.xiMagPerDeg).toBeCloseTo(0, 9)
    for (const { zeropoint, zeropointErr } of solution.ccds) {
      expect(zeropoint).toBeCloseTo(30, 9)
      expect(zeropointErr).toBeLessThan(0.0025)
    }
  })

  test('errors of zero, and CCDs on one spot', () => {
    const ccds = sceneOf(1).ccds
    for (const odd of [
      ccds.map((ccd) => ({ ...ccd, zeropointErr: 0 })),
      ccds.map((ccd) => ({ ...ccd, xiDeg: 0, etaDeg: 0 })),
    ]) {
      const solution = solveExposure(odd)
      expect(solution.outcome).toBe('solved')
      expect(solution.ccds.every(isTyped)).toBe(true)
    }
  })

  test.each([
    ['a zeropoint that is NaN', { zeropoint: NaN }, 'borrowed'],
    ['an error that is NaN', { zeropointErr: NaN }, 'borrowed'],
    ['a negative error', { zeropointErr: -0.01 }, 'borrowed'],
    ['an infinite error', { zeropointErr: Infinity }, 'borrowed'],
    ['no error', { zeropointErr: null }, 'borrowed'],
    ['a place that is not known', { xiDeg: NaN }, 'fitted'],
    ['neither place nor zeropoint', { etaDeg: NaN, zeropoint: null }, 'none'],
  ] as const)('%s', (_, change, outcome) => {
    const { ccds } = sceneOf(1)
    const odd = { ...ccds[9]!, ...change }
    const solution = solveExposure(ccds.map((ccd, k) => (k === 9 ? odd : ccd)))
    const rest = byNumber(solveExposure(ccds.filter((_, k) => k !== 9)))
    expect(solution.ccds[9]!.outcome).toBe(outcome)
    expect(solution.ccds.every(isTyped)).toBe(true)
    for (const ccd of solution.ccds) if (ccd.ccd !== odd.ccd) expect(ccd).toEqual(rest.get(ccd.ccd))
    if (outcome === 'fitted')
      expect(solution.ccds[9]).toMatchObject({
        zeropoint: odd.zeropoint,
        zeropointErr: odd.zeropointErr,
        ownFraction: 1,
        reason: 'its place in the focal plane is not known',
      })
  })

  test('any finite or broken numbers give typed outcomes without NaN', () => {
    const number = fc.oneof(
      fc.double({ min: -40, max: 40, noNaN: true }),
      fc.constantFrom(null, NaN, Infinity, -Infinity, 1e300, 0),
    )
    const ccd = fc.record({
      xiDeg: fc.double({ min: -1.2, max: 1.2 }),
      etaDeg: fc.double({ min: -1.2, max: 1.2 }),
      zeropoint: number,
      zeropointErr: fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), number),
      nUsed: fc.nat(100),
    })
    fc.assert(
      fc.property(fc.array(ccd, { maxLength: 20 }), (rows) => {
        const solution = solveExposure(rows.map((row, k) => ({ ccd: k + 1, ...row })))
        expect(solution.ccds.length).toBe(rows.length)
        expect(solution.ccds.filter((solved) => !isTyped(solved))).toEqual([])
        expect(
          [solution.zeropoint, solution.zeropointErr].every((value) => value === null || Number.isFinite(value)),
        ).toBe(true)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  test('mistakes of the caller', () => {
    const { ccds } = sceneOf(1)
    expect(() => solveExposure([...ccds, ccds[0]!])).toThrow(new RangeError('each CCD may be given once'))
    expect(() => solveExposure(ccds, { expectedCcdScatterMag: 0 })).toThrow(
      new RangeError('the expected scatter and gradient must be positive'),
    )
  })
})
