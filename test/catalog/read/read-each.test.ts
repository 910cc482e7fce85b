import { expect, test } from 'vitest'
import { readEach } from '../../../src/catalog/read/read-each.js'
import { ccdFootprint } from '../../../src/exposure/footprint.js'
import type { CellRanges } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

const description = describeCatalogue('gaia_dr2')

test.each([
  ['a field', { raDeg: 53.1, decDeg: -27.8 }],
  ['across RA 0', { raDeg: 0.01, decDeg: 12 }],
  ['a pole', { raDeg: 100, decDeg: -89.6 }],
])('%s: one read gives each footprint the rows of its own read', async (_, pointing) => {
  const exposure = simulateExposure(
    { pointing, ccds: [1, 2, 14, 27, 28, 29, 35, 60], columns: 'slim', galaxiesPerSqDeg: 10, spuriousPerSqDeg: 10 },
    description,
    seededRandom(5),
  )
  let reads = 0
  const memory = memoryCatalog(exposure.stars, description)
  const catalog = { ...memory, read: (footprint: CellRanges) => (reads++, memory.read(footprint)) }
  // Overlapping ones, one twice, one without stars
  const footprints = [
    ...exposure.ccds.map(({ corners }) => ccdFootprint(corners, 10)),
    ccdFootprint(exposure.ccds[0]!.corners, 300),
    ccdFootprint(exposure.ccds[0]!.corners, 10),
  ]
  footprints.push({ order: 13, ranges: Float64Array.of(5, 6) })
  const together = await readEach(catalog, footprints)
  expect(reads).toBe(1)
  for (const [k, footprint] of footprints.entries()) expect(together[k]).toEqual(await memory.read(footprint))
  expect(together.map((stars) => !(stars instanceof Error) && stars.mag.length > 10)).toEqual(
    footprints.map((_, k) => k < footprints.length - 1),
  )
})

test('where the one read fails, each footprint has its own failure or its own stars', async () => {
  const exposure = simulateExposure(
    { ccds: [1, 14, 28], columns: 'slim', galaxiesPerSqDeg: 10 },
    description,
    seededRandom(5),
  )
  const memory = memoryCatalog(exposure.stars, description)
  const footprints = exposure.ccds.map(({ corners }) => ccdFootprint(corners, 10))
  const bad = footprints[1]!.ranges[0]!
  const holds = ({ ranges }: CellRanges) => ranges.some((lo, i) => i % 2 === 0 && lo <= bad && bad < ranges[i + 1]!)
  const each = await readEach(
    {
      ...memory,
      read: (footprint) => (holds(footprint) ? Promise.reject(new Error('damaged page')) : memory.read(footprint)),
    },
    footprints,
  )
  expect(each[1]).toEqual(new Error('damaged page'))
  expect([each[0], each[2]]).toEqual([await memory.read(footprints[0]!), await memory.read(footprints[2]!)])
})
