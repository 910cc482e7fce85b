import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asFloat64, findColumn } from '../../../src/table/columns.js'
import { fitsColumns, readFitsHeaders, readFitsTable } from '../../../src/formats/fits/index.js'
import { fileSource } from '../../../src/node/disk/files.js'
import { counting, fixture, fixtures, plain } from './sample.js'

interface Expected {
  readonly type: string
  readonly values: (number | string | null)[]
  readonly lengths?: number[]
}
const { tables } = JSON.parse(readFileSync(resolve(fixtures, 'expected.json'), 'utf8')) as {
  tables: Record<string, Record<string, Record<string, Expected>>>
}

describe.each(Object.keys(tables))('%s', (file) => {
  for (const [hdu, columns] of Object.entries(tables[file]!)) {
    test.each(Object.keys(columns))('%s is what was written', async (name) => {
      const { type, values, lengths } = columns[name]!
      const table = await readFitsTable(fixture(file), { hdu: Number(hdu), columns: [name] })
      const column = table.columns[0]!
      expect(column.type).toBe(type)
      expect(plain(column)).toEqual(values)
      if (lengths !== undefined)
        expect(Array.from(column.offsets!)).toEqual(
          lengths.reduce<number[]>((sums, n) => [...sums, sums.at(-1)! + n], [0]).map((n) => n * pairs(file, name)),
        )
      else expect(column.values.length).toBe(table.rowCount * (column.width ?? 1))
    })

    test('all columns at once, in small chunks, from a file and in one, are the same', async () => {
      const whole = await readFitsTable(fixture(file), { hdu: Number(hdu) })
      for (const source of [fixture(file), await fileSource(resolve(fixtures, file))])
        expect(await readFitsTable(source, { hdu: Number(hdu), chunkBytes: 1 })).toEqual(whole)
      expect(whole.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(columns)))
    })

    test('a range of rows is that part of the table', async () => {
      const whole = await readFitsTable(fixture(file), { hdu: Number(hdu) })
      const part = await readFitsTable(fixture(file), { hdu: Number(hdu), rows: [1, 3] })
      expect(part.rowCount).toBe(2)
      part.columns.forEach((column, i) => {
        const all = whole.columns[i]!
        const [from, to] =
          all.offsets === undefined ? [all.width ?? 1, 3 * (all.width ?? 1)] : [all.offsets[1]!, all.offsets[3]!]
        expect(plain(column)).toEqual(plain(all).slice(from, to))
      })
    })
  }
})

/** Complex numbers count two elements. */
const pairs = (file: string, name: string): number => (file.startsWith('varying_') && /^[PQ][CM]$/.test(name) ? 2 : 1)

test('units, documentation and array shapes come along', async () => {
  const table = await readFitsTable(fixture('shapes.fits'), { hdu: 'shapes' })
  expect(findColumn(table, 'cube')).toMatchObject({
    width: 24,
    shape: [2, 3, 4],
    unit: 'mas/yr',
    doc: 'a cube of numbers',
  })
  expect(findColumn(table, 'words')).toMatchObject({ width: 3, shape: [3] })
  expect(findColumn(table, 'substrings')).toMatchObject({ width: 3 })
  expect(findColumn(table, 'one')).not.toHaveProperty('width')
  expect(findColumn(table, 'wrong')).toMatchObject({ width: 4 })
  expect(findColumn(table, 'wrong')).not.toHaveProperty('shape')
  expect(findColumn(table, 'pairs')).toMatchObject({ width: 4, shape: [2, 2] })
  expect(findColumn(table, 'empty')).toMatchObject({ width: 0 })
})

test('nulls of 64-bit columns keep their value and are told by nullValue', async () => {
  const table = await readFitsTable(fixture('scaled.fits'), { columns: ['null_K', 'both_K'] })
  expect(table.columns[0]!.nullValue).toBe(99n)
  expect(table.columns[1]!.nullValue).toBe(2n ** 63n + 99n)
  expect(asFloat64(table.columns[0]!)![2]).toBeNaN()
  expect(asFloat64(table.columns[1]!)![5]).toBeNaN()
})

test('column names match exactly, else without regard to case, and come back as asked', async () => {
  const table = await readFitsTable(fixture('types.fits'), {
    hdu: 'EVERY',
    columns: ['d1', 'B1'],
    wanted: ['k1', 'NOT_THERE', 'B1'],
  })
  expect(table.columns.map(({ name }) => name)).toEqual(['d1', 'B1', 'k1'])
})

test('without a number or name the first table is read', async () => {
  expect((await readFitsTable(fixture('ldac.fits'))).columns[0]!.name).toBe('Field Header Card')
})

test('columns are known from the header alone', async () => {
  const hdus = await readFitsHeaders(fixture('shapes.fits'))
  expect(fitsColumns(hdus[1]!)[0]).toMatchObject({
    name: 'cube',
    type: 'f32',
    width: 24,
    unit: 'mas/yr',
    number: 1,
    format: '24E',
  })
  expect(fitsColumns((await readFitsHeaders(fixture('ascii.fits')))[1]!).map(({ type }) => type)).toEqual([
    'string',
    'i32',
    'f64',
    'f64',
    'f64',
    'i64',
    'f64',
    'f64',
  ])
})

test('a rows range beyond the table ends with it, and a wrong one is a mistake of the program', async () => {
  expect((await readFitsTable(fixture('types.fits'), { rows: [5, 99] })).rowCount).toBe(2)
  expect((await readFitsTable(fixture('types.fits'), { rows: [50, 99] })).rowCount).toBe(0)
  await expect(readFitsTable(fixture('types.fits'), { rows: [3, 2] })).rejects.toThrow(RangeError)
})

test('headers cost one read where they lie close together, and data are passed over', async () => {
  const near = counting(fixture('images.fits'))
  const hdus = await readFitsHeaders(near)
  expect(hdus.map(({ kind, name }) => [kind, name])).toEqual([
    ['primary', undefined],
    ['image', 'IMG'],
    ['tile-compressed image', 'TILES'],
  ])
  expect(near.reads).toBe(1)
})

test('one column of one row reads the headers and that row', async () => {
  const source = counting(fixture('types.fits'))
  const hdus = await readFitsHeaders(source)
  const before = source.bytes
  await readFitsTable(source, { hdus, columns: ['J1'], rows: [2, 3] })
  expect(source.bytes - before).toBe(hdus[1]!.header.requireInteger('NAXIS1'))
})
