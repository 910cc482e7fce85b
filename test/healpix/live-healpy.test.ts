import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ang2pix, nestedIndices29, queryDiscInclusive, type Scheme } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { displaced, toSky, toVector, trickyDirection } from './sphere.js'

const PYTHON = '/usr/bin/python3'
const hasHealpy =
  spawnSync(PYTHON, ['-c', 'import importlib.util as u, sys; sys.exit(not u.find_spec("healpy"))']).status === 0

// A point nearer to a border than this may fall to either side: the height sin(dec) of a point near a pole is
// rounded to 1e-16, which at 0.6 deg from it is 2e-9 arcsec.
const BORDER_ARCSEC = 1e-8

type Job =
  | readonly ['ang2pix', number, Scheme, number | 'again']
  | readonly ['query_disc', number, Scheme, number | 'again', number]

const COUNT = 100_000
const pointCases = [0, 5, 12, 16, 24, 25, 29].flatMap((order) =>
  (['nested', 'ring'] as const).map((scheme) => ({ order, scheme })),
)

const discCases = [
  { order: 5, radiusDeg: 0.2, fact: 4, runs: 20_000 },
  { order: 5, radiusDeg: 1.1, fact: 4, runs: 3000 },
  { order: 5, radiusDeg: 0.01, fact: 4, runs: 3000 },
  { order: 0, radiusDeg: 5, fact: 4, runs: 1000 },
  { order: 1, radiusDeg: 40, fact: 4, runs: 1000 },
  { order: 3, radiusDeg: 1, fact: 8, runs: 1000 },
  { order: 8, radiusDeg: 0.2, fact: 2, runs: 1000 },
  { order: 12, radiusDeg: 0.02, fact: 4, runs: 1000 },
].flatMap((disc) => (['ring', 'nested'] as const).map((scheme) => ({ ...disc, scheme })))

describe.skipIf(!hasHealpy)('healpy, asked now (python3-healpy)', () => {
  const raDeg = new Float64Array(COUNT)
  const decDeg = new Float64Array(COUNT)
  const centres: { raDeg: number; decDeg: number }[][] = []
  let answers: BigInt64Array

  beforeAll(() => {
    const random = seededRandom(31)
    for (let i = 0; i < COUNT; i++) {
      // A quarter in the tricky places, the others uniform on the sky.
      const even = { raDeg: 360 * random.uniform(), decDeg: (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI }
      const direction = i % 4 === 0 ? trickyDirection(random) : even
      raDeg[i] = direction.raDeg
      decDeg[i] = direction.decDeg
    }
    for (const { runs } of discCases) centres.push(Array.from({ length: runs }, () => trickyDirection(random)))
    const discs = discCases.flatMap(({ radiusDeg }, k) =>
      centres[k]!.flatMap((centre) => [centre.raDeg, centre.decDeg, radiusDeg]),
    )
    const jobs: Job[] = [
      ...pointCases.map(({ order, scheme }, k) => ['ang2pix', order, scheme, k === 0 ? COUNT : 'again'] as const),
      ...discCases.map(({ order, scheme, runs, fact }) => ['query_disc', order, scheme, runs, fact] as const),
    ]
    answers = askHealpy(jobs, Float64Array.from([...raDeg, ...decDeg, ...discs]))
  })

  test.each(pointCases)('100,000 points at order $order, $scheme', ({ order, scheme }) => {
    const from = pointCases.findIndex((one) => one.order === order && one.scheme === scheme) * COUNT
    const finest = order === 29 && scheme === 'nested' ? nestedIndices29(raDeg, decDeg) : undefined
    const astray: string[] = []
    for (let i = 0; i < COUNT; i++) {
      const found = finest?.[i] ?? ang2pix(order, raDeg[i]!, decDeg[i]!, scheme)
      const expected = answers[from + i]!
      if (found !== expected && !isOnBorder(order, scheme, raDeg[i]!, decDeg[i]!, expected))
        astray.push(`RA ${raDeg[i]} Dec ${decDeg[i]}: ${found}, healpy ${expected}`)
    }
    expect(astray).toEqual([])
  })

  test('query_disc: 62,000 discs, each the same list of pixels', () => {
    let at = pointCases.length * COUNT
    const different: string[] = []
    discCases.forEach(({ order, radiusDeg, fact, scheme }, k) => {
      for (const { raDeg, decDeg } of centres[k]!) {
        const length = Number(answers[at]!)
        const pixels = Array.from(answers.subarray(at + 1, at + 1 + length), Number)
        at += 1 + length
        const found = queryDiscInclusive(order, raDeg, decDeg, radiusDeg, fact, scheme)
        if (found.join() !== pixels.join())
          different.push(`order ${order} radius ${radiusDeg} fact ${fact} ${scheme} RA ${raDeg} Dec ${decDeg}`)
      }
    })
    expect(at).toBe(answers.length)
    expect(centres.flat().length).toBe(62_000)
    expect(different).toEqual([])
  })
})

function askHealpy(jobs: readonly Job[], values: Float64Array): BigInt64Array {
  const script = resolve(import.meta.dirname, '../fixtures/healpix/judge.py')
  const run = spawnSync(PYTHON, [script, JSON.stringify(jobs)], {
    input: Buffer.from(values.buffer),
    maxBuffer: 2 ** 28,
  })
  if (run.status !== 0) throw new Error(run.stderr.toString())
  return new BigInt64Array(Uint8Array.from(run.stdout).buffer)
}

/** Whether a step of BORDER_ARCSEC in one of eight directions leads to the expected pixel. */
function isOnBorder(order: number, scheme: Scheme, raDeg: number, decDeg: number, expected: bigint): boolean {
  return Array.from({ length: 8 }, (_, i) =>
    toSky(displaced(toVector(raDeg, decDeg), BORDER_ARCSEC / 3600, (i * Math.PI) / 4)),
  ).some((step) => ang2pix(order, step.raDeg, step.decDeg, scheme) === expected)
}
