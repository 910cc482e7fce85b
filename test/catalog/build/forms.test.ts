import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CatalogDescription } from '../../../src/catalog/description.js'
import type { ReadStars } from '../../../src/catalog/stars.js'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from '../../../src/node/store/catalog-build.js'
import { packagedDescriptions } from '../../../src/node/store/catalog-files.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { tableOf, type Column } from '../../../src/table/columns.js'
import { run } from '../../cli/run.js'

const scratch = mkdtempSync(join(tmpdir(), 'bliss-kinds-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

let files = 0
function file(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(scratch, `${files++}-`)), name)
  writeFileSync(path, content)
  return path
}

async function built(path: string, options: DirectoryBuildOptions = {}) {
  const to = mkdtempSync(join(scratch, 'store-'))
  const report = await buildCatalogDirectory([path], to, { force: true, ...options })
  const catalog = await openCatalog(to)
  return { report, catalog, to, stars: byId(await catalog.read(SKY)) }
}

/** The store sorts by cells of the sky; the tests speak of rows by their ids. */
function byId(stars: ReadStars): ReadStars {
  const order = Array.from(stars.sourceId.keys()).sort((a, b) => (stars.sourceId[a]! < stars.sourceId[b]! ? -1 : 1))
  const sorted = Object.entries(stars).map(([name, values]) =>
    values instanceof Float64Array ? [name, Float64Array.from(order, (i) => values[i]!)] : [name, values],
  )
  return {
    ...(Object.fromEntries(sorted) as ReadStars),
    sourceId: BigInt64Array.from(order, (i) => stars.sourceId[i]!),
  }
}
const rounded = (values: Float64Array | undefined, digits = 4) =>
  Array.from(values!, (value) => Number(value.toFixed(digits)))

const PS1 = 'objID,raMean,decMean,rMeanPSFMag,rMeanPSFMagErr,gMeanPSFMag,gMeanPSFMagErr'
const DES = 'FGCM_ID,RA,DEC,MAG_STD_G,MAG_STD_R,MAGERR_STD_G,MAGERR_STD_R,NGOOD_G,NGOOD_R'

describe('what stands for a missing value, and what is cut, is counted by name', () => {
  test.each([
    ['-999', '-999.0'],
    ['99', '99.0'],
    ['nothing', ''],
    ['null', 'null'],
  ])('PS1: %s is a missing magnitude, and the row stays for its other band', async (_, missing) => {
    const { stars, report } = await built(
      file('mean.csv', `${PS1}\n1,10,-20,17.5,0.01,${missing},${missing}\n2,10.01,-20,18.5,0.02,18.9,0.03\n`),
    )
    expect([report.name, report.rowCount]).toEqual(['ps1_dr2', 2])
    expect([rounded(stars.gMag), rounded(stars.gMagErr)]).toEqual([
      [NaN, 18.9],
      [NaN, 0.03],
    ])
    const counted = missing === '' || missing === 'null' ? undefined : { gMeanPSFMag: 1, gMeanPSFMagErr: 1 }
    expect(report.placeholders).toEqual(counted)
  })

  test('PS1: a row without its own magnitude stays for the other, one without any is left out', async () => {
    const { stars, report } = await built(
      file('mean.csv', `${PS1}\n1,10,-20,-999,-999,17.1,0.01\n2,10.01,-20,-999,-999,-999,-999\n`),
    )
    expect([rounded(stars.mag), rounded(stars.gMag), report.keptOut]).toEqual([
      [NaN],
      [17.1],
      { 'no magnitude left': 1 },
    ])
  })

  test('PS1: nDetections counts if the file has it', async () => {
    const rows = (tail: string) =>
      `1,10,-20,17.5,0.01,18,0.01${tail ? ',1' : ''}\n2,10.01,-20,18.5,0.02,18.9,0.03${tail ? ',5' : ''}\n`
    const bare = await built(file('mean.csv', `${PS1}\n${rows('')}`))
    const counted = await built(file('mean.csv', `${PS1},nDetections\n${rows('n')}`))
    expect([bare.report.rowCount, counted.report.rowCount]).toEqual([2, 1])
    expect(counted.report.keptOut).toEqual({ 'detected once (nDetections 1)': 1 })
  })

  test('DES: a star brighter than DES can measure, and one seen too rarely, lose that band alone', async () => {
    const { stars, report } = await built(
      file(
        'des.csv',
        `${DES}\n1,10,-20,16.1,15.9,0.01,0.02,9,9\n2,10.01,-20,16.3,16.1,0.01,0.02,2,9\n3,10.02,-20,15,15,0.1,0.1,9,9\n`,
      ),
    )
    expect([rounded(stars.mag), rounded(stars.gMag), rounded(stars.gMagErr)]).toEqual([[16.1], [NaN], [NaN]])
    expect(report.keptOut).toEqual({
      'no magnitude left': 2,
      'their g alone: at most 2 good observations (NGOOD)': 1,
      'their g alone: brighter than 16.25, where DES saturates': 2,
      'their r alone: brighter than 16, where DES saturates': 2,
    })
  })

  test('fluxes of 0 and below are missing magnitudes, of nJy and W m-2 Hz-1; an error of nothing is none', async () => {
    const head =
      'id,coord_ra,coord_dec,monster_DES_r_flux,monster_DES_r_fluxErr,monster_DES_g_flux,monster_DES_g_fluxErr'
    const rows = ['1,0.2,-0.4,1000000,1000,-5,3', '2,0.2001,-0.4,0,1,36307.805477,0', '3,0.2002,-0.4,-1,1,0,1']
    const { stars, report } = await built(file('shard.csv', `${head}\n${rows.join('\n')}\n`))
    // 31.4 - 2.5 log10(1e6 nJy) = 16.4; 36307.8 nJy is 20.0.
    expect([rounded(stars.mag), rounded(stars.gMag), rounded(stars.magErr, 6), rounded(stars.gMagErr)]).toEqual([
      [16.4, NaN],
      [NaN, 20],
      [0.001086, NaN],
      [NaN, NaN],
    ])
    expect(rounded(stars.raDeg, 6)).toEqual([
      Number(((0.2 * 180) / Math.PI).toFixed(6)),
      Number(((0.2001 * 180) / Math.PI).toFixed(6)),
    ])
    expect(report.placeholders).toEqual({ monster_DES_r_flux: 2, monster_DES_g_flux: 2 })
    const xp =
      'source_id,ra,dec,Decam_flux_g,Decam_flux_error_g,Decam_flux_r,Decam_flux_error_r,Decam_flux_i,Decam_flux_error_i'
    // 3.63078e-23 W m-2 Hz-1 is 0 mag; 1e-30 is 18.9.
    const ofXp = await built(
      file('xp.csv', `${xp}\n${1n << 50n},10,-20,-1e-31,1e-32,1e-30,1e-32,3.6307805477e-30,1e-32\n`),
    )
    expect([rounded(ofXp.stars.mag), rounded(ofXp.stars.gMag), rounded(ofXp.stars.iMag)]).toEqual([
      [18.9],
      [NaN],
      [17.5],
    ])
  })

  test('SDSS: rows that differ in the id alone are one star; rows that differ in a magnitude are two', async () => {
    const head = 'id,ra,dec,psfMag_g,psfMagErr_g,psfMag_r,psfMagErr_r'
    const rows = [
      '9,10,20,17,0.02,16.5,0.01',
      '5,10,20,17,0.02,16.5,0.01',
      '6,11,20,17,0.02,16.5,0.01',
      '7,11,20,17.1,0.02,16.5,0.01',
    ]
    const { stars, report } = await built(file('sdss.csv', `${head}\n${rows.join('\n')}\n`))
    expect([...stars.sourceId].sort()).toEqual([5n, 6n, 7n])
    expect(report.keptOut).toEqual({ 'repeated: same position and values': 1 })
  })
})

describe('files are told apart by their columns', () => {
  test('DELVE in FITS: cuts of each band by its own columns', async () => {
    const f = (name: string, ...values: number[]): Column => ({ name, type: 'f64', values: Float64Array.from(values) })
    const ofBand = (b: string, mags: number[], flags: number[], star: number[], spread: number[]) => [
      f(`WAVG_MAG_PSF_${b}`, ...mags),
      f(`WAVG_FLAGS_${b}`, ...flags),
      f(`CLASS_STAR_${b}`, ...star),
      f(`WAVG_SPREAD_MODEL_${b}`, ...spread),
    ]
    const table = tableOf([
      { name: 'QUICK_OBJECT_ID', type: 'i64', values: BigInt64Array.of(11n, 12n, 13n) },
      f('RA', 10, 10.1, 10.2),
      f('DEC', -20, -20, -20),
      ...ofBand('G', [18, 18.1, 18.2], [0, 4, 0], [0.9, 0.9, 0.8], [0, 0, 0]),
      ...ofBand('R', [17, 17.1, 17.2], [3, 0, 0], [0.9, 0.9, 0.1], [0.009, 0.01, 0]),
    ])
    const { stars, report } = await built(file('cat_hpx_05000.fits', writeFitsTable(table)))
    expect(report.name).toBe('delve_dr2')
    expect([[...stars.sourceId], rounded(stars.mag), rounded(stars.gMag)]).toEqual([[11n], [17], [18]])
    expect(report.keptOut['their r alone: not like a point (WAVG_SPREAD_MODEL from 0.01)']).toBe(1)
    expect(report.keptOut['no magnitude left']).toBe(2)
  })

  test('APASS and 2MASS by its columns; the position is that of 2MASS', async () => {
    const head = 'MATCHID,RAJ2000_APASS,DEJ2000_APASS,RAJ2000_2MASS,DEJ2000_2MASS,u_des,g_des,r_des,i_des,z_des,Y_des'
    const { stars, report } = await built(
      file('apass_TWO_MASS_5.csv', `${head}\n7,10.001,-20.001,10,-20,15,14,13.5,13.2,13.1,0\n`),
    )
    expect([report.name, [...stars.raDeg], [...stars.decDeg]]).toEqual(['apass_2mass', [10], [-20]])
    const { uMag, gMag, mag, iMag, zMag, yMag } = stars
    expect([uMag, gMag, mag, iMag, zMag, yMag].map((values) => rounded(values)[0])).toEqual([
      ...[15, 14, 13.5, 13.2, 13.1],
      // 0 is no magnitude.
      NaN,
    ])
  })

  test('SkyMapper DR2 and DR4 by the ids of Gaia that they name; without them --kind is asked for', async () => {
    const head = 'object_id,raj2000,dej2000,g_psf,e_g_psf,r_psf,e_r_psf'
    const row = '1,10,-20,15,0.01,14.5,0.01'
    const named = async (more: string) => (await built(file('sm.csv', `${head},${more}\n${row},5\n`))).report.name
    expect([await named('gaia_dr2_id1'), await named('gaia_dr3_id1')]).toEqual(['skymapper_dr2', 'skymapper_dr4'])
    await expect(built(file('sm.csv', `${head}\n${row}\n`))).rejects.toThrow(
      'the columns are of no catalogue that is described: name the catalogue by --kind, or describe it in a file for ' +
        '--kind (docs/catalog-add.md) (found object_id,raj2000,dej2000,g_psf,e_g_psf,r_psf,e_r_psf, ' +
        'expected skymapper_dr2, master table (lacks gaia_dr2_id1); skymapper_dr4, master table (lacks gaia_dr3_id1))',
    )
  })

  test('DES DR2 is not taken for Gold, nor Gold for DR2', async () => {
    const head = 'COADD_OBJECT_ID,RA,DEC,WAVG_MAG_PSF_R,WAVG_MAGERR_PSF_R'
    const dr2 = await built(file('dr2.csv', `${head}\n1,10,-20,18,0.01\n`))
    const gold = await built(file('gold.csv', `${head},EXT_MASH\n1,10,-20,18,0.01,0\n2,10.1,-20,18,0.01,2\n`))
    expect([dr2.report.name, gold.report.name, gold.report.rowCount]).toEqual(['des_dr2', 'des_y6_gold', 1])
  })

  test("VizieR's Gaia and the archive's are told as before", async () => {
    const vizier = 'Source,RA_ICRS,DE_ICRS,Gmag,e_Gmag,BPmag,RPmag,pmRA,pmDE,Plx'
    const row = `${1n << 50n},10,-20,17,0.001,17.5,16.4,1,2,3`
    const { report, stars } = await built(file('gaia.csv', `${vizier}\n${row}\n`), {
      release: 'gaia_dr3',
      columns: ['default', 'parallax'],
    })
    expect([report.name, stars.sourceId[0], stars.raDeg[0], stars.decDeg[0]]).toEqual(['gaia_dr3', 1n << 50n, 10, -20])
    const { mag, magErr, bpMag, rpMag, pmRaCosDecMasYr, pmDecMasYr, parallaxMas } = stars
    const found = [mag, magErr, bpMag, rpMag, pmRaCosDecMasYr, pmDecMasYr, parallaxMas].map((v) => rounded(v)[0])
    expect(found).toEqual([17, 0.001, 17.5, 16.4, 1, 2, 3])
  })

  test('a table that fits two is refused with both names', async () => {
    const head = 'source_id,ra,dec,phot_g_mean_mag,r_sdss_mag,r_sdss_flux,r_sdss_flux_error'
    const path = file('joined.csv', `${head}\n${1n << 50n},10,-20,17,16.8,1e-29,1e-31\n`)
    await expect(built(path)).rejects.toThrow(
      'the columns fit more than one catalogue: name it with --kind (found gaia_dr3_gspc and gaia_dr2, expected --kind ' +
        'gaia_dr3_gspc or --kind gaia_dr2)',
    )
    const { report, stars } = await built(path, { kind: 'gaia_dr3_gspc' })
    expect([report.name, rounded(stars.mag), stars.raDeg[0]]).toEqual(['gaia_dr3_gspc', [16.8], 10])
  })

  test("LSST's shards of Gaia are refused for their constants, also under another kind", async () => {
    const path = file('shard.csv', 'id,coord_ra,coord_dec,phot_g_mean_flux,phot_g_mean_fluxErr\n1,0.2,-0.4,1000,1\n')
    const sentence = "whose Gaia fluxes were made with DR2's AB constants (25.7934, 25.3806, 25.1161), for DR3 too"
    await expect(built(path)).rejects.toThrow(sentence)
    await expect(built(path, { kind: 'the_monster' })).rejects.toThrow(sentence)
  })

  test('a kind that the file has not, or that nobody described', async () => {
    const path = file('mean.csv', `${PS1}\n1,10,-20,17.5,0.01,18,0.01\n`)
    await expect(built(path, { kind: 'sdss' })).rejects.toThrow(
      'the file has no form in which sdss is known (found objID,raMean,decMean,rMeanPSFMag,rMeanPSFMagErr,gMeanPSFMag,' +
        'gMeanPSFMagErr, expected sdss, standard stars (lacks id, ra, dec, psfMag_r, psfMagErr_r, has objID too much); ' +
        'sdss, PhotoObj of CasJobs (lacks ra, dec, psfMag_r, psfMagErr_r))',
    )
    await expect(built(path, { kind: 'ps2' })).rejects.toThrow('no catalogue of this name is described')
  })

  test('a .rc2 file of another number of columns is no Refcat2', async () => {
    const row = Array.from({ length: 43 }, (_, i) => (i === 0 ? 4500596801 : i === 1 ? -2709040150 : 0)).join(',')
    await expect(built(file('045-27.rc2', `${row}\n${row}\n`))).rejects.toThrow('the first line holds numbers')
    await expect(built(file('045-27.rc2', `${row}\n`), { kind: 'refcat2' })).rejects.toThrow(
      'the file has no form in which refcat2 is known (found 43 columns without names, expected refcat2, .rc2, 44 whole ' +
        'numbers (44 columns without names',
    )
  })
})

describe('a catalogue that nobody described', () => {
  const DESCRIPTION = {
    name: 'mysurvey',
    title: 'My survey',
    release: 'mysurvey_1',
    epochYr: 2019.5,
    credit: 'me',
    magnitudeState: 'as published',
    bands: {
      g: { column: 'gMag', system: 'mine', magnitudes: 'AB' },
      r: { column: 'mag', system: 'mine', magnitudes: 'AB' },
    },
    forms: [
      {
        title: 'table of stars',
        marks: ['star', 'lon', 'lat', 'rflux'],
        columns: { sourceId: 'star', raDeg: 'lon', decDeg: 'lat', gMag: 'gmag', gMagErr: 'e_gmag' },
        units: { raDeg: 'rad', decDeg: 'rad', gMag: 'mmag', gMagErr: 'mmag' },
        fluxes: { r: { flux: 'rflux', fluxErr: 'e_rflux', unit: 'uJy' } },
        missing: [0, -1],
        cuts: [{ column: 'n_g', of: 'g', above: 2, says: 'seen less than three times in g' }],
      },
    ],
    relations: {
      r: {
        fittedTo: { release: 'mysurvey_1', magnitudeState: 'as published' },
        colour: 'g-r',
        curve: 'polynomial',
        pivot: 0.5,
        coefficients: [0.01, 0.05],
        colourRange: [0.2, 1.6],
        scatter: { colour: [0.5], sigmaMag: [0.01] },
        systematicErrMag: 0.01,
        grade: 'full',
        magRange: [14, 20],
        source: 'invented',
      },
    },
    refused: { u: 'it has no u' },
  }
  const head = 'star,lon,lat,rflux,e_rflux,gmag,e_gmag,n_g'
  const rows = ['1,0.2,-0.4,100,1,18200,20,3', '2,0.2001,-0.4,100,1,18300,0,2', '3,0.2002,-0.4,200,1,-1,20,5']

  test('is built with its description alone, and its store is known by what it carries', async () => {
    const kind = file('mine.json', JSON.stringify(DESCRIPTION))
    const { report, catalog, stars, to } = await built(file('stars.csv', `${head}\n${rows.join('\n')}\n`), { kind })
    // 100 uJy are 18.9.
    expect([rounded(stars.mag), rounded(stars.gMag), rounded(stars.gMagErr)]).toEqual([
      [18.9, 18.9, 18.1474],
      [18.2, NaN, NaN],
      [0.02, NaN, 0.02],
    ])
    expect(report.keptOut).toEqual({ 'their g alone: seen less than three times in g': 1 })
    expect(report.placeholders).toEqual({ gmag: 1, e_gmag: 1 })
    expect(report.taken).toEqual([
      'mysurvey, table of stars: id = star, RA = lon, Dec = lat, g (mine, AB) = gmag, error of g = e_gmag, ' +
        'r (mine, AB) = rflux [uJy]',
    ])
    expect([catalog.name, catalog.description.relations['r']!.colour]).toEqual(['mysurvey', 'g-r'])
    const info = await run(['catalog', 'info', to])
    expect(info.out).toContain('My survey, epoch 2019.5')
    expect(info.out).toContain('\n--system des-ab (AB): r\n')
    // A copy carries it on.
    const copy = join(scratch, 'copy')
    expect(
      await run(['catalog', 'copy', '--from', to, '--to', copy, '--cone', '11.46,-22.9,1', '--quiet']),
    ).toMatchObject({ exitCode: 0 })
    expect((await openCatalog(copy)).description.title).toBe('My survey')
    expect(await run(['catalog', 'verify', to, '--quiet'])).toMatchObject({ exitCode: 0 })
  })

  test.each([
    ['forms[0].columns', { columns: { sourceID: 'star' } }],
    ['forms[0].fluxes.z', { fluxes: { z: { flux: 'a', fluxErr: 'b', unit: 'nJy' } } }],
    ['forms[0].fluxes.r.unit', { fluxes: { r: { flux: 'a', fluxErr: 'b', unit: 'mJy' } } }],
    ['forms[0].cuts[0].of', { cuts: [{ column: 'n', of: 'z', above: 1, says: 'x' }] }],
    ['forms[0].cuts[0]', { cuts: [{ column: 'n', says: 'x' }] }],
    ['forms[0].marks', { marks: [] }],
    ['forms[0].ids', { ids: 'names' }],
    ['forms[0].units.raDeg', { units: { raDeg: 'furlong' } }],
    ['forms[0].units.gMag', { units: { gMag: 'nJy' } }],
    ['forms[0].units.RA', { units: { RA: 'deg' } }],
  ])('a description whose %s is wrong is refused by that name', async (field, change) => {
    const kind = file('mine.json', JSON.stringify({ ...DESCRIPTION, forms: [{ ...DESCRIPTION.forms[0], ...change }] }))
    await expect(built(file('stars.csv', `${head}\n${rows[0]}\n`), { kind })).rejects.toThrow(
      `field ${field} of the catalogue description is wrong`,
    )
  })

  test('a description that is not there, or is no JSON', async () => {
    const path = file('stars.csv', `${head}\n${rows[0]}\n`)
    await expect(built(path, { kind: join(scratch, 'none.json') })).rejects.toThrow('the description cannot be read')
    await expect(built(path, { kind: file('mine.json', '{') })).rejects.toThrow('the description is no JSON')
  })
})

test('the descriptions of the package: names of files, and Gaia first', async () => {
  const names = (await packagedDescriptions()).map(({ name }: CatalogDescription) => name)
  expect(names.slice(0, 2)).toEqual(['gaia_dr2', 'gaia_dr3'])
  expect(new Set(names).size).toBe(names.length)
  for (const name of names)
    expect(JSON.parse(readFileSync(join(import.meta.dirname, `../../../catalogs/${name}.json`), 'utf8'))).toMatchObject(
      { name },
    )
})
