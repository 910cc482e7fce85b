import { expect, test } from 'vitest'
import { matchSky } from '../../src/math/match-sky.js'
import { seededRandom } from '../../src/math/random.js'
import { madScatter, median } from '../../src/math/robust.js'
import { raDifferenceDeg } from '../../src/math/units.js'
import { toTangentPlane } from '../../src/math/sphere.js'
import { propagateTo } from '../../src/photometry/match/propagate.js'
import { relationFor } from '../../src/photometry/system/colour-relation.js'
import {
  DEFAULT_OPTIONS,
  demoExposure,
  exposureFiles,
  simulateExposure,
  type ExposureOptions,
  type SimulatedCcd,
  type SimulatedExposure,
} from '../../src/simulate/index.js'
import { describeCatalogue } from './describe-catalogue.js'
import { DECAM_PLANE } from '../support/cameras.js'

const description = describeCatalogue('gaia_dr2')
const simulate = (options: Partial<ExposureOptions>, seed = 1) =>
  simulateExposure(options, description, seededRandom(seed))

/** Rows of clean stars well above the sky. */
const cleanRows = ({ detections }: SimulatedCcd, leastSignal = 30) =>
  Array.from({ length: detections.count }, (_, i) => i).filter(
    (i) => detections.clean[i] === 1 && detections.fluxPsf[i]! > leastSignal * detections.fluxErrPsf[i]!,
  )

/** Zeropoint of each clean star from its true magnitude, and its expected error. */
function zeropointsOf(simulated: SimulatedExposure, ccd: SimulatedCcd, flux = ccd.detections.fluxPsf) {
  const { fluxErrPsf, starIndex } = ccd.detections
  return cleanRows(ccd).map((i) => ({
    zeropoint: simulated.bandMag[starIndex[i]!]! + 2.5 * Math.log10(flux[i]!),
    error: Math.hypot(simulated.options.photometricFloorMag, (1.0857 * fluxErrPsf[i]!) / ccd.detections.fluxPsf[i]!),
  }))
}

test('clean stars give back the zeropoints put in, with the errors stated', () => {
  const pulls: number[] = []
  let worst = 0
  for (let seed = 0; seed < 50; seed++) {
    const band = ['g', 'r', 'i', 'z', 'Y'][seed % 5]!
    const simulated = simulate({ ccds: [1 + (seed % 60)], band }, seed)
    const ccd = simulated.ccds[0]!
    const stars = zeropointsOf(simulated, ccd)
    pulls.push(...stars.map(({ zeropoint, error }) => (zeropoint - ccd.zeropoint) / error))
    const offset = median(stars.map(({ zeropoint }) => zeropoint)) - ccd.zeropoint
    const errorOfMedian = (1.2533 * madScatter(stars.map(({ zeropoint }) => zeropoint))) / Math.sqrt(stars.length)
    worst = Math.max(worst, Math.abs(offset) / errorOfMedian)
  }
  // 50 medians: the largest of 50 normals passes 4 once in 300 times.
  expect(worst).toBeLessThan(4)
  // About 7,000 stars: the scatter is known to 1 %, the median to 1.5 % of sigma.
  expect(pulls.length).toBeGreaterThan(5000)
  expect(madScatter(pulls)).toBeGreaterThan(0.95)
  expect(madScatter(pulls)).toBeLessThan(1.05)
  expect(Math.abs(median(pulls))).toBeLessThan(0.06)
})

test("the camera's magnitudes are the catalogue's relation plus its scatter at each colour", () => {
  const simulated = simulate({ ccds: [28], band: 'r', densityPerSqDeg: 20_000, faintRatio: 0 })
  const { sky, bandMag } = simulated
  const { coefficients, pivot, scatter, faintTerm } = relationFor(
    description,
    'des-ab',
    'r',
    new Set(['bpMag', 'rpMag']),
  )
  // The relation written out again: a polynomial of BP - RP, on along its slope beyond 0.5 and 3, and a term of BP that
  // stays at its value at G's limit.
  const onCurve = (of: SimulatedExposure['sky'], s: number) => {
    const colour = of.bpMag[s]! - of.rpMag[s]!
    const x = Math.min(3, Math.max(0.5, colour)) - pivot
    const value = coefficients.reduce((sum, k, n) => sum + k * x ** n, 0)
    const slope = coefficients.reduce((sum, k, n) => sum + (n === 0 ? 0 : n * k * x ** (n - 1)), 0)
    const faint = faintTerm!.coefficient * 10 ** (0.4 * (Math.min(of.bpMag[s]!, 19.5) - 18))
    return of.gMag[s]! + value + slope * (colour - pivot - x) + faint
  }
  const colours = sky.bpMag.map((bp, s) => bp - sky.rpMag[s]!)
  const residual = Array.from(bandMag, (mag, s) => ({ colour: colours[s]!, value: mag - onCurve(sky, s) }))
  for (const [k, sigma] of scatter.sigmaMag.entries()) {
    const near = residual.filter(({ colour }) => Math.abs(colour - scatter.colour[k]!) < 0.04).map(({ value }) => value)
    expect(near.length).toBeGreaterThan(60)
    // Scatter from n stars is good to 1.17 / sqrt(2 n).
    expect(Math.abs(madScatter(near) / sigma - 1), `colour ${scatter.colour[k]}`).toBeLessThan(
      4 * (1.17 / Math.sqrt(2 * near.length)),
    )
    expect(Math.abs(median(near))).toBeLessThan((4 * 1.2533 * sigma) / Math.sqrt(near.length))
  }
  const sharp = simulate({ ccds: [28], band: 'r', scatterMag: 0 })
  expect(Math.max(...Array.from(sharp.bandMag, (mag, s) => Math.abs(mag - onCurve(sharp.sky, s))))).toBeLessThan(1e-12)
})

test('the same seed gives the same bytes, another seed others', () => {
  const bytesOf = (seed: number) => exposureFiles(simulate({ ccds: [1, 28] }, seed), { seed })
  const [first, again, other] = [bytesOf(5), bytesOf(5), bytesOf(6)]
  expect(first.map(({ name }) => name)).toEqual(again.map(({ name }) => name))
  for (const [k, { name, bytes }] of first.entries()) expect(Buffer.compare(bytes, again[k]!.bytes), name).toBe(0)
  const fullcat = first.findIndex(({ name }) => name.endsWith('_01_r4p5_fullcat.fits'))
  expect(
    Buffer.compare(first[fullcat]!.bytes, other.find(({ name }) => name === first[fullcat]!.name)!.bytes),
  ).not.toBe(0)
})

test.each([
  ['RA 0', { raDeg: 0.02, decDeg: 5 }],
  ['the south pole', { raDeg: 200, decDeg: -89.95 }],
  ['the north pole', { raDeg: 10, decDeg: 89.99 }],
])('stars and detections fall together at %s', (_, pointing) => {
  const simulated = simulate({ ccds: [28, 35], pointing, densityPerSqDeg: 6000 })
  const { raDeg, decDeg } = propagateTo(simulated.epochYr, simulated.stars)
  for (const ccd of simulated.ccds) {
    const found = ccd.detections
    const rows = cleanRows(ccd)
    const matched = matchSky(
      {
        raDeg: Float64Array.from(rows, (i) => found.raDeg[i]!),
        decDeg: Float64Array.from(rows, (i) => found.decDeg[i]!),
      },
      { raDeg, decDeg },
      1,
      { mode: 'nearest' },
    )
    // Stars fainter than Gaia's limit, and 2 % that it lacks, have no partner.
    expect(matched.a.length).toBeGreaterThan(0.5 * rows.length)
    const sameStar = Array.from(
      matched.a,
      (a, k) => found.starIndex[rows[a]!] === simulated.stars.starIndex[matched.b[k]!],
    )
    expect(sameStar.filter(Boolean).length / sameStar.length).toBeGreaterThan(0.98)
    // 20 mas per axis, 15 mas of the CCD, and what faint stars add.
    expect(median(matched.separationArcsec)).toBeLessThan(0.08)
    const centre = DECAM_PLANE.ccd(ccd.ccd)
    for (const i of rows) {
      const offset = toTangentPlane(found.raDeg[i]!, found.decDeg[i]!, pointing)!
      expect(Math.hypot(offset.xiDeg - centre.xiDeg, offset.etaDeg - centre.etaDeg)).toBeLessThan(0.168)
      const pixel = DECAM_PLANE.tangentPlaneToPixel(ccd.ccd, offset.xiDeg, offset.etaDeg)
      expect(Math.hypot(pixel.x - found.x[i]!, pixel.y - found.y[i]!)).toBeLessThan(3)
    }
  }
})

test('detections are where proper motion brought the stars', () => {
  const simulated = simulate({ ccds: [28], mjdObs: 59_580, astrometricNoiseMas: 0, ccdShiftMas: 0, motionScale: 20 })
  const years = 2000 + (59_580 - 51_544.5) / 365.25 - 2015.5
  const ccd = simulated.ccds[0]!
  const { starIndex, raDeg, decDeg } = ccd.detections
  const moving = cleanRows(ccd, 200).filter(
    (i) => Math.abs(simulated.sky.pmDecMasYr[starIndex[i]!]!) > 300 && simulated.sky.parallaxMas[starIndex[i]!]! < 100,
  )
  expect(moving.length).toBeGreaterThan(5)
  for (const i of moving) {
    const s = starIndex[i]!
    const north = (decDeg[i]! - simulated.sky.decDeg[s]!) * 3.6e6
    const east = raDifferenceDeg(raDeg[i]!, simulated.sky.raDeg[s]!) * 3.6e6 * Math.cos((decDeg[i]! * Math.PI) / 180)
    // Parallaxes up to 100 mas and 3 mas of photon noise remain.
    expect(Math.abs(north - years * simulated.sky.pmDecMasYr[s]!)).toBeLessThan(120)
    expect(Math.abs(east - years * simulated.sky.pmRaCosDecMasYr[s]!)).toBeLessThan(120)
  }
})

test('gradient, offsets and cloud make up the zeropoints', () => {
  const ccds = [1, 4, 28, 35, 62]
  const common = { ccds, zeropoint: 30, ccdPatternMag: 0, gradientMagPerDeg: [0.1, -0.2] as const }
  const { byCcd } = simulate({
    ...common,
    ccdOffsetMag: { 4: -0.4 },
    cloud: { xiDeg: -0.31, etaDeg: 0.9, sigmaDeg: 0.3, extinctionMag: 0.5 },
  }).zeropoints
  for (const ccd of ccds) {
    const { xiDeg, etaDeg } = DECAM_PLANE.ccds[ccd - 1]!
    const cloud = 0.5 * Math.exp(-((xiDeg + 0.31) ** 2 + (etaDeg - 0.9) ** 2) / (2 * 0.3 ** 2))
    expect(byCcd.get(ccd)!).toBeCloseTo(30 + 0.1 * xiDeg - 0.2 * etaDeg + (ccd === 4 ? -0.4 : 0) - cloud, 9)
  }
  expect(byCcd.get(1)!).toBeLessThan(byCcd.get(62)! - 0.5)
  const nominal = simulate({ ccds: [28], band: 'r', airmass: 1 }).zeropoints.exposure
  // 25.209 for 1 s, 4.886 for 90 s, 0.03 of weather.
  expect(Math.abs(nominal - 30.095)).toBeLessThan(0.12)
  const electrons = simulate({ ccds: [28], band: 'r', airmass: 1, gainElectronsPerCount: 1 })
  expect(electrons.zeropoints.exposure - nominal).toBeCloseTo(2.5 * Math.log10(4), 9)
})

test('saturated stars are flagged, too faint, and the brightest', () => {
  const simulated = simulate({ ccds: [28], densityPerSqDeg: 20_000 })
  const ccd = simulated.ccds[0]!
  const { flags, imaflags, starIndex, fluxPsf, fluxMax, background } = ccd.detections
  const saturated = Array.from(flags.keys()).filter((i) => (flags[i]! & 4) !== 0)
  expect(saturated.length).toBeGreaterThan(20)
  for (const i of saturated) {
    expect(imaflags[i]! & 2).toBe(2)
    expect(fluxMax[i]! + background[i]!).toBeGreaterThan(0.99 * simulated.noise.saturation)
    const mag = simulated.bandMag[starIndex[i]!]!
    // 90 s in i saturates near 15 at this seeing; variables may be half a magnitude off.
    expect(mag).toBeLessThan(16.3)
    expect(ccd.zeropoint - 2.5 * Math.log10(fluxPsf[i]!)).toBeGreaterThan(mag - 0.6)
  }
  for (const i of cleanRows(ccd)) expect(fluxMax[i]! + background[i]!).toBeLessThan(1.01 * simulated.noise.saturation)
})

test('galaxies and stars part by SPREAD_MODEL and CLASS_STAR above the noise', () => {
  const { detections } = simulate({ ccds: [28] }).ccds[0]!
  const bright = Array.from(detections.kind.keys()).filter(
    (i) => detections.fluxPsf[i]! > 50 * detections.fluxErrPsf[i]! && (detections.flags[i]! & 4) === 0,
  )
  const share = (kind: number, check: (i: number) => boolean) => {
    const ofKind = bright.filter((i) => detections.kind[i] === kind)
    expect(ofKind.length).toBeGreaterThan(15)
    return ofKind.filter(check).length / ofKind.length
  }
  expect(
    share(0, (i) => Math.abs(detections.spreadModel[i]!) < 0.003 && detections.classStar[i]! > 0.9),
  ).toBeGreaterThan(0.97)
  expect(share(1, (i) => detections.spreadModel[i]! > 0.003 && detections.classStar[i]! < 0.3)).toBeGreaterThan(0.9)
})

test('a crowded field has merged and biased stars, none of them called clean', () => {
  const options = {
    ccds: [28],
    densityPerSqDeg: 100_000,
    galaxiesPerSqDeg: 0,
    spuriousPerSqDeg: 0,
    variableFraction: 0,
    cosmicRayFraction: 0,
    scatterMag: 0,
  }
  const simulated = simulate(options)
  const ccd = simulated.ccds[0]!
  const { detections } = ccd
  const bright = Array.from(detections.clean.keys()).filter(
    (i) => detections.fluxPsf[i]! > 100 * detections.fluxErrPsf[i]! && detections.flags[i]! < 4,
  )
  const offset = (i: number) =>
    ccd.zeropoint - 2.5 * Math.log10(detections.fluxPsf[i]!) - simulated.bandMag[detections.starIndex[i]!]!
  const biased = bright.filter((i) => offset(i) < -0.05)
  expect(biased.length).toBeGreaterThan(0.02 * bright.length)
  expect(biased.filter((i) => detections.clean[i] === 1)).toEqual([])
  expect(bright.filter((i) => (detections.flags[i]! & 3) !== 0).length).toBeGreaterThan(0.1 * bright.length)
  const apart = simulate({ ...options, blending: false }).ccds[0]!.detections
  // 0.016 objects per square arcsec and 0.67 arcsec to merge: 1 % of them.
  expect(apart.count).toBeGreaterThan(1.005 * detections.count)
})

test('few stars, a dead half and a wrong band can be asked for', () => {
  const simulated = simulate({ ccds: [4, 31], mostStars: { 4: 6 }, band: 'r', observedBand: 'i', filterBand: 'i' })
  const starsOn = (k: number) => simulated.ccds[k]!.detections.kind.filter((kind) => kind === 0).length
  expect(starsOn(0)).toBeLessThanOrEqual(6)
  expect(starsOn(1)).toBeGreaterThan(60)
  expect(Math.max(...simulated.ccds[1]!.detections.x)).toBeLessThan(1026)
  expect(Math.max(...simulated.ccds[0]!.detections.x)).toBeGreaterThan(2000)
  expect(simulated.ccds[0]!.fileName).toBe('D00668439_r_04_r4p5_fullcat.fits')
  const asI = simulate({ ccds: [31], band: 'i', zeropoint: 30 }).bandMag
  const asR = simulate({ ccds: [31], band: 'r', observedBand: 'i', zeropoint: 30 }).bandMag
  expect(asR).toEqual(asI)
})

test('what cannot be simulated is refused', () => {
  expect(() => simulate({ band: 'u' })).toThrow("band: the band cannot be simulated (found 'u'")
  expect(() => simulate({ ccds: [63] })).toThrow('the CCDs cannot be simulated (found 63')
  expect(() => simulate({ ccds: [1, 1] })).toThrow('expected different numbers from 1 to 62')
  expect(() => simulateExposure({ ccds: [1] }, { ...description, relations: {} }, seededRandom(1))).toThrow(
    'no relation from Gaia Data Release 2 to band i',
  )
})

test('a whole exposure has sixty CCDs of some 1,700 detections', () => {
  const simulated = simulate({})
  expect(simulated.ccds.map(({ ccd }) => ccd)).toEqual(DEFAULT_OPTIONS.ccds)
  expect(simulated.ccds).toHaveLength(60)
  for (const { ccd, detections } of simulated.ccds) {
    const usable = ccd === 31 ? 0.5 : 1
    expect(detections.count, `CCD ${ccd}`).toBeGreaterThan(1450 * usable)
    expect(detections.count, `CCD ${ccd}`).toBeLessThan(1900 * usable)
  }
})

test('the demo is one exposure for all times', () => {
  const demo = demoExposure(description)
  expect(demo.ccds.map(({ fileName }) => fileName)[0]).toBe('D00668439_i_01_r4p5_fullcat.fits')
  expect(demoExposure(description).ccds[0]!.zeropoint).toBe(demo.ccds[0]!.zeropoint)
  const ccd = demo.ccds[0]!
  const stars = zeropointsOf(demo, ccd)
  expect(Math.abs(median(stars.map(({ zeropoint }) => zeropoint)) - ccd.zeropoint)).toBeLessThan(0.002)
})

test('AUTO and aperture fluxes of stars are a fixed part of the PSF flux', () => {
  const simulated = simulate({ ccds: [28] })
  const ccd = simulated.ccds[0]!
  const rows = cleanRows(ccd, 100)
  const ratio = (flux: (i: number) => number) => median(rows.map((i) => flux(i) / ccd.detections.fluxPsf[i]!))
  expect(ratio((i) => ccd.detections.fluxAuto[i]!)).toBeCloseTo(0.975, 2)
  const apertures = Array.from({ length: 12 }, (_, k) => ratio((i) => ccd.detections.fluxAper[12 * i + k]!))
  expect([...apertures].sort((a, b) => a - b)).toEqual(apertures)
  expect(apertures[7]!).toBeGreaterThan(0.98)
  expect(apertures[0]!).toBeLessThan(0.2)
})
