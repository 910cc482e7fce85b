import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { CcdResult } from '../../../src/photometry/result.js'
import { refuseForeignFiles } from '../../../src/node/disk/own-files.js'
import { headerFiles } from '../../../src/node/exposure/header-files.js'
import type { DrawnExposure, OpenedJob } from '../../../src/node/exposure/exposure-job.js'
import { writeFilesWhole } from '../../../src/node/disk/files.js'
import { commitFiles } from '../../../src/node/disk/commit-files.js'
import { stageFiles } from '../../../src/node/disk/staged-files.js'
import { temporaryDirectory } from '../../cli/run.js'

const python = '/usr/bin/python3'
const astropy = spawnSync(python, ['-c', 'import astropy.io.fits, numpy']).status === 0
const has = (program: string) => spawnSync(program, ['-h']).error === undefined

/** Two CCDs with a mask between them, numbers with BZERO, sums, and another's MAGZERO. */
const MAKE = `
import sys
import numpy as np
from astropy.io import fits
rng = np.random.default_rng(4)
image = lambda name: fits.ImageHDU(rng.integers(0, 60000, (40, 50)).astype('u2'), name=name)
one, two = image('N1'), image('N2')
one.header['MAGZERO'] = (25.0, 'of somebody else')
one.header['BUNIT'] = 'adu'
for k in range(33):
    two.header['KEY%d' % k] = k
primary = fits.PrimaryHDU()
primary.header['CREATOR'] = 'their pipeline'
hdus = fits.HDUList([primary, one, fits.ImageHDU(np.ones((40, 50), 'i2'), name='MSK'), two])
hdus.writeto(sys.argv[1] + '/night.fits', checksum=True)
fits.PrimaryHDU(rng.normal(100, 5, (30, 20)).astype('f4')).writeto(sys.argv[1] + '/alone.fits')
`

const VALUES = `
import json, sys, warnings
import numpy as np
from astropy.io import fits
warnings.simplefilter('error')
warnings.simplefilter('ignore', ResourceWarning)
copy, original = (fits.open(path, checksum=True, do_not_scale_image_data=True) for path in sys.argv[1:3])
assert len(copy) == len(original)
found = []
for a, b in zip(copy, original):
    assert (a.data is None) == (b.data is None)
    assert a.data is None or (a.data.dtype == b.data.dtype and np.array_equal(a.data, b.data))
    ours = ('MAGZ', 'CHECKSUM', 'ZHECKSUM')
    same = lambda h: [c for c in h.cards if not c.keyword.startswith(ours) and c.keyword != '']
    assert [(c.keyword, c.value) for c in same(a.header)] == [(c.keyword, c.value) for c in same(b.header)]
    found.append({k: v for k, v in a.header.items() if k.startswith('MAGZ')})
print(json.dumps(found))
`

const result = (ccd: number, zeropoint: number | null) =>
  ({
    ccd,
    band: 'i',
    system: 'des-ab',
    catalog: 'gaia_dr3',
    zeropoint,
    zeropointErr: 0.002,
    systematicErr: 0.01,
  }) as CcdResult

/** An exposure of files: path -> HDU of each CCD; of a catalogue none. */
function exposureOf(outdir: string, files: Readonly<Record<string, readonly number[]>>, zeropoints: (number | null)[]) {
  let ccd = 0
  const rows = Object.entries(files).flatMap(([path, hdus]) =>
    (hdus.length === 0 ? [undefined] : hdus).map((hdu) => ({
      ccd: ++ccd,
      given: hdu === undefined ? { path } : { path: 'cat.fits', image: { path, hdu } },
    })),
  )
  const job = { outdir, magsType: 'mag_psf', keepBorrowed: false }
  const ccds = zeropoints.flatMap((zeropoint, k) => (zeropoint === undefined ? [] : [result(k + 1, zeropoint)]))
  return {
    opened: { job, list: { rows } } as unknown as OpenedJob,
    drawn: { ccds: ccds.filter(({ zeropoint }) => zeropoint !== undefined) } as unknown as DrawnExposure,
  }
}

async function written(
  form: 'image' | 'head',
  outdir: string,
  files: Readonly<Record<string, readonly number[]>>,
  zeropoints: (number | null)[],
) {
  const notes: string[] = []
  const { opened, drawn } = exposureOf(outdir, files, zeropoints)
  const request = { form, scaledZeropoint: 30, note: (sentence: string) => void notes.push(sentence) }
  const { names, draw } = headerFiles(opened, request)
  await refuseForeignFiles(outdir, names)
  const made = await draw(drawn)
  await commitFiles(outdir, await stageFiles(outdir, made))
  return { notes, names: made.map(({ name }) => name) }
}

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

describe.skipIf(!astropy)('a copy of the image (python3-astropy)', () => {
  function made() {
    const dir = temporaryDirectory()
    expect(spawnSync(python, ['-c', MAKE, dir], { encoding: 'utf8' }).stderr).toBe('')
    return dir
  }
  const judged = (copy: string, original: string) => {
    const { stdout, stderr } = spawnSync(python, ['-c', VALUES, copy, original], { encoding: 'utf8' })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as Record<string, unknown>[]
  }
  const ours = (zeropoint: number, unit: string) => ({
    MAGZERO: zeropoint,
    MAGZERR: 0.002,
    MAGZSERR: 0.01,
    MAGZSYS: 'AB',
    MAGZBAND: 'i',
    MAGZFLUX: 'FLUX_PSF',
    MAGZUNIT: unit,
    MAGZCAT: 'gaia_dr3',
    MAGZPROG: expect.stringMatching(/^bliss-calib \d/) as string,
  })
  const mark = { MAGZPROG: ours(0, '')['MAGZPROG'] }

  test('several CCDs: their headers, and nothing else; sums hold, the file itself is not touched', async () => {
    const dir = made()
    const before = digest(join(dir, 'night.fits'))
    const { notes, names } = await written('image', dir, { [join(dir, 'night.fits')]: [1, 3] }, [30.5, 31.25])
    expect(names).toEqual(['night_magzero.fits'])
    expect(notes).toEqual(['night_magzero.fits: MAGZERO of HDU 1 is set anew'])
    expect(digest(join(dir, 'night.fits'))).toBe(before)
    const found = judged(join(dir, 'night_magzero.fits'), join(dir, 'night.fits'))
    expect(found).toEqual([mark, ours(30.5, 'adu'), {}, ours(31.25, 'not told')])
    if (has('fitsverify'))
      expect(spawnSync('fitsverify', ['-q', join(dir, 'night_magzero.fits')], { encoding: 'utf8' }).stdout).toMatch(
        /^verification OK/,
      )
  })

  test('a primary image, plain and in gzip: the copy is unpacked', async () => {
    const dir = made()
    writeFileSync(join(dir, 'packed.fits.gz'), gzipSync(readFileSync(join(dir, 'alone.fits'))))
    const files = { [join(dir, 'alone.fits')]: [0], [join(dir, 'packed.fits.gz')]: [0] }
    const { names, notes } = await written('image', dir, files, [28, 28])
    expect(notes).toEqual(['packed_magzero.fits: the copy is unpacked, its original is in gzip'])
    expect(names).toEqual(['alone_magzero.fits', 'packed_magzero.fits'])
    for (const name of names) expect(judged(join(dir, name), join(dir, 'alone.fits'))).toEqual([ours(28, 'not told')])
  })

  test.skipIf(!has('fpack'))(
    'a packed image stays packed, and unpacks to the same pixels (libcfitsio-bin)',
    async () => {
      const dir = made()
      expect(spawnSync('fpack', [join(dir, 'night.fits')]).status).toBe(0)
      const { names } = await written('image', dir, { [join(dir, 'night.fits.fz')]: [1, 3] }, [30.5, 31.25])
      expect(names).toEqual(['night_magzero.fits.fz'])
      expect(
        spawnSync('funpack', ['-O', join(dir, 'back.fits'), join(dir, names[0]!)], { encoding: 'utf8' }),
      ).toMatchObject({ status: 0, stderr: '' })
      const [, one, , two] = judged(join(dir, 'back.fits'), join(dir, 'night.fits'))
      expect([one, two]).toEqual([ours(30.5, 'adu'), ours(31.25, 'not told')])
    },
  )

  test("a second copy replaces ours; somebody else's file of that name stays", async () => {
    const dir = made()
    const files = { [join(dir, 'alone.fits')]: [0] }
    await written('image', dir, files, [28])
    await written('image', dir, files, [28.5])
    expect(judged(join(dir, 'alone_magzero.fits'), join(dir, 'alone.fits'))[0]).toMatchObject({ MAGZERO: 28.5 })
    await writeFilesWhole(dir, [{ name: 'alone_magzero.fits', bytes: readFileSync(join(dir, 'alone.fits')) }])
    await expect(written('image', dir, files, [28])).rejects.toMatchObject({
      tag: 'foreign-file',
      message: expect.stringContaining('another --outdir, or the file moved away') as string,
    })
  })

  test('a CCD without a zeropoint keeps its header, and is named; without any there is no copy', async () => {
    const dir = made()
    const files = { [join(dir, 'night.fits')]: [1, 3] }
    const { notes } = await written('image', dir, files, [30.5, null])
    expect(notes).toContain('night_magzero.fits: CCD 2 has no zeropoint in this run, its header is as it was')
    expect(judged(join(dir, 'night_magzero.fits'), join(dir, 'night.fits'))[3]).toEqual({})
    const none = await written('image', dir, files, [])
    expect(none).toEqual({
      names: [],
      notes: [`night_magzero.fits is not written: CCD 1, 2 of ${join(dir, 'night.fits')} has no zeropoint in this run`],
    })
  })

  describe('a header file for SWarp', () => {
    test('a block for each image of the file, empty for its mask', async () => {
      const dir = made()
      await written('head', dir, { [join(dir, 'night.fits')]: [1, 3] }, [30.5, 29])
      const lines = readFileSync(join(dir, 'night.head'), 'utf8').split('\n')
      const scales = lines.flatMap((line) => /^FLXSCALE= +(\S+)/.exec(line)?.[1] ?? (/^END/.test(line) ? 'END' : []))
      expect(scales).toEqual([String(10 ** -0.2), 'END', 'END', String(10 ** 0.4), 'END'])
      expect(lines.every((line) => line.length === 80 || line === '')).toBe(true)
    })

    test.skipIf(!has('SWarp'))('SWarp brings both to one zeropoint (swarp)', async () => {
      const dir = temporaryDirectory()
      const coadd = `
import sys
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
w = WCS(naxis=2)
w.wcs.crpix, w.wcs.cdelt, w.wcs.crval, w.wcs.ctype = [50, 50], [-1e-4, 1e-4], [10, 0], ['RA---TAN', 'DEC--TAN']
for name, zeropoint in [('a', 28.0), ('b', 31.0)]:
    flux = 10 ** (-0.4 * (22 - zeropoint))
    fits.writeto('%s/%s.fits' % (sys.argv[1], name), np.full((100, 100), flux, 'f4'), w.to_header())
`
      spawnSync(python, ['-c', coadd, dir])
      const files = { [join(dir, 'a.fits')]: [0], [join(dir, 'b.fits')]: [0] }
      await written('head', dir, files, [28, 31])
      const words = ['-SUBTRACT_BACK', 'N', '-COMBINE_TYPE', 'MIN', '-RESAMPLING_TYPE', 'NEAREST', '-WRITE_XML', 'N']
      const more = ['-FSCALASTRO_TYPE', 'NONE', '-VERBOSE_TYPE', 'QUIET', '-IMAGEOUT_NAME', 'out.fits']
      spawnSync('SWarp', ['a.fits', 'b.fits', ...words, ...more], { cwd: dir })
      const read = 'import sys; from astropy.io import fits; print(fits.getdata(sys.argv[1])[50, 50])'
      const { stdout } = spawnSync(python, ['-c', read, join(dir, 'out.fits')], { encoding: 'utf8' })
      // The fainter of both is 22 mag at a zeropoint of 30.
      expect(30 - 2.5 * Math.log10(Number(stdout))).toBeCloseTo(22, 5)
    })

    test('of a file that has a CCD without a zeropoint none is written: SWarp would take it for 1', async () => {
      const dir = made()
      const { names, notes } = await written('head', dir, { [join(dir, 'night.fits')]: [1, 3] }, [30.5, null])
      expect([names, readdirSync(dir).includes('night.head')]).toEqual([[], false])
      expect(notes[0]).toContain('night.head is not written: CCD 2 of ')
    })

    test("a catalogue has one too, and SCAMP's own file of that name stays", async () => {
      const dir = temporaryDirectory()
      await written('head', dir, { 'night/cat.fits': [] }, [30])
      expect(readFileSync(join(dir, 'cat.head'), 'utf8')).toMatch(/^CREATOR = 'bliss-calib .*\nFLXSCALE= +1\.0 /)
      writeFileSync(join(dir, 'cat.head'), 'CRVAL1  = 10.0\nEND\n')
      await expect(written('head', dir, { 'night/cat.fits': [] }, [30])).rejects.toMatchObject({ tag: 'foreign-file' })
      await expect(written('image', dir, { 'night/cat.fits': [] }, [30])).rejects.toMatchObject({
        tag: 'bad-option',
        message: expect.stringContaining('--header image copies images') as string,
      })
    })
  })
})
