import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../../../src/formats/bytes.js'
import { readFitsHeaders } from '../../../../src/formats/fits/index.js'
import { isReadablePacking } from '../../../../src/formats/fits/packed/packing.js'
import { unpackedImage } from '../../../../src/formats/fits/packed/unpack-image.js'
import { isBlissError } from '../../../../src/errors.js'
import { seededRandom } from '../../../../src/math/random.js'
import { gunzipWhole } from '../../../../src/node/disk/unpack.js'
import { temporaryDirectory } from '../../../cli/run.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy, numpy']).status === 0

/** Images of every code, number and dither that FITS knows, as astropy packs them: name, HDU's arguments. */
const PACK = `
import sys, numpy as np
from astropy.io import fits
rng = np.random.default_rng(5)
shape = (91, 117)
sky = (1000 + rng.normal(0, 30, shape)).astype('f4')
sky[40:60, 50:90] = 0
sky[3, 4] = np.nan
mask = np.zeros(shape, 'i4')
mask[20:40] = 7
mask[70, 30:60] = 1023
mask[50:60, 50:60] = rng.integers(0, 5, (10, 10))
whole = {
    'u8': rng.integers(0, 255, shape).astype('u1'), 'i16': rng.normal(1000, 30, shape).astype('i2'),
    'i32': rng.normal(1000, 3e4, shape).astype('i4'), 'wild': rng.integers(-2**31, 2**31 - 1, shape).astype('i4'),
    'u16': rng.normal(40000, 100, shape).astype('u2'), 'level': np.full(shape, 7, 'i2'),
}
cases = {}
for code in ['RICE_1', 'GZIP_1', 'GZIP_2']:
    for dither in [-1, 1, 2]:
        cases[f'f32 {code} dither {dither}'] = (sky, dict(compression_type=code, quantize_method=dither, dither_seed=9990))
    cases[f'f64 {code}'] = (sky.astype('f8'), dict(compression_type=code, quantize_method=2, dither_seed=1))
    cases[f'f32 {code} in boxes'] = (sky, dict(compression_type=code, tile_shape=(50, 64), quantize_method=1, dither_seed=4))
    cases[f'i32 {code} in boxes'] = (whole['i32'], dict(compression_type=code, tile_shape=(50, 64)))
    cases[f'cube {code}'] = (rng.normal(0, 1, (3, 40, 50)).astype('f4'), dict(compression_type=code, quantize_method=1, dither_seed=4))
    for name, pixels in whole.items(): cases[f'{name} {code}'] = (pixels, dict(compression_type=code))
for code in ['GZIP_1', 'GZIP_2']:
    cases[f'f32 {code} without loss'] = (sky, dict(compression_type=code, quantize_level=0))
    cases[f'f64 {code} without loss'] = (sky.astype('f8'), dict(compression_type=code, quantize_level=0))
cases['i32 PLIO_1'] = (mask, dict(compression_type='PLIO_1'))
cases['i16 PLIO_1'] = (mask.astype('i2'), dict(compression_type='PLIO_1'))
for k, (name, (pixels, how)) in enumerate(cases.items()):
    image = fits.CompImageHDU(pixels, name='SCI', **how)
    image.header['GAIN'] = (4.5, 'e/adu')
    image.header['OBJECT'] = 'a name that is long enough to be continued, ' * 4
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(f'{sys.argv[1]}/{k}.fits')
    print(name)
`

/** Whether the plain image is what astropy reads from the packed one, and its header sound. */
const COMPARE = `
import sys, numpy as np
from astropy.io import fits
folder, count = sys.argv[1], int(sys.argv[2])
for k in range(count):
    packed, plain = fits.open(f'{folder}/{k}.fits')[1], fits.open(f'{folder}/{k}-plain.fits')
    plain.verify('exception')
    a, b, h = packed.data, plain[1].data, plain[1].header
    same = a.dtype.newbyteorder('=') == b.dtype.newbyteorder('=') and np.array_equal(a, b, equal_nan=a.dtype.kind == 'f')
    told = (h['EXTNAME'], h['GAIN'], h['OBJECT'] == packed.header['OBJECT'], 'ZIMAGE' in h, 'TFIELDS' in h)
    print('equal' if same and told == ('SCI', 4.5, True, False, False) else f'differs {told} {a.dtype} {b.dtype}')
`

const python = (script: string, ...args: readonly string[]): string[] =>
  execFileSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .trim()
    .split('\n')

/** The file with its one packed image as a plain one. */
async function unpacked(bytes: Uint8Array, name = 'image.fits.fz'): Promise<Uint8Array> {
  const source = memorySource(name, bytes)
  const hdus = await readFitsHeaders(source)
  const { header, data } = await unpackedImage(source, hdus[1]!, gunzipWhole, false)
  return Buffer.concat([bytes.subarray(0, hdus[1]!.headerOffset), header, data])
}

describe.skipIf(!hasAstropy)('packed images, by astropy', () => {
  let folder = ''
  let names: readonly string[] = []
  beforeAll(() => {
    folder = temporaryDirectory()
    names = python(PACK, folder)
  })

  test('each code, kind of number, dither and tile: the same pixels, to the bit', async () => {
    for (const k of names.keys())
      writeFileSync(join(folder, `${k}-plain.fits`), await unpacked(readFileSync(join(folder, `${k}.fits`))))
    const said = python(COMPARE, folder, String(names.length))
    expect(names.map((name, k) => `${name}: ${said[k]}`)).toEqual(names.map((name) => `${name}: equal`))
    expect(names.length).toBeGreaterThan(40)
  })

  test('damage ends in an error that names the file and the HDU, or in pixels, within bounded memory', async () => {
    const random = seededRandom(19)
    for (let k = 0; k < names.length; k++) {
      const sound = readFileSync(join(folder, `${k}.fits`))
      for (let n = 0; n < 4; n++) {
        const bytes = new Uint8Array(sound)
        for (let i = 0; i < 3; i++)
          bytes[2880 + Math.floor(random.uniform() * (bytes.length - 2880))] = Math.floor(256 * random.uniform())
        const error = await unpacked(bytes).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        if (error === undefined) continue
        if (!isBlissError(error)) throw error
        expect(error.message).toContain('image.fits.fz')
      }
    }
  })

  test('a tile whose bytes end too early is named', async () => {
    const bytes = new Uint8Array(readFileSync(join(folder, `${names.indexOf('i32 RICE_1')}.fits`)))
    const [, hdu] = await readFitsHeaders(memorySource('a.fits', bytes))
    // The descriptor of row 3 gets 5 bytes.
    const row = new DataView(bytes.buffer, hdu!.dataOffset + 2 * hdu!.header.requireInteger('NAXIS1'))
    row.setInt32(0, 5)
    await expect(unpacked(bytes, 'a.fits')).rejects.toThrow(
      "a.fits, HDU 1, row 3: a tile is damaged: its bytes end before its pixels do (Rice's code) " +
        '(found 5 bytes, expected 117 pixels)',
    )
  })

  test.each<[string, (header: string) => string, string]>([
    [
      'of another number of tiles than rows',
      (header) => header.replace(/ZTILE2 {2}= +1 /, 'ZTILE2  =                    2 '),
      'a.fits, HDU 1: the packed image has another number of tiles than its size asks for ' +
        '(found 91 rows, expected 46 tiles)',
    ],
    [
      'in an unknown code',
      (header) => header.replace(/'RICE_1 +'/, "'ZSTD_9  '"),
      "a.fits, HDU 1: the image is packed in a way that is not read (found ZCMPTYPE 'ZSTD_9', " +
        'expected RICE_1, RICE_ONE, GZIP_1, GZIP_2, PLIO_1)',
    ],
    [
      'far larger than its bytes',
      (header) => header.replace(/ZNAXIS1 = +117 /, 'ZNAXIS1 =            117000000 '),
      'a.fits: the compressed file holds more than 16 times its own size',
    ],
  ])('%s: refused', async (_, change, message) => {
    const bytes = readFileSync(join(folder, `${names.indexOf('i16 RICE_1')}.fits`))
    const header = change(bytes.toString('latin1', 2880, 2880 * 4))
    bytes.write(header, 2880, 'latin1')
    await expect(unpacked(bytes, 'a.fits')).rejects.toThrow(message)
  })

  test('HCOMPRESS_1 is left to funpack', async () => {
    const [said] = python(
      'import sys, numpy as np\nfrom astropy.io import fits\n' +
        "fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(np.arange(6400, dtype='i4').reshape(80, 80), " +
        "compression_type='HCOMPRESS_1')]).writeto(sys.argv[1])\nprint('made')",
      join(folder, 'h.fits'),
    )
    expect(said).toBe('made')
    const [, hdu] = await readFitsHeaders(memorySource('h.fits', readFileSync(join(folder, 'h.fits'))))
    expect(isReadablePacking(hdu!)).toBe(false)
  })
})
