import { describe, expect, test } from 'vitest'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { seededRandom } from '../../../src/math/random.js'
import { median } from '../../../src/math/robust.js'
import { fromTangentPlane } from '../../../src/math/sphere.js'
import { atTargets, type TargetField } from '../../../src/photometry/targets/at-target.js'
import { fluxNoise } from '../../../src/photometry/targets/flux-noise.js'
import { targetResult, type CalibratedCcd } from '../../../src/photometry/targets/target-result.js'

const CENTRE = { raDeg: 0.01, decDeg: -30 }
const HALF_DEG = 0.1
const NO_OFFSET = { raOffsetArcsec: null, decOffsetArcsec: null, scatterArcsec: null, stars: 0, applied: false }

/** Sources at offsets in arcsec from the centre of a square CCD of 12 arcmin that RA 0 passes through. */
function fieldOf(
  rows: readonly {
    readonly x: number
    readonly y: number
    flux: number
    err: number
    flags?: number
    image?: number
  }[],
): TargetField {
  const places = rows.map(({ x, y }) => fromTangentPlane(x / 3600, y / 3600, CENTRE))
  const of = (value: (row: (typeof rows)[number], i: number) => number) => Float64Array.from(rows, value)
  const sources: SourceColumns = {
    number: of((_, i) => i + 1),
    raDeg: of((_, i) => places[i]!.raDeg),
    decDeg: of((_, i) => places[i]!.decDeg),
    flux: of(({ flux }) => flux),
    fluxErr: of(({ err }) => err),
    flags: of(({ flags = 0 }) => flags),
    imaflagsIso: of(({ image = 0 }) => image),
  }
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]) => fromTangentPlane(x! * HALF_DEG, y! * HALF_DEG, CENTRE))
  return {
    sources,
    astrometry: NO_OFFSET,
    corners: { raDeg: corners.map(({ raDeg }) => raDeg), decDeg: corners.map(({ decDeg }) => decDeg) },
    centre: CENTRE,
    fwhmArcsec: 1.2,
  }
}

const place = (x: number, y: number, name = 't') => ({ name, ...fromTangentPlane(x / 3600, y / 3600, CENTRE) })
const CCD: CalibratedCcd = {
  ccd: 7,
  outcome: 'fitted',
  zeropoint: 30,
  zeropointErr: 0.003,
  systematicErr: 0.01,
  system: 'des-ab',
  catalog: 'gaia_dr2',
  epochYr: 2000 + 6206 / 365.25,
  epochFrom: 'MJD-OBS',
}
const resultAt = (field: TargetField, x: number, y: number, radiusArcsec?: number) => {
  const search = { targets: [place(x, y)], ...(radiusArcsec === undefined ? {} : { radiusArcsec }) }
  return targetResult(atTargets(field, search)[0]!, CCD, 'mag_psf', 90)
}

/** Faint detections all over the CCD: sigma 10, and photons of a gain of 2. */
function skyRows(n: number, sigmaAt: (x: number) => number = () => 10) {
  const random = seededRandom(11)
  return Array.from({ length: n }, () => {
    const [x, y] = [(random.uniform() - 0.5) * 700, (random.uniform() - 0.5) * 700]
    const flux = sigmaAt(x) * (3 + 6.5 * random.uniform())
    return { x, y, flux, err: Math.sqrt(sigmaAt(x) ** 2 + flux / 2) }
  })
}

test('a detection has its magnitude, and three errors that stay apart', () => {
  const field = fieldOf([{ x: 100.2, y: 50, flux: 1e4, err: 100 }])
  const result = resultAt(field, 100, 50)
  expect(result).toMatchObject({ status: 'detected', zeropointErr: 0.003, systematicErr: 0.01, magnitudes: 'AB' })
  const [detection] = result.detections
  expect(detection!.mag).toBeCloseTo(20, 10)
  expect(detection!.magErr).toBeCloseTo(0.010857, 6)
  expect(detection!.separationArcsec).toBeCloseTo(0.2, 3)
  // MJD 57750.5 and half of 90 s.
  expect([result.mjd, result.mjdOf]).toEqual([expect.closeTo(57750.5 + 45 / 86400, 8), 'middle'])
})

describe('what speaks against a detection is said', () => {
  test.each([
    [{ flags: 3 }, 'detected', /has bright neighbours or bad pixels that bias it, was blended .* \(FLAGS 3\)/],
    [{ flags: 4 }, 'flagged', /holds saturated pixels \(FLAGS 4\)/],
    [{ flags: 24 }, 'flagged', /cut by the edge of the image, has an incomplete or corrupted aperture/],
    [{ image: 32 }, 'flagged', /lies on flagged pixels \(IMAFLAGS_ISO 32\)/],
  ] as const)('%o', (flags, status, sentence) => {
    const field = fieldOf([{ x: 0, y: 0, flux: 1e4, err: 100, ...flags }])
    const result = resultAt(field, 0, 0)
    expect([result.status, result.sentence]).toEqual([status, expect.stringMatching(sentence)])
    expect(result.detections[0]!.mag).toBeCloseTo(20, 10)
  })

  test('two within the radius are both named, and none is chosen', () => {
    const field = fieldOf([
      { x: 0.8, y: 0, flux: 1e4, err: 100 },
      { x: -0.3, y: 0, flux: 2e4, err: 100 },
    ])
    const result = resultAt(field, 0, 0)
    expect(result.status).toBe('several')
    expect(result.sentence).toBe('2 detections within 1.00 arcsec: NUMBER 2 at 0.30 arcsec, NUMBER 1 at 0.80 arcsec')
    expect(resultAt(field, 0, 0, 0.5)).toMatchObject({ status: 'detected', detections: [{ number: 2 }] })
  })

  test('one below 3 sigma is a limit from its own error, and its flux stays', () => {
    const field = fieldOf([{ x: 0, y: 0, flux: 200, err: 100 }])
    const result = resultAt(field, 0, 0)
    expect(result.status).toBe('limit')
    expect(result.sentence).toMatch(/signal to noise of 2\.0, less than 3/)
    expect(result.limit3Sigma).toBeCloseTo(30 - 2.5 * Math.log10(300), 10)
    expect(result.detections[0]!.flux).toBe(200)
  })

  test('a flux that is not positive has no magnitude', () => {
    const result = resultAt(fieldOf([{ x: 0, y: 0, flux: -50, err: 100 }]), 0, 0)
    expect([result.status, result.detections[0]!.mag, result.detections[0]!.magErr]).toEqual(['limit', null, null])
    const flagged = resultAt(fieldOf([{ x: 0, y: 0, flux: 0, err: 100, flags: 16 }]), 0, 0)
    expect(flagged.sentence).toMatch(/\(FLAGS 16\); its flux is not positive: no magnitude$/)
  })
})

describe('nothing is there', () => {
  test('the limit is three times the noise of the sky, without the photons of the detections it is told by', () => {
    const result = resultAt(fieldOf(skyRows(400)), 1, 1)
    expect(result.status).toBe('limit')
    expect(result.noise!.sigma).toBeCloseTo(10, 6)
    expect(result.limit3Sigma).toBeCloseTo(30 - 2.5 * Math.log10(30), 6)
    expect(result.noise!.detections).toBe(50)
  })

  test('noise that grows over the CCD is that of the place', () => {
    const field = fieldOf(skyRows(1000, (x) => 10 + x / 150))
    for (const x of [-300, 0, 300]) {
      const { noise } = resultAt(field, x + 0.5, 0)
      expect(Math.abs(noise!.sigma / (10 + x / 150) - 1)).toBeLessThan(0.05)
    }
  })

  test('noise with scatter in the errors is right to a few per cent', () => {
    const random = seededRandom(3)
    const off = Array.from({ length: 200 }, () => {
      const rows = skyRows(80).map((row) => ({ ...row, err: row.err * (1 + 0.05 * random.normal()) }))
      return fluxNoise(fieldOf(rows).sources)(CENTRE)!.sigma / 10 - 1
    })
    expect(Math.abs(median(off))).toBeLessThan(0.05)
  })

  test('few faint detections tell no noise', () => {
    const bright = Array.from({ length: 30 }, (_, i) => ({ x: 10 * i, y: 30, flux: 1e5, err: 400 }))
    const result = resultAt(fieldOf([...bright, ...skyRows(4)]), 0, 0)
    expect([result.status, result.limit3Sigma]).toEqual(['no-limit', null])
    expect(result.sentence).toMatch(/too few faint detections/)
  })

  test('in a hole of the detections there is no limit; as far from the edge as from the next one there is', () => {
    // 1000 detections on the western half alone: the eastern is dead.
    const half = skyRows(2000).filter(({ x }) => x < 0)
    const field = fieldOf(half)
    expect(half.length).toBeGreaterThan(900)
    for (const [x, y] of [
      [120, 0],
      [340, 340],
      [355, 0],
    ] as const) {
      const result = resultAt(field, x, y)
      expect([result.status, result.limit3Sigma], `${x} ${y}`).toEqual(['no-limit', null])
      expect(result.sentence).toMatch(/masked, dead or under a bright star/)
    }
    const statuses = [-300, -200, -100, -10].map((x) => resultAt(field, x + 0.4, 3.3).status)
    expect(statuses).toEqual(['limit', 'limit', 'limit', 'limit'])
  })

  test('a catalogue that ends above 3 sigma says so', () => {
    const rows = skyRows(300).filter(({ flux, err }) => flux > 6 * err)
    expect(resultAt(fieldOf(rows), 0, 0).sentence).toMatch(/holds little below a signal to noise of 6\.\d/)
  })
})

describe('where the target is', () => {
  const field = fieldOf(skyRows(300))
  test('outside, near and far', () => {
    expect(resultAt(field, 365, 0)).toMatchObject({
      status: 'outside',
      sentence: expect.stringMatching(/^outside the CCD, 5\.0 arcsec from its edge$/) as unknown,
    })
    expect(resultAt(field, 0, 3 * 3600).sentence).toMatch(/^outside the CCD, 3\.00 deg from its centre$/)
    const antipode = { name: 'a', raDeg: CENTRE.raDeg + 180, decDeg: -CENTRE.decDeg }
    expect(atTargets(field, { targets: [antipode] })[0]!.edgeArcsec).toBeLessThan(0)
  })

  test('at the edge the limit is not all', () => {
    expect(resultAt(field, 359, 0).sentence).toMatch(/1\.0 arcsec from the edge of the CCD: a part of the light/)
  })

  test('a detection just outside the corners counts', () => {
    expect(resultAt(fieldOf([{ x: 360.4, y: 0, flux: 1e4, err: 100 }]), 360.5, 0)).toMatchObject({
      status: 'detected',
      sentence: expect.stringMatching(/0\.5 arcsec outside the edge/) as unknown,
    })
  })

  test('detections and corners that a wrong WCS has shifted are moved back', () => {
    const shifted = { ...NO_OFFSET, raOffsetArcsec: 40, decOffsetArcsec: -20, applied: true }
    const there = { ...fieldOf([{ x: 140, y: 30, flux: 1e4, err: 100 }]), astrometry: shifted }
    expect(resultAt(there, 100, 50).status).toBe('detected')
    expect(resultAt(there, 140, 30).status).toBe('no-limit')
    expect(resultAt(there, 330, 0).sentence).toMatch(/outside the CCD, 10\.0 arcsec from its edge/)
  })

  test('a right ascension that would be on the CCD in hours is remarked', () => {
    const there = {
      ...field,
      corners: { ...field.corners, raDeg: field.corners.raDeg.map((ra) => (ra + 197.4) % 360) },
    }
    const [at] = atTargets(there, { targets: [{ name: 'h', raDeg: 197.41 / 15, decDeg: -30 }] })
    expect(targetResult(at!, CCD, 'mag_psf', null).sentence).toMatch(/a right ascension of 13\.16\d* hours would be/)
  })
})

test('without a zeropoint there is no magnitude, and it is said', () => {
  const field = fieldOf([{ x: 0, y: 0, flux: 1e4, err: 100 }])
  const [at] = atTargets(field, { targets: [place(0, 0)] })
  const none = targetResult(at!, { ...CCD, outcome: 'none', zeropoint: null }, 'mag_psf', null)
  expect([none.detections[0]!.mag, none.sentence]).toEqual([null, expect.stringMatching(/the CCD has no zeropoint$/)])
  const borrowed = targetResult(at!, { ...CCD, outcome: 'borrowed', epochFrom: 'NITE' }, 'mag_psf', null)
  expect([borrowed.mjd, borrowed.sentence]).toEqual([null, expect.stringMatching(/borrowed from the exposure$/)])
  expect(targetResult(at!, CCD, 'mag_psf', null)).toMatchObject({ mjdOf: 'beginning', mjd: 57750.5 })
})
