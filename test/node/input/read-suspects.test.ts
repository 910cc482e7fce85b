import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { readSuspects } from '../../../src/node/input/read-suspects.js'
import { tableOf } from '../../../src/table/columns.js'
import { temporaryDirectory } from '../../cli/run.js'

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryDirectory(), name)
  writeFileSync(path, content)
  return path
}

describe('lists of suspects', () => {
  test('ids stay exact above 2^53, positions and other columns may stand beside them', async () => {
    const path = file(
      'agn.csv',
      'ra,name,SOURCE_ID,dec\n53.1,a,5057395837252927616,-27.8\n53.2,b,5057395837252927617,-27.9\n',
    )
    const { sourceId, raDeg, decDeg, fileName, sha256 } = await readSuspects(path)
    expect(sourceId).toEqual(BigInt64Array.of(5057395837252927616n, 5057395837252927617n))
    expect([raDeg, decDeg]).toEqual([Float64Array.of(53.1, 53.2), Float64Array.of(-27.8, -27.9)])
    expect(fileName).toBe('agn.csv')
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('ids alone, positions alone, compressed, an empty list', async () => {
    expect(await readSuspects(file('a.csv', 'source_id\n12\n34'))).toEqual(
      expect.objectContaining({ sourceId: BigInt64Array.of(12n, 34n) }),
    )
    const gz = await readSuspects(file('a.csv.gz', gzipSync('RAJ2000,DEJ2000\n1,2\n')))
    expect(gz).toMatchObject({ raDeg: Float64Array.of(1), decDeg: Float64Array.of(2) })
    expect(gz.sourceId).toBeUndefined()
    expect((await readSuspects(file('a.csv', 'source_id\n'))).sourceId).toHaveLength(0)
  })

  test('a FITS table with positions', async () => {
    const table = tableOf([
      { name: 'RA', type: 'f64', values: Float64Array.of(10, 11) },
      { name: 'DEC', type: 'f64', values: Float64Array.of(-1, -2) },
    ])
    expect(await readSuspects(file('agn.fits', writeFitsTable(table)))).toMatchObject({
      raDeg: Float64Array.of(10, 11),
      decDeg: Float64Array.of(-1, -2),
    })
  })

  test.each([
    ['names', 'ID,RA,DEC\nV00012 Cet,10,-1\n"RR Lyr, b",11,-2\n'],
    ['no names', 'id,ra,dec\n,10,-1\n,11,-2\n'],
    ['names beside numbers', 'id;ra;dec\n12;10;-1\nV2;11;-2\n'],
  ])("a column id of %s is the list's own: the positions count", async (_, content) => {
    const { sourceId, raDeg, decDeg } = await readSuspects(file('variables.csv', content))
    expect([sourceId, raDeg, decDeg]).toEqual([undefined, Float64Array.of(10, 11), Float64Array.of(-1, -2)])
  })

  test('a column id of whole numbers stays exact', async () => {
    expect((await readSuspects(file('a.csv', 'id,ra,dec\n5057395837252927617,10,-1\n'))).sourceId).toEqual(
      BigInt64Array.of(5057395837252927617n),
    )
  })

  const rad = Math.PI / 180
  test.each([
    ['rad', 'rad', 10 * rad, -1 * rad],
    ['h', 'deg', 10 / 15, -1],
    ['hourangle', 'degree', 10 / 15, -1],
    ['arcsec', 'arcsec', 36_000, -3600],
    ['', '', 10, -1],
  ])('positions of a FITS table in %s and %s', async (raUnit, decUnit, ra, dec) => {
    const table = tableOf([
      { name: 'RA', type: 'f64', values: Float64Array.of(ra), unit: raUnit },
      { name: 'DEC', type: 'f64', values: Float64Array.of(dec), unit: decUnit },
    ])
    const { raDeg, decDeg } = await readSuspects(file('agn.fits', writeFitsTable(table)))
    expect([raDeg![0], decDeg![0]]).toEqual([expect.closeTo(10, 9), expect.closeTo(-1, 9)])
  })

  test('a unit of something else, and positions as text, are refused by name', async () => {
    const bad = tableOf([
      { name: 'RA', type: 'f64', values: Float64Array.of(1), unit: 'pix' },
      { name: 'DEC', type: 'f64', values: Float64Array.of(1), unit: 'deg' },
    ])
    await expect(readSuspects(file('agn.fits', writeFitsTable(bad)))).rejects.toThrow(
      'agn.fits, column RA: the unit of the column is not understood (found pix, expected deg, rad, h or arcsec)',
    )
    const text = tableOf([
      { name: 'RA', type: 'string', values: ['03 32 28'] },
      { name: 'DEC', type: 'string', values: ['-27 48 30'] },
    ])
    await expect(readSuspects(file('agn.fits', writeFitsTable(text)))).rejects.toThrow(
      'agn.fits, column RA: the column holds no numbers',
    )
  })

  test.each([
    [
      'neither ids nor positions',
      'name,mag\na,17\n',
      /agn\.csv, line 1: the list of suspects has neither ids nor positions \(found name, mag, expected a column source_id, or ra and dec\)/,
    ],
    [
      'an id that is no number',
      'source_id\n12\nGaia 3\n',
      /agn\.csv, line 3, column source_id: the field is not a whole number \(found "Gaia 3"/,
    ],
    ['a ragged line', 'ra,dec\n1\n', /agn\.csv, line 2: the line has another number of fields than the header/],
  ])('refuses %s', async (_, content, message) => {
    await expect(readSuspects(file('agn.csv', content))).rejects.toThrow(message)
  })

  test('a declination beyond the poles is refused, as of swapped columns', async () => {
    const table = tableOf([
      { name: 'RA', type: 'f64', values: Float64Array.of(-28.2) },
      { name: 'DEC', type: 'f64', values: Float64Array.of(150.4) },
    ])
    for (const path of [file('a.csv', 'ra,DEC\n-28.1,90\n-28.2,150.4\n'), file('a.fits', writeFitsTable(table))])
      await expect(readSuspects(path)).rejects.toThrow(
        `${path}, column DEC: the column holds no declinations (found 150.4, expected -90 to 90 degrees)`,
      )
  })

  test('refuses a missing and a damaged file', async () => {
    await expect(readSuspects('/nonexistent/agn.csv')).rejects.toThrow(
      /\/nonexistent\/agn\.csv: the list of suspects cannot be read/,
    )
    await expect(readSuspects(file('agn.csv.gz', gzipSync('source_id\n1\n').subarray(0, 15)))).rejects.toThrow(
      /the compressed file is damaged/,
    )
  })
})
