import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { measureFrame } from '../../src/measure/measure-frame.js'
import type { MeasuredObject } from '../../src/measure/measured-object.js'
import { temporaryDirectory } from '../cli/run.js'
import { madeImage, programIsHere, writeImage, type MadeImage } from '../node/programs/sky-image.js'

const SETTINGS = {
  ...{ meshPixels: 128, threshold: 1.5, leastPixels: 6, deblendThresholds: 32, deblendContrast: 0.005 },
  ...{ factor: 2.5, least: 3.5, apertureDiametersPixels: [5, 10, 20] },
}
const GAIN = 4
const SATURATION = 20_000

/** 400 stars of 3.6 pixels FWHM, some of them saturated, S/N from 5 to 900. */
const image = madeImage({ seed: 11, columns: 900, rows: 800, lattice: 20, fluxRange: [300, 3e5] })

const measure = ({ columns, rows, pixels }: MadeImage, further: { readonly weight?: Float32Array } = {}) =>
  measureFrame({ columns, rows, pixels, ...further }, SETTINGS, { electronsPerUnit: GAIN, saturation: SATURATION })
    .objects

/** The object within a pixel of a place that FITS counts from 1. */
const at = (objects: readonly MeasuredObject[], x: number, y: number): MeasuredObject | undefined =>
  objects.find(({ shape }) => Math.hypot(shape.x + 1 - x, shape.y + 1 - y) < 1.5)

const rms = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)
const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** What 25 parts of a pixel cost on the rim of a circle in which the light is steep, measured; none in the others. */
const RIM_SHARE = [0.003, 0, 0]

describe('Gaussian stars on a level sky, against their truth', () => {
  const objects = measure(image)
  const pairs = image.stars.flatMap((star) => {
    const object = at(objects, star.x, star.y)
    return object ? [{ star, object }] : []
  })
  const bright = pairs.filter(({ star }) => star.flux > 3000)

  test('all but the faintest are found, each once, and little else', () => {
    expect(image.stars.filter(({ flux }) => flux > 1000).every(({ x, y }) => at(objects, x, y))).toBe(true)
    expect(pairs.length).toBeGreaterThan(0.95 * image.stars.length)
    // Noise of 1.5 sigma in six pixels: a few in 720,000.
    expect(objects.length - pairs.length).toBeLessThan(12)
  })

  test('windowed positions are right within their errors', () => {
    const pulls = bright.flatMap(({ star, object: { windowed } }) => [
      (windowed.x + 1 - star.x) / windowed.errA,
      (windowed.y + 1 - star.y) / windowed.errA,
    ])
    expect(bright.every(({ object }) => object.windowed.found)).toBe(true)
    // Some 500 pulls: their RMS is good to 3 %.
    expect(rms(pulls)).toBeGreaterThan(0.88)
    expect(rms(pulls)).toBeLessThan(1.12)
  })

  test('a circle holds the share of a Gaussian that it should, within the error that is stated', () => {
    // A pixel's light is spread evenly over it, which adds its own variance.
    const sigma = Math.sqrt((3.6 / (2 * Math.sqrt(2 * Math.LN2))) ** 2 + 1 / 12)
    SETTINGS.apertureDiametersPixels.forEach((diameter, k) => {
      const share = 1 - Math.exp(-((diameter / 2) ** 2) / (2 * sigma ** 2))
      const pulls = bright
        .filter(({ object }) => (object.flags & 4) === 0)
        .map(({ star, object }) => {
          const { flux, fluxErr } = object.apertures[k]!
          return (flux - share * star.flux) / Math.hypot(fluxErr, RIM_SHARE[k]! * flux)
        })
      expect(Math.abs(medianOf(pulls))).toBeLessThan(0.5)
      // The sky's own error is not in it: its level is high by 0.02 of its noise, of the stars' wings.
      expect(rms(pulls)).toBeGreaterThan(0.85)
      expect(rms(pulls)).toBeLessThan(1.2)
    })
  })

  test("Kron's ellipse holds all but about a percent, the half-light radius is that of the Gaussian", () => {
    const clear = bright.filter(({ object }) => object.flags === 0 && object.auto.flux > 100 * object.auto.fluxErr)
    expect(clear.length).toBeGreaterThan(100)
    const shares = clear.map(({ star, object }) => object.auto.flux / star.flux)
    expect(medianOf(shares)).toBeGreaterThan(0.98)
    expect(medianOf(shares)).toBeLessThan(1.001)
    expect(medianOf(clear.map(({ object }) => object.halfLightRadius))).toBeCloseTo(1.8, 1)
    expect(medianOf(clear.map(({ object }) => object.fwhmPixels))).toBeCloseTo(3.6, 0)
  })

  test('flags: saturated stars and no others, edges, circles that are cut', () => {
    for (const { object } of pairs) {
      const isSaturated = object.pixels.some((i) => image.pixels[i]! >= SATURATION)
      expect((object.flags & 4) !== 0).toBe(isSaturated)
      const { x, y } = object.shape
      const isCut = Math.min(x, y, image.columns - 1 - x, image.rows - 1 - y) < 9.5
      expect((object.flags & 16) !== 0 || !isCut).toBe(true)
    }
    expect(pairs.some(({ object }) => (object.flags & 4) !== 0)).toBe(true)
  })

  test('the same image gives the same numbers', () => {
    expect(measure(image)).toEqual(objects)
  })
})

describe('two stars', () => {
  const two = (separation: number, ratio: number) =>
    madeImage({
      ...{ seed: 3, columns: 160, rows: 150 },
      stars: [
        { x: 70, y: 75, flux: 5e4 },
        { x: 70 + separation, y: 75, flux: 5e4 * ratio },
      ],
    })

  test.each([
    [7.2, 1],
    [8.5, 0.1],
    [10.8, 0.03],
  ])('%d pixels apart, of ratio %d, are taken apart and flagged; each keeps its light', (separation, ratio) => {
    const objects = measure(two(separation, ratio))
    const [one, other] = [at(objects, 70, 75)!, at(objects, 70 + separation, 75)!]
    expect([one.flags & 2, other.flags & 2]).toEqual([2, 2])
    expect(one.apertures[0]!.flux / other.apertures[0]!.flux).toBeGreaterThan(0.85 / ratio)
    expect(one.apertures[0]!.flux / other.apertures[0]!.flux).toBeLessThan(1.15 / ratio)
    const all = [...one.pixels, ...other.pixels]
    expect(new Set(all).size).toBe(all.length)
  })

  test('within half the FWHM are one', () => {
    const objects = measure(two(1.8, 1)).filter(({ shape }) => Math.hypot(shape.x - 70, shape.y - 74) < 8)
    expect(objects.map(({ flags }) => flags & 2)).toEqual([0])
  })
})

test('pixels that may not be measured take no part: a dead column through a star costs it little', () => {
  const star = madeImage({ seed: 5, columns: 120, rows: 120, stars: [{ x: 60, y: 60, flux: 1e5 }] })
  const weight = new Float32Array(star.pixels.length).fill(1)
  const dead = { ...star, pixels: star.pixels.slice() }
  for (let y = 0; y < star.rows; y++) {
    dead.pixels[y * star.columns + 61] = 1e6
    weight[y * star.columns + 61] = 0
  }
  const object = at(measure(dead, { weight }), 60, 60)!
  expect(object.auto.flux / 1e5).toBeGreaterThan(0.97)
  expect(object.auto.flux / 1e5).toBeLessThan(1.02)
})

const SEXTRACTOR = `CATALOG_NAME out.cat
CATALOG_TYPE ASCII_HEAD
PARAMETERS_NAME p.param
DETECT_THRESH 1.5
ANALYSIS_THRESH 1.5
DETECT_MINAREA 6
FILTER_NAME /usr/share/source-extractor/gauss_3.0_7x7.conv
STARNNW_NAME /usr/share/source-extractor/default.nnw
BACK_SIZE 128
CLEAN N
PHOT_APERTURES 5,10,20
PHOT_AUTOPARAMS 2.5,3.5
GAIN_KEY NONE
GAIN ${GAIN}
SATUR_KEY NONE
SATUR_LEVEL ${SATURATION}
VERBOSE_TYPE QUIET
`
const COLUMNS = [
  ...['X_IMAGE', 'Y_IMAGE', 'A_IMAGE', 'B_IMAGE', 'FLAGS', 'FLUX_AUTO', 'FLUXERR_AUTO', 'KRON_RADIUS', 'FLUX_RADIUS'],
  ...['XWIN_IMAGE', 'YWIN_IMAGE', 'FLUX_APER(3)', 'FLUXERR_APER(3)'],
]

describe.skipIf(!programIsHere('source-extractor'))('beside source-extractor, the same image and settings', () => {
  let theirs: readonly number[][] = []
  const own = measure(image)
  const pairs = () =>
    theirs.flatMap((row) => {
      const object = at(own, row[0]!, row[1]!)
      return object ? [{ row, object }] : []
    })
  beforeAll(async () => {
    const folder = temporaryDirectory()
    const { writeFile } = await import('node:fs/promises')
    writeImage(join(folder, 'image.fits'), image)
    await writeFile(join(folder, 'sex'), SEXTRACTOR)
    await writeFile(join(folder, 'p.param'), COLUMNS.join('\n'))
    execFileSync('source-extractor', ['image.fits', '-c', 'sex'], { cwd: folder, stdio: 'ignore' })
    theirs = readFileSync(join(folder, 'out.cat'), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => line.trim().split(/\s+/).map(Number))
  })

  test('the same objects: at most one in a hundred is missing or more', () => {
    expect(pairs().length).toBeGreaterThanOrEqual(0.99 * theirs.length)
    expect(own.length).toBeLessThanOrEqual(1.01 * theirs.length)
  })

  test('fluxes: median ratio within a thousandth, scatter below 0.3 of the error that is stated', () => {
    const clear = pairs().filter(({ row, object }) => row[4] === 0 && object.flags === 0 && row[5]! > 50 * row[6]!)
    expect(clear.length).toBeGreaterThan(100)
    const judge = (flux: (object: MeasuredObject) => number, column: number, error: number) => {
      const ratios = clear.map(({ row, object }) => flux(object) / row[column]!)
      expect(Math.abs(medianOf(ratios) - 1)).toBeLessThan(1e-3)
      expect(rms(clear.map(({ row, object }) => (flux(object) - row[column]!) / row[error]!))).toBeLessThan(0.3)
    }
    judge(({ auto }) => auto.flux, 5, 6)
    for (const k of [0, 1, 2]) judge(({ apertures }) => apertures[k]!.flux, 11 + k, 14 + k)
  })

  test('errors of fluxes to 2 %, shapes and radii to 2 %, windowed positions to 0.01 pixel', () => {
    const clear = pairs().filter(({ row }) => row[4] === 0 && row[5]! > 30 * row[6]!)
    const judge = (ratio: (pair: (typeof clear)[number]) => number) =>
      expect(Math.abs(medianOf(clear.map(ratio)) - 1)).toBeLessThan(0.02)
    judge(({ row, object }) => object.auto.fluxErr / row[6]!)
    judge(({ row, object }) => object.apertures[1]!.fluxErr / row[15]!)
    judge(({ row, object }) => object.shape.a / row[2]!)
    judge(({ row, object }) => object.shape.b / row[3]!)
    judge(({ row, object }) => object.auto.kronRadius / row[7]!)
    judge(({ row, object }) => object.halfLightRadius / row[8]!)
    const offsets = clear.map(({ row, object: { windowed } }) =>
      Math.hypot(windowed.x + 1 - row[9]!, windowed.y + 1 - row[10]!),
    )
    expect(medianOf(offsets)).toBeLessThan(0.01)
  })

  test('flags of saturation, edge and cut circles equal in 99 of 100, those of blends in 90', () => {
    const equal = (bits: number) =>
      pairs().filter(({ row, object }) => (row[4]! & bits) === (object.flags & bits)).length / pairs().length
    for (const bit of [4, 8, 16]) expect(equal(bit)).toBeGreaterThanOrEqual(0.99)
    for (const bit of [1, 2]) expect(equal(bit)).toBeGreaterThanOrEqual(0.9)
  })
})
