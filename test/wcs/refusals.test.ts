import { expect, test } from 'vitest'
import { parseHeader, type FitsHeader } from '../../src/formats/fits/index.js'
import { imageOutline, wcsOf } from '../../src/wcs/index.js'

const TAN: Readonly<Record<string, string>> = {
  CTYPE1: "'RA---TAN'",
  CTYPE2: "'DEC--TAN'",
  CRVAL1: '10.0',
  CRVAL2: '-20.0',
  CRPIX1: '1000.0',
  CRPIX2: '2000.0',
  CD1_1: '-7.0E-5',
  CD1_2: '0.0',
  CD2_1: '0.0',
  CD2_2: '7.0E-5',
}
const SIP = { CTYPE1: "'RA---TAN-SIP'", CTYPE2: "'DEC--TAN-SIP'", A_ORDER: '2', B_ORDER: '2' }
const TPV = { CTYPE1: "'RA---TPV'", CTYPE2: "'DEC--TPV'" }
const as = (code: string) => ({ CTYPE1: `'RA---${code}'`, CTYPE2: `'DEC--${code}'` })

/** `null` takes a card away; a list gives several cards of one name. */
type Changes = Readonly<Record<string, string | null | readonly string[]>>

function header(changes: Changes = {}): FitsHeader {
  const cards = Object.entries({ ...TAN, ...changes }).flatMap(([keyword, value]) =>
    [value ?? []].flat().map((text) => `${keyword.padEnd(8)}= ${text}`.padEnd(80)),
  )
  return parseHeader(cards.join(''), { file: 'image.fits', hdu: 1 })
}
const read = (changes: Changes = {}) => wcsOf(header(changes), 'image.fits')

test.each<[string, Changes]>([
  ['no keyword', Object.fromEntries(Object.keys(TAN).map((keyword) => [keyword, null]))],
  ['blank CTYPE beside numbers', { CTYPE1: "''", CTYPE2: "''" }],
  ['linear axes', { CTYPE1: "'LINEAR'", CTYPE2: "'PIXEL'" }],
  ['a wavelength and a slit', { CTYPE1: "'WAVE'", CTYPE2: "'SLIT'" }],
  ['no CTYPE', { CTYPE1: null, CTYPE2: null }],
])('no celestial WCS: %s', (_, changes) => {
  expect(read(changes)).toBeUndefined()
})

test.each<[string, Changes, RegExp]>([
  ['wcs-unreadable', { CRVAL1: 'NaN' }, /keyword CRVAL1 of the WCS cannot be read \(found NaN, expected a finite numb/],
  ['wcs-unreadable', { CRVAL1: '1E999' }, /CRVAL1.*found 'Infinity'/],
  ['wcs-unreadable', { CRVAL1: "'12:34:56'" }, /CRVAL1.*found '12:34:56'/],
  ['wcs-unreadable', { CTYPE1: '1' }, /keyword CTYPE1 of the WCS cannot be read/],
  ['wcs-unreadable', { CD1_2: 'T' }, /keyword CD1_2/],
  ['wcs-unreadable', { ...SIP, A_2_0: 'NaN' }, /keyword A_2_0/],
  ['wcs-unreadable', { ...TPV, PV1_4: "'x'" }, /keyword PV1_4/],
  ['wcs-contradicts', { CRVAL1: ['10.0', '11.0'] }, /keyword CRVAL1 of the WCS has several values \(found 10 and 11/],
  ['wcs-contradicts', { CTYPE1: ["'RA---TAN'", "'RA---TPV'"] }, /CTYPE1.*RA---TAN and RA---TPV/],
  ['wcs-contradicts', { PC1_1: '1.0', CDELT1: '1.0', CDELT2: '1.0' }, /CDi_j and PCi_j, which differ/],
  [
    'wcs-contradicts',
    {
      CD1_1: null,
      CD2_2: null,
      CD1_2: null,
      CD2_1: null,
      PC1_2: '0.1',
      CDELT1: '1E-4',
      CDELT2: '1E-4',
      CROTA2: '30.0',
    },
    /PCi_j and CROTAi, which differ/,
  ],
  [
    'wcs-contradicts',
    { CD1_1: null, CD2_2: null, CD1_2: null, CD2_1: null, CDELT1: '1E-4', CDELT2: '1E-4', CROTA1: '30.0' },
    /CROTA of the axis of right ascension.*CROTA1 = 30/,
  ],
  ['wcs-contradicts', { A_ORDER: '2', B_ORDER: '2', A_2_0: '1E-6' }, /distortion SIP .* add -SIP, or take it out/],
  ['wcs-incomplete', { CRPIX1: null }, /lacks CRPIX1/],
  ['wcs-incomplete', { CRPIX1: null, CRPIX2: null }, /lacks CRPIX1 and CRPIX2/],
  ['wcs-incomplete', { CRVAL2: null }, /lacks CRVAL2/],
  ['wcs-incomplete', { CRVAL2: '/ no value' }, /lacks CRVAL2/],
  ['wcs-incomplete', { CD1_1: null, CD2_2: null, CD1_2: null, CD2_1: null }, /lacks CDi_j or CDELTi/],
  ['wcs-incomplete', { CD1_1: null, CD2_2: null, CD1_2: null, CD2_1: null, CDELT1: '1E-4' }, /lacks CDi_j or CDELTi/],
  ['wcs-singular', { CD2_2: '0.0' }, /singular/],
  ['wcs-singular', { CD1_1: '0.0', CD2_2: '0.0' }, /singular/],
  ['wcs-singular', { CD1_2: '7.0E-5', CD2_1: '-7.0E-5' }, /singular/],
  ['wcs-singular', { CD1_1: '1E200', CD2_2: '1E200' }, /singular/],
  ['wcs-bad-axes', { CTYPE2: "'RA---TAN'" }, /no pair/],
  ['wcs-bad-axes', { CTYPE2: "'DEC--TPV'" }, /no pair/],
  ['wcs-bad-axes', { CTYPE2: null }, /no pair .*CTYPE1 'RA---TAN', CTYPE2 ''/],
  ['wcs-bad-axes', { CTYPE1: "'RA'", CTYPE2: "'DEC'" }, /no pair/],
  ['wcs-bad-axes', { CTYPE2: "'DEC---TAN'" }, /no pair/],
  ['wcs-bad-reference', { CRVAL2: '90.5' }, /the WCS in CRVAL2 has no possible declination \(found 90.5/],
  ['wcs-bad-distortion', { ...SIP, A_ORDER: '200' }, /no order A_ORDER that can be \(found 200, .* 0 to 9/],
  ['wcs-bad-distortion', { ...SIP, A_ORDER: '-1' }, /A_ORDER/],
  ['wcs-bad-distortion', { ...SIP, B_ORDER: '2.5' }, /B_ORDER/],
  ['wcs-bad-distortion', { ...SIP, B_ORDER: null }, /B_ORDER.*found none/],
  ['wcs-bad-distortion', { ...SIP, A_2_1: '1E-9' }, /keyword A_2_1 of the WCS is beyond A_ORDER/],
  ['wcs-bad-distortion', { ...SIP, B_99_99: '1E-9' }, /keyword B_99_99/],
  ['wcs-bad-distortion', { ...TPV, PV1_40: '0.0' }, /PV1_40 of the WCS is beyond what TPV has .*PV1_39/],
  ['wcs-bad-distortion', { PV2_41: '1.0' }, /PV2_41 of the WCS is beyond what TPV has/],
  ['wcs-bad-distortion', as('ZPN'), /ZPN .* does not rise .*found none/],
  ['wcs-bad-distortion', { ...as('ZPN'), PV2_1: '1.0', PV2_21: '1.0' }, /too many terms/],
  ['wcs-unsupported', as('ZPX'), /projection ZPX of the WCS is not read/],
  ['wcs-unsupported', as('TNX'), /projection TNX/],
  ['wcs-unsupported', as('CAR'), /projection CAR/],
  ['wcs-unsupported', as('TPV-SIP'), /projection TPV-SIP/],
  ['wcs-unsupported', as('TAN-TPD'), /projection TAN-TPD/],
  ['wcs-unsupported', { ...as('SIN'), PV2_1: '0.1' }, /SIN of the WCS with parameter PV2_1 is not read/],
  ['wcs-unsupported', { PV1_1: '10.0' }, /PV1_1 of the WCS is not read/],
  ['wcs-unsupported', { CPDIS1: "'LOOKUP'" }, /CPDIS1 is not read/],
  ['wcs-unsupported', { CTYPE1: "'GLON-TAN'", CTYPE2: "'GLAT-TAN'" }, /galactic coordinates/],
  ['wcs-unsupported', { CTYPE1: "'ELON-TAN'", CTYPE2: "'ELAT-TAN'" }, /ecliptic coordinates/],
  ['wcs-unsupported', { CTYPE1: "'FREQ'", CTYPE2: "'RA---TAN'", CTYPE3: "'DEC--TAN'" }, /beyond the second \(CTYPE3/],
  ['wcs-unsupported', { CUNIT1: "'hourangle'" }, /unit of the WCS in CUNIT1 is not known/],
  ['wcs-unsupported', { RADESYS: "'FK4'" }, /RADESYS \(found FK4/],
  ['wcs-unsupported', { RADECSYS: "'FK4-NO-E'" }, /RADECSYS \(found FK4-NO-E/],
  ['wcs-unsupported', { RADESYS: "'GAPPT'" }, /found GAPPT/],
  ['wcs-unsupported', { EQUINOX: '1950.0' }, /FK4 of B1950/],
  ['wcs-unsupported', { EPOCH: '1950.0' }, /FK4 of B1950/],
  ['wcs-unsupported', { EQUINOX: "'B1950'" }, /FK4 of B1950/],
  ['wcs-unsupported', { RADESYS: "'FK5'", EQUINOX: '1975.0' }, /FK5 of J1975/],
  ['wcs-unsupported', { EQUINOX: '2017.6' }, /FK5 of J2017.6/],
])('%s: %j', (tag, changes, message) => {
  const error = (() => {
    try {
      return read(changes)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toMatchObject({ family: 'input', tag, place: { file: 'image.fits', hdu: 1 } })
  expect((error as Error).message).toMatch(message)
})

test.each<[string, Changes]>([
  ['one value twice', { CRVAL1: ['10.0', '1.0E1'] }],
  ['numbers in quotes', { CRVAL1: "'10.0'", EQUINOX: "'J2000.0'" }],
  ['FK5 of J2000', { RADESYS: "'FK5'", EQUINOX: '2000.0' }],
  ['RADESYS before its old name', { RADESYS: "'FK5'", RADECSYS: "'ICRS'" }],
  ['an equinox beside ICRS', { RADESYS: "'ICRS'", EQUINOX: '1950.0' }],
  ['the year of the image in EPOCH', { EPOCH: '2017.63' }],
  ['CDELT and CROTA beside CD', { CDELT1: '1.0', CDELT2: '1.0', CROTA2: '33.0' }],
  ['PC that says the same', { PC1_1: '1.0', PC2_2: '-1.0', CDELT1: '-7.0E-5', CDELT2: '-7.0E-5' }],
  ['elements of the matrix that are absent', { CD1_2: null, CD2_1: null }],
  ['units by name', { CUNIT1: "'deg'", CUNIT2: "'degree'" }],
  ['a third axis that is no sky', { CTYPE3: "'WAVE'" }],
  ['LONPOLE that is not given', { LONPOLE: '999.0' }],
  ['LONPOLE by its other name', { PV1_1: '0.0', PV1_2: '90.0', PV1_3: '180.0' }],
  ['a distortion of order 0', { ...SIP, A_ORDER: '0', B_ORDER: '0' }],
  ['inverse polynomials, which are not used', { ...SIP, AP_ORDER: '3', BP_ORDER: '3', AP_2_0: '1.0' }],
  ['TPV without a term is TAN', TPV],
])('the plain WCS: %s', (_, changes) => {
  const [plain, other] = [read()!, read(changes)!]
  for (const [x, y] of [
    [1, 1],
    [2048, 1],
    [500, 4096],
  ] as const) {
    expect(other.pixelToSky(x, y)).toEqual(plain.pixelToSky(x, y))
    const { raDeg, decDeg } = plain.pixelToSky(x, y)
    const back = other.skyToPixel(raDeg, decDeg)!
    expect(Math.hypot(back.x - x, back.y - y)).toBeLessThan(1e-8)
  }
})

test('the frame may be in the primary header', () => {
  const primary = header({ RADESYS: "'FK4'" })
  expect(() => wcsOf(header(), 'image.fits', primary)).toThrow(/found FK4/)
  expect(wcsOf(header({ RADESYS: "'ICRS'" }), 'image.fits', primary)).toBeDefined()
})

test('no pixel for the far side of the sky', () => {
  for (const changes of [{}, TPV, as('SIN')]) {
    expect(read(changes)!.skyToPixel(190, 20)).toBeUndefined()
    expect(read(changes)!.skyToPixel(101, 0)).toBeUndefined()
  }
})

test('no pixel beyond a fold, nor where there is no way back', () => {
  // eta' = eta - 2 eta^2 turns back at 0.25 deg, with 0.125 deg as its highest value.
  const folded = read({ ...TPV, PV2_1: '1.0', PV2_4: '-2.0' })!
  expect(folded.skyToPixel(10, -20 + 0.2)).toBeUndefined()
  const inside = folded.skyToPixel(10, -20 + 0.1)!
  // The nearer of the two solutions of eta - 2 eta^2 = 0.1 (to second order in the tangent): 0.1382.
  expect((inside.y - 2000) * 7e-5).toBeCloseTo(0.1382, 3)
  // 1 + 2 a u of SIP vanishes at u = 500.
  const sip = read({ ...SIP, A_2_0: '-1.0E-3' })!
  const { raDeg, decDeg } = read()!.pixelToSky(1400, 2000)
  expect(sip.skyToPixel(raDeg, decDeg)).toBeUndefined()
})

test('the outline is that of the outer edges of the pixels, in order', () => {
  const wcs = read()!
  const { centre, corners } = imageOutline(wcs, 2048, 4096)
  expect(centre).toEqual(wcs.pixelToSky(1024.5, 2048.5))
  const at = [
    [0.5, 0.5],
    [2048.5, 0.5],
    [2048.5, 4096.5],
    [0.5, 4096.5],
  ].map(([x, y]) => wcs.pixelToSky(x!, y!))
  expect(corners).toEqual({ raDeg: at.map(({ raDeg }) => raDeg), decDeg: at.map(({ decDeg }) => decDeg) })
  const fisheye = read({ ...as('SIN'), CD1_1: '-0.1', CD2_2: '0.1' })!
  expect(() => imageOutline(fisheye, 2048, 4096, 'image.fits')).toThrow(/image.fits: the image reaches beyond the sky/)
})
