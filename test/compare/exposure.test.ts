import { describe, expect, test } from 'vitest'
import { compareExposure } from '../../src/compare/exposure.js'
import { ComparisonReport } from '../../src/compare/report.js'
import type { ExposureSide } from '../../src/compare/side.js'
import { comparisonText } from '../../src/compare/text.js'
import { changed, objectsOf, rowsOf, sideOf, zeroFacts } from './fixture.js'

const id = { expnum: 668439, reqnum: '4', attnum: '5' }
const compare = (old: ExposureSide, after: ExposureSide, toleranceMag = 0.001) =>
  compareExposure(id, old, after, toleranceMag)
const ccdsOf = (old: ExposureSide, after: ExposureSide, toleranceMag?: number) =>
  compare(old, after, toleranceMag).comparison.ccds
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

function report(old: ExposureSide, after: ExposureSide, toleranceMag = 0.001) {
  const all = new ComparisonReport({ old: 'OLD_DIR', new: 'NEW_DIR', toleranceMag, unpaired: [] })
  all.add(compare(old, after, toleranceMag))
  return all.result()
}

const whole = () =>
  sideOf({
    zero: [zeroFacts(1, 30), zeroFacts(2, 30)],
    objects: [
      [1, objectsOf(60)],
      [2, objectsOf(50, { seed: 2 })],
    ],
  })

describe('one CCD', () => {
  test('the same on both sides: no difference, every number zero', () => {
    const result = report(whole(), whole(), 0)
    expect(result.same).toBe(true)
    for (const ccd of result.exposures[0]!.ccds) {
      expect(ccd.differences).toEqual([])
      expect([
        ccd.offset,
        ccd.magPsf!.offset,
        ccd.magAuto!.largest,
        ccd.objects!.lost,
        ccd.objects!.gained,
        ccd.expected,
      ]).toEqual([0, 0, 0, 0, 0, null])
    }
    expect(result.bands).toMatchObject([
      {
        band: 'i',
        exposures: 1,
        ccds: 2,
        differing: 0,
        objects: { paired: 110 },
        magPsf: { pairs: 108, offset: 0, largest: 0 },
      },
    ])
  })

  test('an injected offset is found in the zeropoint and in the magnitudes, with its sign', () => {
    const old = objectsOf(60)
    const after = changed(old, {
      applied: 30.0321,
      magPsf: old.magPsf.map((mag) => mag + 0.0321),
      magAuto: old.magAuto.map((mag) => mag + 0.0321),
    })
    const [ccd] = ccdsOf(
      sideOf({ zero: [zeroFacts(1, 30)], objects: [[1, old]] }),
      sideOf({ zero: [zeroFacts(1, 30.0321)], objects: [[1, after]] }),
    )
    expect(ccd).toMatchObject({
      offset: 0.0321,
      magPsf: { offset: 0.0321, scatter: 0, slope: 0, beyondTolerance: 59 },
      magAuto: { offset: 0.0321 },
    })
    expect(ccd!.differences).toEqual(['zeropoint', 'applied', 'magnitudes'])
  })

  test.each<[string, Parameters<typeof zeroFacts>[2], Parameters<typeof objectsOf>[1] | undefined, string[]]>([
    ['the tolerance itself is the same', { zeropoint: 30.001 }, { zeropoint: 30.001 }, []],
    ['beyond it is not', { zeropoint: 30.0011 }, { zeropoint: 30.0011 }, ['zeropoint', 'applied']],
    ['another error', { zeropointErr: 0.02 }, {}, ['zeropoint-error']],
    ['other star counts alone', { matched: 80, used: 70 }, {}, []],
    ['another flag', {}, { flag: -9999 }, ['flag']],
    ['another flux', { magsType: 'mag_auto' }, {}, ['mags-type']],
    [
      'no zeropoint any more',
      { zeropoint: null, zeropointErr: null },
      { zeropoint: null },
      ['zeropoint', 'zeropoint-error', 'applied', 'magnitudes'],
    ],
    ['another system', { system: 'des-ab' }, {}, ['system']],
    ['no calibrated catalogue', {}, undefined, ['no-catalogue']],
  ])('%s', (_, zeroChange, objectsChange, differences) => {
    const old = sideOf({ zero: [zeroFacts(1, 30)], objects: [[1, objectsOf(60)]] })
    const after = sideOf({
      zero: [zeroFacts(1, 30, zeroChange)],
      ...(objectsChange ? { objects: [[1, objectsOf(60, objectsChange)]] } : {}),
    })
    expect(ccdsOf(old, after)[0]!.differences).toEqual(differences)
  })

  test('lost and gained objects, and a CCD on one side', () => {
    const all = objectsOf(60)
    const old = sideOf({
      zero: [zeroFacts(1, 30)],
      objects: [
        [
          1,
          rowsOf(
            all,
            upTo(60).filter((i) => i !== 5),
          ),
        ],
      ],
    })
    const after = sideOf({
      zero: [zeroFacts(1, 30), zeroFacts(2, 30)],
      objects: [
        [
          1,
          rowsOf(
            all,
            upTo(60).filter((i) => i % 20 !== 10),
          ),
        ],
      ],
    })
    const ccds = ccdsOf(old, after)
    expect(ccds[0]).toMatchObject({
      objects: { paired: 56, byPosition: 0, lost: 3, gained: 1 },
      differences: ['objects'],
    })
    expect(ccds[1]).toMatchObject({ ccd: 2, old: null, offset: null, objects: null, differences: ['only-new'] })
    expect(ccdsOf(after, old)[1]!.differences).toEqual(['only-old'])
  })

  test('without Zero rows the zeropoint of the magnitudes stands, and the system is unknown', () => {
    const bare = (zeropoint: number) => sideOf({ objects: [[1, objectsOf(60, { zeropoint })]] })
    const { comparison } = compare(bare(30), bare(30.5))
    expect(comparison.ccds[0]).toMatchObject({ offset: 0.5, old: { zeropoint: 30, matched: null, system: null } })
    expect(comparison.systems).toMatchObject({ old: [], new: [], comparable: null })
    expect(comparison.systems.sentence).toContain('a _ZP file does not name its own')
  })
})

describe('photometric systems', () => {
  const desAb = { system: 'des-ab', catalog: 'gaia_dr2', outcome: 'fitted' }
  /**
   * Detections 1..n whose stars are red: standard minus catalogue is -0.3 (1 + colour), with inst - catalogue about
   * -30.45.
   */
  const matches = new Map([
    [
      1,
      {
        number: Float64Array.from(upTo(40), (i) => i + 1),
        colour: Float64Array.from(upTo(40), (i) => 0.5 + i / 40),
        instMinusCatalog: Float64Array.from(upTo(40), (i) => -30.45 + 0.01 * (i % 2 === 0 ? 1 : -1)),
        standardMinusCatalog: Float64Array.from(upTo(40), (i) => -0.3 * (1.5 + i / 40)),
      },
    ],
  ])

  test('different systems are said plainly, and the change of system is told from that of the calibration', () => {
    const old = sideOf({ zero: [zeroFacts(1, 30.452)], objects: [[1, objectsOf(60)]] })
    const after = sideOf({
      zero: [zeroFacts(1, 30.01, desAb)],
      objects: [[1, objectsOf(60)]],
      matches,
      sigmaClip: new Map([[1, { zeropoint: 30.455, stars: 88 }]]),
    })
    const { comparison } = compare(old, after)
    expect(comparison.systems).toMatchObject({ old: ['catalog'], new: ['des-ab'], comparable: false, mixedWithin: [] })
    expect(comparison.systems.sentence).toContain(
      "these are different photometric systems: an offset of the field's mean colour is expected",
    )
    const [ccd] = comparison.ccds
    expect(ccd!.offset).toBe(-0.442)
    expect(ccd!.expected).toEqual({
      offset: -0.445,
      remaining: 0.003,
      from: 'sigma-clip',
      stars: 88,
      colour: 0.9875,
      perColour: -0.3,
    })
    expect(ccd!.magPsf).toMatchObject({ colourPairs: 40, colourSlope: 0 })
    // The other way round every sign turns.
    expect(ccdsOf(after, old)[0]!.expected).toEqual({
      offset: 0.445,
      remaining: -0.003,
      from: 'sigma-clip',
      stars: 88,
      colour: 0.9875,
      perColour: 0.3,
    })
  })

  test("without the JSON the original's statistic over the matched stars serves", () => {
    const after = sideOf({ zero: [zeroFacts(1, 30.01, desAb)], matches })
    expect(ccdsOf(sideOf({ zero: [zeroFacts(1, 30.45)] }), after)[0]!.expected).toMatchObject({
      offset: -0.44,
      remaining: 0,
      from: 'matches',
      stars: 40,
    })
    const unknown = sideOf({ zero: [zeroFacts(1, 30.01, desAb)] })
    expect(ccdsOf(sideOf({ zero: [zeroFacts(1, 30.45)] }), unknown)[0]!.expected).toBeNull()
  })

  test.each<[string, Parameters<typeof zeroFacts>[2], Parameters<typeof zeroFacts>[2], boolean]>([
    ["the original's and --legacy's", {}, {}, true],
    ["the original's and a catalogue that is named", {}, { catalog: 'gaia_dr2' }, true],
    ['the own magnitudes of two releases', { catalog: 'gaia_dr2' }, { catalog: 'gaia_dr3' }, false],
    [
      'des-ab from two releases',
      { system: 'des-ab', catalog: 'gaia_dr2' },
      { system: 'des-ab', catalog: 'gaia_dr3' },
      true,
    ],
    ['des-ab and the own magnitude', desAb, { catalog: 'gaia_dr2' }, false],
  ])('%s: comparable or not', (_, a, b, comparable) => {
    const result = report(
      sideOf({ zero: [zeroFacts(1, 30, { outcome: null, ...a })] }),
      sideOf({ zero: [zeroFacts(1, 30, { outcome: null, ...b })] }),
    )
    expect(result.exposures[0]!.systems.comparable).toBe(comparable)
    expect(result.same).toBe(comparable)
  })

  test('a side that mixes systems by itself is named', () => {
    const mixed = sideOf({ zero: [zeroFacts(1, 30, desAb), zeroFacts(2, 30.4)] })
    const result = report(mixed, mixed)
    expect(result.same).toBe(false)
    expect(result.exposures[0]!.systems).toMatchObject({ mixedWithin: ['old', 'new'], comparable: true })
    expect(comparisonText(result).replace(/\s+/g, ' ')).toContain(
      'NEW itself mixes photometric systems (catalog, des-ab): its CCDs do not belong together.',
    )
  })
})

test('allZP counts unless one is of a CCD and the other of the exposure', () => {
  const allZp = (zeropoint: number, scope: string | null) =>
    sideOf({ allZp: { matched: 9, used: 8, zeropoint, zeropointErr: 0.01, system: 'catalog', catalog: null, scope } })
  expect(compare(allZp(30, null), allZp(30.5, 'ccd')).comparison.allZp).toMatchObject({ offset: 0.5, differs: true })
  expect(compare(allZp(30, null), allZp(30.0005, 'exposure')).comparison.allZp).toMatchObject({
    offset: 0.0005,
    differs: false,
  })
  expect(compare(allZp(30, 'exposure'), allZp(30.5, 'ccd')).comparison.allZp).toMatchObject({
    offset: null,
    differs: false,
  })
  expect(report(allZp(30, null), sideOf({})).same).toBe(false)
  expect(compare(sideOf({}), sideOf({})).comparison.allZp).toBeNull()
})

test('the shape of the result: keys are the contract', () => {
  const exposure = report(whole(), whole())
  const keys = (value: object) => Object.keys(value).join(' ')
  expect(keys(exposure)).toBe('schema old new toleranceMag same bands exposures unpaired failed')
  expect(keys(exposure.bands[0]!)).toBe(
    'band exposures ccds differing zeropoint expected remaining objects magPsf magAuto',
  )
  expect(keys(exposure.bands[0]!.zeropoint)).toBe('ccds offset scatter lowest highest')
  expect(keys(exposure.exposures[0]!)).toBe('expnum reqnum attnum band systems allZp ccds')
  expect(keys(exposure.exposures[0]!.systems)).toBe('old new comparable mixedWithin sentence')
  const ccd = exposure.exposures[0]!.ccds[0]!
  expect(keys(ccd)).toBe('ccd old new offset expected objects magPsf magAuto differences')
  expect(keys(ccd.old!)).toBe(
    'zeropoint zeropointErr matched used magsType system catalog outcome applied flag objects',
  )
  expect(keys(ccd.magPsf!)).toBe(
    'pairs offset scatter largest beyondTolerance lost gained slope slopeErr colourPairs colourSlope colourSlopeErr',
  )
  expect(JSON.stringify(exposure)).not.toMatch(/NaN|undefined/)
})

describe('the text', () => {
  const failing = () => {
    const all = new ComparisonReport({
      old: '/data/old',
      new: '/data/new',
      toleranceMag: 0.001,
      unpaired: [{ expnum: 7, reqnum: '1', attnum: '2', in: 'old' }],
    })
    const old = sideOf({
      zero: [zeroFacts(1, 30.4, { matched: 99999, used: 99999 }), zeroFacts(2, null), zeroFacts(3, 29)],
      objects: [
        [1, objectsOf(60)],
        [2, objectsOf(60, { zeropoint: 30.6, flag: 1 })],
      ],
    })
    const shifted = objectsOf(60, { zeropoint: 29.4 })
    const after = sideOf({
      zero: [
        zeroFacts(1, 30.01, { system: 'des-ab', catalog: 'gaia_dr2', matched: 99999, used: 99999 }),
        zeroFacts(2, null, { system: 'des-ab' }),
      ],
      objects: [
        [1, changed(shifted, { magPsf: shifted.magPsf.map((mag) => mag - 11.25) })],
        [2, objectsOf(60, { zeropoint: null, flag: -2000 })],
      ],
      sigmaClip: new Map([[1, { zeropoint: 30.4, stars: 88 }]]),
    })
    all.add(compare(old, after))
    all.fail(
      { expnum: 9, reqnum: '1', attnum: '1' },
      '/a/path/Zero_D00000009_01_r1p1.csv, line 2, column ZP: the field is not a number (found "x", expected a number)',
    )
    return comparisonText(all.result())
  }

  test('says everything, in lines of at most 100 columns', () => {
    const text = failing()
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
    for (const part of [
      'OLD /data/old',
      "OLD is on the catalogue's own magnitude; NEW is on des-ab",
      'these are different photometric systems',
      'change of system makes -0.3900',
      'only in OLD: 29.0000 ± 0.0100',
      '-11.2500',
      '99999/99999',
      '7 r1p2: only in OLD',
      '9 r1p1: not compared: /a/path/Zero_D00000009_01_r1p1.csv, line 2',
      '1 to -2000 for 1 CCD',
      "OLD made with another zeropoint than the CCD's own: 01 (30.0000), 02 (30.6000)",
      '3 of 3 CCDs differ',
      'only old 1',
      '1 exposure on one side only',
      '1 exposure not compared',
    ]) {
      expect(text.replace(/\s+/g, ' ')).toContain(part)
    }
  })

  test('the columns of the table stand under their names', () => {
    const lines = failing().split('\n')
    const header = lines.find((line) => line.startsWith(' CCD'))!
    const row = lines.find((line) => line.startsWith('  01'))!
    expect(row.length).toBe(header.length)
    for (const [name, cell] of [
      ['old zeropoint', '30.4000 ± 0.0100'],
      ['new zeropoint', '30.0100 ± 0.0100'],
      ['new-old', '-0.3900'],
      ['MAG_PSF', '-11.2500'],
    ] as const) {
      expect(row.indexOf(cell) + cell.length).toBe(header.indexOf(name) + name.length)
    }
  })

  test('the same within the tolerance ends with that sentence', () => {
    expect(comparisonText(report(whole(), whole())).trimEnd().split('\n').at(-1)).toBe('The same within 0.001 mag.')
  })
})
