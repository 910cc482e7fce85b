import { describe, expect, test } from 'vitest'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { seededRandom } from '../../../src/math/random.js'
import type { CalibrationOptions, CcdInput } from '../../../src/photometry/ccd.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import { simulateExposure, type ExposureOptions } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { DECAM, OTHER_CAMERA } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

/** A seeded tenth of the soak. */
const SEEDS = process.env['BLISS_SOAK'] ? 400 : 30

type Release = 'gaia_dr2' | 'gaia_dr3'
type Spoil = (
  sources: SourceColumns,
  facts: { readonly saturation: number; readonly flags: ArrayLike<number>; readonly spread: Float64Array },
) => Partial<CcdInput>

interface Case extends Partial<ExposureOptions> {
  readonly release?: Release
}

/** One simulated CCD, spoilt, as a pipeline with a complete header would hand it in. */
async function calibrated(
  seed: number,
  { release = 'gaia_dr2', ...options }: Case = {},
  spoil?: Spoil,
  how: CalibrationOptions = {},
): Promise<CcdResult> {
  const description = describeCatalogue(release)
  const exposure = simulateExposure({ ccds: [1], columns: 'slim', ...options }, description, seededRandom(seed))
  const { ccd, centre, corners, sources, detections } = exposure.ccds[0]!
  const { saturation } = exposure.noise
  const { band, exposureTimeSec, airmass } = exposure.options
  const input: CcdInput = {
    ccd,
    band,
    centre,
    corners,
    sources,
    epochYr: exposure.epochYr,
    saturation,
    exposureTimeSec,
    airmass,
    fluxUnit: 'counts',
    camera: DECAM,
  }
  const spoilt = spoil?.(sources, { saturation, flags: detections.flags, spread: detections.spreadModel })
  return calibrateCcd({ ...input, ...spoilt }, memoryCatalog(exposure.stars, description), how)
}

const tags = ({ concerns }: CcdResult) => concerns.map(({ tag }) => tag)
const scaled = (factor: (i: number) => number) => (values: Float64Array) => values.map((value, i) => value * factor(i))
/** All fluxes and errors of the detections times a factor. */
const dimmed = (sources: SourceColumns, factor: (i: number) => number): SourceColumns => {
  const times = scaled(factor)
  const others = sources.others!.map(({ name, flux, fluxErr }) => ({
    name,
    flux: times(flux),
    fluxErr: times(fluxErr),
  }))
  return { ...sources, flux: times(sources.flux), fluxErr: times(sources.fluxErr), others }
}

test('good exposures of several bands, releases and densities raise nothing', async () => {
  const good: Case[] = [
    { band: 'i' },
    { band: 'g', release: 'gaia_dr3' },
    { band: 'r' },
    { band: 'z', pointing: { raDeg: 200, decDeg: 12 } },
    { band: 'Y', release: 'gaia_dr3' },
  ]
  let alarms = 0
  let ccds = 0
  for (const options of good) {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { verdict, concerns } = await calibrated(seed, { ...options, columns: 'full' })
      ccds++
      if (verdict !== 'good') {
        alarms++
        console.log(options.band, seed, verdict)
      }
      expect(concerns.filter(({ severity, tag }) => severity === 'hint' && tag !== 'fluxes')).toEqual([])
    }
  }
  console.log(`${alarms} false alarms on ${ccds} good CCDs`)
  // One in 1000 would be tolerable; the chance of more than one in 150 is then 1 %.
  expect(alarms).toBeLessThanOrEqual(process.env['BLISS_SOAK'] ? 6 : 1)
}, 1_800_000)

describe('wrong band', () => {
  test.each([
    ['r', 'i', 'gaia_dr2'],
    ['i', 'r', 'gaia_dr3'],
    ['g', 'r', 'gaia_dr3'],
    ['z', 'i', 'gaia_dr2'],
    ['i', 'z', 'gaia_dr2'],
    ['Y', 'i', 'gaia_dr3'],
  ] as const)('light of %s in a list of %s (%s): the band is named', async (observedBand, band, release) => {
    for (const seed of [1, 2]) {
      const result = await calibrated(seed, { band, observedBand, release })
      expect(result.verdict).toMatch(
        new RegExp(
          `^the stars' colours follow band ${observedBand}, not ${band}: under the relation of ` +
            `${band} the residuals change by -?\\d\\.\\d\\d mag per mag`,
        ),
      )
      expect(result.concerns).toContainEqual(expect.objectContaining({ tag: 'wrong-band', severity: 'stop' }))
    }
  })

  test("on the catalogue's own magnitude too", async () => {
    const result = await calibrated(1, { band: 'i', observedBand: 'r' }, undefined, { system: 'catalog' })
    expect(result.verdict).toMatch(/colours follow band r, not i/)
    expect((await calibrated(1, { band: 'r' }, undefined, { system: 'catalog' })).verdict).toBe('good')
  })

  test('z and Y differ by 0.07 mag per mag, which dust can do: there the zeropoint names the band', async () => {
    const result = await calibrated(3, { band: 'z', observedBand: 'Y', release: 'gaia_dr3' })
    expect(tags(result)).not.toContain('wrong-band')
    expect(result.verdict).toMatch(
      /the zeropoint is 1\.\d\d mag below what DECam gives in z for 90 s in counts \(as the header says\): .*band Y has about this one, or thick cloud/,
    )
  })

  test('near the plane dust bends the colours of every band: no claim', async () => {
    const result = await calibrated(1, {
      band: 'i',
      observedBand: 'z',
      pointing: { raDeg: 266, decDeg: -29 },
      densityPerSqDeg: 5000,
    })
    expect(tags(result)).not.toContain('wrong-band')
  })

  test('without colours nothing can be said', async () => {
    const description = describeCatalogue('gaia_dr2')
    const { stars, ...exposure } = simulateExposure(
      { ccds: [1], columns: 'slim', band: 'i', observedBand: 'r' },
      description,
      seededRandom(1),
    )
    const { bpMag: _bp, bpMagErr: _bpErr, rpMag: _rp, rpMagErr: _rpErr, bpRpExcess: _excess, ...onlyG } = stars
    const { ccd, centre, corners, sources } = exposure.ccds[0]!
    const result = await calibrateCcd({ ccd, band: 'i', centre, corners, sources }, memoryCatalog(onlyG, description), {
      system: 'catalog',
    })
    expect(result.diagnostics.bands).toBeNull()
    expect(result.verdict).toBe('good')
  })
})

describe('units', () => {
  const inUnit =
    (factor: number, facts: Partial<CcdInput> = {}): Spoil =>
    (sources) => ({ sources: dimmed(sources, () => factor), ...facts })
  test.each([
    [
      'electrons where the header says counts',
      inUnit(4),
      /1\.\d\d mag above what DECam gives in i for 90 s in counts \(as the header says\): a flux in electrons would explain it$/,
      'look',
    ],
    [
      'counts per second',
      inUnit(1 / 90),
      /4\.\d\d mag below .*: a flux in counts per second would explain it, or thick cloud$/,
      'stop',
    ],
    [
      'counts per second where no header names the unit',
      inUnit(1 / 90, { fluxUnitFrom: 'GAIN' }),
      /4\.\d\d mag below .*: a flux in counts per second would explain it, or thick cloud$/,
      'look',
    ],
    [
      'electrons per second where the header says electrons',
      inUnit(4 / 90, { fluxUnit: 'electrons' }),
      /: a flux in electrons per second would explain it, or thick cloud$/,
      'stop',
    ],
    [
      'a unit of its own, which no header names',
      inUnit(1e4, { fluxUnitFrom: 'GAIN' }),
      /10\.\d\d mag above .*: more light than the camera can see, so check units and exposure time$/,
      'stop',
    ],
    [
      'a unit of its own',
      inUnit(1e4),
      /10\.\d\d mag above .*: more light than the camera can see, so check units and exposure time$/,
      'stop',
    ],
    [
      'less light than clouds leave',
      inUnit(1 / 2000),
      /8\.\d\d mag below .*less light than thick cloud leaves/,
      'stop',
    ],
    [
      'more light than fresh mirrors give',
      inUnit(1.7),
      /0\.\d\d mag above .*more light than the camera can see/,
      'look',
    ],
  ])('%s', async (_, spoil, words, severity) => {
    const result = await calibrated(2, {}, spoil)
    expect(result.verdict).toMatch(words)
    expect(result.concerns[0]).toMatchObject({ tag: 'units', severity })
  })

  test('it warns and never decides: the number is the same but for the unit', async () => {
    const [right, wrong] = [await calibrated(2), await calibrated(2, {}, inUnit(4))]
    expect(wrong.zeropoint! - right.zeropoint!).toBeCloseTo(2.5 * Math.log10(4), 9)
    expect(wrong.zeropointErr).toBeCloseTo(right.zeropointErr!, 9)
  })

  test(
    'a header that does not say may hold counts or electrons; without ' +
      'exposure time, or of another camera, nothing is expected',
    async () => {
      for (const factor of [1, 4])
        expect(
          (
            await calibrated(2, {}, (sources) => ({
              sources: dimmed(sources, () => factor),
              fluxUnit: undefined as never,
            }))
          ).verdict,
        ).toBe('good')
      for (const facts of [
        { exposureTimeSec: undefined as never },
        { camera: OTHER_CAMERA },
        { camera: undefined as never },
      ]) {
        const result = await calibrated(2, {}, inUnit(1 / 90, facts))
        expect(result.diagnostics.expectation).toBeNull()
        // Without the time DECam's zeropoint cannot be compared, and that is said; of others none is known.
        const isTime = 'exposureTimeSec' in facts
        expect(tags(result).filter((tag) => tag !== 'passband' && tag !== 'fluxes')).toEqual(isTime ? ['units'] : [])
        if (!isTime) expect(result.verdict).not.toMatch(/DECam/)
      }
    },
  )

  test('low transparency and depth are hints, outside the verdict', async () => {
    const { zeropoint } = await calibrated(2)
    const clouded = await calibrated(2, { zeropoint: zeropoint! - 0.5 })
    expect(clouded.verdict).toBe('good')
    expect(clouded.concerns).toContainEqual(
      expect.objectContaining({
        tag: 'transparency',
        severity: 'hint',
        sentence: expect.stringMatching(/: 6\d % of the usual light, by cloud or old mirrors$/) as string,
      }),
    )
    // No unit explains what is between thin cloud and no star at all: a wrong exposure time, or thick cloud.
    const dark = await calibrated(2, {}, inUnit(1 / 8))
    expect(dark.verdict).toMatch(/2\.\d\d mag below .*: 1\d % of the usual light, by cloud or old mirrors$/)
    expect(dark.concerns[0]).toMatchObject({ tag: 'transparency', severity: 'look' })
    const shallow = await calibrated(2, {}, (sources) => ({
      sources: { ...sources, fluxErr: sources.fluxErr.map((error) => 2 * error) },
    }))
    expect(shallow.verdict).toBe('good')
    expect(shallow.concerns).toContainEqual(expect.objectContaining({ tag: 'depth', severity: 'hint' }))
    // 5 sigma as injected: the faintest detections lie there.
    const { expectation } = (await calibrated(2)).diagnostics
    expect(Math.abs(expectation!.depth5Sigma! - expectation!.expectedDepth5Sigma!)).toBeLessThan(0.15)
    expect(expectation!.transparency).toBeCloseTo(1, 0)
  })
})

describe('saturation', () => {
  /** The marks of saturated stars wiped off, as where SATURATE is too high or missing. */
  const unmarked: Spoil = (sources, { flags, spread }) => ({
    sources: {
      ...sources,
      flags: new Float64Array(sources.flux.length),
      imaflagsIso: new Float64Array(sources.flux.length),
      spreadModel: spread.map((value, i) => (flags[i]! & 4 ? value - 0.006 : value)),
    },
  })
  test('bright stars that lose light', async () => {
    for (const seed of [1, 2, 3]) {
      const result = await calibrated(seed, { densityPerSqDeg: 8000 }, (sources, facts) => {
        const { saturation: _, ...spoilt } = unmarked(sources, facts)
        return { ...spoilt, saturation: undefined as never }
      })
      expect(result.verdict).toMatch(
        /^the \d+ brightest stars lose light, \d+ mmag in the median: saturated or not linear; the header has no SATURATE$/,
      )
    }
  })

  test('peaks that end at one level, where the catalogue has peaks', async () => {
    const result = await calibrated(1, { columns: 'full', densityPerSqDeg: 8000 }, (sources, facts) => ({
      ...unmarked(sources, facts),
      saturation: 2 * facts.saturation,
    }))
    expect(result.diagnostics.peakCeiling!.stars).toBeGreaterThan(6)
    expect(result.diagnostics.peakCeiling!.chance).toBeLessThan(1e-6)
    expect(result.verdict).toMatch(/saturated.*; SATURATE of the header is 77500/)
  })

  test('SATURATE cuts them: nothing to say', async () => {
    expect((await calibrated(1, { columns: 'full', densityPerSqDeg: 8000 })).verdict).toBe('good')
  })
})

describe('the detector', () => {
  const n40 = { densityPerSqDeg: 8000 }
  test('two amplifiers', async () => {
    for (const seed of [1, 2]) {
      const halves = (sources: SourceColumns) => dimmed(sources, (i) => (sources.xImage![i]! > 1024 ? 0.96 : 1))
      // In z: in i stars follow the relation so well that such a step is too much scatter besides.
      const result = await calibrated(seed, { ...n40, band: 'z' }, (sources) => ({ sources: halves(sources) }))
      expect(result.verdict).toMatch(/^the two amplifiers differ by -[345]\d ± \d mmag \(high x minus low x\)$/)
      const { slope, err } = result.diagnostics.amplifiers!
      expect(Math.abs(slope - 2.5 * Math.log10(0.96))).toBeLessThan(3 * err)
    }
  })

  test('a flux that grows faster than the light', async () => {
    for (const seed of [1, 2]) {
      const grown = (sources: SourceColumns) => dimmed(sources, (i) => Math.max(1e-9, sources.flux[i]!) ** 0.03 / 1.5)
      const result = await calibrated(seed, { ...n40, band: 'z' }, (sources) => ({ sources: grown(sources) }))
      expect(result.verdict).toMatch(/^the zeropoint changes by -?\d+\.\d ± \d\.\d mmag per magnitude of brightness/)
      const { slope, err } = result.diagnostics.magnitudeTrend!
      // instMag = 1.03 (mag - zeropoint): the residual falls by 0.03 / 1.03 per magnitude.
      expect(Math.abs(slope + 0.03 / 1.03)).toBeLessThan(4 * err)
    }
  })

  test('40 sound stars are needed', async () => {
    const { diagnostics } = await calibrated(1, { densityPerSqDeg: 1000 }, (sources) => ({
      sources: dimmed(sources, (i) => (sources.xImage![i]! > 1024 ? 0.96 : 1)),
    }))
    expect([diagnostics.amplifiers, diagnostics.magnitudeTrend]).toEqual([null, null])
  })
})

describe('positions', () => {
  const perDeg = 3600
  const turned =
    (arcsec: number): Spoil =>
    (sources) => {
      const [turn, dec0] = [(arcsec * Math.PI) / (180 * 3600), -27]
      const cos = Math.cos((dec0 * Math.PI) / 180)
      const [ra0, dec00] = [
        sources.raDeg.reduce((sum, ra) => sum + ra, 0) / sources.raDeg.length,
        sources.decDeg.reduce((sum, dec) => sum + dec, 0) / sources.decDeg.length,
      ]
      return {
        sources: {
          ...sources,
          raDeg: sources.raDeg.map((ra, i) => ra + (turn * (sources.decDeg[i]! - dec00)) / cos),
          decDeg: sources.decDeg.map((dec, i) => dec - turn * (sources.raDeg[i]! - ra0) * cos),
        },
      }
    }
  test('a field turned by 200 arcsec', async () => {
    const result = await calibrated(5, {}, turned(200))
    // East of north: the detections are turned from north towards east by the angle put in.
    const { rotation } = result.diagnostics
    expect(rotation!.rotationArcsec).toBeGreaterThan(195)
    expect(rotation!.rotationArcsec).toBeLessThan(205)
    expect(Math.abs(rotation!.edgeArcsec - (rotation!.rotationArcsec / 206265) * 0.15 * perDeg)).toBeLessThan(0.15)
    expect(result.verdict).toMatch(
      /^the positions are turned by \d+ arcsec and stretched by -?\d+ ppm, 0\.\d\d arcsec at the edge: stars there may be lost$/,
    )
  })

  test('positions that scatter', async () => {
    expect((await calibrated(5, { astrometricNoiseMas: 400 })).verdict).toMatch(
      /^the positions scatter by 0\.\d\d arcsec about the catalogue's: check the astrometry/,
    )
  })

  test('positions half a minute off are taken back, and the zeropoint is what it was', async () => {
    const right = await calibrated(5)
    // 36 arcsec: most detections stay on the CCD. Farther off they are refused as another CCD's.
    const result = await calibrated(5, {}, (sources) => ({
      sources: { ...sources, decDeg: sources.decDeg.map((dec) => dec + 0.01) },
    }))
    expect(result.verdict).toMatch(
      /^the positions are off by 3[56]\.\d\d arcsec \(0\.\d\d \w+, 3[56]\.\d\d north\) and turned by -?0\.00\d degrees, by \d+ stars: taken out before the match; correct the WCS$/,
    )
    expect(result.cuts.matched).toBe(right.cuts.matched)
    expect(Math.abs(result.zeropoint! - right.zeropoint!)).toBeLessThan(0.05 * right.zeropointErr!)
  })

  /** The CCD, its corners and all, at another place of the sky. */
  const elsewhere =
    (byDeg: number): Spoil =>
    (sources) => {
      const { corners, centre } = simulateExposure(
        { ccds: [1], columns: 'slim' },
        describeCatalogue('gaia_dr2'),
        seededRandom(5),
      ).ccds[0]!
      return {
        centre: { ...centre, decDeg: centre.decDeg + byDeg },
        corners: { ...corners, decDeg: corners.decDeg.map((dec) => dec + byDeg) },
        sources: { ...sources, decDeg: sources.decDeg.map((dec) => dec + byDeg) },
      }
    }

  test('a WCS that is off by minutes of arc: stopped, and told why', async () => {
    const result = await calibrated(5, {}, elsewhere(0.1))
    expect(result.concerns).toContainEqual({
      tag: 'astrometry',
      severity: 'stop',
      sentence: expect.stringMatching(
        /^\d+ of \d+ selected detections match a star of gaia_dr2, no more than chance gives, and no shift within 60 arcsec or turn within a degree helps: the WCS is wrong, or this is not the catalogue of the field$/,
      ) as string,
    })
  })

  test('a mirrored WCS: stopped, and named', async () => {
    const result = await calibrated(5, {}, (sources) => {
      const middle = (Math.min(...sources.raDeg) + Math.max(...sources.raDeg)) / 2
      return { sources: { ...sources, raDeg: sources.raDeg.map((ra) => 2 * middle - ra) } }
    })
    expect(result.concerns).toContainEqual({
      tag: 'astrometry',
      severity: 'stop',
      sentence: 'the stars fit if the image is mirrored: correct the WCS',
    })
  })
})

test("the catalogue's own magnitude of another band is named, and a look; Gaia's G is only named", async () => {
  const g = await calibrated(1, {}, undefined, { system: 'catalog' })
  expect([g.relation, tags(g).includes('passband')]).toEqual(['gaia_dr2 gaia G (Vega) magnitude as it is', false])
  const description = describeCatalogue('gaia_dr2')
  const exposure = simulateExposure({ ccds: [1], columns: 'slim' }, description, seededRandom(1))
  const { ccd, centre, corners, sources } = exposure.ccds[0]!
  const bands = { r: { column: 'mag', system: 'survey', magnitudes: 'AB' } } as const
  const other = { ...description, name: 'survey', bands, relations: {} }
  const input = { ccd, band: 'i', centre, corners, sources, epochYr: exposure.epochYr }
  const result = await calibrateCcd(input, memoryCatalog(exposure.stars, other), { system: 'catalog' })
  expect(result.relation).toBe('survey survey r (AB) magnitude as it is')
  expect(result.concerns).toContainEqual({
    tag: 'passband',
    severity: 'look',
    sentence:
      'the zeropoint is on the r magnitude of survey, which has no i: stars of another colour than the mean are off',
  })
})

test('a crowded field says so, a dense one does not', async () => {
  expect((await calibrated(1, { densityPerSqDeg: 120_000 })).verdict).toMatch(
    /^the field is crowded: \d+ % of the matched stars have another's light or claim$/,
  )
  expect((await calibrated(1, { densityPerSqDeg: 30_000 })).verdict).toBe('good')
}, 60_000)

test('few stars, and many that disagree', async () => {
  const result = await calibrated(3, { densityPerSqDeg: 300 })
  expect(result.verdict).toMatch(/^only \d stars/)
  expect(tags(result)).toContain('too-few-stars')
  const half = await calibrated(3, {}, (sources) => ({
    sources: dimmed(sources, (i) => (i % 2 === 0 ? 1 : 0.3 + 0.05 * (i % 9))),
  }))
  expect(half.verdict).toMatch(/\d+ of \d+ stars disagree: crowding, wrong matches or clouds/)
  expect(half.concerns).toContainEqual(expect.objectContaining({ tag: 'outliers', severity: 'look' }))
  const random = seededRandom(8)
  const shuffled = await calibrated(3, {}, (sources) => ({
    sources: dimmed(sources, () => 10 ** (2.5 * (random.uniform() - 0.5))),
  }))
  expect(shuffled.concerns.map(({ severity }) => severity)).toContain('stop')
})

test('two estimators that disagree', async () => {
  // A quarter of the stars a tenth too bright: near enough to mingle with the sound ones in the second estimator.
  const brightened = (sources: SourceColumns) => dimmed(sources, (i) => (i % 4 === 0 ? 1.1 : 1))
  const options = { band: 'z', densityPerSqDeg: 20_000, blending: false }
  const result = await calibrated(1, options, (sources) => ({ sources: brightened(sources) }))
  const { crossCheck } = result.diagnostics
  expect(crossCheck!.agrees).toBe(false)
  expect(result.verdict).toMatch(
    /a second estimator gives \d+\.\d{4} ± 0\.\d{4}, \d+\.\d combined errors away: the stars do not scatter as expected/,
  )
})

test('stars that scatter more than the relation explains', async () => {
  const result = await calibrated(1, { scatterMag: 0.08 })
  expect(result.verdict).toMatch(/^the stars scatter by \d\d mmag where the relation leads to expect \d+ mmag$/)
})

describe('the second flux', () => {
  test('its own zeropoint and the difference from star to star', async () => {
    const { diagnostics, zeropoint, verdict, concerns } = await calibrated(1)
    const auto = diagnostics.otherFluxes['FLUX_AUTO']!
    // FLUX_AUTO of simulated stars is 0.975 of FLUX_PSF.
    expect(Math.abs(auto.difference - 2.5 * Math.log10(0.975))).toBeLessThan(3 * auto.differenceErr)
    expect(Math.abs(auto.zeropoint - zeropoint! - auto.difference)).toBeLessThan(0.006)
    expect(verdict).toBe('good')
    expect(concerns).toEqual([
      expect.objectContaining({
        tag: 'fluxes',
        severity: 'hint',
        sentence: expect.stringMatching(
          /^FLUX_AUTO has a zeropoint 0\.02\d ± 0\.00\d mag below that of the chosen flux: magnitudes of stars from FLUX_AUTO come out that much too faint$/,
        ) as string,
      }),
    ])
  })

  test('a large difference is in the verdict', async () => {
    const result = await calibrated(1, {}, (sources) => ({
      sources: {
        ...sources,
        others: sources.others!.map((other) => ({ ...other, flux: other.flux.map((value) => 0.85 * value) })),
      },
    }))
    expect(result.verdict).toMatch(/^FLUX_AUTO has a zeropoint 0\.2\d\d ± 0\.00\d mag below/)
  })
})

describe('CLASS_STAR against size', () => {
  const withoutSpread = ({ spreadModel: _, ...sources }: SourceColumns): SourceColumns => sources

  test('that agree say nothing', async () => {
    const result = await calibrated(1, {}, (sources) => ({ sources: withoutSpread(sources) }))
    expect(tags(result)).not.toContain('classification')
  })

  test('a CLASS_STAR of a wrong seeing is a hint that names its cause; the zeropoint is that of the sizes', async () => {
    const asWas = await calibrated(1)
    const result = await calibrated(1, {}, (sources) => ({
      sources: { ...withoutSpread(sources), classStar: sources.flux.map((_, i) => (i % 5 === 0 ? 0.9 : 0.1)) },
    }))
    expect(result.concerns.find(({ tag }) => tag === 'classification')).toMatchObject({
      severity: 'hint',
      sentence: expect.stringMatching(
        /^CLASS_STAR calls \d+ of \d+ bright detections .* SEEING_FWHM was wrong/,
      ) as string,
    })
    expect(Math.abs(result.zeropoint! - asWas.zeropoint!)).toBeLessThan(3 * asWas.zeropointErr!)
    expect(result.cuts.used).toBeGreaterThan(0.8 * asWas.cuts.used)
  })
})

test('a unit of flux density has a zeropoint: the stars agree, or both are named; of an unknown one it is said', async () => {
  const { zeropoint } = await calibrated(1)
  const inNanomaggies = (offsetMag: number) => (sources: SourceColumns) => ({
    sources: dimmed(sources, () => 10 ** (0.4 * (22.5 + offsetMag - zeropoint!))),
    otherUnit: { text: 'nanomaggies', zeropoint: 22.5 },
    camera: OTHER_CAMERA,
  })
  for (const [offsetMag, severity] of [
    [0.05, 'hint'],
    [0.3, 'look'],
    [-1, 'look'],
  ] as const) {
    const { concerns } = await calibrated(1, {}, inNanomaggies(offsetMag))
    const stars = (22.5 + offsetMag).toFixed(2)
    const sentence = `the unit of the image is 'nanomaggies' (BUNIT), which has the zeropoint 22.50 (AB): the stars give ${stars}`
    expect(concerns.filter(({ tag }) => tag === 'units')).toEqual([{ tag: 'units', severity, sentence }])
  }
  const { concerns } = await calibrated(1, {}, () => ({ otherUnit: { text: 'foo' }, camera: OTHER_CAMERA }))
  expect(concerns.find(({ tag }) => tag === 'units')).toMatchObject({
    severity: 'look',
    sentence: expect.stringContaining("'foo' (BUNIT), of which no zeropoint is known: the stars give ") as string,
  })
})

test.each([
  [4, 2.7, false],
  [4, 2.6, true],
  [4, 5.9, false],
  [4, 6.1, true],
])('a gain of %d where the sky says %d: told %s', async (used, bySky, isTold) => {
  const { concerns } = await calibrated(1, {}, () => ({ gainEvidence: { used, bySky } }))
  expect(concerns.filter(({ tag }) => tag === 'gain')).toEqual(
    isTold
      ? [{ tag: 'gain', severity: 'look', sentence: expect.stringContaining(`is that of ${bySky}: `) as string }]
      : [],
  )
})

test.each([
  [1, 'the model of the PSF is made from 1 star: '],
  [9, 'the model of the PSF is made from 9 stars: '],
  [10, undefined],
])('a PSF from %d stars', async (psfStars, said) => {
  const { concerns, verdict } = await calibrated(1, {}, () => ({ psfStars }))
  const found = concerns.filter(({ tag }) => tag === 'psf')
  expect(found.map(({ severity, sentence }) => [severity, sentence.slice(0, said?.length)])).toEqual(
    said === undefined ? [] : [['look', said]],
  )
  expect(verdict.includes('FLUX_PSF alone')).toBe(said !== undefined)
})

test('a camera whose zeropoint is known is not good if the exposure time to compare it with is missing', async () => {
  const { verdict, zeropoint } = await calibrated(1, {}, (sources) => ({
    sources: dimmed(sources, () => 400),
    exposureTimeSec: undefined as unknown as number,
  }))
  expect(zeropoint).toBeGreaterThan(36)
  expect(verdict).toMatch(
    /^the exposure time is not known \(EXPTIME\): whether DECam can give this zeropoint is unchecked/,
  )
})

describe('a half of the CCD that is dim', () => {
  const dimHalf = (factor: number, isDim: (x: number, y: number) => boolean) => (sources: SourceColumns) => ({
    sources: dimmed(sources, (i) => (isDim(sources.xImage![i]!, sources.yImage![i]!) ? factor : 1)),
  })
  const STEP = /the two sides of ([xy]) = \d+ differ by (\d\.\d\d) mag, stars at higher [xy] are (fainter|brighter)/

  test.each([
    ['the right one, 0.7', 0.7, (x: number) => x > 1024, 'x', 0.39, 'fainter'],
    ['the left one, half the light', 0.5, (x: number) => x < 1024, 'x', 0.75, 'brighter'],
    ['the upper one, 0.8', 0.8, (_: number, y: number) => y > 2048, 'y', 0.24, 'fainter'],
  ] as const)('%s, on 15 to 25 stars: LOOK, with its size', async (_, factor, isDim, axis, sizeMag, which) => {
    let seen = 0
    for (const seed of [1, 2, 3, 4]) {
      const sparse = { pointing: { raDeg: 20, decDeg: -60 }, densityPerSqDeg: 1200 }
      const { concerns } = await calibrated(seed, sparse, dimHalf(factor, isDim))
      const found = concerns.flatMap(({ tag, severity, sentence }) =>
        tag === 'amplifiers' && severity === 'look' ? [STEP.exec(sentence)] : [],
      )[0]
      if (found == null) continue
      seen++
      expect([found[1], found[3]]).toEqual([axis, which])
      expect(Math.abs(Number(found[2]) - sizeMag)).toBeLessThan(0.05)
    }
    expect(seen).toBeGreaterThanOrEqual(3)
  })

  test('of several lines that show it the one with the whole step is named', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const right = dimHalf(0.7, (x) => x > 1024)
      const spoilt = (sources: SourceColumns) => ({ ...right(sources), camera: OTHER_CAMERA })
      const { concerns } = await calibrated(seed, { pointing: { raDeg: 20, decDeg: -60 } }, spoilt)
      const sentence = concerns.find(({ tag }) => tag === 'amplifiers')?.sentence ?? ''
      const [, at, size] = /x = (\d+) differ by (\d\.\d\d) mag/.exec(sentence) ?? []
      expect([seed, Math.abs(Number(at) - 1024) < 100]).toEqual([seed, true])
      expect([seed, Math.abs(Number(size) - 0.39) < 0.06]).toEqual([seed, true])
    }
  })

  test('none in the sky as it is, nor in the magnitude of the catalogue, whose colours scatter', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const options = { pointing: { raDeg: 20, decDeg: -60 }, densityPerSqDeg: 900 }
      expect([seed, tags(await calibrated(seed, options))]).toEqual([seed, expect.not.arrayContaining(['amplifiers'])])
      const plain = await calibrated(seed, options, undefined, { system: 'catalog' })
      expect([seed, tags(plain)]).toEqual([seed, expect.not.arrayContaining(['amplifiers'])])
    }
  })
})
