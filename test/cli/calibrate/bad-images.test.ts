import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { fitsBytes, madeImage, type imageCards } from '../../node/programs/sky-image.js'
import { temporaryDirectory } from '../run.js'
import { calibrateWith, cardsOf, catalogOfImages, TRUTH } from './two-images.js'

// What is wrong with pixels is in test/node/programs/failing-programs.test.ts.

let catalog: string
beforeAll(async () => {
  catalog = await catalogOfImages(images)
})

/** Stars here and there: a lattice fits itself mirrored. */
const images = [1, 2].map((seed) => {
  const random = seededRandom(seed)
  const within = (side: number) => 8 + (side - 16) * random.uniform()
  const stars = Array.from({ length: 40 }, () => ({
    ...{ x: within(260), y: within(240), flux: 3e3 * 100 ** random.uniform() },
  }))
  return madeImage({ stars, seed })
})
type Cards = Parameters<typeof imageCards>[1]
const imageOf = (k: 0 | 1, cards: Cards) => {
  const { columns, rows, pixels } = images[k]!
  return fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(k, cards) }])
}
const bytesOf = (cards: Cards) => imageOf(0, cards)

/** Calibrates images, by the engine of the program itself. */
async function calibrated(files: Readonly<Record<string, Uint8Array>>, ...words: readonly string[]) {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes)
  const all = [join(dir, '*.fits'), '--measure', 'own', '--outdir', outdir, ...words]
  return { ...(await calibrateWith(catalog, ...all)), files: () => readdirSync(outdir) }
}

interface Ccd {
  readonly zeropoint: number | null
  readonly concerns: readonly { readonly tag: string; readonly severity: string; readonly sentence: string }[]
}
const ccdOf = (out: string): Ccd => (JSON.parse(out) as { ccds: [Ccd] }).ccds[0]

const SCALE_DEG = 0.263 / 3600

test('a WCS that is off by a minute of arc is found out, and the zeropoint is that of the right one', async () => {
  const right = ccdOf((await calibrated({ 'a.fits': bytesOf({}) }, '--json')).out)
  const { exitCode, out } = await calibrated({ 'a.fits': bytesOf({ CRVAL2: -27.8 + 59 / 3600 }) }, '--json')
  const { zeropoint, concerns } = ccdOf(out)
  expect([exitCode, concerns.map(({ tag, severity }) => [tag, severity])]).toEqual([0, [['astrometry', 'look']]])
  expect(concerns[0]!.sentence).toMatch(/^the positions are off by 5[89]\.\d\d arcsec .*: taken out before the match/)
  expect(Math.abs(zeropoint! - right.zeropoint!)).toBeLessThan(2e-3)
  expect(Math.abs(zeropoint! - TRUTH)).toBeLessThan(0.03)
})

test('a WCS that is off by two degrees is of another field: refused, or STOP and no number', async () => {
  const { exitCode, err } = await calibrated({ 'a.fits': bytesOf({ CRVAL2: -25.8 }) })
  expect([exitCode, err]).toEqual([3, expect.stringContaining('the catalogue does not cover CCD 1: ')])
  // The field of the second image, which the catalogue has.
  const other = await calibrated({ 'a.fits': bytesOf({ CRVAL1: 54.2 }) }, '--json')
  const { zeropoint, concerns } = ccdOf(other.out)
  expect([other.exitCode, zeropoint]).toEqual([4, null])
  expect(concerns[0]).toMatchObject({ tag: 'no-zeropoint', severity: 'stop' })
  expect(concerns[1]!.sentence).toContain('the WCS is wrong, or this is not the catalogue of the field')
})

test('the stars of the catalogue are saturated, fainter ones are not in it: that is named, not the WCS', async () => {
  const random = seededRandom(4)
  const faint = Array.from({ length: 60 }, () => ({
    ...{ x: 8 + 244 * random.uniform(), y: 8 + 224 * random.uniform(), flux: 800 + 700 * random.uniform() },
  }))
  const { columns, rows, pixels } = madeImage({ stars: [...images[0]!.stars, ...faint], seed: 1 })
  const full = 300
  const clipped = pixels.map((value) => Math.min(value, full))
  const image = (cards: Cards) => fitsBytes([{ columns, rows, values: clipped, cards: cardsOf(0, cards) }])
  const { exitCode, out } = await calibrated({ 'a.fits': image({ SATURATE: full }) }, '--json')
  const { zeropoint, concerns } = ccdOf(out)
  expect([exitCode, zeropoint]).toEqual([4, null])
  expect(concerns.map(({ tag, severity }) => [tag, severity])).toEqual([
    ['no-zeropoint', 'stop'],
    ['saturation', 'stop'],
  ])
  expect(concerns[1]!.sentence).toMatch(
    /^the catalogue's stars are saturated in this image: \d+ of \d+ saturated detections are stars of gaia_dr2, and of the others no more than chance gives; a shorter exposure is needed$/,
  )
  // Saturated stars of another field are no stars of this one.
  const elsewhere = await calibrated({ 'a.fits': image({ SATURATE: full, CRVAL1: 54.2 }) }, '--json')
  expect(ccdOf(elsewhere.out).concerns.map(({ tag }) => tag)).toEqual(['no-zeropoint', 'astrometry'])
})

test('a mirrored WCS: STOP, and its cause', async () => {
  const mirrored = { CD1_2: -SCALE_DEG }
  const { exitCode, out } = await calibrated({ 'a.fits': bytesOf(mirrored) }, '--json')
  expect(exitCode).toBe(0)
  expect(ccdOf(out).concerns).toContainEqual(
    expect.objectContaining({ severity: 'stop', sentence: expect.stringContaining('mirrored') as string }),
  )
})

test('no filter, or one that nobody knows: refused before anything is measured', async () => {
  const none = await calibrated({ 'a.fits': bytesOf({ FILTER: null, BAND: null }) })
  expect([none.exitCode, none.out, none.files()]).toEqual([3, '', []])
  expect(none.err).toMatch(/a\.fits: the file does not say through which filter .*\(found neither FILTER nor BAND/)
  const blank = await calibrated({ 'a.fits': bytesOf({ FILTER: 'blue moon', BAND: null }) })
  expect([blank.exitCode, blank.files()]).toEqual([3, []])
  expect(blank.err).toContain("the filter of the image header (FILTER) is not known (found 'blue moon'")
})

test('a camera that is not described is generic, and no band is known to be its own', async () => {
  const { exitCode, out } = await calibrated({ 'a.fits': bytesOf({ INSTRUME: 'OWLCAM' }) }, '--json')
  expect([exitCode, (JSON.parse(out) as { exposure: { camera: string } }).exposure.camera]).toEqual([0, 'generic'])
})

test('two images of a file that are on one part of the sky are refused, each by its place in the file', async () => {
  const { columns, rows, pixels } = images[0]!
  const extension = (EXTNAME: string) => ({
    ...{ columns, rows, values: pixels },
    cards: cardsOf(0, { EXTNAME, CCDNUM: null }),
  })
  const { exitCode, err } = await calibrated({ 'a.fits': fitsBytes([{}, extension('N'), extension('S')]) })
  expect(exitCode).toBe(3)
  expect(err).toMatch(
    /a\.fits, HDU N: two images of the file claim to be the same part .* \(found also .*a\.fits, HDU S,/,
  )
})

test('two exposures that are given together are told apart; two that claim to be one are refused', async () => {
  const second = (cards: Cards) => imageOf(1, cards)
  const apart = await calibrated({ 'a.fits': bytesOf({}), 'b.fits': second({ EXPNUM: 668440 }) }, '--json')
  const names = apart.out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { exposure: { name: string } }).exposure.name)
  expect([apart.exitCode, names]).toEqual([0, ['a', 'b']])
  const one = await calibrated({ 'a.fits': bytesOf({}), 'b.fits': second({}) })
  expect([one.exitCode, one.out]).toEqual([3, ''])
  expect(one.err).toMatch(
    /a\.fits: two files claim to be CCD 1 of one exposure: give one of them \(found also .*b\.fits/,
  )
})
