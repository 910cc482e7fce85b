import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manifestText, parseManifest } from '../../src/batch/manifest.js'

describe('one path per line', () => {
  test('comments and empty lines count as nothing, but as lines', () => {
    const rows = parseManifest(
      '# a night\r\n\r\nn1/D1_r1p1_red_catlist.csv\r\n  n2/with, comma/D2_r1p1_red_catlist.csv  \n',
      'm.txt',
    )
    expect(rows).toEqual([
      { line: 3, list: 'n1/D1_r1p1_red_catlist.csv' },
      { line: 4, list: 'n2/with, comma/D2_r1p1_red_catlist.csv' },
    ])
  })

  test.each([
    ['file\nhttps://user:s3cr3t@host/y.fits?signature=SIG\n', 'm, line 2, column file'],
    ['https://user:s3cr3t@host/y.fits?signature=SIG\n', 'm, line 1, column list'],
    ['list,outdir\na_red_catlist.csv,http://u:s3cr3t@x/out\n', 'm, line 2, column outdir'],
  ])('an address is refused, and its password not told: %j', (text, place) => {
    let told = ''
    try {
      parseManifest(text, 'm')
    } catch (error) {
      told = (error as Error).message
    }
    expect(told).toMatch(new RegExp(`^${place}: the manifest names an address \\(found https?://.*expected a path`))
    expect(told).not.toMatch(/s3cr3t|SIG/)
  })

  test('a manifest without an exposure is an error', () => {
    expect(() => parseManifest('# nothing\n', 'm.txt')).toThrow(
      'm.txt: the manifest names no exposure (expected the column list or file, or one path of a catalogue ' +
        'list, an image or a catalogue per line)',
    )
  })
})

describe('images and catalogues', () => {
  test('one path per line: names of FITS are files, others are lists', () => {
    const text = 'n/a.fits\nn/b.fits.fz\nn/c.FTS.gz\nn/d.cat\nn/e.fz\nn/D1_r1p1_red_catlist.csv\nn/notes\n'
    expect(parseManifest(text, 'm').map((row) => ('file' in row ? row.file : [row.list]))).toEqual([
      ...['n/a.fits', 'n/b.fits.fz', 'n/c.FTS.gz', 'n/d.cat', 'n/e.fz'],
      ...[['n/D1_r1p1_red_catlist.csv'], ['n/notes']],
    ])
  })

  test('the columns list and file, one of them in each row', () => {
    expect(parseManifest('file,list,outdir\na.txt,,out\n,D1_r1p1_red_catlist.csv,\n', 'm.csv')).toEqual([
      { line: 2, file: 'a.txt', outdir: 'out' },
      { line: 3, list: 'D1_r1p1_red_catlist.csv' },
    ])
  })
})

describe('CSV', () => {
  test('columns in any order; an empty cell is not named', () => {
    const rows = parseManifest(
      'ccd,list,outdir\n"1,3-60",a/D1_r1p1_red_catlist.csv,out/1\nall,b/D2_r1p1_red_catlist.csv,\n',
      'm.csv',
    )
    expect(rows).toEqual([
      { line: 2, list: 'a/D1_r1p1_red_catlist.csv', outdir: 'out/1', ccd: '1,3-60' },
      { line: 3, list: 'b/D2_r1p1_red_catlist.csv', ccd: 'all' },
    ])
  })

  test.each([
    [
      'list,out\na,b\n',
      'm.csv, line 1, column out: the manifest has a column that means nothing here (expected list, file, outdir, ccd)',
    ],
    [
      'list,ccd\na,1,3\n',
      'm.csv, line 2: a line of the manifest has another number of cells than its header (found 3 cells, ' +
        'expected 2; a cell with a comma, such as "1,3-60", needs quotes)',
    ],
    ['list,ccd\n\n,1\n', 'm.csv, line 3, column list: a line of the manifest names no list'],
    ['file,ccd\n,1\n', 'm.csv, line 2, column file: a line of the manifest names no file'],
    [
      'file,list\na.fits,b.csv\n',
      'm.csv, line 2, column file: a line of the manifest names a list and a file ' +
        '(found b.csv and a.fits, expected a line for each)',
    ],
  ])('what cannot be used is named with its line: %j', (text, message) => {
    expect(() => parseManifest(text, 'm.csv')).toThrow(message)
  })

  test('what is written is read again', () => {
    const path = fc
      .stringMatching(/^[A-Za-z0-9_./,"-]{1,20}$/)
      .filter((text) => text.trim() === text && !text.startsWith('#'))
    const row = fc.record({
      list: path,
      outdir: fc.option(path, { nil: undefined }),
      ccd: fc.option(fc.constantFrom('1', 'all', '1,3-60'), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const read = parseManifest(manifestText(rows as Parameters<typeof manifestText>[0]), 'm.csv')
        expect(read.map(({ line: _line, ...row }) => ({ outdir: undefined, ccd: undefined, ...row }))).toEqual(rows)
      }),
      { seed: 5 },
    )
  })
})

test('a column that is there twice is refused', () => {
  expect(() => parseManifest('list,outdir,list\na,b,c\n', 'm.csv')).toThrow(
    'm.csv, line 1, column list: several columns have one name, and nothing tells which is meant (found list (column 1), list (column 3)',
  )
})
