import { expect, test } from 'vitest'
import type { Precision } from '../../../src/catalog/store-columns.js'
import { matchSky } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { gaiaCsvFile, simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { buildInMemory, openInMemory } from '../memory-store.js'
import { memoryInput } from '../simulated-rows.js'

const SEEDS = process.env['BLISS_SOAK'] === '1' ? 40 : 4
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

test.each([
  ['g', 'des-ab'],
  ['r', 'des-ab'],
  ['i', 'des-ab'],
  ['z', 'des-ab'],
  ['i', 'catalog'],
] as const)('lite in %s, %s: no match at 1 arcsec changes, no zeropoint moves by 0.01 mmag', async (band, system) => {
  const description = describeCatalogue('gaia_dr2')
  const shifts: number[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const pointing = [
      { raDeg: 53.1, decDeg: -27.8 },
      { raDeg: 0.01, decDeg: -70 },
      { raDeg: 200, decDeg: 12 },
      { raDeg: 300, decDeg: -45 },
    ][seed % 4]!
    const exposure = simulateExposure({ ccds: [1], columns: 'slim', band, pointing }, description, seededRandom(seed))
    const { name, bytes } = gaiaCsvFile(exposure)
    const opened = async (precision: Precision) =>
      openInMemory((await buildInMemory([memoryInput(name, bytes)], { precision })).store)
    const [full, lite] = [await opened('full'), await opened('lite')]
    const { ccd, centre, corners, sources } = exposure.ccds[0]!
    const [allFull, allLite] = [await full.read(SKY), await lite.read(SKY)]
    const pairs = (stars: typeof allFull) => {
      const { a, b } = matchSky(sources, stars, 1, { mode: 'all' })
      return Array.from(a, (row, i) => `${row} ${stars.sourceId[b[i]!]}`).sort()
    }
    expect(pairs(allLite)).toEqual(pairs(allFull))
    expect(pairs(allFull).length).toBeGreaterThan(50)
    const input = { ccd, band, centre, corners, sources, epochYr: exposure.epochYr }
    const [exact, rounded] = [await calibrateCcd(input, full, { system }), await calibrateCcd(input, lite, { system })]
    const { used, ...cuts } = rounded.cuts
    expect({ ...cuts, used: exact.cuts.used }).toEqual(exact.cuts)
    // A star whose colour is within 0.03 mmag of the end of the relation goes over it, in one CCD of a hundred: no
    // rounding keeps it from that.
    if (used === exact.cuts.used) shifts.push(1000 * (rounded.zeropoint! - exact.zeropoint!))
  }
  console.log(`${band} ${system}: shifts [mmag] ${shifts.map((shift) => shift.toFixed(4)).join(' ')}`)
  expect(Math.max(...shifts.map(Math.abs))).toBeLessThan(0.01)
  expect(shifts.length).toBeGreaterThanOrEqual(SEEDS - 1)
})

test('a lite store says what was rounded, and every value is a multiple of its step', async () => {
  const rows = [
    'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra',
    '1,359.99999999,-89.99999999,15.123456,16.654321,-3.14159',
    '2,123.456789012345,12.3456789012345,20.5,,',
  ]
  const { store } = await buildInMemory([memoryInput('a.csv', rows.join('\n'))], {
    precision: 'lite',
    release: 'gaia_dr2',
  })
  const stars = await (await openInMemory(store)).read(SKY)
  const text = (path: string) => new TextDecoder().decode(store.get(path)!)
  expect(text('hats.properties')).toContain(
    'bliss_precision=lite: ra and dec rounded to 2^-25 deg, phot_g_mean_mag to 2^-13 (2^-16 below ' +
      '19.75), phot_bp_mean_mag to 2^-11 (2^-15 below 20.25), pmra to 2^-7\n',
  )
  expect(JSON.parse(text('manifest.json'))).toMatchObject({ precision: 'lite' })
  const isMultiple = (values: ArrayLike<number>, step: number) =>
    Array.from(values).every((value) => Number.isNaN(value) || Number.isInteger(value / step))
  expect(isMultiple(stars.raDeg, 2 ** -25) && isMultiple(stars.decDeg, 2 ** -25)).toBe(true)
  expect(Array.from(stars.raDeg).every((ra) => ra >= 0 && ra < 360)).toBe(true)
  expect(isMultiple(stars.bpMag!, 2 ** -15) && isMultiple(stars.pmRaCosDecMasYr!, 2 ** -7)).toBe(true)
  expect(isMultiple(Array.from(stars.mag, Math.fround), 2 ** -16)).toBe(true)
  const one = stars.sourceId.indexOf(1n)
  expect(Math.abs(stars.mag[one]! - 15.123456)).toBeLessThan(2 ** -14 + 1e-6)
})
