import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import {
  discCover,
  nested2ring,
  nestedIndex,
  pix2ang,
  rangesAreaSqDeg,
  rangesFromCells,
  ring2nested,
} from '../../../src/healpix/index.js'
import { tableOf } from '../../../src/table/columns.js'
import { buildInMemory, openInMemory } from '../memory-store.js'
import { memoryInput } from '../simulated-rows.js'

const SKY = { order: 0, ranges: Float64Array.of(0, 12) }
const GAIA = 'source_id,ra,dec,phot_g_mean_mag'

const DR2 = { release: 'gaia_dr2' }

async function built(name: string, content: string | Uint8Array, options: Parameters<typeof buildInMemory>[1] = {}) {
  const { store, report } = await buildInMemory([memoryInput(name, content)], options)
  const catalog = await openInMemory(store)
  return { report, catalog, stars: await catalog.read(SKY) }
}

/** Rows inside RING pixel 5000 of nside 32. */
const centre = pix2ang(5, 5000, 'ring')
const inPixel = (id: number | string, dDec = 0) => `${id},${centre.raDeg},${centre.decDeg + dDec},15.5`

describe('what an input may be', () => {
  test('a pixel file of the original: by position whatever the header says, covering exactly its pixel', async () => {
    const { report, stars, catalog } = await built(
      'store/GaiaOut050XX/GaiaOut05000.csv',
      `MATCHID,RA,RA,WAVG_MAG_PSF\n${inPixel('4611686018427387905')}\n`,
    )
    expect(stars.sourceId).toEqual(BigInt64Array.of(4611686018427387905n))
    expect(catalog.coverage).toEqual(rangesFromCells(5, [Number(ring2nested(5, 5000))]))
    expect(report.coverageFrom).toBe('pixel-files')
  })

  test('a pixel file with a header alone is covered and empty', async () => {
    const { stars, catalog } = await built('GaiaOut05000.csv', 'SOURCE_ID,RA,DEC,PHOT_G_MEAN_MAG\n')
    expect(stars.sourceId.length).toBe(0)
    const field = discCover(12, centre.raDeg, centre.decDeg, 0.1)
    expect(catalog.missingSqDeg(field)).toBe(0)
    expect((await catalog.read(field)).sourceId.length).toBe(0)
    expect(catalog.missingSqDeg(discCover(12, centre.raDeg, centre.decDeg + 10, 0.1))).toBeGreaterThan(0)
  })

  test('pixel files and an archive list together: both coverages', async () => {
    const { store, report } = await buildInMemory(
      [
        memoryInput('GaiaOut05000.csv', `id,ra,dec,mag\n${inPixel(1)}\n`),
        memoryInput('more.csv', `${GAIA}\n7,200,-60,12\n`),
      ],
      DR2,
    )
    expect(report.coverageFrom).toBe('mixed')
    const catalog = await openInMemory(store)
    expect(catalog.missingSqDeg(discCover(14, 200, -60, 0.1))).toBe(0)
    expect(catalog.missingSqDeg(discCover(14, centre.raDeg, centre.decDeg, 0.1))).toBe(0)
    expect(rangesAreaSqDeg(catalog.coverage)).toBeLessThan(3.3573 + 2)
  })

  test('a flat list of four columns, ids being row numbers', async () => {
    const { stars, catalog } = await built(
      'refcat.csv',
      'MATCHID,RA,DEC,WAVG_MAG_PSF\n2,314.88794621,-0.047260500000000004,12.941000\n1,314.95924048,-0.04532343,13.105000\n',
      DR2,
    )
    expect(Array.from(stars.sourceId).sort()).toEqual([1n, 2n])
    expect(new Set(stars.raDeg)).toEqual(new Set([314.88794621, 314.95924048]))
    expect(catalog.columns).toEqual(new Set(['sourceId', 'raDeg', 'decDeg', 'mag']))
  })

  test('four columns with the archive names in another order go by name', async () => {
    const { stars } = await built('query.csv', 'ra,dec,phot_g_mean_mag,source_id\n10,20,15.25,99\n', DR2)
    expect([stars.sourceId[0], stars.raDeg[0], stars.decDeg[0], stars.mag[0]]).toEqual([99n, 10, 20, 15.25])
  })

  test('an archive query as ECSV, names in capitals, null and empty fields, columns that are not wanted', async () => {
    const text =
      '# %ECSV 1.0\n# ' +
      '---\nSOLUTION_ID,DESIGNATION,SOURCE_ID,RA,DEC,PHOT_G_MEAN_MAG,PHOT_BP_MEAN_MAG,PMRA\n1,"Gaia DR2 5, ' +
      'x",5,10,20,15.5,null,\n1,"Gaia DR2 6",6,10.1,20,16.5,17.25,-3.5\n'
    const { stars } = await built('query.ecsv', text)
    const first = stars.sourceId.indexOf(5n)
    expect(stars.bpMag![first]).toBeNaN()
    expect(stars.pmRaCosDecMasYr![first]).toBeNaN()
    expect([stars.bpMag![1 - first], stars.pmRaCosDecMasYr![1 - first]]).toEqual([17.25, -3.5])
  })

  test('magnitude errors come from flux over error, else from flux and its error', async () => {
    const { stars } = await built(
      'a.csv',
      `${GAIA},phot_g_mean_flux_over_error,phot_bp_mean_mag,phot_bp_mean_flux,phot_bp_mean_flux_error\n1,10,20,15,100,16,5000,10\n2,11,20,15,,16,,\n`,
      DR2,
    )
    const [one, two] = [stars.sourceId.indexOf(1n), stars.sourceId.indexOf(2n)]
    expect(stars.magErr![one]).toBeCloseTo(0.010857362, 8)
    expect(stars.bpMagErr![one]).toBeCloseTo(1.0857362 / 500, 8)
    expect(stars.magErr![two]).toBeNaN()
    expect(stars.bpMagErr![two]).toBeNaN()
  })

  test('Parquet, with 64-bit ids', async () => {
    const table = tableOf([
      { name: 'source_id', type: 'i64', values: BigInt64Array.of(4611686018427387905n) },
      { name: 'ra', type: 'f64', values: Float64Array.of(10) },
      { name: 'dec', type: 'f64', values: Float64Array.of(1 / 3) },
      { name: 'phot_g_mean_mag', type: 'f32', values: Float32Array.of(15.1) },
      { name: 'ref_epoch', type: 'f64', values: Float64Array.of(2016) },
    ])
    const { stars, report } = await built('stars.parquet', await writeParquet(table))
    expect([stars.sourceId[0], stars.decDeg[0], stars.mag[0], report.name, stars.epochYr]).toEqual([
      4611686018427387905n,
      1 / 3,
      15.1,
      'gaia_dr3',
      2016,
    ])
  })
})

describe('rows that are kept out', () => {
  test('absurd rows are counted by reason, sound ones stay', async () => {
    const rows = [
      '1,10,20,15',
      '2,,20,15',
      '3,10,nan,15',
      '4,10,91,15',
      '5,400,20,15',
      '6,10,-90.001,15',
      '7,-45,20,15',
      '8,360,20,15',
      '9,10,20,',
    ]
    const { report, stars } = await built('a.csv', [GAIA, ...rows].join('\n'), DR2)
    expect(report.keptOut).toEqual({
      'position missing': 2,
      'declination outside -90 to 90': 2,
      'right ascension outside 0 to 360': 1,
    })
    expect(new Map(Array.from(stars.sourceId, (id, i) => [id, stars.raDeg[i]]))).toEqual(
      new Map([
        [1n, 10],
        [7n, 315],
        [8n, 0],
        [9n, 10],
      ]),
    )
  })

  test('a star that comes twice is kept once; one id at two places, or two ids at one place, stay', async () => {
    const { report, stars } = await built(
      'a.csv',
      [GAIA, '1,10,20,15', '1,10,20,15', '1,10,21,15', '2,10,20,15'].join('\n'),
      DR2,
    )
    expect(report.keptOut).toEqual({ 'repeated: same id and position': 1 })
    expect(Array.from(stars.sourceId).sort()).toEqual([1n, 1n, 2n])
  })
})

describe('what is refused', () => {
  test.each([
    ['empty.csv', '', 'empty.csv: the file cannot be told to be FITS, Parquet, VOTable or CSV (found an empty file'],
    [
      'noise.csv',
      Uint8Array.of(1, 2, 3, 0, 200),
      'noise.csv: the file cannot be told to be FITS, Parquet, VOTable or CSV (found other bytes',
    ],
    ['packed.csv', gzipSync('x'), 'packed.csv: the file cannot be told'],
    ['a.csv', 'ra,dec,g\n1,2,3\n', 'a.csv, column source_id: the file has no such column (found ra,dec,g)'],
    [
      'a.csv',
      `${GAIA}\n1,10,20\n`,
      'a.csv, line 2: the line has another number of fields than the header (found 3, expected 4)',
    ],
    [
      'a.csv',
      `${GAIA}\n1,10,x,15\n`,
      'a.csv, line 2, column dec: the field is not a number (found "x", expected a number)',
    ],
    [
      'a.csv',
      `${GAIA}\n5.0573e18,10,20,15\n`,
      'a.csv, line 2, column source_id: the field is not a whole number (found "5.0573e18"',
    ],
    [
      'a.csv',
      '1,10,20,15\n2,11,20,15\n',
      'a.csv, line 1: the first line holds numbers where the names of the columns should stand (found 1,10,20,15)',
    ],
    ['a.csv', `${GAIA}\n`, 'a.csv: there is no star in the input'],
    [
      'GaiaOut05000.csv',
      'a,b,c,d,e\n1,2,3,4,5\n',
      "GaiaOut05000.csv, line 1: a pixel file of the original's store has another number " +
        'of columns (found 5, expected id, RA, Dec, magnitude)',
    ],
  ])('%s %#', async (name, content, message) => {
    await expect(built(name, content)).rejects.toThrow(message)
  })

  test('a pixel file whose stars lie in another pixel, as when NESTED numbers were used', async () => {
    const wrong = Number(nested2ring(5, 5000))
    expect(wrong).not.toBe(5000)
    const rows = Array.from({ length: 20 }, (_, i) => inPixel(i, i / 1000))
    expect(nestedIndex(5, centre.raDeg, centre.decDeg)).toBe(Number(ring2nested(5, 5000)))
    await expect(
      built(`GaiaOut${String(wrong).padStart(5, '0')}.csv`, ['id,ra,dec,mag', ...rows].join('\n')),
    ).rejects.toThrow(
      `most stars lie outside the pixel of the file's name (found 20 of 20 ` +
        `stars, expected RING pixel ${wrong} of nside 32)`,
    )
  })

  test('ids in a column of doubles', async () => {
    const table = tableOf([
      { name: 'source_id', type: 'f64', values: Float64Array.of(1) },
      { name: 'ra', type: 'f64', values: Float64Array.of(1) },
      { name: 'dec', type: 'f64', values: Float64Array.of(1) },
      { name: 'phot_g_mean_mag', type: 'f64', values: Float64Array.of(1) },
    ])
    await expect(built('a.parquet', await writeParquet(table))).rejects.toThrow(
      'a.parquet, column source_id: the column of ids must hold whole numbers of up to 64 bits (found f64)',
    )
  })
})
