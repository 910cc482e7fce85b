import { describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import { tableOf } from '../../../src/table/columns.js'
import { buildInMemory, openInMemory } from '../memory-store.js'
import { memoryInput } from '../simulated-rows.js'

const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

async function starOf(header: string, row: string, name = 'list.csv') {
  const { store } = await buildInMemory([memoryInput(name, `${header}\n${row}\n`)], { release: 'gaia_dr2' })
  const { sourceId, raDeg, decDeg, mag } = await (await openInMemory(store)).read(SKY)
  return [Number(sourceId[0]), raDeg[0], decDeg[0], mag[0]]
}

describe('lists of four columns', () => {
  test.each([
    'MATCHID,RA,DEC,WAVG_MAG_PSF',
    'SOURCE_ID,RA,DEC,PHOT_G_MEAN_MAG',
    'id,ra,dec,mag',
    'objID,raMean,decMean,Gmag',
    'star,RA_ICRS,DE_ICRS,G',
    'NUMBER,ALPHA_J2000,DELTA_J2000,gaia_g_mag',
    'col1,col2,col3,col4',
    'V1,V2,V3,V4',
    ',,,',
  ])('%s: by position', async (header) => {
    expect(await starOf(header, '7,10,20,15.5')).toEqual([7, 10, 20, 15.5])
  })

  test.each([
    ['id,dec,ra,mag', '7,20,10,15.5'],
    ['ra,dec,Gmag,id', '10,20,15.5,7'],
    ['phot_g_mean_mag,source_id,dec,ra', '15.5,7,20,10'],
  ])('%s: by name', async (header, row) => {
    expect(await starOf(header, row)).toEqual([7, 10, 20, 15.5])
  })

  test.each([
    ...[
      'parallax',
      'phot_bp_mean_mag',
      'phot_rp_mean_mag',
      'pmra',
      'bp_rp',
      'phot_g_mean_flux',
      'phot_g_mean_mag_error',
      'iMeanPSFMag',
      'gMeanPSFMag',
    ].map((name) => ['source_id,ra,dec,', name, '']),
    ...[
      'gmag',
      'g',
      'g_mag',
      'e_Gmag',
      'BPmag',
      'Teff',
      'ruwe',
      'WAVG_MAG_PSF_G',
      'psfMag_r',
      'grvs_mag',
      'distance',
      'V',
      'F606',
      'c',
    ].map((name) => ['source_id,ra,dec,', name, '']),
    ...['l', 'ELON', 'RAJ2000', 'coord_ra', 'x', 'ra_error'].map((name) => ['source_id,', name, ',dec,mag']),
    ...['b', 'DEJ2000', 'y', 'parallax'].map((name) => ['source_id,ra,', name, ',mag']),
  ])('%s%s%s: refused, naming the column', async (before, name, after) => {
    await expect(starOf(`${before}${name}${after}`, '7,10,20,15.5')).rejects.toThrow(
      `list.csv, line 1, column ${name}: a list of four columns holds id, right ascension, declination ` +
        `and Gaia's G, and this column is called something else; another catalogue is named by --kind (expected `,
    )
  })

  test('a pixel file of the original may call its columns what it likes, but not another quantity', async () => {
    const pixel = (header: string) => buildInMemory([memoryInput('GaiaOut05000.csv', `${header}\n`)])
    for (const header of ['MATCHID,RA,RA,WAVG_MAG_PSF', 'one,two,three,four'])
      expect((await pixel(header)).report.rowCount).toBe(0)
    await expect(pixel('SOURCE_ID,RA,DEC,PARALLAX')).rejects.toThrow('column PARALLAX: a list of four columns')
    await expect(pixel('SOURCE_ID,RA,MAG,DEC2')).rejects.toThrow('column MAG: a list of four columns')
  })
})

describe('names', () => {
  const VIZIER = 'Source,RA_ICRS,DE_ICRS,Gmag,e_Gmag,BPmag,RPmag,pmRA,pmDE,Plx,E(BP/RP)'
  test("VizieR's, with the release from its comments", async () => {
    const text = `#Name: I/355/gaiadr3\n${VIZIER}\n7,10,20,15.5,0.001,16,15,-3,4,1,1.2\n`
    const { store, report } = await buildInMemory([memoryInput('cone.csv', text)])
    expect([report.name, ...report.columns]).toEqual([
      'gaia_dr3',
      '_healpix_29',
      'source_id',
      'ra',
      'dec',
      'phot_g_mean_mag',
      'phot_g_mean_mag_error',
      'phot_bp_mean_mag',
      'phot_rp_mean_mag',
      'phot_bp_rp_excess_factor',
      'pmra',
      'pmdec',
    ])
    const stars = await (await openInMemory(store)).read(SKY)
    expect([stars.raDeg[0], stars.mag[0], stars.bpMag![0], stars.pmDecMasYr![0]]).toEqual([10, 15.5, 16, 4])
  })

  test.each([
    [
      'no release',
      `${VIZIER}\n7,10,20,15.5,0.001,16,15,-3,4,1,1.2\n`,
      "name the release with --release if you know it (VizieR's I/345 is gaia_dr2, its I/350 and I/355 are gaia_dr3)",
    ],
    [
      'positions of epoch 2000',
      'Source,RAJ2000,DEJ2000,Gmag,BPmag\n7,10,20,15,16\n',
      'RAJ2000 and DEJ2000 are of epoch 2000',
    ],
    ["another survey's gmag", 'Source,RA_ICRS,DE_ICRS,gmag,rmag\n7,10,20,15,16\n', 'the file has no such column'],
    [
      'both namings',
      'source_id,ra,dec,phot_g_mean_mag,Source,RA_ICRS,DE_ICRS,Gmag\n7,10,20,15,7,10,20,15\n',
      "under the archive's names and VizieR's",
    ],
    [
      'one name in two cases',
      'source_id,ra,dec,phot_g_mean_mag,RA\n7,10,20,15,11\n',
      'column ra: the file has the column more than once (found ra and RA)',
    ],
    [
      'one name twice',
      'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,phot_bp_mean_mag\n7,10,20,15,11,12\n',
      'column phot_bp_mean_mag: the file has the column more than once',
    ],
  ])('%s: refused', async (_, text, message) => {
    await expect(buildInMemory([memoryInput('cone.csv', text)])).rejects.toThrow(message)
  })

  test('DR1 of the comments is refused, also with --release', async () => {
    const text = `#Name: I/337/gaia\n${VIZIER}\n7,10,20,15.5,0.001,16,15,-3,4,1,1.2\n`
    for (const options of [{}, { release: 'gaia_dr3' }]) {
      await expect(buildInMemory([memoryInput('cone.csv', text)], options)).rejects.toThrow('I/337')
    }
  })

  test('a name twice that is not used does no harm', async () => {
    expect(await starOf('source_id,ra,dec,phot_g_mean_mag,l,L', '7,10,20,15.5,1,2')).toEqual([7, 10, 20, 15.5])
  })
})

describe('placeholders', () => {
  const NAMES =
    'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,phot_rp_mean_mag,pmra,pmdec,phot_bp_mean_flux_over_error'
  test('are missing values, counted by column; a bad G keeps the row out', async () => {
    const rows = [
      '1,10,20,15,-9999,-999,-9999,99,1e20',
      '2,11,20,15,99,1e20,1e20,-999,100',
      '3,12,20,-999,16,15,1,2,100',
      '4,13,20,15,16,15,99.5,-98.999,100',
      '5,14,20,15,,nan,null,3,',
    ]
    const { store, report } = await buildInMemory([memoryInput('a.csv', [NAMES, ...rows].join('\n'))], {
      release: 'gaia_dr2',
    })
    expect(report.placeholders).toEqual({ phot_bp_mean_mag: 2, phot_rp_mean_mag: 2, pmra: 2, pmdec: 2 })
    expect(report.keptOut).toEqual({ 'magnitude outside -5 to 35': 1 })
    const stars = await (await openInMemory(store)).read(SKY)
    const of = (id: number) => stars.sourceId.indexOf(BigInt(id))
    for (const id of [1, 2, 5])
      expect([stars.bpMag![of(id)], stars.rpMag![of(id)], stars.pmRaCosDecMasYr![of(id)]]).toEqual([NaN, NaN, NaN])
    expect([stars.pmRaCosDecMasYr![of(4)], stars.pmDecMasYr![of(4)], stars.bpMag![of(4)]]).toEqual([
      99.5,
      Math.fround(-98.999),
      16,
    ])
    expect([stars.bpMagErr![of(1)], stars.bpMagErr![of(2)]]).toEqual([NaN, Math.fround(0.010857362047581296)])
  })

  test('where no row is left the reasons are said', async () => {
    await expect(
      buildInMemory([memoryInput('a.csv', 'source_id,ra,dec,phot_g_mean_mag\n1,10,120,15\n')], { release: 'gaia_dr2' }),
    ).rejects.toThrow('a.csv: there is no star in the input (found 1 rows kept out: declination outside -90 to 90)')
  })
})

describe('declared units', () => {
  const rad = Math.PI / 180
  const files = async (units: Readonly<Record<string, string>>, values: Readonly<Record<string, number>>) => {
    const table = tableOf([
      { name: 'source_id', type: 'i64', values: BigInt64Array.of(7n) },
      ...Object.entries({ ra: 10, dec: 20, phot_g_mean_mag: 15.5, pmra: 3, pmdec: -4, ...values }).map(
        ([name, value]) => ({
          name,
          type: 'f64' as const,
          values: Float64Array.of(value),
          ...(units[name] === undefined ? {} : { unit: units[name] }),
        }),
      ),
    ])
    const { store } = await buildInMemory([memoryInput('a.fits', writeFitsTable(table))], {
      release: 'gaia_dr2',
      precision: 'exact',
    })
    const { raDeg, decDeg, mag, pmRaCosDecMasYr, pmDecMasYr } = await (await openInMemory(store)).read(SKY)
    return [raDeg[0], decDeg[0], mag[0], pmRaCosDecMasYr![0], pmDecMasYr![0]]
  }
  const expected = [10, 20, 15.5, 3, -4]

  test.each([
    [{ ra: 'deg', dec: 'degrees', pmra: 'mas/yr', pmdec: 'mas.yr**-1', phot_g_mean_mag: 'mag' }, {}],
    [{ pmra: 'mas yr-1', pmdec: 'mas / yr' }, {}],
    [{ pmra: 'mas.yr-1', pmdec: 'mas*yr^-1' }, {}],
    [{ pmra: 'mas yr^(-1)', pmdec: 'mas per year' }, {}],
    [
      { ra: 'rad', dec: 'radian' },
      { ra: 10 * rad, dec: 20 * rad },
    ],
    [{ ra: 'h', dec: 'deg' }, { ra: 10 / 15 }],
    [{ ra: 'hourangle' }, { ra: 10 / 15 }],
    [
      { ra: 'arcsec', dec: 'arcsec' },
      { ra: 36_000, dec: 72_000 },
    ],
    [
      { pmra: 'arcsec / yr', pmdec: 'arcsec.yr**-1' },
      { pmra: 0.003, pmdec: -0.004 },
    ],
    [
      { pmra: 'deg/yr', pmdec: 'arcsec/cy' },
      { pmra: 3 / 3.6e6, pmdec: -0.4 },
    ],
    [{ phot_g_mean_mag: 'mmag' }, { phot_g_mean_mag: 15_500 }],
  ])('%j', async (units, values) => {
    const found = await files(units as Record<string, string>, values as Record<string, number>)
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 9)
  })

  test.each([
    [
      { ra: 'kpc' },
      'a.fits, column ra: the unit of the column is not understood (found kpc, expected deg, rad, h or arcsec)',
    ],
    [{ dec: 'h' }, 'column dec: the unit of the column is not understood (found h, expected deg, rad or arcsec)'],
    [{ pmra: 'km/s' }, 'column pmra: the unit of the column is not understood (found km/s'],
    [{ pmdec: 'mas' }, 'column pmdec: the unit of the column is not understood (found mas'],
    [{ pmra: 's/yr' }, 'column pmra: the unit of the column is not understood (found s/yr'],
    [{ phot_g_mean_mag: "'electron'.s**-1" }, 'column phot_g_mean_mag: the unit of the column is not understood'],
  ])('%j: refused', async (units, message) => {
    await expect(files(units as Record<string, string>, {})).rejects.toThrow(message)
  })

  test('the head of an ECSV declares units too', async () => {
    const head = [
      '# %ECSV 1.0',
      '# ---',
      '# datatype:',
      '# - {name: source_id, datatype: int64}',
      '# - {name: ra, unit: rad, datatype: float64, description: "of the star, in rad"}',
      '# - {name: dec, unit: rad, datatype: float64}',
      '# - {name: phot_g_mean_mag, unit: mag, datatype: float32}',
    ]
    const { store } = await buildInMemory(
      [
        memoryInput(
          'a.ecsv',
          [...head, 'source_id ra dec phot_g_mean_mag', `7 ${10 * rad} ${20 * rad} 15.5`].join('\n'),
        ),
      ],
      { release: 'gaia_dr2' },
    )
    const { raDeg, decDeg } = await (await openInMemory(store)).read(SKY)
    expect([raDeg[0], decDeg[0]]).toEqual([expect.closeTo(10, 9), expect.closeTo(20, 9)])
  })

  test('numbers as text are refused by name', async () => {
    const table = tableOf([
      { name: 'source_id', type: 'i64', values: BigInt64Array.of(7n) },
      { name: 'ra', type: 'string', values: ['10'] },
      { name: 'dec', type: 'f64', values: Float64Array.of(20) },
      { name: 'phot_g_mean_mag', type: 'f64', values: Float64Array.of(15) },
    ])
    for (const [name, bytes] of [
      ['a.fits', writeFitsTable(table)],
      ['a.parquet', await writeParquet(table)],
    ] as const) {
      await expect(buildInMemory([memoryInput(name, bytes)], { release: 'gaia_dr2' })).rejects.toThrow(
        `${name}, column ra: the column holds no numbers`,
      )
    }
  })
})

test('an id that TNULL says is missing is refused with its row', async () => {
  const f64 = (name: string, ...values: number[]) => ({ name, type: 'f64' as const, values: Float64Array.from(values) })
  const id = { name: 'source_id', type: 'i64' as const, values: BigInt64Array.of(7n, -1n), nullValue: -1n }
  const table = tableOf([id, f64('ra', 10, 11), f64('dec', 20, 21), f64('phot_g_mean_mag', 15, 16)])
  const input = memoryInput('a.fits', writeFitsTable(table))
  await expect(buildInMemory([input], { release: 'gaia_dr2' })).rejects.toThrow(
    'a.fits, row 1, column source_id: an id is missing',
  )
})
