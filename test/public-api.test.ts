import { expect, test } from 'vitest'
import * as api from '../src/index.js'
import { tableOf } from '../src/table/columns.js'

test('the exported names', () => {
  expect(Object.keys(api).sort()).toMatchSnapshot()
})

test('toArrow keeps types, 64-bit ids and text', () => {
  const arrow = api.toArrow(
    tableOf([
      { name: 'source_id', type: 'i64', values: BigInt64Array.of(5057395837252927616n, -1n) },
      { name: 'mag', type: 'f32', values: Float32Array.of(17.5, NaN) },
      { name: 'cut', type: 'string', values: ['used', 'outlier'] },
      { name: 'good', type: 'bool', values: Uint8Array.of(1, 0) },
    ]),
  )
  expect(arrow.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual([
    'source_id Int64',
    'mag Float32',
    'cut Utf8',
    'good Bool',
  ])
  expect(arrow.get(0)?.toJSON()).toEqual({ source_id: 5057395837252927616n, mag: 17.5, cut: 'used', good: true })
})
