import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { flattened, starFlatAt, type StarFlat, type StarFlatCcd } from '../../src/exposure/star-flat.js'
import { readStarFlat, starFlatFits } from '../../src/exposure/star-flat-file.js'
import { memorySource } from '../../src/formats/bytes.js'
import { writeFitsTable } from '../../src/formats/fits/index.js'
import { asFloat64, findColumn, tableOf } from '../../src/table/columns.js'
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

test('another file, and absurd numbers, are refused', async () => {
  const other = writeFitsTable(tableOf([{ name: 'CCD', type: 'i32', values: Int32Array.of(1) }]))
  await expect(readStarFlat(memorySource('x.fits', other))).rejects.toThrow(
    /x\.fits.*the file is no star flat .*expected EXTNAME STARFLAT/,
  )
  const absurd = starFlatFits({ ...FLAT, ccds: [{ ...CCD, map: CCD.map.map((value, i) => (i === 3 ? 7 : value)) }] })
  await expect(readStarFlat(memorySource('x.fits', absurd))).rejects.toThrow(
    /x\.fits, row 1, column MAP: a value of the star flat is no number, or larger than any flat field/,
  )
})

const python = '/usr/bin/python3'
const astropy = spawnSync(python, ['-c', 'import astropy.io.fits, numpy']).status === 0
const fitsverify = spawnSync('fitsverify', ['-h']).error === undefined

test.skipIf(!astropy || !fitsverify)('astropy reads the map as y by x, fitsverify finds no fault', () => {
  const file = join(temporaryDirectory(), 'flat.fits')
  writeFileSync(file, starFlatFits(FLAT))
  const code =
    'import sys; from astropy.io import fits; h = fits.open(sys.argv[1], memmap=False); t = h["STARFLAT"].data; ' +
    'print(t["MAP"].shape, round(float(t["MAP"][0][1][2]), 4), t["CCD"].tolist(), h[1].header["CAMERA"], h[1].header["NEXP"]); h.close()'
  const { stdout, stderr } = spawnSync(python, ['-W', 'error', '-c', code, file], { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['(2, 2, 4) -0.03 [28, 35] decam 6\n', ''])
  expect(spawnSync('fitsverify', ['-q', file], { encoding: 'utf8' }).stdout).toMatch(/verification OK/)
})
