import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { flattened } from '../../src/exposure/flattened.js'
import { starFlatAt, type StarFlat, type StarFlatCcd } from '../../src/exposure/star-flat.js'
import { readStarFlat, starFlatFits } from '../../src/exposure/star-flat-file.js'
import { memorySource } from '../../src/formats/bytes.js'
import type { InputError } from '../../src/errors.js'
import { readFitsTable, writeFitsTable, writeFitsTables } from '../../src/formats/fits/index.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../../src/table/columns.js'
import { temporaryDirectory } from '../cli/run.js'

const CCD: StarFlatCcd = {
  ...{ ccd: 28, left: 0, bottom: 0, width: 400, height: 200, columns: 4, lines: 2 },
  map: Float64Array.from([0.01, 0.02, 0.03, 0.04, -0.01, -0.02, -0.03, -0.04]),
  mapErr: new Float64Array(8).fill(0.001),
}
const FLAT: StarFlat = {
  ...{ camera: 'decam', band: 'i', filter: 'i DECam SDSS c0003 7835.0 1470.0', tie: 'D00900001_r4p5', exposures: 6 },
  ...{ epochsYr: [2017.62, 2017.75], version: '0.1.0' },
  ccds: [CCD, { ...CCD, ccd: 35, amplifiers: { column: 200, a: 0.002, b: -0.002, err: 0.0005 } }],
}

test('values are linear between the centres of cells and constant beyond them', () => {
  expect(starFlatAt(CCD, 50, 50)).toBeCloseTo(0.01, 12)
  expect(starFlatAt(CCD, 100, 50)).toBeCloseTo(0.015, 12)
  expect(starFlatAt(CCD, 350, 100)).toBeCloseTo(0, 12)
  expect(starFlatAt(CCD, -20, 500)).toBeCloseTo(-0.01, 12)
  const two = FLAT.ccds[1]!
  expect(starFlatAt(two, 200, 50) - starFlatAt(CCD, 200, 50)).toBeCloseTo(0.002, 12)
  expect(starFlatAt(two, 201, 50) - starFlatAt(CCD, 201, 50)).toBeCloseTo(-0.002, 12)
})

const IMAGE = { camera: 'decam', band: 'i', filter: 'i DECam SDSS c0003 7835.0 1470.0', ccd: 28 }
const TABLE = tableOf([
  { name: 'X_IMAGE', type: 'f64', values: Float64Array.from([50, 350]) },
  { name: 'Y_IMAGE', type: 'f64', values: Float64Array.from([50, 150]) },
  { name: 'FLUX_PSF', type: 'f64', values: Float64Array.from([1000, 1000]) },
  { name: 'FLUXERR_PSF', type: 'f32', values: Float32Array.from([10, 10]) },
  { name: 'FLUX_APER', type: 'f64', width: 2, values: Float64Array.from([1, 2, 3, 4]) },
  { name: 'FLUX_RADIUS', type: 'f32', values: Float32Array.from([2, 2]) },
  { name: 'FLUX_MAX', type: 'f32', values: Float32Array.from([90, 90]) },
])

test('fluxes and their errors are corrected, what only sounds like a flux is not', () => {
  const table = flattened(TABLE, { ...FLAT, file: 'flat.fits' }, IMAGE, 'x_fullcat.fits')
  const of = (name: string) => Array.from(asFloat64(findColumn(table, name)!)!)
  const [one, other] = [10 ** (0.4 * 0.01), 10 ** (0.4 * -0.04)]
  of('FLUX_PSF').forEach((value, i) => expect(value).toBeCloseTo(1000 * [one, other][i]!, 9))
  of('FLUXERR_PSF').forEach((value, i) => expect(value).toBeCloseTo(10 * [one, other][i]!, 5))
  of('FLUX_APER').forEach((value, i) => expect(value).toBeCloseTo([one, 2 * one, 3 * other, 4 * other][i]!, 9))
  expect([of('FLUX_RADIUS'), of('FLUX_MAX')]).toEqual([
    [2, 2],
    [90, 90],
  ])
})

test.each([
  [{ camera: 'ztf' }, /^flat\.fits: the star flat is of another camera than x\.fits \(found decam, expected ztf\)$/],
  [{ camera: undefined }, /another camera than x\.fits \(found decam, expected none\)$/],
  [{ band: 'z' }, /another band than x\.fits \(found i, expected z\)$/],
  [{ filter: 'I' }, /another filter than x\.fits \(found i DECam SDSS c0003 7835\.0 1470\.0, expected I\)$/],
  [{ ccd: 3 }, /the star flat has nothing of the CCD of x\.fits \(found CCDs 28, 35, expected CCD 3\)$/],
])('refused for %o', (other, message) => {
  const use = () => flattened(TABLE, { ...FLAT, file: 'flat.fits' }, { ...IMAGE, ...other }, 'x.fits')
  expect(use).toThrow(message)
})

test('refused without pixels', () => {
  const table = tableOf([TABLE.columns[2]!])
  expect(() => flattened(table, { ...FLAT, file: 'flat.fits' }, IMAGE, 'x.fits')).toThrow(
    /x\.fits.*a star flat needs the pixels of the detections/,
  )
})

test('it comes back from its file', async () => {
  const read = await readStarFlat(memorySource('flat.fits', starFlatFits(FLAT)))
  const rounded = (flat: StarFlat) => ({
    ...flat,
    ccds: flat.ccds.map((ccd) => ({
      ...ccd,
      map: [...Float32Array.from(ccd.map)],
      mapErr: [...Float32Array.from(ccd.mapErr)],
    })),
  })
  expect(rounded(read)).toEqual(rounded(FLAT))
})

test('another file is refused', async () => {
  const other = writeFitsTable(tableOf([{ name: 'CCD', type: 'i32', values: Int32Array.of(1) }]))
  await expect(readStarFlat(memorySource('x.fits', other))).rejects.toThrow(
    /x\.fits.*the file is no star flat .*expected EXTNAME STARFLAT/,
  )
})

/** The file's table with a column changed. */
async function withColumn(name: string, change: (column: Column) => Column): Promise<Table> {
  const source = memorySource('flat.fits', starFlatFits(FLAT))
  const table = await readFitsTable(source, { hdu: 1 })
  return tableOf(table.columns.map((column) => (column.name === name ? change(column) : column)))
}

const fitsOf = (table: Table): Uint8Array =>
  writeFitsTable(table, {
    extname: 'STARFLAT',
    checksums: true,
    headerCards: ['CAMERA', 'BAND', 'TIE', 'CREATOR'].map((keyword) => ({ keyword, value: 'x' })),
  })

const refusalOf = (bytes: Uint8Array): Promise<{ tag: string; message: string }> =>
  readStarFlat(memorySource('flat.fits', bytes)).then(
    () => ({ tag: 'none', message: 'read' }),
    ({ tag, message }: InputError) => ({ tag, message }),
  )

test('the table as it is passes', async () => {
  const { ccds } = await readStarFlat(memorySource('flat.fits', fitsOf(await withColumn('MAP', (column) => column))))
  expect(ccds).toHaveLength(2)
})

// Row 1 has one zeropoint, row 2 has two amplifiers: pixels 0 to 400, border 200, AMP_A 0.002, AMP_B -0.002.
test.each([
  ['AMP_COLUMN', 1, 450, '450, expected a whole number inside 0 to 400, X_FIRST to X_FIRST + WIDTH'],
  ['AMP_COLUMN', 1, 0, '0, expected a whole number inside 0 to 400, X_FIRST to X_FIRST + WIDTH'],
  ['AMP_COLUMN', 1, 400, '400, expected a whole number inside 0 to 400, X_FIRST to X_FIRST + WIDTH'],
  ['AMP_COLUMN', 1, 200.5, '200.5, expected a whole number inside 0 to 400, X_FIRST to X_FIRST + WIDTH'],
  ['AMP_COLUMN', 1, NaN, 'NaN, expected AMP_COLUMN, AMP_A, AMP_B, AMP_ERR all numbers, or all NaN'],
  ['AMP_A', 1, NaN, 'NaN, expected AMP_COLUMN, AMP_A, AMP_B, AMP_ERR all numbers, or all NaN'],
  ['AMP_B', 1, Infinity, 'Infinity, expected AMP_COLUMN, AMP_A, AMP_B, AMP_ERR all numbers, or all NaN'],
  ['AMP_ERR', 1, -0.001, '-0.001, expected an error of 0 or more'],
  ['AMP_A', 1, 0.6, '0.6, expected magnitudes within 0.5'],
  ['AMP_B', 1, -0.6, '-0.6, expected magnitudes within 0.5'],
  ['MAP', 3, 0.75, '0.75 in cell (4, 1), expected magnitudes within 0.5'],
  ['MAP', 12, -0.75, '-0.75 in cell (1, 2), expected magnitudes within 0.5'],
  ['MAP', 3, NaN, 'NaN in cell (4, 1), expected magnitudes within 0.5'],
  ['MAP', 0, 0.0100625, 'mean 0.00000781, expected 0 within 0.000001 mag: the mean belongs to the zeropoint'],
  ['MAP_ERR', 9, -0.5, '-0.5 in cell (2, 1), expected errors of 0 or more'],
  ['MAP_ERR', 9, NaN, 'NaN in cell (2, 1), expected errors of 0 or more'],
  ['MAP_ERR', 9, Infinity, 'Infinity in cell (2, 1), expected errors of 0 or more'],
  ['WIDTH', 0, NaN, 'NaN, expected above 0, at most 20000 pixels'],
  ['WIDTH', 1, 0, '0, expected above 0, at most 20000 pixels'],
  ['HEIGHT', 0, 1e6, '1000000, expected above 0, at most 20000 pixels'],
  ['X_FIRST', 1, -4000, '-4000, expected from -16 to 20000'],
  ['Y_FIRST', 0, Infinity, 'Infinity, expected from -16 to 20000'],
  ['CCD', 1, 28, 'CCD 28, also in row 1, expected each CCD in one row'],
])('%s[%i] of %d is refused', async (name, at, value, fact) => {
  const table = await withColumn(name, (column) => {
    const values = column.values.slice() as Float64Array
    values[at] = value
    return { ...column, values } as Column
  })
  const row = (name.startsWith('MAP') ? Math.floor(at / 8) : at) + 1
  const message = `flat.fits, row ${row}, column ${name}: the star flat is damaged (found ${fact})`
  expect(await refusalOf(fitsOf(table))).toEqual({ tag: 'damaged-star-flat', message })
})

test('amplifiers whose mean by area is not 0 are refused', async () => {
  const table = await withColumn('AMP_A', (column) => ({ ...column, values: Float64Array.of(NaN, 0.003) }) as Column)
  expect((await refusalOf(fitsOf(table))).message).toBe(
    'flat.fits, row 2, column AMP_A, AMP_B: the star flat is damaged (found mean by area 0.000500, ' +
      'expected 0 within 0.000001 mag: the mean belongs to the zeropoint)',
  )
})

test.each([
  ['MAP', 'mmag', 'unit mmag, expected unit mag'],
  ['AMP_A', undefined, 'unit none, expected unit mag'],
  ['WIDTH', 'arcsec', 'unit arcsec, expected unit pixel'],
])('%s in %s is refused', async (name, unit, fact) => {
  const table = await withColumn(name, ({ unit: _, ...column }) => ({ ...column, ...(unit ? { unit } : {}) }) as Column)
  const message = `flat.fits, column ${name}: the star flat is damaged (found ${fact})`
  expect(await refusalOf(fitsOf(table))).toEqual({ tag: 'damaged-star-flat', message })
})

test('no rows, and two star flats, are refused', async () => {
  const { columns } = await withColumn('MAP', (column) => column)
  const empty = tableOf(columns.map((column) => ({ ...column, values: column.values.slice(0, 0) }) as Column))
  expect(await refusalOf(fitsOf(empty))).toEqual({
    tag: 'damaged-star-flat',
    message: 'flat.fits: the star flat is empty (found 0 rows, expected 1 or more)',
  })
  const table = tableOf(columns)
  const twice = writeFitsTables([1, 2].map(() => ({ table, extname: 'STARFLAT' })))
  expect(await refusalOf(twice)).toEqual({
    tag: 'damaged-star-flat',
    message: 'flat.fits: the file holds several star flats (found HDUs 1, 2, expected one HDU STARFLAT)',
  })
})

test.each([
  [
    { size: { columns: 300, rows: 200 } },
    {},
    'X_FIRST, WIDTH',
    'pixels 0 to 400',
    'those of an image of 300 x 200 pixels',
  ],
  [
    { size: { columns: 400, rows: 150 } },
    {},
    'Y_FIRST, HEIGHT',
    'pixels 0 to 200',
    'those of an image of 400 x 150 pixels',
  ],
  [
    { size: { columns: 400, rows: 200 }, amplifierColumns: [200], ccd: 35 },
    { amplifiers: { column: 100, a: 0.003, b: -0.001, err: 0 } },
    'AMP_COLUMN',
    '100',
    "200, where the camera's amplifiers meet",
  ],
  [
    {},
    { width: 150 },
    'X_FIRST, WIDTH',
    '350 in row 2 of x.fits',
    'an object at most one cell (37.5 pixels) outside 0 to 150',
  ],
  [
    {},
    { bottom: 101, height: 50 },
    'Y_FIRST, HEIGHT',
    '50 in row 1 of x.fits',
    'an object at most one cell (25.0 pixels) outside 101 to 151',
  ],
])('a map of another size than the image is refused: %o, %o', (image, changed, column, found, expected) => {
  const ccds = FLAT.ccds.map((ccd) => ({ ...ccd, ...changed }))
  const use = () => flattened(TABLE, { ...FLAT, ccds, file: 'flat.fits' }, { ...IMAGE, ...image }, 'x.fits')
  const ccd = 'ccd' in image ? image.ccd : 28
  expect(use).toThrow(
    `flat.fits, column ${column}: the star flat of CCD ${ccd} is damaged (found ${found}, expected ${expected})`,
  )
})

test('comments break no word', () => {
  const text = new TextDecoder('latin1').decode(starFlatFits(FLAT))
  const comments = (text.match(/.{80}/gs) ?? []).filter((one) => /^COMMENT .*(slope|focal|exposures|sky)/.test(one))
  expect(comments.map((one) => one.slice(8).trim()).join(' ')).toBe(
    'Corrected magnitudes are m - MAP - AMP. The maps have no slope that all CCDs share or that runs linearly over ' +
      'the focal plane: dithered exposures cannot tell such slopes from gradients of exposures and of the sky.',
  )
  expect(comments).toHaveLength(4)
})

test('a file that was changed within all bounds is refused, and one without checksums', async () => {
  const fits = starFlatFits(FLAT)
  const at = fits.length - 2880 + 8
  const edited = fits.map((byte, i) => (i === at ? byte ^ 1 : byte))
  expect(await refusalOf(edited)).toMatchObject({ tag: 'damaged-star-flat' })
  const text = new TextDecoder('latin1').decode(fits)
  const band = Uint8Array.from(text.replace(/(BAND {4}= ')i /, '$1z '), (one) => one.charCodeAt(0))
  const { tag, message } = await refusalOf(band)
  expect([tag, message]).toEqual([
    'damaged-star-flat',
    expect.stringMatching(
      /^flat\.fits, HDU 1, column CHECKSUM: the star flat has been changed since a tie wrote it \(found a sum of \d+ with header and data, expected 0\)$/,
    ),
  ])
  // Both cells of a pair by as much, so that the mean stays.
  const table = await withColumn('MAP', (column) => {
    const values = Float32Array.from(column.values as Float32Array)
    values[0]! += 0.001
    values[1]! -= 0.001
    return { ...column, values } as Column
  })
  const other = fitsOf(table)
  const own = fitsOf(await withColumn('MAP', (column) => column))
  const headerBytes = other.length - 2880
  const swapped = new Uint8Array([...own.subarray(0, headerBytes), ...other.subarray(headerBytes)])
  expect((await refusalOf(swapped)).message).toMatch(
    /column DATASUM: the star flat has been changed since a tie wrote it \(found \d+, expected \d+, the sum of the data\)$/,
  )
  const without = writeFitsTable(await withColumn('MAP', (column) => column), {
    extname: 'STARFLAT',
    headerCards: ['CAMERA', 'BAND', 'TIE', 'CREATOR'].map((keyword) => ({ keyword, value: 'x' })),
  })
  expect((await refusalOf(without)).message).toMatch(/\(found no DATASUM, expected DATASUM and CHECKSUM\)$/)
})

const python = '/usr/bin/python3'
const astropy = spawnSync(python, ['-c', 'import astropy.io.fits, numpy']).status === 0
const fitsverify = spawnSync('fitsverify', ['-h']).error === undefined

test.skipIf(!astropy || !fitsverify)('astropy reads the map as y by x, fitsverify finds no fault', () => {
  const file = join(temporaryDirectory(), 'flat.fits')
  writeFileSync(file, starFlatFits(FLAT))
  const code =
    'import sys; from astropy.io import fits; h = fits.open(sys.argv[1], memmap=False, checksum=True); t = h["STARFLAT"].data; ' +
    'print(t["MAP"].shape, round(float(t["MAP"][0][1][2]), 4), t["CCD"].tolist(), h[1].header["CAMERA"], h[1].header["NEXP"]); h.close()'
  const { stdout, stderr } = spawnSync(python, ['-W', 'error', '-c', code, file], { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['(2, 2, 4) -0.03 [28, 35] decam 6\n', ''])
  expect(spawnSync('fitsverify', ['-q', file], { encoding: 'utf8' }).stdout).toMatch(/verification OK/)
  // Both judges see a byte that is changed.
  writeFileSync(
    file,
    starFlatFits(FLAT).map((byte, i, all) => (i === all.length - 2880 + 40 ? byte ^ 1 : byte)),
  )
  expect(spawnSync(python, ['-W', 'error', '-c', code, file], { encoding: 'utf8' }).stderr).toContain('Checksum')
  expect(spawnSync('fitsverify', [file], { encoding: 'utf8' }).stdout).toMatch(/Data checksum is not consistent/)
})
