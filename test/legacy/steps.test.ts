import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TextBuffer } from '../../src/formats/text-buffer.js'
import { boxOf, cellsToRead, filePixels, isInside } from '../../src/legacy/area.js'
import { copyWithBlanks } from '../../src/legacy/lines.js'
import { parseLegacyList } from '../../src/legacy/list.js'
import { mergeAndFlag, rereadColumn } from '../../src/legacy/merged.js'
import { log10Float32 } from '../../src/legacy/numpy-log10.js'
import { runLegacy } from '../../src/legacy/run.js'
import { windowMatch } from '../../src/legacy/window-match.js'
import { containsCell, nestedIndices } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { fileName, inputsOf, LIST_HEADER, optionsOf, recordsOf, smallExposure, textOf } from './small-exposure.js'

const ARCSEC = 1 / 3600
const sky = (rows: readonly (readonly [number, number])[]) => ({
  raDeg: Float64Array.from(rows, ([ra]) => ra),
  decDeg: Float64Array.from(rows, ([, dec]) => dec),
})
const pairs = ({ reference, detection }: { reference: Uint32Array; detection: Uint32Array }) =>
  Array.from(reference, (r, k) => [r, detection[k]])

describe('the sliding window', () => {
  test('finds what brute force finds where no detection has two references and the sky is not near a pole', () => {
    const random = seededRandom(11)
    const references = Array.from({ length: 400 }, () => [10 + random.uniform(), -40 + random.uniform()] as const).sort(
      (a, b) => a[0] - b[0],
    )
    const detections = references
      .filter(() => random.uniform() < 0.7)
      .map(([ra, dec]) => [ra + 0.8 * ARCSEC * random.normal(), dec + 0.5 * ARCSEC * random.normal()] as const)
      .sort((a, b) => a[0] - b[0])
    const expected: number[][] = []
    references.forEach(([ra, dec], r) =>
      detections.forEach(([dRa, dDec], d) => {
        if (Math.hypot((ra - dRa) * Math.cos((dDec * Math.PI) / 180), dec - dDec) < ARCSEC) expected.push([r, d])
      }),
    )
    expect(new Set(expected.map(([, d]) => d)).size).toBe(expected.length)
    expect(expected.length).toBeGreaterThan(150)
    expect(pairs(windowMatch(sky(references), sky(detections)))).toEqual(expected)
  })

  test('takes the first in right ascension, not the nearest; one reference may take two', () => {
    const references = sky([
      [10, 0],
      [10 + 0.9 * ARCSEC, 0],
    ])
    const detections = sky([
      [10 + 0.7 * ARCSEC, 0],
      [10 + 0.8 * ARCSEC, 0],
    ])
    expect(pairs(windowMatch(references, detections))).toEqual([
      [0, 0],
      [0, 1],
    ])
  })

  test('1 arcsec itself is outside, and the declination of the detection scales right ascension', () => {
    expect(pairs(windowMatch(sky([[10, 0]]), sky([[10, 1 / 3600]])))).toEqual([])
    expect(pairs(windowMatch(sky([[10, 60]]), sky([[10 + 1.9 * ARCSEC, 60]])))).toEqual([[0, 0]])
  })

  test('loses pairs near the pole for want of cos(dec), depending on rows that have nothing to do with them', () => {
    const inRa = (0.5 * ARCSEC) / Math.cos((85 * Math.PI) / 180) // 0.5 arcsec on the sky, 5.7 in RA
    const reference = [10, -85] as const
    const late = [10 + inRa, -85] as const
    expect(pairs(windowMatch(sky([reference]), sky([late])))).toEqual([])
    // A detection elsewhere brings the reference into the window, which it then never leaves.
    expect(pairs(windowMatch(sky([reference]), sky([[10, -84], late])))).toEqual([[0, 1]])
    // One reference ahead of the window is always in it, a second one is not.
    expect(pairs(windowMatch(sky([late]), sky([reference])))).toEqual([[0, 0]])
    expect(pairs(windowMatch(sky([[10 + 4 * ARCSEC, -84], late]), sky([reference])))).toEqual([])
  })

  test('does not wrap at RA 0', () => {
    expect(pairs(windowMatch(sky([[359.99999, 0]]), sky([[0.00001, 0]])))).toEqual([])
  })

  test('NaN matches nothing and comes last', () => {
    expect(
      pairs(
        windowMatch(
          sky([[10, 0]]),
          sky([
            [10, 0],
            [10, NaN],
            [NaN, 0],
          ]),
        ),
      ),
    ).toEqual([[0, 0]])
  })
})

describe('the area', () => {
  const row = (ra: number, ccd: number) =>
    `668439,${fileName(ccd)},20170817,i,${ccd},1.23,90.,${ra},-30,${ra},-30,${ra},-30,${ra},-30,${ra},-30`
  const points = (list: string) => parseLegacyList(list, 'list').rows.map((one) => one.pointsRaDeg[0])

  test('a list that spreads more than 20 deg is taken to lie across RA 0: from 356 on counts as negative', () => {
    expect(points([LIST_HEADER, row(0.9, 25), row(359.9, 28), row(356, 31), row(355.9, 32)].join('\n'))).toEqual([
      0.9,
      359.9 - 360,
      -4,
      355.9,
    ])
    expect(points([LIST_HEADER, row(359.9, 28)].join('\n'))).toEqual([359.9])
    expect(points([LIST_HEADER, row(319.8, 1), row(359.8, 2)].join('\n'))).toEqual([319.8, 359.8]) // exactly 20 is not more
  })

  test('boxes are 0.1 deg wider than the points, bounds excluded', () => {
    const { rows } = parseLegacyList(smallExposure({ ccds: [1, 2] }).list, 'list')
    const box = boxOf(rows)
    expect(box.raLowDeg).toBeCloseTo(29.75, 12)
    expect(box.raHighDeg).toBeCloseTo(30.57, 12)
    expect(box.decHighDeg).toBeCloseTo(-4.825, 12)
    expect(isInside(box, box.raLowDeg, -5)).toBe(false)
    expect(isInside(box, box.raLowDeg + 1e-12, -5)).toBe(true)
  })

  test('what is read holds every star of the pixels inside the box', () => {
    const random = seededRandom(3)
    for (const ra of [30, 0.05]) {
      for (const dec of [-5, -89.2, 85]) {
        const list = [
          LIST_HEADER,
          `668439,f,1,i,1,1,1.,${ra},${dec},${ra + 0.1},${dec - 0.07},${ra + 0.1},${dec + 0.07},${ra - 0.1},${dec + 0.07},${ra - 0.1},${dec - 0.07}`,
        ].join('\n')
        const { rows } = parseLegacyList(list, 'list')
        const box = boxOf(rows)
        const pixels = filePixels(rows[0]!)
        const cells = cellsToRead(pixels, box)
        const stars = Array.from({ length: 2000 }, () => [
          box.raLowDeg + random.uniform() * (box.raHighDeg - box.raLowDeg),
          box.decLowDeg + random.uniform() * (box.decHighDeg - box.decLowDeg),
        ])
        const raDeg = Float64Array.from(stars, ([a]) => a!)
        const decDeg = Float64Array.from(stars, ([, d]) => d!)
        const inPixel = nestedIndices(5, raDeg, decDeg)
        const inCells = nestedIndices(cells.order, raDeg, decDeg)
        const lost = stars.filter((_, i) => containsCell(pixels, inPixel[i]!) && !containsCell(cells, inCells[i]!))
        expect(lost).toEqual([])
      }
    }
  })
})

describe('flags', () => {
  const list = parseLegacyList(smallExposure({ ccds: [1, 2, 3, 4, 5, 6], starsPerCcd: 1 }).list, 'list')
  const statistic = (zp: number, { nClipped = 50, zpRms = 0.01 } = {}) => ({ nAll: 50, nClipped, zp, zpRms })
  const flagsOf = (zps: readonly (ReturnType<typeof statistic> | undefined)[]) => {
    const zero = zps.flatMap((one, k) => (one ? [{ fileName: fileName(k + 1), statistic: one }] : []))
    return mergeAndFlag(list, zero, statistic(-30.1), 'mag_psf').applied.map(({ newZp, flag }) => [newZp, flag])
  }

  test('own, borrowed for few stars, no zeropoint or a large error; an outlier below 20 percent', () => {
    const good = statistic(-30)
    expect(flagsOf([good, good, good, good, statistic(-30, { nClipped: 3 }), statistic(-30.2)])).toEqual([
      [-30, 0],
      [-30, 0],
      [-30, 0],
      [-30, 0],
      [-30.1, 1],
      [-30.2, -1000],
    ])
    expect(
      flagsOf([good, good, good, statistic(-999, { zpRms: -999 }), statistic(-30, { zpRms: 0.31 }), good]).slice(3, 5),
    ).toEqual([
      [-30.1, 1],
      [-30.1, 1],
    ])
  })

  test('a fifth of outliers, and CCDs that were not run, spoil the flag of all', () => {
    const good = statistic(-30)
    expect(flagsOf([good, good, good, good, statistic(-30.2), statistic(-31)]).map(([, flag]) => flag)).toEqual([
      -9999, -9999, -9999, -9999, -10999, -10999,
    ])
    expect(flagsOf([good, undefined, undefined, undefined, undefined, undefined])).toEqual([
      [-30, -9999],
      ...Array.from({ length: 5 }, () => [NaN, -10999]),
    ])
  })

  test('the tables read back as pandas writes them', () => {
    expect(rereadColumn(['91', '', '7'])).toEqual(['91.0', '', '7.0'])
    expect(rereadColumn(['91', '007', '+7'])).toEqual(['91', '7', '7'])
    expect(rereadColumn(['90.', '1e-7', '53.10'])).toEqual(['90.0', '1e-07', '53.1'])
    expect(rereadColumn(['i', '', 'NaN'])).toEqual(['i', '', ''])
    expect(rereadColumn(['', ''])).toEqual(['', ''])
  })
})

test("log10 of a float32 is numpy's, but for 1 in 150 fluxes, which are one unit off", () => {
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  const float32Of = (pattern: string) => {
    bits[0] = Number(pattern)
    return float[0]!
  }
  const rows = readFileSync(resolve(import.meta.dirname, '../fixtures/legacy/log10-float32.txt'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(0, 4000)
  let other = 0
  for (const row of rows) {
    const [x, expected] = row.split(' ').map(float32Of) as [number, number]
    const found = log10Float32(x)
    if (found !== expected) other++
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(2 ** -21) // one unit between 4 and 8
  }
  expect(other).toBeLessThan(rows.length / 150)
  expect(log10Float32(0)).toBe(-Infinity)
  expect(log10Float32(-1)).toBeNaN()
  expect(log10Float32(NaN)).toBeNaN()
})

test('blanks: only a cell that is nan as a whole goes', () => {
  const bytes = new TextEncoder().encode('1,nan,2.5,nanx,nan')
  const text = new TextBuffer()
  copyWithBlanks(text, { bytes, starts: Uint32Array.of(0, bytes.length) }, 0)
  expect(new TextDecoder().decode(text.bytes)).toBe('1,,2.5,nanx,')
})

describe('a run', () => {
  test('of all CCDs has 00 names and one Zero row per CCD; each CCD keeps its own files', async () => {
    const { exitCode, files, messages } = await runLegacy(
      inputsOf(smallExposure({ ccds: [1, 2, 7] })),
      optionsOf({ ccd: 'all' }),
    )
    expect(exitCode, messages.join()).toBe(0)
    expect(files.map(({ name }) => name).sort()).toEqual(
      [
        ...[1, 2, 7].flatMap((ccd) => ['_Obj', '_match', '_std'].map((kind) => `${fileName(ccd)}${kind}.csv`)),
        ...['Merg_allZP_', 'Merged_', 'Zero_'].map((stem) => `${stem}D00668439_00_r4p5.csv`),
        'D00668439_00_r4p5_ZP.csv',
        'D00668439_00_r4p5_ZP.fits',
        ...['STD', 'Obj', 'OUT'].map((stem) => `${stem}D00668439_r4p5_red_catlist.csv`),
        'allZP_D00668439_r4p5.csv',
      ].sort(),
    )
    const merged = recordsOf(textOf(files, 'Merg_allZP_D00668439_00_r4p5.csv'))
    expect(merged.map((row) => [row['CCDNUM'], row['NewZPFlag']])).toEqual([
      ['1', '0'],
      ['2', '0'],
      ['7', '0'],
    ])
  })

  test('a subset of CCDs is refused with exit 2', async () => {
    expect(await runLegacy(inputsOf(smallExposure()), optionsOf({ ccd: '1,2' }))).toEqual({
      exitCode: 2,
      files: [],
      messages: ["--ccd: with --legacy the CCD is one number or all (found '1,2', expected a number or all)"],
    })
  })

  test('a CCD that is not in the list is exit 1', async () => {
    expect(await runLegacy(inputsOf(smallExposure()), optionsOf({ ccd: '9' }))).toEqual({
      exitCode: 1,
      files: [],
      messages: [
        'D00668439_r4p5_red_catlist.csv, column CCDNUM: CCD 9 is not in the catalogue list (found 1 2, expected 9)',
      ],
    })
  })

  test('a CCD twice in the list has two Zero rows that collapse in Merged, and BAND loses its brackets', async () => {
    const exposure = smallExposure({ ccds: [1] })
    const [header, row] = exposure.list.trimEnd().split('\n')
    const { files } = await runLegacy(inputsOf({ ...exposure, list: [header, row, row].join('\n') }), optionsOf())
    expect(recordsOf(textOf(files, 'Zero_D00668439_01_r4p5.csv'))).toHaveLength(2)
    expect(recordsOf(textOf(files, 'Merged_D00668439_01_r4p5.csv'))).toHaveLength(1)
    expect(recordsOf(textOf(files, `${fileName(1)}_match.csv`))[0]!['BAND_2']).toBe('i')
    expect(recordsOf(textOf(files, 'D00668439_01_r4p5_ZP.csv'))).toHaveLength(40)
  })

  test('without enough stars: exit 0, ZP -999, magnitudes near 991, and a message that says so', async () => {
    const { exitCode, files, messages } = await runLegacy(
      inputsOf(smallExposure({ ccds: [1], starsPerCcd: 2 })),
      optionsOf(),
    )
    expect(exitCode).toBe(0)
    expect(textOf(files, 'Zero_D00668439_01_r4p5.csv')).toContain(
      `${fileName(1)},2,2,-999.000000,-999.000000,mag_psf\n`,
    )
    expect(textOf(files, 'allZP_D00668439_r4p5.csv')).toContain('668439,4,5,2,2,-999.000000,-999.000000\n')
    for (const row of recordsOf(textOf(files, 'D00668439_01_r4p5_ZP.csv')))
      expect(Number(row['MAG_PSF'])).toBeGreaterThan(980)
    expect(messages).toContain(`no zeropoint of its own: ${fileName(1)}`)
  })

  test('--sex_mag_zeropoint shifts ZP by what it differs from 25, and a message says so', async () => {
    const { files, messages } = await runLegacy(inputsOf(smallExposure()), optionsOf({ sexMagZeropoint: 30 }))
    const [zero] = recordsOf(textOf(files, 'Zero_D00668439_01_r4p5.csv'))
    expect(Number(zero!['ZP'])).toBeCloseTo(-25.25, 5)
    expect(messages.join('\n')).toContain('its ZP is 5 mag off')
  })
})
