import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeCatalogueList, type ImageHeaders } from '../../src/exposure/make-catlist.js'
import { memorySource } from '../../src/formats/bytes.js'
import { parseHeader, readFitsHeaders } from '../../src/formats/fits/index.js'
import { significantText } from '../../src/formats/number-text.js'

const work = resolve(import.meta.dirname, '../../../shared/golden/a_typical/work')

const CARDS: Record<string, string> = {
  EXPNUM: '668439',
  NITE: "'20170817'",
  BAND: "'i       '",
  CCDNUM: '28',
  AIRMASS: '1.23',
  EXPTIME: '90.0',
  RA_CENT: '53.1',
  DEC_CENT: '-27.8821509159',
  RAC1: '53.0',
  DECC1: '-27.95685578854321',
  RAC2: '53',
  DECC2: '1E-7',
  RAC3: '52.9308493439',
  DECC3: '-27.8072390554',
  RAC4: '52.9306161228',
  DECC4: '-27.9568557885',
}

function image(fileName: string, changes: Record<string, string | undefined> = {}): ImageHeaders {
  const cards = Object.entries({ ...CARDS, ...changes }).flatMap(([keyword, value]) =>
    value === undefined ? [] : [`${keyword.padEnd(8)}= ${value}`.padEnd(80)],
  )
  return { fileName, headers: [parseHeader(cards.join(''), { file: fileName, hdu: 0 })] }
}

const NAME = 'D00668439_i_28_r4p5_immask.fits'

describe('a catalogue list', () => {
  test.skipIf(!existsSync(work))(
    "of the golden images is the original's, byte by byte (../shared/golden/a_typical)",
    async () => {
      const names = readdirSync(work).filter((name) => name.includes('_immask.fits'))
      const images = await Promise.all(
        names.reverse().map(async (name) => {
          const hdus = await readFitsHeaders(memorySource(name, gunzipSync(readFileSync(join(work, name)))))
          return { fileName: name.replace(/\.gz$/, ''), headers: hdus.map((hdu) => hdu.header) }
        }),
      )
      const expected = {
        fileName: 'D00668439_r4p5_red_catlist.csv',
        text: readFileSync(join(work, 'D00668439_r4p5_red_catlist.csv'), 'utf8'),
      }
      expect(makeCatalogueList(images)).toEqual(expected)
      expect(makeCatalogueList(images, { legacy: true })).toEqual(expected)
    },
  )

  test('prints reals with 12 significant digits, whole ones with .0, integers as they are', () => {
    const { text } = makeCatalogueList([image(NAME)])
    expect(text.split('\n')[1]).toBe(
      '668439,D00668439_i_28_r4p5_fullcat.fits,20170817,i,28,1.23,90.,53.1,-27.8821509159,53.0,-27.9568557885,53,1e-07,52.9308493439,-27.8072390554,52.9306161228,-27.9568557885',
    )
  })

  test('takes keywords from the header behind where the first lacks them (fpack)', () => {
    const fileName = `${NAME}.fz`
    const primary = parseHeader('SIMPLE  =                    T'.padEnd(80), { file: fileName, hdu: 0 })
    expect(makeCatalogueList([{ fileName, headers: [primary, ...image(fileName).headers] }])).toEqual(
      makeCatalogueList([image(NAME)]),
    )
  })

  const noCorners = Object.fromEntries(
    Object.keys(CARDS)
      .slice(6)
      .map((keyword) => [keyword, undefined]),
  )
  const wcs = {
    NAXIS1: '2048',
    NAXIS2: '4096',
    CTYPE1: "'RA---TAN'",
    CTYPE2: "'DEC--TAN'",
    CRVAL1: '0.0',
    CRVAL2: '-90.0',
    CRPIX1: '0.5',
    CRPIX2: '0.5',
    CD1_1: '7.3E-5',
    CD2_2: '7.3E-5',
    RADESYS: "'ICRS'",
  }

  test('has corners by the WCS if the header lacks them, at the edges of the pixels', () => {
    const row = makeCatalogueList([image(NAME, { ...noCorners, ...wcs })]).text.split('\n')[1]!
    const [, , , , , , , ...numbers] = row.split(',').map(Number)
    const far = (pixels: number) => -90 + (Math.atan((pixels * 7.3e-5 * Math.PI) / 180) * 180) / Math.PI
    const edge = Math.hypot(2048, 4096)
    // East is to the left of north at the southern pole: x runs to right ascension 90, y to 0.
    const expected = [
      ...[(Math.atan2(1024, 2048) * 180) / Math.PI, far(edge / 2)],
      ...[0, -90, 90, far(2048), (Math.atan2(2048, 4096) * 180) / Math.PI, far(edge), 0, far(4096)],
    ]
    expected.forEach((value, k) => expect(numbers[k]).toBeCloseTo(value, 9))
  })

  test('a corner or the centre that is missing is not mixed with those of the header', () => {
    const [all, some] = [noCorners, { DECC3: undefined }].map((left) =>
      makeCatalogueList([image(NAME, { ...left, ...wcs })]),
    )
    expect(some).toEqual(all)
    expect(makeCatalogueList([image(NAME, wcs)])).toEqual(makeCatalogueList([image(NAME)]))
  })

  test('a WCS that cannot be right is refused by name, and one without an image size does not count', () => {
    expect(() => makeCatalogueList([image(NAME, { ...noCorners, ...wcs, CRPIX1: undefined })])).toThrow(
      `${NAME}, HDU 0: the WCS lacks CRPIX1`,
    )
    expect(() => makeCatalogueList([image(NAME, { ...noCorners, ...wcs, NAXIS1: undefined })])).toThrow(
      `${NAME}: the image header lacks RA_CENT, DEC_CENT, RAC1`,
    )
    expect(() => makeCatalogueList([image(NAME, { ...noCorners, ...wcs })], { legacy: true })).toThrow(
      `${NAME}: the image header lacks RA_CENT, DEC_CENT, RAC1`,
    )
  })

  test('a compressed image is as large as ZNAXIS says', () => {
    const packed = { ...noCorners, ...wcs, ZNAXIS1: '2048', ZNAXIS2: '4096', NAXIS1: '8', NAXIS2: '4096' }
    expect(makeCatalogueList([image(NAME, packed)])).toEqual(makeCatalogueList([image(NAME, { ...noCorners, ...wcs })]))
  })

  test('keeps a padded tag in its own name and in the names of the catalogues', () => {
    const { fileName, text } = makeCatalogueList([image('D00668439_i_28_r4p05_immask.fits')])
    expect(fileName).toBe('D00668439_r4p05_red_catlist.csv')
    expect(text).toContain(',D00668439_i_28_r4p05_fullcat.fits,')
  })

  test('names the file and every keyword that is missing, instead of inventing values', () => {
    expect(() => makeCatalogueList([image(NAME, { AIRMASS: undefined, EXPTIME: undefined, RAC3: undefined })])).toThrow(
      `${NAME}: the image header lacks AIRMASS, EXPTIME, RAC3 (expected these keywords)`,
    )
    expect(makeCatalogueList([image(NAME, { NITE: undefined })]).text).toContain('_fullcat.fits,,i,28,')
  })

  test('invents what the original invents with legacy, but neither EXPNUM nor corners', () => {
    const bare = { NITE: undefined, BAND: undefined, CCDNUM: undefined, AIRMASS: undefined, EXPTIME: undefined }
    expect(makeCatalogueList([image(NAME, bare)], { legacy: true }).text).toContain(',,g,01,1.3,90.,53.1,')
    expect(() => makeCatalogueList([image(NAME, { ...bare, EXPNUM: undefined })], { legacy: true })).toThrow(
      'the image header lacks EXPNUM',
    )
  })

  test('keeps fractions of a second, which the original cuts off', () => {
    expect(makeCatalogueList([image(NAME, { EXPTIME: '0.75' })]).text).toContain(',1.23,0.75,53.1,')
    expect(makeCatalogueList([image(NAME, { EXPTIME: '0.75' })], { legacy: true }).text).toContain(',1.23,0.,53.1,')
    expect(makeCatalogueList([image(NAME, { EXPTIME: '90' })]).text).toContain(',1.23,90.,53.1,')
  })

  test('refuses images whose name and header disagree, and images of two exposures', () => {
    expect(() => makeCatalogueList([image('D00668439_r_28_r4p5_immask.fits')])).toThrow(
      'keyword BAND disagrees with the name of the image (found i, expected r)',
    )
    expect(() => makeCatalogueList([image(NAME, { CCDNUM: '27' })])).toThrow(
      'keyword CCDNUM disagrees with the name of the image (found 27, expected 28)',
    )
    expect(() =>
      makeCatalogueList([image(NAME), image('D00668440_i_28_r4p5_immask.fits', { EXPNUM: '668440' })]),
    ).toThrow(
      'D00668440_i_28_r4p5_immask.fits: the images are of several exposures or attempts: make one list for ' +
        'each (found D00668440 r4p5, expected D00668439 r4p5, as D00668439_i_28_r4p5_immask.fits)',
    )
    expect(() => makeCatalogueList([image('image.fits')])).toThrow(
      'the name of the image has no exposure, band, CCD and tag',
    )
    expect(() => makeCatalogueList([])).toThrow('there is no image to make a catalogue list from')
  })
})

test("significantText is C's %.12g", () => {
  // printf '%.12g' of the same values
  const table: [number, string][] = [
    [53.26938387723456, '53.2693838772'],
    [1e11, '100000000000'],
    [1e12, '1e+12'],
    [123456789012.7, '123456789013'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [10.00048828125, '10.0004882812'],
    [10.00146484375, '10.0014648438'],
    [-27.0, '-27'],
    [999999999999.9, '1e+12'],
    [0, '0'],
    [-0, '-0'],
  ]
  for (const [x, text] of table) expect(significantText(x, 12)).toBe(text)
})
