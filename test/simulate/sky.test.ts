import { existsSync, readFileSync } from 'node:fs'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsTable } from '../../src/formats/fits/index.js'
import { nestedIndices, pix2ang } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { madScatter, median } from '../../src/math/robust.js'
import { separationArcsec } from '../../src/math/sphere.js'
import { asFloat64 } from '../../src/table/columns.js'
import { observeWithGaia } from '../../src/simulate/gaia.js'
import { bpMinusGOf, drawSky, gaiaDensityPerSqDeg, type SkyOptions } from '../../src/simulate/sky.js'
import { shared } from './describe-catalogue.js'

const AREA_SQ_DEG = 4
const field: SkyOptions = {
  pointing: { raDeg: 359.9, decDeg: -60 },
  boxes: [{ west: -1, east: 1, south: -1, north: 1 }],
  epochYr: 2015.5,
  densityPerSqDeg: 5000,
  faintRatio: 1,
  companionFraction: 0,
  motionScale: 1,
}
const sky = drawSky(field, seededRandom(7))
const gaia = { release: 'gaia_dr3', missingFraction: 0, contaminatedFraction: 0 }
const rows = observeWithGaia(sky, gaia, seededRandom(8))
const where = (n: number, check: (i: number) => boolean) => Array.from({ length: n }, (_, i) => i).filter(check)

test('the density asked for comes out, and as many stars again that Gaia lacks', () => {
  const expected = 5000 * AREA_SQ_DEG
  // 4 sigma of the Poisson law.
  expect(Math.abs(rows.mag.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
  expect(Math.abs(sky.gMag.length - 2 * expected)).toBeLessThan(4 * Math.sqrt(2 * expected))
  expect(sky.raDeg.every((ra) => ra >= 0 && ra < 360)).toBe(true)
  expect(sky.raDeg.some((ra) => ra < 1) && sky.raDeg.some((ra) => ra > 358)).toBe(true)
})

const densityMap = shared('real/gaia/gaiadr3.nside64.densmap.fits')

test.skipIf(!existsSync(densityMap))("density by galactic latitude follows Gaia DR3's own counts", async () => {
  const table = await readFitsTable(memorySource(densityMap, new Uint8Array(readFileSync(densityMap))))
  const counts = asFloat64(table.columns[0]!)!
  const cellSqDeg = 41_252.96 / counts.length
  const random = seededRandom(3)
  const logRatio = Array.from({ length: 2000 }, () => {
    const cell = random.below(counts.length)
    return Math.log10(gaiaDensityPerSqDeg(pix2ang(6, cell)) / (counts[cell]! / cellSqDeg))
  })
  // A law in latitude alone knows nothing of longitude, dust and the Clouds: right on average, within a factor of 1.8
  // for two thirds.
  expect(Math.abs(median(logRatio))).toBeLessThan(0.05)
  expect(madScatter(logRatio)).toBeLessThan(0.25)
})

const offLocus = ({ g, bp, rp }: { g: number; bp: number; rp: number }) => bp - g - bpMinusGOf(bp - rp)

const desTile = shared('real/des_y6_tile/des_y6_x_gaia_dr3.csv')

test.skipIf(!existsSync(desTile))(
  'BP - G of real stars: within 0.01 mag of the sky, as much scatter, like colours at each magnitude',
  () => {
    const real = csvParse(readFileSync(desTile, 'utf8')).map((row) => ({
      g: Number(row['phot_g_mean_mag']),
      bp: Number(row['phot_bp_mean_mag']),
      rp: Number(row['phot_rp_mean_mag']),
    }))
    for (let low = 0.6; low < 2.9; low += 0.2) {
      const bin = real.filter(({ g, bp, rp }) => g < 18.5 && bp - rp >= low && bp - rp < low + 0.2)
      // Up to 20 mmag of scatter in the reddest bins of some ten stars.
      if (bin.length >= 7) expect(Math.abs(median(bin.map(offLocus))), `colour ${low.toFixed(1)}`).toBeLessThan(0.01)
    }
    const bright = real.filter(({ g, bp, rp }) => g < 17 && bp - rp > 0.6 && bp - rp < 1.5)
    expect(bright.length).toBeGreaterThan(20)
    const starOf = (s: number) => ({ g: sky.gMag[s]!, bp: sky.bpMag[s]!, rp: sky.rpMag[s]! })
    const ofSky = where(sky.gMag.length, (s) => sky.bpMag[s]! - sky.rpMag[s]! < 1.5).map((s) => offLocus(starOf(s)))
    expect(madScatter(ofSky) / madScatter(bright.map(offLocus))).toBeGreaterThan(0.5)
    expect(madScatter(ofSky) / madScatter(bright.map(offLocus))).toBeLessThan(2)
    const colours = (bright: number, faint: number) => [
      median(real.filter(({ g, bp }) => g >= bright && g < faint && bp > 0).map(({ bp, rp }) => bp - rp)),
      median(
        where(sky.gMag.length, (s) => sky.gMag[s]! >= bright && sky.gMag[s]! < faint).map(
          (s) => sky.bpMag[s]! - sky.rpMag[s]!,
        ),
      ),
    ]
    for (const [bright, faint] of [
      [16, 17.5],
      [17.5, 18.5],
      [18.5, 19.5],
    ] as const) {
      const [ofReal, ofSky] = colours(bright, faint)
      // Some 60 real stars of scatter 0.7 mag: the error of their median is 0.11 mag.
      expect(Math.abs(ofReal! - ofSky!), `G ${bright} to ${faint}`).toBeLessThan(0.35)
    }
  },
)

test('colours keep to the locus that the relations ask for', () => {
  const colourOf = (s: number) => sky.bpMag[s]! - sky.rpMag[s]!
  const inRange = where(sky.gMag.length, (s) => colourOf(s) > 0.5 && colourOf(s) < 3)
  expect(inRange.length).toBeGreaterThan(0.9 * sky.gMag.length)
  const offKent = (s: number) => sky.gMag[s]! - sky.rpMag[s]! - 0.45 * (sky.bpMag[s]! - sky.rpMag[s]! + 0.2)
  expect(inRange.every((s) => Math.abs(offKent(s)) < 0.2)).toBe(true)
})

test('measured magnitudes scatter about the true ones by their quoted errors', () => {
  const pull = (measured: Float64Array, error: Float64Array, truth: Float64Array, bright: number, faint: number) =>
    where(measured.length, (i) => rows.mag[i]! > bright && rows.mag[i]! < faint && Number.isFinite(measured[i]!)).map(
      (i) => (measured[i]! - truth[rows.starIndex[i]!]!) / error[i]!,
    )
  for (const values of [
    pull(rows.mag, rows.magErr, sky.gMag, 13, 21),
    pull(rows.bpMag, rows.bpMagErr, sky.bpMag, 13, 18),
    pull(rows.rpMag, rows.rpMagErr, sky.rpMag, 13, 19),
  ]) {
    // Scatter of n normals is known to 1.17 / sqrt(2 n) for the MAD: 0.03 at 1500.
    expect(values.length).toBeGreaterThan(1500)
    expect(Math.abs(madScatter(values) - 1)).toBeLessThan(0.06)
    expect(Math.abs(median(values))).toBeLessThan(0.1)
  }
})

test('median errors are those of Gaia DR3, and DR2 is 1.4 times worse', () => {
  const errorAt = (stars: typeof rows, mag: number) =>
    1000 * median(where(stars.mag.length, (i) => Math.abs(stars.mag[i]! - mag) < 0.1).map((i) => stars.magErr[i]!))
  for (const [mag, mmag] of [
    [17, 0.98],
    [18, 1.7],
    [19, 3.1],
    [20, 6],
  ] as const)
    expect(errorAt(rows, mag) / mmag).toBeCloseTo(1, 0.8)
  const dr2 = observeWithGaia(sky, { ...gaia, release: 'gaia_dr2' }, seededRandom(8))
  expect(errorAt(dr2, 19) / errorAt(rows, 19)).toBeCloseTo(1.4, 1)
})

test('some faint stars lack BP and RP, or a proper motion, as in the archive', () => {
  const missing = (values: Float64Array, bright: number, faint: number) => {
    const inside = where(rows.mag.length, (i) => rows.mag[i]! >= bright && rows.mag[i]! < faint)
    return inside.filter((i) => Number.isNaN(values[i]!)).length / inside.length
  }
  // Of 1260 real DR2 rows: no BP 1 to 2 % at G < 20 and 4 % at 20 to 20.8; no motion 1 to 4 % and 12 %.
  expect(missing(rows.bpMag, 15, 19)).toBeLessThan(0.03)
  expect(missing(rows.bpMag, 20, 21)).toBeGreaterThan(0.03)
  expect(missing(rows.pmDecMasYr, 15, 19)).toBeLessThan(0.03)
  expect(missing(rows.pmDecMasYr, 20, 21)).toBeGreaterThan(0.08)
  expect(where(rows.mag.length, (i) => Number.isNaN(rows.bpMag[i]!) !== Number.isNaN(rows.rpMag[i]!))).toEqual([])
})

test('contamination raises the excess factor out of the range of good stars', () => {
  const beyond = (stars: typeof rows) => {
    const bright = where(stars.mag.length, (i) => stars.mag[i]! < 18 && Number.isFinite(stars.bpMag[i]!))
    return (
      bright.filter((i) => stars.bpRpExcess[i]! > 1.3 + 0.06 * (stars.bpMag[i]! - stars.rpMag[i]!) ** 2).length /
      bright.length
    )
  }
  expect(beyond(rows)).toBeLessThan(0.002)
  expect(beyond(observeWithGaia(sky, { ...gaia, contaminatedFraction: 0.2 }, seededRandom(8)))).toBeGreaterThan(0.05)
})

test("ids hold the star's cell of order 12; under 2 % a neighbour's", () => {
  expect(new Set(rows.sourceId).size).toBe(rows.sourceId.length)
  const cells = nestedIndices(12, rows.raDeg, rows.decDeg)
  let elsewhere = 0
  rows.sourceId.forEach((id, i) => {
    expect(id & 127n).toBe(0n)
    if (i > 0) expect(id > rows.sourceId[i - 1]!).toBe(true)
    const cell = Number(id >> 35n)
    if (cell === cells[i]) return
    elsewhere++
    const centre = pix2ang(12, cell)
    // Neighbouring cells of 51.5 arcsec: their centres lie within 1.5 cells.
    expect(separationArcsec(centre.raDeg, centre.decDeg, rows.raDeg[i]!, rows.decDeg[i]!)).toBeLessThan(80)
  })
  expect(elsewhere).toBeGreaterThan(0)
  expect(elsewhere).toBeLessThan(0.02 * rows.sourceId.length)
})

test('companions sit within 2 arcsec of a brighter star', () => {
  const pairs = drawSky({ ...field, companionFraction: 0.5, densityPerSqDeg: 200, faintRatio: 0 }, seededRandom(2))
  const companions = where(pairs.gMag.length, (s) => pairs.isCompanion[s] === 1)
  expect(companions.length).toBeGreaterThan(200)
  for (const s of companions) {
    // Drawn right after its primary.
    const separation = separationArcsec(pairs.raDeg[s]!, pairs.decDeg[s]!, pairs.raDeg[s - 1]!, pairs.decDeg[s - 1]!)
    expect(separation).toBeGreaterThan(0.49)
    expect(separation).toBeLessThan(2.01)
    expect(pairs.gMag[s]!).toBeGreaterThan(pairs.gMag[s - 1]!)
  }
})
