import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../../src/formats/bytes.js'
import { LDAC_OBJECTS, readFitsTable } from '../../../src/formats/fits/index.js'
import { asFloat64, findColumn } from '../../../src/table/columns.js'
import { fitsBytes, imageCards, madeImage, programIsHere, writeImage } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'

/** 225 stars on 600 x 560 pixels. */
const made = madeImage({ seed: 6, columns: 600, rows: 560, lattice: 15, fluxRange: [300, 1e5] })
let image: string
beforeAll(() => {
  image = writeImage(join(temporaryDirectory(), 'night.fits'), made)
})

async function measured(...words: readonly string[]) {
  const outdir = temporaryDirectory()
  const said = await run(['measure', image, '--outdir', outdir, ...words], { PATH: '/nowhere' })
  return { ...said, outdir, catalogue: join(outdir, 'night_fullcat.fits') }
}

const tableOf = async (path: string) =>
  readFitsTable(memorySource(path, new Uint8Array(readFileSync(path))), { hdu: LDAC_OBJECTS })

const columnsOf = async (path: string) => {
  const table = await tableOf(path)
  return (name: string) => asFloat64(findColumn(table, name)!)!
}

describe('bliss-calib measure IMAGE', () => {
  test('writes the catalogue alone, says what it found, and nothing else', async () => {
    const { exitCode, out, err, outdir } = await measured()
    expect([exitCode, out]).toEqual([0, ''])
    expect(err).toMatch(/night\.fits: measuring\n/)
    expect(err).toMatch(/^night: 2[12]\d objects, seeing 0\.9\d arcsec$/m)
    expect(readdirSync(outdir)).toEqual(['night_fullcat.fits'])
  })

  test('--json: a line for each catalogue', async () => {
    const { out, catalogue } = await measured('--json', '--quiet')
    const rows = (await tableOf(catalogue)).rowCount
    expect(JSON.parse(out)).toMatchObject({ image, catalogue, objects: rows })
  })

  test('--grade calibration: the same numbers of every object of S/N 10, none of the circles', async () => {
    const [full, grade] = [await measured('--quiet'), await measured('--grade', 'calibration', '--quiet')]
    const [all, few] = [await columnsOf(full.catalogue), await columnsOf(grade.catalogue)]
    const place = (column: typeof all) => Array.from(column('X_IMAGE'), (x, k) => `${x} ${column('Y_IMAGE')[k]}`)
    const rowOf = new Map(place(few).map((key, row) => [key, row]))
    expect(rowOf.size).toBeLessThan(all('X_IMAGE').length)
    const bright = place(all).flatMap((key, row) =>
      all('FLUX_AUTO')[row]! >= 10 * all('FLUXERR_AUTO')[row]! ? [{ key, row }] : [],
    )
    expect(bright.length).toBeGreaterThan(150)
    for (const { key, row } of bright)
      for (const name of ['FLUX_AUTO', 'FLUXERR_AUTO', 'XWIN_IMAGE', 'FLUX_RADIUS', 'ALPHAWIN_J2000', 'FLUX_MAX'])
        expect(few(name)[rowOf.get(key)!]! / all(name)[row]!, name).toBeCloseTo(1, 6)
    // Bit 16 is also that of a circle beyond the edge, which is not measured.
    for (const { key, row } of bright) expect(few('FLAGS')[rowOf.get(key)!]! & ~16).toBe(all('FLAGS')[row]! & ~16)
    expect(findColumn(await tableOf(grade.catalogue), 'FLUX_APER')).toBeUndefined()
  })

  test('several images of a file are a catalogue each; a file that is none is named, and the others go on', async () => {
    const [folder, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const { columns, rows, pixels: values } = made
    const hdu = (name: string) => ({ columns, rows, values, cards: { ...imageCards(made), EXTNAME: name } })
    writeFileSync(join(folder, 'mosaic.fits'), fitsBytes([{}, hdu('S1'), hdu('N2')]))
    writeFileSync(join(folder, 'broken.fits'), fitsBytes([hdu('S1')]).subarray(0, 100_000))
    const { exitCode, err } = await run(['measure', join(folder, '*.fits'), '--outdir', outdir, '--quiet'])
    expect(exitCode).toBe(3)
    expect(err).toMatch(/^bliss-calib: .*broken\.fits.*: the file is cut short/)
    expect(readdirSync(outdir).sort()).toEqual(['mosaic_N2_fullcat.fits', 'mosaic_S1_fullcat.fits'])
  })

  test.each([
    [['--measure', 'source-extractor', '--grade', 'full'], '--grade belongs to --measure own'],
    [['--measure', 'source-extractor', '--vignet', '25'], '--vignet belongs to --measure own'],
    [['--vignet', '24'], '--vignet must be odd: the object is in the middle (found 24)'],
  ])('%j is refused', async (words, sentence) => {
    const { exitCode, err, outdir } = await measured(...words)
    expect([exitCode, err]).toEqual([2, expect.stringContaining(sentence)])
    expect(readdirSync(outdir)).toEqual([])
  })

  test('two images of one stem, and a file of somebody else, are refused', async () => {
    const [other, outdir] = [temporaryDirectory(), temporaryDirectory()]
    copyFileSync(image, join(other, 'night.fits'))
    const two = await run(['measure', image, join(other, 'night.fits'), '--outdir', outdir])
    expect([two.exitCode, two.err]).toEqual([2, expect.stringContaining('would have one name: measure them apart')])
    writeFileSync(join(outdir, 'night_fullcat.fits'), 'my own notes')
    const { exitCode, err } = await run(['measure', image, '--outdir', outdir])
    expect([exitCode, err]).toEqual([2, expect.stringContaining('bliss-calib has not made it')])
    expect(readFileSync(join(outdir, 'night_fullcat.fits'), 'utf8')).toBe('my own notes')
  })
})

test.skipIf(!programIsHere('psfex'))('psfex models the stars of a catalogue with --vignet: their width', async () => {
  const { catalogue, outdir } = await measured('--vignet', '35', '--quiet')
  execFileSync('psfex', [catalogue, '-CHECKPLOT_DEV', 'NULL', '-CHECKIMAGE_TYPE', 'NONE', '-WRITE_XML', 'N'], {
    ...{ cwd: outdir, stdio: 'ignore' },
  })
  const header = readFileSync(join(outdir, 'night_fullcat.psf'), 'latin1')
  const card = (name: string) => Number(new RegExp(`${name.padEnd(8)}= +([\\d.]+)`).exec(header)?.[1])
  expect(card('ACCEPTED')).toBeGreaterThan(50)
  // Of a Gaussian of 3.6 pixels that is sampled at their centres.
  expect(card('PSF_FWHM')).toBeGreaterThan(3.4)
  expect(card('PSF_FWHM')).toBeLessThan(3.8)
})

test.skipIf(!programIsHere('scamp') || spawnSync('/usr/bin/python3', ['-c', 'import astropy']).status !== 0)(
  'scamp solves the astrometry of a catalogue against its own stars, which are moved by 2 arcsec',
  async () => {
    const { catalogue, outdir } = await measured('--quiet')
    const script = `
import sys
import numpy as np
from astropy.io import fits
t = fits.open(sys.argv[1])['LDAC_OBJECTS'].data
n = len(t)
one = lambda v, d='E': fits.Column(v[0], d, array=v[1])
ref = fits.BinTableHDU.from_columns([one(('X_WORLD', t['ALPHAWIN_J2000'] + 2 / 3600), 'D'), one(('Y_WORLD', t['DELTAWIN_J2000']), 'D'),
  one(('ERRA_WORLD', np.full(n, 1e-5))), one(('ERRB_WORLD', np.full(n, 1e-5))), one(('ERRTHETA_WORLD', np.zeros(n))),
  one(('MAG', t['MAG_AUTO'] + 30)), one(('MAGERR', np.full(n, .01))), one(('OBSDATE', np.full(n, 2017.6)), 'D'), one(('FLAGS', np.zeros(n)), 'I')], name='LDAC_OBJECTS')
head = fits.open(sys.argv[1])['LDAC_IMHEAD'].copy()
fits.HDUList([fits.PrimaryHDU(), head, ref]).writeto(sys.argv[2])
`
    execFileSync('/usr/bin/python3', ['-c', script, catalogue, join(outdir, 'reference.cat')])
    const settings = '-ASTREF_CATALOG FILE -ASTREFCAT_NAME reference.cat -CHECKPLOT_DEV NULL -CHECKPLOT_TYPE NONE'
    const further = '-WRITE_XML N -DISTORT_DEGREES 1 -MATCH_RESOL 1.0 -SN_THRESHOLDS 10,100 -STABILITY_TYPE EXPOSURE'
    execFileSync('scamp', [catalogue, ...settings.split(' '), ...further.split(' ')], { cwd: outdir, stdio: 'ignore' })
    expect(existsSync(join(outdir, 'night_fullcat.head'))).toBe(true)
    const head = readFileSync(join(outdir, 'night_fullcat.head'), 'latin1')
    const ra = Number(/CRVAL1 +=\s*([-\d.E+]+)/.exec(head)?.[1])
    expect(Math.abs((ra - 53.1) * 3600 - 2)).toBeLessThan(0.2)
  },
)
