import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { FocalPlane } from '../../src/camera/focal-plane.js'
import { fluxChoice, sourcesOf } from '../../src/exposure/fullcat.js'
import { memorySource } from '../../src/formats/bytes.js'
import { ldacImageHeaders, readFitsTable } from '../../src/formats/fits/index.js'
import { separationArcsec, toTangentPlane } from '../../src/math/sphere.js'
import { DECAM_PLANE as plane, describeCamera } from '../support/cameras.js'

// Offsets of CCD centres that the NOAO Source Catalog measured (astro-datalab/nsc, params/decam_chip_xyoff.txt): east,
// north [deg].
const MEASURED: Record<number, readonly [number, number]> = {
  1: [-0.308, 0.9041],
  3: [0.3132, 0.9026],
  4: [-0.4638, 0.7403],
  7: [0.468, 0.738],
  12: [0.623, 0.5731],
  18: [0.778, 0.4083],
  19: [-0.7757, 0.248],
  25: [-0.9313, 0.0836],
  28: [0.0007, 0.0816],
  31: [0.9323, 0.0792],
  32: [-0.9318, -0.0808],
  38: [0.9318, -0.0854],
  39: [-0.7773, -0.2456],
  44: [0.7764, -0.2495],
  50: [0.7758, -0.4137],
  51: [-0.6226, -0.5748],
  55: [0.6201, -0.5779],
  59: [0.4642, -0.7418],
  60: [-0.3126, -0.9042],
  62: [0.3085, -0.9057],
}

test('CCD centres lie where the NOAO Source Catalog measured them', () => {
  for (const [ccd, [xiDeg, etaDeg]] of Object.entries(MEASURED)) {
    const centre = plane.ccd(Number(ccd))
    // 20 arcsec: the measured frame is turned by 0.2 deg and the distortion of the corrector is left out.
    expect(Math.hypot(centre.xiDeg - xiDeg, centre.etaDeg - etaDeg) * 3600, `CCD ${ccd}`).toBeLessThan(20)
  }
})

const realCatalogue = resolve(import.meta.dirname, '../../../shared/real/catalogues/DECam_00241238_01_cat.fits')

test.skipIf(!existsSync(realCatalogue))(
  'sources of a real CCD 1 fall on CCD 1, x to the south and y to the east',
  async () => {
    const source = memorySource(realCatalogue, new Uint8Array(readFileSync(realCatalogue)))
    const header = (await ldacImageHeaders(source))[0]!.header
    expect(header.text('DETPOS')).toBe(plane.ccd(header.number('CCDNUM')!).name)
    const sources = sourcesOf(await readFitsTable(source, { hdu: 'LDAC_OBJECTS' }), fluxChoice('mag_psf'), 'real')
    // TELRA, TELDEC
    const pointing = { raDeg: 15 * (4 + 5 / 60 + 48.739 / 3600), decDeg: -(52 + 22 / 60 + 30.893 / 3600) }
    let worst = 0
    for (let i = 0; i < sources.raDeg.length; i++) {
      const { xiDeg, etaDeg } = toTangentPlane(sources.raDeg[i]!, sources.decDeg[i]!, pointing)!
      const drawn = plane.pixelToTangentPlane(1, sources.xImage![i]!, sources.yImage![i]!)
      worst = Math.max(worst, Math.hypot(xiDeg - drawn.xiDeg, etaDeg - drawn.etaDeg) * 3600)
    }
    // Telescope pointing is good to some 10 arcsec, and the scale differs by 0.3 % across the field.
    expect(worst).toBeLessThan(25)
  },
)

test('62 CCDs, no two of them closer than a gap, named from S29 to N31', () => {
  expect(plane.ccds.map(({ ccd }) => ccd)).toEqual(Array.from({ length: 62 }, (_, k) => k + 1))
  const names = [
    [1, 'S29'],
    [4, 'S25'],
    [8, 'S20'],
    [13, 'S14'],
    [19, 'S8'],
    [25, 'S1'],
    [31, 'S7'],
    [32, 'N1'],
    [39, 'N8'],
    [45, 'N14'],
    [51, 'N20'],
    [56, 'N25'],
    [60, 'N29'],
    [62, 'N31'],
  ] as const
  for (const [ccd, name] of names) {
    expect(plane.ccd(ccd).name).toBe(name)
  }
  expect(new Set(plane.ccds.map(({ name }) => name)).size).toBe(62)
  for (const a of plane.ccds) {
    for (const b of plane.ccds) {
      if (b.ccd > a.ccd)
        expect(
          Math.abs(a.xiDeg - b.xiDeg) > 0.3101 || Math.abs(a.etaDeg - b.etaDeg) > 0.1641,
          `${a.ccd} and ${b.ccd}`,
        ).toBe(true)
    }
  }
  expect(plane.ccdAreaSqDeg).toBeCloseTo(0.045, 3)
  expect(() => plane.ccd(63)).toThrow('DECam has no CCD 63: 1 to 62')
})

test('CCDs 2 and 61 are missing, and 2 was back on the night of GW170817', () => {
  expect(plane.workingCcds()).toHaveLength(60)
  expect(plane.workingCcds()).not.toContain(2)
  expect(plane.workingCcds(57_983)).toHaveLength(61)
  expect(plane.workingCcds(57_983)).not.toContain(61)
  expect(plane.workingCcds(56_200)).toHaveLength(62)
  expect(plane.usableColumns(31)).toEqual([1, 1023])
  expect(plane.usableColumns(30)).toEqual([1, 2048])
})

test('pixels and the tangent plane turn into each other', () => {
  for (const ccd of [1, 31, 62]) {
    for (const [x, y] of [
      [1, 1],
      [2048, 4096],
      [100.25, 3000.5],
    ] as const) {
      const { xiDeg, etaDeg } = plane.pixelToTangentPlane(ccd, x, y)
      const back = plane.tangentPlaneToPixel(ccd, xiDeg, etaDeg)
      expect(back.x).toBeCloseTo(x, 8)
      expect(back.y).toBeCloseTo(y, 8)
    }
  }
})

test.each([
  ['at the equator', { raDeg: 53.1, decDeg: -27.8 }],
  ['across RA 0', { raDeg: 359.98, decDeg: 10 }],
  ['over the pole', { raDeg: 120, decDeg: -89.9 }],
])('corners stand round the centre in the order of the list, %s', (_, pointing) => {
  for (const { ccd, xiDeg, etaDeg } of plane.ccds) {
    const { centre, corners } = plane.ccdOnSky(ccd, pointing)
    expect(plane.ccdUnder(centre, pointing)).toBe(ccd)
    const signs = corners.raDeg.map((raDeg, k) => {
      const offset = toTangentPlane(raDeg, corners.decDeg[k]!, pointing)!
      return [Math.sign(offset.xiDeg - xiDeg), Math.sign(offset.etaDeg - etaDeg)]
    })
    expect(signs).toEqual([
      [1, -1],
      [1, 1],
      [-1, 1],
      [-1, -1],
    ])
    for (let k = 0; k < 4; k++) {
      expect(corners.raDeg[k]).toBeGreaterThanOrEqual(0)
      expect(corners.raDeg[k]).toBeLessThan(360)
      // Half a diagonal is 603.2 arcsec in the tangent plane, up to 0.1 % less on the sky a degree from its centre.
      const half = separationArcsec(centre.raDeg, centre.decDeg, corners.raDeg[k]!, corners.decDeg[k]!)
      expect(half).toBeGreaterThan(602.4)
      expect(half).toBeLessThan(603.3)
    }
  }
})

test('the gaps between CCDs belong to none', () => {
  const pointing = { raDeg: 10, decDeg: 0 }
  expect(plane.ccdUnder({ raDeg: 10, decDeg: 0 }, pointing)).toBeUndefined()
  expect(plane.ccdUnder({ raDeg: 190, decDeg: 0 }, pointing)).toBeUndefined()
})

/** A camera of two CCDs of 1000 x 500 pixels of an arcsec beside each other. */
const small = (detector: object, second: object = { eastPixels: 600, northPixels: 0 }): FocalPlane | undefined => {
  const { detector: described, ...rest } = describeCamera('decam')
  const { xRuns: _, yRuns: __, spacingPixels: ___, ...own } = described!
  return FocalPlane.of({
    ...rest,
    detector: { ...own, columns: 1000, rows: 500, amplifierColumns: [], pixelScaleArcsec: 1, ...detector },
    detectors: [
      { ccd: 3, name: 'A', eastPixels: -600, northPixels: 0 },
      { ccd: 8, name: 'B', ...second },
    ],
  })
}

test.each([
  ['as usual', {}, [-1, 0], [0, 1]],
  ['x east, y south', { xRuns: 'east', yRuns: 'south' }, [1, 0], [0, -1]],
  ['x north, y west', { xRuns: 'north', yRuns: 'west' }, [0, 1], [-1, 0]],
] as const)('a description says how the pixels run: %s', (_, detector, alongX, alongY) => {
  const camera = small(detector)!
  const at = (x: number, y: number) => camera.pixelToTangentPlane(8, x, y)
  const [centre, right, up] = [at(500.5, 250.5), at(536.5, 250.5), at(500.5, 286.5)]
  expect([centre.xiDeg * 3600, centre.etaDeg * 3600]).toEqual([expect.closeTo(600, 9), expect.closeTo(0, 9)])
  const moved = ({ xiDeg, etaDeg }: typeof centre) => [(xiDeg - centre.xiDeg) * 100, (etaDeg - centre.etaDeg) * 100]
  expect(moved(right)).toEqual(alongX.map((one) => expect.closeTo(one, 9) as number))
  expect(moved(up)).toEqual(alongY.map((one) => expect.closeTo(one, 9) as number))
  const back = camera.tangentPlaneToPixel(8, right.xiDeg, right.etaDeg)
  expect([back.x, back.y]).toEqual([expect.closeTo(536.5, 8), expect.closeTo(250.5, 8)])
  expect(camera.halfCcd.xiDeg * 3600).toBeCloseTo(alongX[0] === 0 ? 250 : 500, 9)
  expect([camera.has(8), camera.has(4), camera.numbers()]).toEqual([true, false, '3 to 8'])
})

test('a camera of which a detector has no place has no focal plane', () => {
  expect(small({}, { eastPixels: 600 })).toBeUndefined()
  expect(FocalPlane.of(describeCamera('generic'))).toBeUndefined()
})
