import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsHeaders } from '../../src/formats/fits/index.js'
import { separationArcsec } from '../../src/math/sphere.js'
import { wcsOf } from '../../src/wcs/index.js'

// Images of DECam, Mosaic-3, 90Prime, IRAC, CTIO's Mosaic and LCO; they stay outside this repository.
const images = resolve(import.meta.dirname, '../../../shared/real/images')
const absent = !existsSync(images)
const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy']).status === 0

const ASK = `
import json, sys, warnings
warnings.simplefilter('ignore')
from astropy.io import fits
from astropy.wcs import WCS
answers = []
for path in sys.argv[1:]:
    with fits.open(path) as hdus:
        for index, hdu in enumerate(hdus):
            header = hdu.header.copy()
            if not str(header.get('CTYPE1', '')).startswith('RA--'):
                continue
            if 'ZPX' in header['CTYPE1']:
                answers.append({'path': path, 'hdu': index, 'points': None})
                continue
            if 'PV2_4' in header:  # a TAN with the polynomials of SCAMP, which wcslib refuses
                header['CTYPE1'], header['CTYPE2'] = 'RA---TPV', 'DEC--TPV'
            x, y = header['NAXIS1'], header['NAXIS2']
            pixels = [[0.5, 0.5], [x + 0.5, 0.5], [x + 0.5, y + 0.5], [0.5, y + 0.5], [x / 3, y / 5], [1.3 * x, -0.3 * y]]
            sky = WCS(header).all_pix2world(pixels, 1).tolist()
            answers.append({'path': path, 'hdu': index, 'points': [p + s for p, s in zip(pixels, sky)]})
print(json.dumps(answers))
`

interface Answer {
  readonly path: string
  readonly hdu: number
  readonly points: readonly (readonly [x: number, y: number, raDeg: number, decDeg: number])[] | null
}

describe.skipIf(absent || !hasAstropy)('the WCS of real images (../shared/real/images, python3-astropy)', async () => {
  const names = absent ? [] : readdirSync(images, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /\.fits(\.fz)?$/.test(name)).map((name) => join(images, name))
  const asked = spawnSync(PYTHON, ['-c', ASK, ...files], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  const answers = asked.stdout ? (JSON.parse(asked.stdout) as Answer[]) : []

  test('they are many', () => {
    expect(answers.length).toBeGreaterThan(35)
  })

  test.each(answers.map((answer) => [`${relative(images, answer.path)} ${answer.hdu}`, answer] as const))(
    '%s',
    async (_, { path, hdu, points }) => {
      const hdus = await readFitsHeaders(memorySource(path, readFileSync(path)))
      const read = () => wcsOf(hdus[hdu]!.header, path, hdus[0]!.header)
      if (points === null) {
        expect(read).toThrow(/projection ZPX of the WCS is not read/)
        return
      }
      const wcs = read()!
      for (const [x, y, raDeg, decDeg] of points) {
        const ours = wcs.pixelToSky(x, y)
        expect(separationArcsec(ours.raDeg, ours.decDeg, raDeg, decDeg)).toBeLessThan(1e-9 * 3600)
        const back = wcs.skyToPixel(raDeg, decDeg)!
        expect(Math.hypot(back.x - x, back.y - y)).toBeLessThan(1e-5)
      }
    },
  )
})
