import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { parseCatalogueList, parseListName } from '../../src/exposure/catalogue-list.js'
import { columnsToRead, fluxChoice, sourcesOf } from '../../src/exposure/fullcat.js'
import { compareFacts } from '../../src/exposure/compare-facts.js'
import { FILE_COMPARISONS } from '../../src/exposure/facts-agree.js'
import { imageFacts } from '../../src/exposure/image-facts.js'
import { memorySource, type NamedBytes } from '../../src/formats/bytes.js'
import { headerLookup } from '../../src/exposure/image-header.js'
import { ldacImageHeaders, readFitsTable, type LdacImageHeader } from '../../src/formats/fits/index.js'
import { seededRandom } from '../../src/math/random.js'
import {
  exposureFiles,
  gaiaCsvFile,
  gaiaFitsFile,
  immaskFiles,
  originalStoreFiles,
  simulateExposure,
  truthFile,
  workFiles,
  type ExposureOptions,
  type SimulationTruth,
} from '../../src/simulate/index.js'
import { dateObsOf, niteOf, python2Text } from '../../src/simulate/list-file.js'
import { describeCatalogue, shared } from './describe-catalogue.js'

const description = describeCatalogue('gaia_dr2')
const simulate = (options: Partial<ExposureOptions>) => simulateExposure(options, description, seededRandom(11))
const textOf = ({ bytes }: NamedBytes) => new TextDecoder().decode(bytes)

const python = '/usr/bin/python3'
const judges = spawnSync(python, ['-c', 'import astropy, healpy'], { encoding: 'utf8' }).status === 0

interface Judged {
  fullcat: {
    names: string[]
    columns: [string, string][]
    header: Record<string, string | number>
    rows: number
    sumFluxPsf: number
    worstMagPsf: number
    aperture8: boolean
  }[]
  immask: Record<string, [number, number, number, string]>
  store: Record<string, { header: string; rows: number; inside: boolean; sorted: boolean; folder: string }>
  gaia: {
    columns: [string, string][]
    rows: number
    ownCell: number
    xorId: string
    nanBp: number
    worstFluxError: number
    spreadOfZeropoint: number
  }
}

/** What astropy and healpy find in the files. */
function judge(files: readonly NamedBytes[]): Judged {
  const directory = mkdtempSync(join(tmpdir(), 'bliss-simulated-'))
  try {
    for (const { name, bytes } of files) {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), bytes)
    }
    const ran = spawnSync(python, [join(import.meta.dirname, 'read_simulated.py'), directory], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    })
    expect(ran.stderr.replace(/^.*Warning.*$/gm, '').trim()).toBe('')
    return JSON.parse(ran.stdout) as Judged
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const SLIM =
  'NUMBER:J FLAGS:I IMAFLAGS_ISO:J X_IMAGE:E Y_IMAGE:E ALPHAWIN_J2000:D DELTAWIN_J2000:D FLUX_AUTO:E ' +
  'FLUXERR_AUTO:E MAG_AUTO:E MAGERR_AUTO:E FLUX_PSF:E FLUXERR_PSF:E MAG_PSF:E MAGERR_PSF:E SPREAD_MODEL:E ' +
  'SPREADERR_MODEL:E FWHM_WORLD:E FWHMPSF_IMAGE:E FWHMPSF_WORLD:E CLASS_STAR:E'
const spelt = (columns: readonly [string, string][]) => columns.map(([name, format]) => `${name}:${format}`).join(' ')

test.skipIf(!judges)('astropy and healpy (Debian) read every file as it was meant', () => {
  const simulated = simulate({ ccds: [1, 28], columns: 'slim', mjdObs: 57_983.38 })
  const seen = judge([
    ...workFiles(simulated),
    ...immaskFiles(simulated),
    ...originalStoreFiles(simulated),
    gaiaFitsFile(simulated),
  ])
  expect(seen.fullcat).toHaveLength(2)
  for (const [k, fullcat] of seen.fullcat.entries()) {
    const ccd = simulated.ccds[k]!
    expect(fullcat.names).toEqual(['PRIMARY', 'LDAC_IMHEAD', 'LDAC_OBJECTS'])
    expect(spelt(fullcat.columns)).toBe(SLIM)
    expect(fullcat.rows).toBe(ccd.detections.count)
    expect(fullcat.sumFluxPsf).toBeCloseTo(
      Float32Array.from(ccd.detections.fluxPsf).reduce((total, value) => total + value, 0),
      0,
    )
    // One float32 step of a magnitude.
    expect(fullcat.worstMagPsf).toBeLessThan(4e-6)
    expect(fullcat.header).toMatchObject({
      EXPNUM: 668439,
      BAND: 'i',
      FILTER: 'i DECam SDSS c0003 7835.0 1470.0',
      CCDNUM: ccd.ccd,
      DETPOS: ['S29', 'S4'][k],
      EXPTIME: 90,
      'MJD-OBS': 57_983.38,
    })
    expect(fullcat.header).toMatchObject({
      'DATE-OBS': '2017-08-18T09:07:12.000',
      NITE: '20170817',
      AIRMASS: 1.23,
      GAINA: 4,
      SATURATE: 38_750,
    })
    expect(fullcat.header['RA_CENT']).toBeCloseTo(ccd.centre.raDeg, 9)
    expect(fullcat.header['DECC4']).toBeCloseTo(ccd.corners.decDeg[3]!, 9)
    expect(seen.immask[ccd.fileName.replace('fullcat', 'immask')]).toEqual([
      1,
      0,
      Number(ccd.corners.raDeg[0]!.toPrecision(12)),
      'i',
    ])
  }
  const store = Object.entries(seen.store)
  expect(store.reduce((total, [, file]) => total + file.rows, 0)).toBe(simulated.stars.mag.length)
  for (const [pixel, file] of store) {
    expect(file, pixel).toMatchObject({
      header: 'SOURCE_ID,RA,DEC,PHOT_G_MEAN_MAG',
      inside: true,
      sorted: true,
      folder: `GaiaOut${pixel.padStart(5, '0').slice(0, 3)}XX`,
    })
  }
  expect(seen.gaia.rows).toBe(simulated.stars.mag.length)
  expect(seen.gaia.xorId).toBe(String(simulated.stars.sourceId.reduce((xor, id) => xor ^ id, 0n)))
  expect(seen.gaia.ownCell).toBeGreaterThan(0.97)
  expect(seen.gaia.nanBp).toBe(simulated.stars.bpMag.filter(Number.isNaN).length)
  expect(seen.gaia.worstFluxError).toBeLessThan(1e-6)
  expect(seen.gaia.spreadOfZeropoint).toBeLessThan(1e-5)
  expect(spelt(seen.gaia.columns)).toContain(
    'source_id:K ref_epoch:D ra:D dec:D parallax:D pmra:D pmdec:D duplicated_source:L phot_g_mean_flux:D',
  )
})

const golden = shared('golden')

test.skipIf(!existsSync(golden))(
  'slim columns are those of the golden fullcat, full ones those of the golden with apertures',
  async () => {
    const columnsOf = async (bytes: Uint8Array) =>
      (await readFitsTable(memorySource('golden', bytes), { hdu: 'LDAC_OBJECTS' })).columns.map(
        ({ name, type, width }) => `${name} ${type} ${width ?? 1}`,
      )
    const goldenColumns = async (path: string) => columnsOf(gunzipSync(readFileSync(join(golden, path))))
    const oursFor = async (columns: 'slim' | 'full') =>
      columnsOf(workFiles(simulate({ ccds: [28], columns }))[1]!.bytes)
    expect(await oursFor('slim')).toEqual(await goldenColumns('a_typical/work/D00668439_i_28_r4p5_fullcat.fits.gz'))
    const full = await goldenColumns('g_magtype/work/D00668439_z_28_r4p5_fullcat.fits.gz')
    expect(full).toContain('FLUX_APER f32 12')
    const ours = await oursFor('full')
    expect(ours.slice(0, full.length)).toEqual(full)
    expect(ours.slice(full.length)).toEqual(['FLUX_MAX f32 1', 'FWHM_IMAGE f32 1'])
  },
)

test("the calibration's own readers take the list, the header and the detections", async () => {
  const simulated = simulate({ ccds: [60, 3], attnumDigits: 2, band: 'z' })
  const [list, ...fullcats] = workFiles(simulated)
  expect(parseListName(list!.name)).toMatchObject({ expnumText: '00668439', reqnum: '4', attnum: '05' })
  const rows = parseCatalogueList(textOf(list!), list!.name)
  expect(rows.map(({ ccd, fileName }) => [ccd, fileName])).toEqual([
    [3, 'D00668439_z_03_r4p05_fullcat.fits'],
    [60, 'D00668439_z_60_r4p05_fullcat.fits'],
  ])
  for (const row of rows) {
    const ccd = simulated.ccds.find((one) => one.ccd === row.ccd)!
    expect(row.corners.raDeg.map((ra, k) => Math.abs(ra - ccd.corners.raDeg[k]!)).every((off) => off < 1e-9)).toBe(true)
    const source = memorySource(row.fileName, fullcats.find(({ name }) => name === row.fileName)!.bytes)
    const image = imageFacts(headerLookup([(await ldacImageHeaders(source))[0]!.header]), row.nite, 'x')
    expect(image.facts).toMatchObject({
      epochYr: simulated.epochYr,
      epochFrom: 'MJD-OBS',
      filter: expect.stringMatching(/^z DECam/) as string,
      exposureTimeSec: 90,
      saturation: simulated.noise.saturation,
    })
    expect(compareFacts(FILE_COMPARISONS, { row, listFile: list!.name, header: image })).toEqual([])
    for (const magsType of ['mag_psf', 'mag_auto', 'mag_aper_8']) {
      const flux = fluxChoice(magsType)
      const read = sourcesOf(
        await readFitsTable(source, { hdu: 'LDAC_OBJECTS', wanted: columnsToRead(flux) }),
        flux,
        row.fileName,
      )
      expect(read).toEqual(sourcesOf(ccd.table, flux, row.fileName))
    }
  }
})

test('a wrong FILTER is written as asked, and the band check finds it', async () => {
  const [list, fullcat] = workFiles(simulate({ ccds: [1], band: 'r', observedBand: 'i', filterBand: 'i' }))
  const row = parseCatalogueList(textOf(list!), list!.name)[0]!
  const [{ header }] = (await ldacImageHeaders(memorySource('x', fullcat!.bytes))) as [LdacImageHeader]
  const image = imageFacts(headerLookup([header]), row.nite, 'x')
  expect(() => compareFacts(FILE_COMPARISONS, { row, listFile: list!.name, header: image })).toThrow(
    "found 'r' in the list and 'i DECam SDSS c0003 7835.0 1470.0' there",
  )
})

test('the list is written as the original writes it', () => {
  const simulated = simulate({ ccds: [28], pointing: { raDeg: 53, decDeg: -30 }, airmass: 1 })
  const [header, row, rest] = textOf(workFiles(simulated)[0]!).split('\n')
  expect(header).toBe(
    'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4',
  )
  expect(row).toMatch(/^668439,D00668439_i_28_r4p5_fullcat\.fits,20170817,i,28,1\.0,90\.,53\.0,-29\.9177\d{6},53\.17/)
  expect(rest).toBe('')
  // What Python 2.7 prints for these.
  expect([53.1, 53, 1 / 3, -27.88215091594321, 1e-5, 359.99999999999].map(python2Text)).toEqual([
    '53.1',
    '53.0',
    '0.333333333333',
    '-27.8821509159',
    '1e-05',
    '360.0',
  ])
})

test('dates of an MJD', () => {
  expect(dateObsOf(51_544.5)).toBe('2000-01-01T12:00:00.000')
  // The night of 17 August 2017 lasts from local noon to local noon, 16 h UT.
  expect([57_982.67, 57_983.0, 57_983.66, 57_983.67].map(niteOf)).toEqual([
    '20170817',
    '20170817',
    '20170817',
    '20170818',
  ])
})

test('the Gaia CSV holds the rows as they are in memory, gzip or not', () => {
  const simulated = simulate({ ccds: [1] })
  const plain = gaiaCsvFile(simulated)
  const packed = gaiaCsvFile(simulated, (bytes) => gzipSync(bytes))
  expect([plain.name, packed.name]).toEqual(['gaia_source.csv', 'gaia_source.csv.gz'])
  expect(Buffer.compare(gunzipSync(packed.bytes), plain.bytes)).toBe(0)
  const rows = csvParse(textOf(plain))
  expect(rows).toHaveLength(simulated.stars.mag.length)
  const value = (text: string | undefined) => (text === '' ? NaN : Number(text))
  rows.forEach((row, i) => {
    expect(BigInt(row['source_id']!)).toBe(simulated.stars.sourceId[i])
    expect(Number(row['ra'])).toBe(simulated.stars.raDeg[i])
    expect(Math.fround(value(row['phot_bp_mean_mag']))).toBe(simulated.stars.bpMag[i])
    expect(value(row['pmra'])).toBe(simulated.stars.pmRaCosDecMasYr[i])
    expect(1.0857362 / value(row['phot_g_mean_flux_over_error'])).toBeCloseTo(simulated.stars.magErr[i]!, 6)
  })
  expect(Object.keys(rows[0]!)).not.toContain('ruwe')
})

test('truth.json says what was put in', () => {
  const simulated = simulate({ ccds: [1, 4] })
  const truth = JSON.parse(textOf(truthFile(simulated, 11))) as SimulationTruth
  expect(truth.seed).toBe(11)
  expect(truth.zeropoints).toEqual({ 1: simulated.ccds[0]!.zeropoint, 4: simulated.ccds[1]!.zeropoint })
  const counts = truth.detections['1']!
  expect(counts['all']).toBe(counts['star']! + counts['galaxy']! + counts['spurious']!)
  expect(truth.exposure).toMatchObject({ expnum: 668439, band: 'i', observedBand: 'i', epochYr: simulated.epochYr })
})

test('everything is laid out by directory', () => {
  const names = exposureFiles(simulate({ ccds: [1] }), { seed: 11, gzip: (bytes) => gzipSync(bytes) }).map(
    ({ name }) => name,
  )
  expect(names.slice(0, 4)).toEqual([
    'work/D00668439_r4p5_red_catlist.csv',
    'work/D00668439_i_01_r4p5_fullcat.fits',
    'work/D00668439_i_01_r4p5_immask.fits',
    'raw/gaia_source.csv.gz',
  ])
  expect(names.at(-1)).toBe('truth.json')
  expect(names.slice(4, -1).every((name) => /^store\/GaiaOut\d{3}XX\/GaiaOut\d{5}\.csv$/.test(name))).toBe(true)
})
