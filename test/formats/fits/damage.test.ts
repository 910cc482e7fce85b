import { gunzipSync, gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import {
  gunzipSource,
  ldacImageHeaders,
  openFitsSource,
  readFitsHeaders,
  readFitsTable,
} from '../../../src/formats/fits/index.js'
import { fixture, fixtures, hduBytes, joined, PRIMARY, refusal } from './sample.js'

const unpack = (bytes: Uint8Array) => gunzipSync(bytes)

type Cards = (readonly [string, string | number])[]

/** A table of two columns, N (J) and X (E), three rows; `change` replaces cards by keyword, undefined removes. */
function table(
  change: Record<string, string | number | undefined> = {},
  data: Uint8Array = new Uint8Array(24),
  kind = 'BINTABLE',
): Uint8Array {
  const cards: Record<string, string | number | undefined> = {
    XTENSION: `'${kind.padEnd(8)}'`,
    BITPIX: 8,
    NAXIS: 2,
    NAXIS1: 8,
    NAXIS2: 3,
    PCOUNT: 0,
    GCOUNT: 1,
    TFIELDS: 2,
    TTYPE1: "'N       '",
    TFORM1: "'J       '",
    TTYPE2: "'X       '",
    TFORM2: "'E       '",
    EXTNAME: "'STARS   '",
    ...change,
  }
  return joined(PRIMARY, hduBytes(Object.entries(cards).filter(([, value]) => value !== undefined) as Cards, data))
}
const asSource = (bytes: Uint8Array): ByteSource => memorySource('cat.fits', bytes)
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** Table, then tag and message of the refusal. */
const CASES: Record<string, [Uint8Array, string, string]> = {
  'empty file': [new Uint8Array(0), 'fits-empty', 'cat.fits: the file is empty (found 0 bytes, expected a FITS file)'],
  'not FITS': [
    ascii('<!DOCTYPE html><html>not found</html>'),
    'fits-not-fits',
    "cat.fits: the file is not FITS (found '<!DOCTYPE html><html>not', expected 'SIMPLE  =' at its beginning)",
  ],
  'binary, not FITS': [
    Uint8Array.from([0x50, 0x41, 0x52, 0x31, 0, 1, 2]),
    'fits-not-fits',
    "cat.fits: the file is not FITS (found 'PAR1???', expected 'SIMPLE  =' at its beginning)",
  ],
  'END is missing': [
    PRIMARY.subarray(0, 240),
    'fits-no-end',
    'cat.fits, HDU 0: the header has no END card (found the end of the file after 3 cards, expected an END card)',
  ],
  'header cut within a card': [
    table().subarray(0, 2880 + 500),
    'fits-no-end',
    'cat.fits, HDU 1: the header has no END card (found the end of the file after 6 cards, expected an END card)',
  ],
  'header runs into data': [
    joined(PRIMARY.subarray(0, 240), new Uint8Array(5520)),
    'fits-bad-header',
    'cat.fits, HDU 0: header card 4 does not begin with a keyword (found ' +
      "'????????????????????????', expected text up to an END card)",
  ],
  'no BITPIX': [
    hduBytes([
      ['SIMPLE', 'T'],
      ['NAXIS', 0],
    ]),
    'fits-missing-keyword',
    'cat.fits, HDU 0: keyword BITPIX is missing (expected a whole number)',
  ],
  'wrong BITPIX': [
    table({ BITPIX: 9 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword BITPIX has a wrong value (found 9, expected 8, 16, 32, 64, -32, -64)',
  ],
  'negative NAXIS2': [
    table({ NAXIS2: -1 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword NAXIS2 has a wrong value (found -1, expected a whole number, 0 or more)',
  ],
  'NAXIS2 is text': [
    table({ NAXIS2: "'many    '" }),
    'fits-bad-keyword',
    "cat.fits, HDU 1: keyword NAXIS2 has a wrong value (found 'many', expected a whole number, 0 or more)",
  ],
  'NAXIS2 beyond 2^53': [
    table({ NAXIS2: '99999999999999999999' }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword NAXIS2 has a wrong value (found ' +
      '99999999999999999999, expected a whole number, 0 or more)',
  ],
  'NAXIS2 without value': [
    table({ NAXIS2: ' ' }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword NAXIS2 has a wrong value (found no value, expected a whole number, 0 or more)',
  ],
  'NAXIS2 missing': [
    table({ NAXIS2: undefined }),
    'fits-missing-keyword',
    'cat.fits, HDU 1: keyword NAXIS2 is missing (expected a whole number, 0 or more)',
  ],
  'an impossible size': [
    table({ NAXIS1: '9007199254740991', NAXIS2: '9007199254740991' }),
    'fits-too-large',
    'cat.fits, HDU 1: NAXISn, PCOUNT and GCOUNT give an impossible size (found ' +
      '8.112963841460666e+31 bytes, expected the size of the data)',
  ],
  'NAXIS2 too large': [
    table({ NAXIS2: 1000 }),
    'fits-truncated',
    'cat.fits, HDU 1: the file ends within the data of this HDU (found 2880 bytes, ' +
      'expected 8000 bytes (by BITPIX, NAXISn, PCOUNT, GCOUNT))',
  ],
  'data cut': [
    table({}, new Uint8Array(24)).subarray(0, 2 * 2880 + 20),
    'fits-truncated',
    'cat.fits, HDU 1: the file ends within the data of this HDU (found 20 bytes, ' +
      'expected 24 bytes (by BITPIX, NAXISn, PCOUNT, GCOUNT))',
  ],
  'NAXIS2 too small': [
    joined(
      table({ NAXIS2: 3, NAXIS1: 8 }, new Uint8Array(24)),
      Uint8Array.from({ length: 2880 }, (_, i) => i % 7),
    ),
    'fits-bad-extension',
    'cat.fits, HDU 2: no extension begins where the data before it end (found ' +
      "'????????????????????????', expected 'XTENSION=', or the end of the file)",
  ],
  'wider than its columns': [
    table({ NAXIS1: 9, NAXIS2: 2 }),
    'fits-bad-row-width',
    'cat.fits, HDU 1: NAXIS1 and the widths of the columns (TFORMn) disagree (found NAXIS1 = 9, expected 8 bytes)',
  ],
  'no TFIELDS': [
    table({ TFIELDS: undefined }),
    'fits-missing-keyword',
    'cat.fits, HDU 1: keyword TFIELDS is missing (expected a whole number, 0 to 999)',
  ],
  'no TFORM': [
    table({ TFORM2: undefined }),
    'fits-missing-keyword',
    'cat.fits, HDU 1: keyword TFORM2 is missing (expected a text value)',
  ],
  'TFORM of nonsense': [
    table({ TFORM2: "'1Z      '" }),
    'fits-bad-tform',
    "cat.fits, HDU 1, column X: keyword TFORM2 is not a binary table format (found '1Z', expected a " +
      'count and one of L X B I J K A E D C M, or P or Q before one of these)',
  ],
  'TFORM with a tail': [
    table({ TFORM2: "'E15.7   '" }),
    'fits-bad-tform',
    "cat.fits, HDU 1, column X: keyword TFORM2 is not a binary table format (found 'E15.7', expected a " +
      'count and one of L X B I J K A E D C M, or P or Q before one of these)',
  ],
  'TFORM of a huge count': [
    table({ TFORM2: "'99999999999999999999E'" }),
    'fits-bad-tform',
    "cat.fits, HDU 1, column X: keyword TFORM2 is not a binary table format (found '99999999999999999999E', " +
      'expected a count and one of L X B I J K A E D C M, or P or Q before one of these)',
  ],
  'TZERO is text': [
    table({ TZERO1: "'zero    '" }),
    'fits-bad-keyword',
    "cat.fits, HDU 1: keyword TZERO1 has a wrong value (found 'zero', expected a number)",
  ],
  'TSCAL without value': [
    table({ TSCAL2: '' }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword TSCAL2 has a wrong value (found no value, expected a number)',
  ],
  'TSCAL is 0': [
    table({ TSCAL1: 0, TZERO1: 5 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword TSCAL1 has a wrong value (found 0, expected a number other than 0)',
  ],
  'TSCAL is 0, in an ASCII table': [
    table({ TFORM1: "'I4      '", TBCOL1: 1, TFORM2: "'F4.1    '", TBCOL2: 5, TSCAL2: '0.0' }, undefined, 'TABLE'),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword TSCAL2 has a wrong value (found 0, expected a number other than 0)',
  ],
  'TNULL is real': [
    table({ TNULL1: 1.5 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword TNULL1 has a wrong value (found 1.5, expected a whole number)',
  ],
  'logical of no value': [
    table({ TFORM1: "'4L      '" }, ascii('TFTFxxxxTTTTxxxxTTyTxxxx')),
    'fits-bad-value',
    'cat.fits, HDU 1, row 3, column N: the value is not a logical one (found byte 0x79, expected T, F or a zero byte)',
  ],
  'pointer beyond the heap': [
    table(
      { TFORM1: "'1PE(2)  '", TFIELDS: 1, PCOUNT: 16 },
      Uint8Array.from([0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(16)]),
    ),
    'fits-bad-pointer',
    'cat.fits, HDU 1, row 2, column N: a variable-length array lies outside the heap (found 1 ' +
      'elements at byte 13, expected an array within the 16 bytes of the heap)',
  ],
  'negative pointer': [
    table(
      { TFORM1: "'1PE(2)  '", TFIELDS: 1, PCOUNT: 16 },
      Uint8Array.from([0, 0, 0, 2, 255, 255, 255, 252, ...new Uint8Array(32)]),
    ),
    'fits-bad-pointer',
    'cat.fits, HDU 1, row 1, column N: a variable-length array lies outside the heap (found 2 ' +
      'elements at byte -4, expected an array within the 16 bytes of the heap)',
  ],
  'arrays larger than the heap together': [
    table(
      { TFORM1: "'1PB(16) '", TFIELDS: 1, PCOUNT: 16, NAXIS2: 20 },
      joined(...Array.from({ length: 20 }, () => Uint8Array.from([0, 0, 0, 16, 0, 0, 0, 0])), new Uint8Array(16)),
    ),
    'fits-bad-pointer',
    'cat.fits, HDU 1, column N: the variable-length arrays together are far larger ' +
      'than the heap (found 320 bytes, expected about 16 bytes)',
  ],
  'THEAP within the table': [
    table({ TFORM1: "'1PE(2)  '", TFIELDS: 1, PCOUNT: 16, THEAP: 3 }, new Uint8Array(40)),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword THEAP has a wrong value (found 3, expected a whole number, 24 to 40)',
  ],
  'rows without bytes, in numbers': [
    table({ NAXIS1: 0, NAXIS2: 99999999, TFIELDS: 0 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword NAXIS2 has a wrong value (found 99999999, expected a count that the data bear out)',
  ],
  'a table of three axes': [
    table({ NAXIS: 3, NAXIS3: 1 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword NAXIS has a wrong value (found 3, expected 2 in a table)',
  ],
  'a table of shorts': [
    table({ BITPIX: 16, NAXIS2: 1 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword BITPIX has a wrong value (found 16, expected 8 in a table)',
  ],
  'no XTENSION value': [
    table({ XTENSION: 5 }),
    'fits-bad-keyword',
    'cat.fits, HDU 1: keyword XTENSION has a wrong value (found 5, expected a text value)',
  ],
  'a foreign extension': [
    table({ XTENSION: "'DUMP    '" }),
    'fits-not-table',
    'cat.fits, HDU 1: the HDU is not a table (found foreign extension STARS, expected BINTABLE or TABLE)',
  ],
  'ASCII table: TFORM of nonsense': [
    table({ TBCOL1: 1, TBCOL2: 5, TFORM2: "'E4      '", TFORM1: "'I4      '" }, undefined, 'TABLE'),
    'fits-bad-tform',
    'cat.fits, HDU 1, column X: keyword TFORM2 is not an ASCII table format ' +
      "(found 'E4', expected Aw, Iw, Fw.d, Ew.d or Dw.d)",
  ],
  'ASCII table: beyond its row': [
    table({ TBCOL1: 1, TBCOL2: 6, TFORM2: "'E4.1    '", TFORM1: "'I4      '" }, undefined, 'TABLE'),
    'fits-bad-row-width',
    'cat.fits, HDU 1, column X: the column ends beyond its row (TBCOL2, TFORM2, ' +
      'NAXIS1) (found characters 6 to 9, expected at most 8)',
  ],
  'ASCII table: no TBCOL': [
    table({ TBCOL1: 1, TFORM2: "'E4.1    '", TFORM1: "'I4      '" }, undefined, 'TABLE'),
    'fits-missing-keyword',
    'cat.fits, HDU 1: keyword TBCOL2 is missing (expected a whole number, 1 or more)',
  ],
  'ASCII table: no number': [
    table(
      { TBCOL1: 1, TBCOL2: 5, TFORM2: "'E4.1    '", TFORM1: "'I4      '" },
      ascii('   1 1.5   2 2.5   3 2.x'),
      'TABLE',
    ),
    'fits-bad-value',
    "cat.fits, HDU 1, row 3, column X: the field holds no number of its format (found ' 2.x', expected E4.1)",
  ],
  'ASCII table: no whole number': [
    table(
      { TBCOL1: 1, TBCOL2: 5, TFORM2: "'E4.1    '", TFORM1: "'I4      '" },
      ascii('   1 1.5 2.5 2.5   3 2.5'),
      'TABLE',
    ),
    'fits-bad-value',
    "cat.fits, HDU 1, row 2, column N: the field holds no number of its format (found ' 2.5', expected I4)",
  ],
  'ASCII table: beyond 64 bits': [
    table(
      { NAXIS1: 20, NAXIS2: 1, TFIELDS: 1, TBCOL1: 1, TFORM1: "'I20     '" },
      ascii('99999999999999999999'),
      'TABLE',
    ),
    'fits-bad-value',
    'cat.fits, HDU 1, row 1, column N: the field holds no number of its ' +
      "format (found '99999999999999999999', expected I20)",
  ],
}

describe('damage is refused with file, HDU, keyword or column, found and expected', () => {
  test.each(Object.entries(CASES))('%s', async (_, [bytes, tag, message]) => {
    const error = await refusal(readFitsTable(asSource(bytes), { hdu: 1 }))
    expect(error.message).toBe(message)
    expect(error.tag).toBe(tag)
    expect(error.place.file).toBe('cat.fits')
  })
})

describe('what is not there is named, with what is', () => {
  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      'HDU by number',
      () => readFitsTable(asSource(table()), { hdu: 2 }),
      'fits-missing-hdu',
      'cat.fits: the file has no HDU 2 (found 0 (primary), 1 STARS, expected HDU 2)',
    ],
    [
      'HDU by name',
      () => readFitsTable(asSource(table()), { hdu: 'LDAC_OBJECTS' }),
      'fits-missing-hdu',
      "cat.fits: the file has no HDU 'LDAC_OBJECTS' (found 0 (primary), 1 STARS, expected HDU 'LDAC_OBJECTS')",
    ],
    [
      'any table',
      () => readFitsTable(asSource(PRIMARY)),
      'fits-missing-hdu',
      'cat.fits: the file has no table (found 0 (primary), expected BINTABLE or TABLE)',
    ],
    [
      'HDU behind a cut',
      () => readFitsTable(asSource(table({ NAXIS2: 9999 })), { hdu: 'LDAC_OBJECTS' }),
      'fits-truncated',
      'cat.fits, HDU 1: the file ends within the data of this HDU, before HDU LDAC_OBJECTS (found 2880 ' +
        'bytes, expected 79992 bytes (by BITPIX, NAXISn, PCOUNT, GCOUNT))',
    ],
    [
      'column',
      () => readFitsTable(asSource(table()), { columns: ['N', 'FLUX_PSF'] }),
      'fits-missing-column',
      'cat.fits, HDU 1, column FLUX_PSF: the table lacks the column (found columns N X, expected FLUX_PSF)',
    ],
    [
      'column of a table without any',
      () => readFitsTable(asSource(table({ TFIELDS: 0, NAXIS1: 0 })), { columns: ['N'] }),
      'fits-missing-column',
      'cat.fits, HDU 1, column N: the table lacks the column (found columns none, expected N)',
    ],
    [
      'column of two that differ in case',
      () => readFitsTable(asSource(table({ TTYPE1: "'Flux    '", TTYPE2: "'FLUX    '" })), { columns: ['flux'] }),
      'fits-ambiguous-column',
      'cat.fits, HDU 1, column flux: several columns differ in case only (found ' +
        'Flux (column 1), FLUX (column 2), expected one of them)',
    ],
    [
      'column of two of one name',
      () => readFitsTable(asSource(table({ TTYPE1: "'FLUX    '", TTYPE2: "'FLUX    '" })), { columns: ['FLUX'] }),
      'fits-ambiguous-column',
      'cat.fits, HDU 1, column FLUX: several columns have one name (found FLUX ' +
        '(column 1), FLUX (column 2), expected one of them)',
    ],
    [
      'column of two, one of them spelled as asked',
      () =>
        readFitsTable(asSource(table({ TTYPE1: "'Flux    '", TTYPE2: "'FLUX    '" })), {
          columns: [],
          wanted: ['FLUX'],
        }),
      'fits-ambiguous-column',
      'cat.fits, HDU 1, column FLUX: several columns differ in case only (found ' +
        'Flux (column 1), FLUX (column 2), expected one of them)',
    ],
  ])('%s', async (_, action, tag, message) => {
    const error = await refusal(action())
    expect(error.message).toBe(message)
    expect(error.tag).toBe(tag)
  })
})

describe('what is no table is refused by name', () => {
  test.each<[string, number, string, string]>([
    [
      'primary',
      0,
      'fits-not-table',
      'images.fits, HDU 0: the HDU is not a table (found primary, expected BINTABLE or TABLE)',
    ],
    [
      'image',
      1,
      'fits-not-table',
      'images.fits, HDU 1: the HDU is not a table (found image IMG, expected BINTABLE or TABLE)',
    ],
    [
      'tile-compressed image',
      2,
      'fits-tile-compressed',
      'images.fits, HDU 2: the HDU is a tile-compressed image, of which only the header is read: uncompress ' +
        'it first (funpack) (found tile-compressed image, RICE_1, expected a table)',
    ],
  ])('%s', async (_, hdu, tag, message) => {
    const error = await refusal(readFitsTable(fixture('images.fits'), { hdu }))
    expect(error.message).toBe(message)
    expect(error.tag).toBe(tag)
  })

  test('tile-compressed table', async () => {
    const error = await refusal(readFitsTable(asSource(table({ ZTABLE: 'T' }))))
    expect(error.message).toBe(
      'cat.fits, HDU 1: the HDU is a tile-compressed table, of which only the header is read: uncompress ' +
        'it first (funpack) (found tile-compressed table, expected a table)',
    )
  })

  test('random groups, passed over with their right size', async () => {
    const groups = hduBytes(
      [
        ['SIMPLE', 'T'],
        ['BITPIX', -32],
        ['NAXIS', 3],
        ['NAXIS1', 0],
        ['NAXIS2', 10],
        ['NAXIS3', 20],
        ['GROUPS', 'T'],
        ['PCOUNT', 5],
        ['GCOUNT', 7],
      ],
      new Uint8Array(4 * 7 * (5 + 200)),
    )
    const source = asSource(joined(groups, table().subarray(2880)))
    expect((await readFitsHeaders(source)).map(({ kind, dataBytes }) => [kind, dataBytes])).toEqual([
      ['random groups', 5740],
      ['binary table', 24],
    ])
    expect((await refusal(readFitsTable(source, { hdu: 0 }))).message).toBe(
      'cat.fits, HDU 0: the HDU is not a table (found random groups, expected BINTABLE or TABLE)',
    )
    expect((await readFitsTable(source)).rowCount).toBe(3)
  })
})

describe('what is tolerated', () => {
  test('a last block without its padding', async () => {
    const whole = await readFitsTable(asSource(table()))
    expect(await readFitsTable(asSource(table().subarray(0, 2 * 2880 + 24)))).toEqual(whole)
  })

  test('filler behind the last HDU', async () => {
    expect((await readFitsHeaders(asSource(joined(table(), new Uint8Array(2880))))).length).toBe(2)
    expect((await readFitsHeaders(asSource(joined(table(), ascii('\n'))))).length).toBe(2)
  })

  test('headers of a file whose data are cut', async () => {
    const hdus = await readFitsHeaders(asSource(table({ NAXIS2: 1000 })))
    expect(hdus.map(({ missingBytes }) => missingBytes)).toEqual([0, 5120])
  })

  test('characters outside ASCII in a comment', async () => {
    const bytes = table()
    bytes.set([0x2f, 0xe9, 0xff], 2880 + 5 * 80 + 40)
    expect((await readFitsTable(asSource(bytes))).rowCount).toBe(3)
  })

  test('columns without a name', async () => {
    expect((await readFitsTable(asSource(table({ TTYPE2: undefined })))).columns.map(({ name }) => name)).toEqual([
      'N',
      'col2',
    ])
  })
})

describe('compressed files', () => {
  const bytes = new Uint8Array(readFileSync(resolve(fixtures, 'ldac.fits')))
  const gz = memorySource('cat.fits', new Uint8Array(gzipSync(bytes)))

  test('gzip is known by its magic, not its name', async () => {
    const source = await openFitsSource(gz, unpack)
    expect([source.name, source.byteLength]).toEqual(['cat.fits', bytes.length])
    expect((await readFitsTable(source, { hdu: 2 })).rowCount).toBe(3)
    expect((await gunzipSource(gz, unpack)).byteLength).toBe(bytes.length)
  })

  test('FITS is left alone', async () => {
    const plain = memorySource('cat.fits.gz', bytes)
    expect(await openFitsSource(plain, unpack)).toBe(plain)
  })

  test('gzip that is cut short is damage', async () => {
    const cut = memorySource('cat.fits.gz', new Uint8Array(gzipSync(bytes)).subarray(0, 500))
    const error = await refusal(openFitsSource(cut, unpack))
    expect(error.message).toBe(
      'cat.fits.gz: the gzip file is damaged or cut short (found unexpected end of file, expected a whole gzip file)',
    )
    expect(error.tag).toBe('fits-bad-gzip')
  })

  test.each([
    ['Unix compress (.Z)', [0x1f, 0x9d, 0x90]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['zip', [0x50, 0x4b, 0x03, 0x04]],
    ['Unix pack', [0x1f, 0x1e]],
  ])('%s is refused by name, opened or read', async (name, magic) => {
    const source = memorySource('cat.fits.Z', Uint8Array.from([...magic, 1, 2, 3]))
    for (const action of [openFitsSource(source, unpack), readFitsHeaders(source)]) {
      const error = await refusal(action)
      expect(error.tag).toBe('fits-compressed')
      expect(error.message).toBe(
        `cat.fits.Z: the file is compressed with ${name}, which is not read here: uncompress ` +
          `it first (found ${name}, expected FITS, or FITS in gzip)`,
      )
    }
  })

  test('gzip without a way to unpack it is refused as well', async () => {
    expect((await refusal(openFitsSource(gz))).tag).toBe('fits-compressed')
    expect((await refusal(readFitsHeaders(gz))).tag).toBe('fits-compressed')
  })
})

describe('the image header in a FITS_LDAC', () => {
  test.each(['ldac.fits', 'ldac_untold.fits'])('%s', async (file) => {
    const [{ header } = { header: undefined }] = await ldacImageHeaders(fixture(file))
    expect(header!.cards.map(({ keyword }) => keyword)).toEqual([
      'SIMPLE',
      'BITPIX',
      'NAXIS',
      'EXPTIME',
      'FILTER',
      'MJD-OBS',
    ])
    expect(header!.get('MJD-OBS')).toBe(56643.123456789)
    expect((await refusal(() => header!.requireText('BAND'))).message).toBe(
      `${file}, HDU LDAC_IMHEAD: keyword BAND is missing (expected a text value)`,
    )
  })

  test('cards padded with NUL are read as if with blanks', async () => {
    const text = "FILTER  = 'g'".padEnd(80, '\0') + 'EXPTIME =                   90'.padEnd(80, '\0')
    const bytes = table(
      {
        EXTNAME: "'LDAC_IMHEAD'",
        TFIELDS: 1,
        NAXIS1: 160,
        NAXIS2: 1,
        TFORM1: "'160A    '",
        TTYPE1: "'Field Header Card'",
      },
      ascii(text),
    )
    const [{ header } = { header: undefined }] = await ldacImageHeaders(asSource(bytes))
    expect([header!.get('FILTER'), header!.get('EXPTIME')]).toEqual(['g', 90])
  })

  test('a file without one has none', async () => {
    expect(await ldacImageHeaders(asSource(table()))).toEqual([])
  })

  test('one that holds no cards is refused', async () => {
    const name = { EXTNAME: "'LDAC_IMHEAD'" }
    expect((await refusal(ldacImageHeaders(asSource(table(name))))).message).toBe(
      'cat.fits, HDU 1, column Field Header Card: the table lacks the image ' +
        'header (found N (J), X (E), expected a column of text)',
    )
    const empty = table({
      ...name,
      TFIELDS: 1,
      NAXIS1: 24,
      NAXIS2: 1,
      TFORM1: "'24A     '",
      TTYPE1: "'Field Header Card'",
    })
    expect((await refusal(ldacImageHeaders(asSource(empty)))).message).toBe(
      'cat.fits, HDU 1, column Field Header Card: the image header does not begin with a keyword ' +
        "(found '                        ', expected cards of 80 characters)",
    )
  })
})
