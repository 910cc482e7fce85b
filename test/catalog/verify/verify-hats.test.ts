import { beforeAll, describe, expect, test } from 'vitest'
import { verifyCatalog } from '../../../src/catalog/verify/index.js'
import { InputError } from '../../../src/errors.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import { nestedIndices29, pix2ang } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { tableOf } from '../../../src/table/columns.js'
import { descriptions, tools } from '../memory-store.js'

/** A HATS catalogue of another program: two cells of order 1, no manifest, no checksums. */
interface Rows {
  key: bigint[]
  ra: number[]
  dec: number[]
}
type Files = Map<string, Uint8Array>

const text = (content: string) => new TextEncoder().encode(content)
const pathOf = (cell: number) => `dataset/Norder=1/Dir=0/Npix=${cell}.parquet`

function rowsOf(cell: bigint, count: number): Rows {
  const random = seededRandom(Number(cell) + 3)
  const found: { key: bigint; ra: number; dec: number }[] = []
  while (found.length < count) {
    const [ra, dec] = [360 * random.uniform(), (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI]
    const key = nestedIndices29(Float64Array.of(ra), Float64Array.of(dec))[0]!
    if (key >> 56n === cell) found.push({ key, ra, dec })
  }
  found.sort((a, b) => (a.key < b.key ? -1 : 1))
  return { key: found.map(({ key }) => key), ra: found.map(({ ra }) => ra), dec: found.map(({ dec }) => dec) }
}

async function fileOf({ key, ra, dec }: Rows): Promise<Uint8Array> {
  return writeParquet(
    tableOf([
      { name: '_healpix_29', type: 'i64', values: BigInt64Array.from(key) },
      { name: 'ra', type: 'f64', values: Float64Array.from(ra) },
      { name: 'dec', type: 'f64', values: Float64Array.from(dec) },
    ]),
  )
}

let sound: Files
const eleven = rowsOf(11n, 60)

beforeAll(async () => {
  sound = new Map([
    [
      'hats.properties',
      text(
        'obs_collection=other\ndataproduct_type=object\nhats_nrows=100\nhats_col_ra=ra\nhats_col_dec=dec\nhats_col_healpix=_healpix_29\nhats_col_healpix_order=29\n',
      ),
    ],
    ['partition_info.csv', text('Norder,Npix\n1,11\n1,44\n')],
    ['dataset/_common_metadata', await fileOf({ key: [], ra: [], dec: [] })],
    [pathOf(11), await fileOf(eleven)],
    [pathOf(44), await fileOf(rowsOf(44n, 40))],
    ['point_map.fits', text('a map')],
  ])
})

async function messages(files: Files): Promise<string[]> {
  const report = await verifyCatalog(
    {
      name: 'other',
      gapBytes: 0,
      exists: (path) => Promise.resolve(files.has(path)),
      list: () => Promise.resolve([...files.keys()]),
      open: (path) =>
        files.has(path)
          ? Promise.resolve(memorySource(`other/${path}`, files.get(path)!))
          : Promise.reject(new InputError('unreadable-file', 'the file cannot be read', { file: `other/${path}` })),
    },
    { ...tools, descriptions },
  )
  expect(report.kind).toBe('hats')
  expect(report.notChecked).toContain('there are no checksums: the catalogue was not made by catalog build')
  return report.findings.map(({ message }) => message)
}

/** The same with the rows of cell 11 changed. */
async function withRows(change: (rows: Rows) => void): Promise<string[]> {
  const rows: Rows = { key: [...eleven.key], ra: [...eleven.ra], dec: [...eleven.dec] }
  change(rows)
  return messages(new Map(sound).set(pathOf(11), await fileOf(rows)))
}

const swap = (values: unknown[], i: number, j: number) => ([values[i], values[j]] = [values[j], values[i]])

describe("another program's HATS catalogue", () => {
  test('nothing is wrong with a sound one', async () => expect(await messages(sound)).toEqual([]))

  test('rows out of order', async () => {
    const found = await withRows(({ key, ra, dec }) => [key, ra, dec].forEach((column) => swap(column, 20, 21)))
    expect(found).toEqual([
      `other/${pathOf(11)}, row group 0, row 21, column _healpix_29: the rows do not ascend ` +
        `(found ${eleven.key[20]}, expected ${eleven.key[21]} or more)`,
    ])
  })

  test('a HEALPix column that is not the cell of the position', async () => {
    const found = await withRows(({ key }) => (key[0] = 11n << 56n))
    expect(found).toEqual([
      `other/${pathOf(11)}, row group 0, row 0, column _healpix_29: the HEALPix column is not the cell ` +
        `of the position (found ${11n << 56n}, expected ${eleven.key[0]})`,
    ])
  })

  test('a position on the border of two cells may be in either', async () => {
    const [a, b] = [eleven.key[5]! & ~1n, eleven.key[5]! | 1n].map((cell) => pix2ang(29, cell))
    const [ra, dec] = [(a!.raDeg + b!.raDeg) / 2, (a!.decDeg + b!.decDeg) / 2]
    for (const side of [0n, 1n]) {
      expect(
        await withRows((rows) => {
          rows.key[5] = (eleven.key[5]! & ~1n) | side
          rows.ra[5] = ra
          rows.dec[5] = dec
        }),
      ).toEqual([])
    }
  })

  test("a star in another file's cell", async () => {
    const there = rowsOf(12n, 1)
    const found = await withRows(({ key, ra, dec }) => {
      key.push(there.key[0]!)
      ra.push(there.ra[0]!)
      dec.push(there.dec[0]!)
    })
    expect(found[0]).toBe(
      `other/${pathOf(11)}, row group 0, row 60: the star lies outside the file's cell (found RA ` +
        `${there.ra[0]}, Dec ${there.dec[0]}: cell 12, expected cell 11 of order 1)`,
    )
    expect(found[1]).toBe(
      'other/hats.properties, column hats_nrows: the files hold another number of ' +
        'rows than the properties say (found 101, expected 100)',
    )
    expect(found).toHaveLength(2)
  })

  test.each([
    ['ra', NaN, 'NaN, expected a number in [0, 360) deg'],
    ['ra', 360, '360, expected a number in [0, 360) deg'],
    ['dec', 90.5, '90.5, expected a number in [-90, 90] deg'],
    ['dec', -Infinity, '-Infinity, expected a number in [-90, 90] deg'],
  ] as const)('%s %d', async (column, value, found) => {
    expect(await withRows((rows) => (rows[column][7] = value))).toEqual([
      `other/${pathOf(11)}, row group 0, row 7, column ${column}: the position is not on the sky (found ${found})`,
    ])
  })

  test('many wrong rows of one kind are counted, five named', async () => {
    expect(await withRows(({ dec }) => dec.fill(NaN))).toHaveLength(5)
  })

  test.each<[string, (files: Files) => void, string]>([
    ['a missing file', (files) => files.delete(pathOf(44)), `other/${pathOf(44)}: the file is missing`],
    [
      'an unexpected file',
      (files) => files.set('dataset/Norder=1/Dir=0/Npix=5.parquet', text('x')),
      'other/dataset/Norder=1/Dir=0/Npix=5.parquet: the file does not belong to the catalogue',
    ],
    [
      'a missing key',
      (files) =>
        files.set(
          'hats.properties',
          text('obs_collection=a\ndataproduct_type=object\nhats_col_ra=ra\nhats_col_dec=dec\n'),
        ),
      'other/hats.properties, column hats_nrows: a key that HATS asks for is missing',
    ],
    [
      'a cell inside another',
      (files) => files.set('partition_info.csv', text('Norder,Npix\n1,11\n1,44\n2,45\n')),
      'other/partition_info.csv: a cell lies inside another that has a file too (found ' +
        'Norder 2, Npix 45, expected nothing inside Norder 1, Npix 11)',
    ],
    [
      'a cell twice',
      (files) => files.set('partition_info.csv', text('Norder,Npix\n1,11\n1,44\n1,11\n')),
      'other/partition_info.csv: a cell is listed twice (found 3, expected 2 different cells)',
    ],
    [
      'a cell that does not exist',
      (files) => files.set('partition_info.csv', text('Norder,Npix\n1,48\n')),
      'other/partition_info.csv, line 2: the list of partitions names a cell that does not ' +
        'exist (found 1,48, expected order 0 to 24 and a cell of it)',
    ],
    [
      'a column that is not there',
      (files) =>
        files.set(
          'hats.properties',
          text(new TextDecoder().decode(files.get('hats.properties')).replace('=dec', '=declination')),
        ),
      `other/${pathOf(11)}, column declination: the file has no such column that can be read`,
    ],
    [
      'no Parquet',
      (files) => files.set(pathOf(11), text('this is no Parquet file at all')),
      `other/${pathOf(11)}: the file does not end like a Parquet file`,
    ],
  ])('%s', async (_name, change, message) => {
    const files = new Map(sound)
    change(files)
    const found = await messages(files).catch((error: Error) => [error.message])
    expect(found.join('\n')).toContain(message)
  })

  test('no byte that is flipped stops the check (300 damages)', async () => {
    const random = seededRandom(8)
    for (let n = 0; n < 300; n++) {
      const path = [...sound.keys()][random.below(sound.size)]!
      const bytes = sound.get(path)!.slice()
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      await messages(
        new Map(sound).set(path, random.uniform() < 0.2 ? bytes.slice(0, random.below(bytes.length)) : bytes),
      ).catch((error: unknown) => expect(error).toBeInstanceOf(InputError))
    }
  })
})
