import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ResultDocument } from '../../../src/products/result-document.js'
import { fitsBytes, programsAreHere, type MadeImage } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { cardsOf, catalogOfImages, made, TRUTH } from './two-images.js'

let catalog: string
beforeAll(async () => {
  catalog = await catalogOfImages()
})

const [image] = made as [MadeImage]

/** Calibrates the image in a directory of its own. */
async function calibrated(engine: string, path: string, ...words: readonly string[]) {
  const outdir = temporaryDirectory()
  const { columns, rows, pixels } = image
  const [file] = writeNight(fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
  const line = [file, '--measure', engine, '--magsType', 'mag_auto', '--catalog', catalog, '--system', 'catalog']
  const said = await run([...line, '--outdir', outdir, '--json', ...words], { PATH: path })
  return { ...said, outdir }
}

function writeNight(bytes: Uint8Array): [string] {
  const file = join(temporaryDirectory(), 'night.fits')
  writeFileSync(file, bytes)
  return [file]
}

interface Zeropoint {
  readonly zeropoint: number
  readonly zeropointErr: number
}
const zeropointOf = (out: string): Zeropoint => (JSON.parse(out) as { ccds: [Zeropoint] }).ccds[0]

test('no other program is needed: the zeropoint that the stars were given', async () => {
  const { exitCode, out, err, outdir } = await calibrated('own', '/nowhere')
  expect([exitCode, err]).toEqual([0, expect.stringMatching(/night: 25 objects, seeing 0\.9\d arcsec/)])
  const { zeropoint, zeropointErr } = zeropointOf(out)
  // Kron's ellipse loses 1 to 2 % of a Gaussian's light.
  expect(zeropoint - TRUTH).toBeGreaterThan(-3 * zeropointErr)
  expect(zeropoint - TRUTH).toBeLessThan(0.02 + 3 * zeropointErr)
  expect(readdirSync(outdir).sort()).toEqual([
    'night_ZP.csv',
    'night_ZP.fits',
    'night_Zero.csv',
    'night_fullcat.fits',
    'night_matches.parquet',
    'night_zeropoint.json',
  ])
  const { exposure } = JSON.parse(readFileSync(join(outdir, 'night_zeropoint.json'), 'utf8')) as ResultDocument
  expect(exposure.origin!['detections']).toBe('bliss-calib, on the image')
})

test.skipIf(!programsAreHere)('the zeropoint is that by source-extractor, to half its error or a mmag', async () => {
  const own = zeropointOf((await calibrated('own', process.env['PATH']!)).out)
  const theirs = zeropointOf((await calibrated('source-extractor', process.env['PATH']!)).out)
  // A mmag: the levels of the sky, each of one mesh with 25 stars in it, differ by 0.03 of its noise.
  expect(Math.abs(own.zeropoint - theirs.zeropoint)).toBeLessThan(Math.max(1e-3, 0.5 * theirs.zeropointErr))
  expect(own.zeropointErr / theirs.zeropointErr).toBeGreaterThan(0.8)
  expect(own.zeropointErr / theirs.zeropointErr).toBeLessThan(1.25)
})

test.skipIf(spawnSync('/usr/bin/python3', ['-c', 'import astropy']).status !== 0)(
  'astropy reads the catalogue: positions on the sky are those of its WCS, magnitudes those of the fluxes',
  async () => {
    const { outdir } = await calibrated('own', '/nowhere')
    const script = `
import sys, numpy as np
from astropy.io import fits
from astropy.wcs import WCS
f = fits.open(sys.argv[1]); t = f['LDAC_OBJECTS'].data
cards = ''.join(bytes(c).decode().ljust(80) if isinstance(c, bytes) else str(c).ljust(80) for c in np.ravel(f['LDAC_IMHEAD'].data[0][0]))
h = fits.Header.fromstring(cards)
ra, dec = WCS(h).all_pix2world(t['XWIN_IMAGE'], t['YWIN_IMAGE'], 1)
far = np.hypot((ra - t['ALPHAWIN_J2000']) * np.cos(np.radians(dec)), dec - t['DELTAWIN_J2000']).max()
mag = abs(t['MAG_AUTO'] + 2.5 * np.log10(t['FLUX_AUTO'])).max()
print(len(t), far < 1e-9, mag < 1e-5, t['FLUX_APER'].shape[1] > 3, h['FILTER'], f['LDAC_OBJECTS'].columns['XWIN_IMAGE'].unit)
`
    const said = execFileSync('/usr/bin/python3', ['-c', script, join(outdir, 'night_fullcat.fits')], {
      encoding: 'utf8',
    })
    expect(said.trim()).toBe('25 True True True i DECam SDSS c0003 7835.0 1470.0 pixel')
  },
)

test('an image of nothing but its sky: said, and nothing is left', async () => {
  const outdir = temporaryDirectory()
  const { columns, rows } = image
  const flat = Float32Array.from({ length: columns * rows }, (_, i) => 100 + ((i * 7919) % 13))
  const [file] = writeNight(fitsBytes([{ columns, rows, values: flat, cards: cardsOf(0) }]))
  const { exitCode, err } = await run([file, '--measure', 'own', '--catalog', catalog, '--outdir', outdir])
  expect(exitCode).toBe(3)
  expect(err).toContain('nothing was found in the image (found no object)')
  expect(readdirSync(outdir)).toEqual([])
})

test.each(programsAreHere ? ['own', 'source-extractor'] : ['own'])(
  'of several images in a file the one without objects is named: %s',
  async (engine) => {
    const { columns, rows, pixels } = image
    const flat = Float32Array.from({ length: columns * rows }, (_, i) => 100 + ((i * 7919) % 13))
    const hdu = (EXTNAME: string, values: Float32Array) => ({ columns, rows, values, cards: cardsOf(0, { EXTNAME }) })
    const [file] = writeNight(fitsBytes([{ cards: {} }, hdu('S1', pixels), hdu('S2', flat)]))
    const words = ['measure', file, '--measure', engine, '--outdir', temporaryDirectory()]
    const { exitCode, err } = await run(words, { PATH: process.env['PATH']! })
    expect([exitCode, err]).toEqual([
      3,
      expect.stringMatching(/, HDU S2: .*nothing .*in the image \(found no object\)/),
    ])
  },
)

describe('a mosaic with a dead CCD', () => {
  const { columns, rows, pixels } = image
  const hdu = (EXTNAME: string, values: Float32Array) => ({ columns, rows, values, cards: cardsOf(0, { EXTNAME }) })
  const dead = () => hdu('S2', new Float32Array(columns * rows))
  const words = ['--measure', 'own', '--magsType', 'mag_auto', '--system', 'catalog', '--quiet']

  test('the others have their zeropoints; it is named, and the exit code tells', async () => {
    const outdir = temporaryDirectory()
    const [file] = writeNight(fitsBytes([{ cards: {} }, hdu('S1', pixels), dead()]))
    const { exitCode, err } = await run([file, ...words, '--catalog', catalog, '--outdir', outdir])
    expect([exitCode, err]).toEqual([
      3,
      `bliss-calib: ${file}, HDU 2: the image is empty: all pixels have one value ` +
        `(found 0 in all ${columns * rows} pixels)\n`,
    ])
    const [own] = (JSON.parse(readFileSync(join(outdir, 'night_S1_zeropoint.json'), 'utf8')) as { ccds: [Zeropoint] })
      .ccds
    expect(Math.abs(own.zeropoint - TRUTH)).toBeLessThan(0.03)
    expect(readdirSync(outdir).filter((name) => name.includes('S2'))).toEqual([])
  })

  test('a batch has a row for it each time', async () => {
    const [file] = writeNight(fitsBytes([{ cards: {} }, hdu('S1', pixels), dead()]))
    const line = ['batch', file, ...words, '--catalog', catalog]
    for (const how of ['calibrated', 'unchanged']) {
      const { exitCode } = await run(line)
      expect([how, exitCode]).toEqual([how, 3])
      expect(readFileSync(join(dirname(file), 'batch_failures.csv'), 'utf8')).toMatch(/HDU 2: the image is empty/)
    }
  })

  test('if all are dead, there is no exposure', async () => {
    const outdir = temporaryDirectory()
    const [file] = writeNight(fitsBytes([{ cards: {} }, hdu('S1', dead().values), dead()]))
    const { exitCode, out, err } = await run([file, ...words, '--catalog', catalog, '--outdir', outdir])
    expect([exitCode, out]).toEqual([3, ''])
    expect(err.match(/HDU [12]: the image is empty/g)).toEqual([
      'HDU 1: the image is empty',
      'HDU 2: the image is empty',
    ])
    expect(readdirSync(outdir)).toEqual([])
  })
})

test.each([
  ['BSCALE', '0.01', /keyword BSCALE .*found '?0\.01'?.*expected a number/],
  ['BSCALE', 0, /BSCALE.*expected a number other than 0/],
  ['BZERO', 'abc', /keyword BZERO .*expected a number/],
])('%s = %j decides every pixel: refused', async (keyword, value, message) => {
  const outdir = temporaryDirectory()
  const { columns, rows } = image
  const values = new Float32Array(columns * rows).fill(100)
  const [file] = writeNight(fitsBytes([{ columns, rows, values, cards: { ...cardsOf(0), [keyword]: value } }]))
  const { exitCode, err } = await run([file, '--measure', 'own', '--catalog', catalog, '--outdir', outdir])
  expect([exitCode, err]).toEqual([3, expect.stringMatching(message)])
})

test('an image beyond the limit of pixels is refused before it is read', async () => {
  const outdir = temporaryDirectory()
  const huge = { columns: 11_000, rows: 11_000, values: new Float32Array(2880), cards: cardsOf(0) }
  const [file] = writeNight(fitsBytes([huge]))
  // The pixels are a hole in the file.
  truncateSync(file, statSync(file).size + 2880 * Math.ceil((4 * 11_000 ** 2) / 2880))
  const { exitCode, err } = await run([file, '--measure', 'own', '--catalog', catalog, '--outdir', outdir])
  expect([exitCode, err]).toEqual([3, expect.stringContaining('the image is too large for the own engine')])
})

test('it belongs to files', async () => {
  const { exitCode, err } = await run(['--expnum', '668439', '--measure', 'own'])
  expect([exitCode, err]).toEqual([2, expect.stringContaining('--measure')])
})
