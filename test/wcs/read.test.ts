import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseHeader } from '../../src/formats/fits/index.js'
import { separationArcsec } from '../../src/math/sphere.js'
import { wcsOf } from '../../src/wcs/index.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy']).status === 0
const fixtures = resolve(import.meta.dirname, '../fixtures/wcs')

/** One header and what astropy made of it: `make_numbers.py`. */
interface Judged {
  readonly kind: string
  readonly cards: string
  readonly pixels: readonly (readonly [number, number])[]
  readonly sky: readonly (readonly [number, number])[]
}

const KINDS = ['TAN', 'TPV', 'TAN-SCAMP', 'TAN-SIP', 'SIN', 'STG', 'ARC', 'ZEA', 'ZPN']
const TOLERANCE_ARCSEC = 1e-9 * 3600
/** Least pixel of the headers is 0.1 arcsec. */
const TOLERANCE_PIXELS = 1e-9 * 36_000

/** The largest distances from what astropy says, sky and pixels, of the headers of one kind. */
function worst(cases: readonly Judged[], kind: string): { arcsec: number; pixels: number; headers: number } {
  const found = { arcsec: 0, pixels: 0, headers: 0 }
  for (const { cards, pixels, sky } of cases.filter((one) => one.kind === kind)) {
    const wcs = wcsOf(parseHeader(cards, { file: 'image.fits', hdu: 0 }), 'image.fits')!
    expect(wcs.projection).toBe(kind === 'TAN-SCAMP' ? 'TPV' : kind)
    found.headers += 1
    pixels.forEach(([x, y], k) => {
      const [raDeg, decDeg] = sky[k]!
      const ours = wcs.pixelToSky(x, y)
      found.arcsec = Math.max(found.arcsec, separationArcsec(ours.raDeg, ours.decDeg, raDeg, decDeg))
      const back = wcs.skyToPixel(raDeg, decDeg)
      found.pixels = Math.max(found.pixels, back === undefined ? Infinity : Math.hypot(back.x - x, back.y - y))
    })
  }
  return found
}

describe('as astropy wrote it down', () => {
  const cases = JSON.parse(readFileSync(resolve(fixtures, 'numbers.json'), 'utf8')) as Judged[]
  test.each(KINDS)('%s, both ways', (kind) => {
    const found = worst(cases, kind)
    expect(found.headers).toBe(3)
    expect(found.arcsec).toBeLessThan(TOLERANCE_ARCSEC)
    expect(found.pixels).toBeLessThan(TOLERANCE_PIXELS)
  })
})

describe.skipIf(!hasAstropy)('astropy, asked now (python3-astropy)', () => {
  const asked = spawnSync(PYTHON, [resolve(fixtures, 'make_numbers.py'), '20181', '100'], { maxBuffer: 2 ** 28 })
  const cases = JSON.parse(asked.stdout.toString()) as Judged[]
  test.each(KINDS)('%s, both ways, 100 headers', (kind) => {
    const found = worst(cases, kind)
    expect(found.headers).toBe(100)
    expect(found.arcsec).toBeLessThan(TOLERANCE_ARCSEC)
    expect(found.pixels).toBeLessThan(TOLERANCE_PIXELS)
  })
})
