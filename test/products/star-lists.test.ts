import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseListName } from '../../src/exposure/catalogue-list.js'
import {
  listStars,
  STAR_LIST_COLUMNS,
  starLists,
  type SearchExposure,
  type TemplateCatalogue,
} from '../../src/products/star-lists.js'
import { tableOf } from '../../src/table/columns.js'
import { seededRandom } from '../../src/math/random.js'

const folder = resolve(import.meta.dirname, '../fixtures/legacy')
const list = parseListName('D00668439_r4p5_red_catlist.csv')!

interface Expected {
  readonly corners: readonly (readonly [number, number])[]
  readonly detections: number
  readonly stars: readonly string[]
  readonly vetoes: readonly string[]
}
const expected = JSON.parse(readFileSync(resolve(folder, 'star-lists-expected.json'), 'utf8')) as Record<
  'plain' | 'wrap',
  Expected
>

const catalogue = (name: string, rows: readonly (readonly number[])[], system = 'des-ab'): TemplateCatalogue => ({
  name,
  system,
  table: tableOf(
    STAR_LIST_COLUMNS.map((column, k) => ({
      name: column,
      type: 'f64',
      values: Float64Array.from(rows, (row) => row[k]!),
    })),
  ),
})

function template(label: string, k: number): TemplateCatalogue {
  const name = `star-lists-${label}-${k}.csv`
  const [, ...lines] = readFileSync(resolve(folder, name), 'utf8').trimEnd().split('\n')
  return catalogue(
    name,
    lines.map((line) => line.split(',').map(Number)),
  )
}

const search = (corners: readonly (readonly [number, number])[]): SearchExposure => ({
  list,
  band: 'i',
  cornersRaDeg: corners.map(([ra]) => ra),
  cornersDecDeg: corners.map(([, dec]) => dec),
})

describe.each(['plain', 'wrap'] as const)('star and veto lists, %s field', (label) => {
  const exposure = search(expected[label].corners)
  const templates = [1, 2, 3].map((k) => template(label, k))

  test('are those of numpy, line by line', () => {
    const stars = listStars(templates, exposure)
    const [snstar, snveto] = starLists(stars, exposure)
    expect([snstar!.name, snveto!.name]).toEqual(['SNSTAR_668439_r4p5.LIST', 'SNVETO_668439_r4p5.LIST'])
    expect(new TextDecoder().decode(snstar!.bytes)).toBe(
      [
        '# ASSOC format for Sextractor input.',
        '# Star Source: SNSTAR table, CATALOG= r4p5',
        '# NVAR: 5',
        '# VARNAMES:\tOBJID\tRA\tDEC\tmag_i\tmagerr_i',
        ...expected[label].stars,
        '',
      ].join('\n'),
    )
    expect(new TextDecoder().decode(snveto!.bytes).split('\n').slice(2)).toEqual([
      '# NVAR: 7',
      '# VARNAMES:\tOBJID\tRA\tDEC\tmag_i\tmagerr_i\tradius\tvtype',
      ...expected[label].vetoes,
      '',
    ])
  })

  test('use every detection once, whatever the order of templates and rows', () => {
    const stars = listStars(templates, exposure)
    expect(stars.reduce((sum, star) => sum + star.detections, 0)).toBe(expected[label].detections)
    expect(Math.max(...stars.map((star) => star.detections))).toBeGreaterThan(3) // pairs of stars seen several times
    const random = seededRandom(5)
    const rows = [3, 1, 2].flatMap((k) => {
      const { table } = template(label, k)
      return Array.from({ length: table.rowCount }, (_, row) =>
        table.columns.map((column) => (column.values as Float64Array)[row]!),
      )
    })
    const shuffled = rows
      .map((row) => ({ row, at: random.uniform() }))
      .sort((a, b) => a.at - b.at)
      .map(({ row }) => row)
    const text = (of: typeof stars) => starLists(of, exposure).map(({ bytes }) => new TextDecoder().decode(bytes))
    expect(text(listStars([catalogue('all', shuffled)], exposure))).toEqual(text(stars))
  })
})

test('templates of different systems are refused by name', () => {
  const rows = [[10, 10, 15, 0.005, 0, 0, 0]]
  const templates = [catalogue('D00000001_r1p1_ZP.csv', rows), catalogue('D00000002_r1p1_ZP.csv', rows, 'catalog')]
  expect(() =>
    listStars(
      templates,
      search([
        [9, 9],
        [11, 11],
      ]),
    ),
  ).toThrow(
    'D00000002_r1p1_ZP.csv: the templates are of different photometric systems: calibrate all of them with ' +
      'one --system (found system catalog, expected system des-ab, as D00000001_r1p1_ZP.csv)',
  )
})

test('uncalibrated magnitudes, NaN and the bounds of the cuts', () => {
  const good = [10, 10, 15, 0.005, 0, 0, 0]
  const changed = (k: number, value: number) =>
    good.map((old, i) => (i === k ? value : i === 0 ? 10 + 0.01 * k + Math.abs(value) * 1e-3 : old))
  const kept = (rows: readonly (readonly number[])[]) =>
    listStars(
      [catalogue('t', rows)],
      search([
        [9, 9],
        [12, 12],
      ]),
    ).length
  expect(kept([good])).toBe(1)
  expect(
    kept([
      changed(2, -9999),
      changed(2, NaN),
      changed(2, 12),
      changed(2, 21.5),
      changed(3, 0),
      changed(3, 0.0111),
      changed(3, NaN),
      changed(4, 0.003),
      changed(4, NaN),
      changed(5, 1),
      changed(6, 1),
    ]),
  ).toBe(0)
  expect(kept([changed(2, 12.001), changed(2, 21.499), changed(3, 0.011), changed(4, 0.00299), changed(4, -1)])).toBe(5)
})

test('a template without a column is named', () => {
  const { table } = catalogue('t', [[10, 10, 15, 0.005, 0, 0, 0]])
  const narrow = {
    name: 'D1_ZP.csv',
    system: 'des-ab',
    table: { ...table, columns: table.columns.filter(({ name }) => name !== 'IMAFLAGS_ISO') },
  }
  expect(() =>
    listStars(
      [narrow],
      search([
        [9, 9],
        [11, 11],
      ]),
    ),
  ).toThrow('D1_ZP.csv, column IMAFLAGS_ISO: the calibrated catalogue lacks a column')
})
