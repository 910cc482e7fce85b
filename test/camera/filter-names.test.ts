import { describe, expect, test } from 'vitest'
import { bandOfFilter, hasCommonBand, namedFilter } from '../../src/camera/filter-names.js'

describe('names of filters', () => {
  test.each([
    [
      'sdss',
      'SDSS i|Sloan i|SLOAN i|sdss_i|SDSS-i|SDSS-I|SDSS_i|SDSSi|i_SDSS|i ' +
        "SDSS|iSDSS|i'|i' |ip|iP|IP|SDSS i'|SDSS ip|i_G0302|i'_SDSS 797_157",
    ],
    ['ps1', 'PS1_i|PS1 i|ps1-i|i_p1|i_PS1|iP1|ip1|Pan-STARRS i|PanSTARRS1 i|i.00000'],
    ['hsc', 'HSC-I|HSC-I2|HSC-i|hsc_i'],
    ['ztf', 'ZTF_i|ZTF i|ztf-i|zi'],
    ['megacam', 'i.MP9703|i.MP9702|i.MP9701'],
    ['lsst', 'i_06|i_39|LSSTCam-i|ComCam i'],
    ['des', 'i DECam SDSS c0003 7835.0 1470.0|i DECam|i DECam SDSS c0003|DES i|i  DECam  SDSS c0003 7835.0  1470.0'],
    ['mosaic', 'id'],
    ['unnamed', 'i'],
  ])('%s: the band is i', (system, names) => {
    for (const name of names.split('|')) expect([name, namedFilter(name)]).toEqual([name, { band: 'i', system }])
  })

  test.each([
    ['u', 'u|up|SDSS u|u.MP9302|u DECam c0006 3500.0 1000.0'],
    ['g', "g|gp|g'|bokg|zg|HSC-G|g_01|SDSS-G|gd"],
    ['r', 'r|rp|bokr|HSC-R2|SDSS r|r.MP9602|r_G0303|zr|r_57'],
    ['z', "z|zp|zs|zd|zd DECam k1038|z'|HSC-Z|z.MP9901|z_p1"],
    ['Y', 'y|Y|HSC-Y|PS1 y|y_p1|yd|Y DECam c0005 10095.0 1130.0|y_04'],
  ])('%s as others write it', (band, names) => {
    for (const name of names.split('|')) expect([name, bandOfFilter(name)]).toEqual([name, band])
  })

  test.each([
    [
      'johnson-cousins',
      [
        'U',
        'B',
        'V',
        'R',
        'I',
        'Rc',
        'Ic',
        'R_c',
        'Bessell V',
        'Bessel V',
        'V Johnson',
        'Cousins I',
        'R Harris k1004',
        'I Nearly-Mould k1005',
        'Johnson-Cousins R',
        'V_BESS',
        'bessell r',
        'Bessell Ic',
      ],
    ],
    ['gunn', ['Gunn i', 'i_GUNN']],
    ['near-infrared', ['J', 'H', 'Ks', 'K']],
    [
      'narrow',
      ['N964', 'NB921', 'N964 DECam c0008 9645.0 94.0', 'Ha', 'H-alpha', 'OIII', 'HSC-NB816', 'Ha.MP9603', 'IB527'],
    ],
    [
      'wide',
      ['VR', 'VR DECam c0007 6300.0 2600.0', 'Clear', 'clear', 'L', 'w', 'V+R', 'gri', 'Open', 'none', 'no filter'],
    ],
  ] as const)('%s filters are known, and have none of the common bands', (system, names) => {
    for (const name of names) {
      const filter = namedFilter(name)
      expect([name, filter?.system]).toEqual([name, system])
      expect(hasCommonBand(filter!)).toBe(false)
      expect(namedFilter(filter!.band)).toEqual(filter)
      expect(['u', 'g', 'r', 'i', 'z', 'Y']).not.toContain(filter!.band)
    }
  })

  test('the name of a filter tells it from every other band of its survey', () => {
    for (const form of [
      (b: string) => `SDSS ${b}`,
      (b: string) => `${b}_SDSS`,
      (b: string) => `HSC-${b.toUpperCase()}`,
      (b: string) => `${b}.MP9000`,
    ]) {
      expect(new Set(['g', 'r', 'i', 'z'].map((band) => bandOfFilter(form(band))))).toEqual(
        new Set(['g', 'r', 'i', 'z']),
      )
    }
    expect(bandOfFilter('I')).not.toBe(bandOfFilter('i'))
    for (const name of ['Rc', 'RC', 'R_c']) expect(bandOfFilter(name)).toBe('Rc')
  })

  test('what is no name of a filter is not known', () => {
    for (const name of [
      '',
      ' ',
      'G',
      'Z',
      'RP',
      'BP',
      'F775W',
      'i r',
      'i,z',
      'SDSS',
      'SDSS x',
      'unknown',
      '2 1',
      'i DECam SDSS c0003 7835.0 1470.0 extra',
      'r or i',
      'i2',
    ]) {
      expect([name, namedFilter(name)]).toEqual([name, undefined])
    }
  })
})
