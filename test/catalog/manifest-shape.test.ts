import { beforeAll, expect, test } from 'vitest'
import { parseManifest } from '../../src/catalog/manifest.js'
import { InputError } from '../../src/errors.js'
import { buildInMemory, tools } from './memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from './simulated-rows.js'

let manifest: Record<string, unknown>
beforeAll(async () => {
  const { store } = await buildInMemory([memoryInput('gaia.csv', archiveCsv(archiveRows(200, 1)))])
  manifest = JSON.parse(new TextDecoder().decode(store.get('manifest.json'))) as Record<string, unknown>
})

/** The manifest with other values, and a checksum that is right. */
function signed(values: object): Uint8Array {
  const { check: _check, ...body } = { ...manifest, ...values } as Record<string, unknown>
  const text = JSON.stringify(body)
  return new TextEncoder().encode(`${text.slice(0, -1)},"check":"${tools.sha256(new TextEncoder().encode(text))}"}\n`)
}
const parse = (values: object) => parseManifest(signed(values), 'manifest.json', tools.sha256)

test('signed again without a change it is read', async () => expect((await parse({})).name).toBe('gaia_dr2'))

test.each([
  'name',
  'release',
  'epochYr',
  'rowCount',
  'fileCount',
  'columns',
  'coverage',
  'keptOut',
  'checksums',
  'partitions',
])('%s of another type is refused by name', async (key) => {
  for (const value of [{}, [], 7.5, -1, null, ['x'], [[1]], true, 'NaN', 1e300, { order: 99, ranges: [] }]) {
    const isRight =
      { name: 'NaN', release: 'NaN', checksums: 'NaN' }[key] === value ||
      (key === 'partitions' && Array.isArray(value) && value.length === 0)
    if (isRight || (key === 'keptOut' && JSON.stringify(value) === '{}')) continue
    await expect(parse({ [key]: value }), JSON.stringify(value)).rejects.toThrow(InputError)
    await expect(parse({ [key]: value }), JSON.stringify(value)).rejects.toThrow(
      new RegExp(`^manifest\\.json: ${key}\\S* of the manifest cannot be right`),
    )
  }
})

test.each([
  ['order 99', { coverage: { order: 99, ranges: [0, 1] } }, 'coverage.order'],
  ['a range below 0', { coverage: { order: 5, ranges: [-4, 1] } }, 'coverage.ranges[0]'],
  ['a range beyond the sky', { coverage: { order: 5, ranges: [0, 1e15] } }, 'coverage.ranges[1]'],
  ['ranges that descend', { coverage: { order: 5, ranges: [4, 2] } }, 'coverage.ranges[1]'],
  ['half a range', { coverage: { order: 5, ranges: [4] } }, 'coverage.ranges'],
  ['text for a number', { coverage: { order: 5, ranges: ['NaN', 2] } }, 'coverage.ranges[0]'],
  ['a block that ends before it starts', { partitions: [[0, 60, 10, 1]] }, 'partitions[0]'],
  ['a block of three numbers', { partitions: [[0, 60, 90]] }, 'partitions[0]'],
  [
    'no position',
    {
      columns: [
        { star: 'sourceId', name: 'a', type: 'i64' },
        ...['mag', 'bp', 'rp'].map((star) => ({ star, name: star, type: 'f32' })),
      ],
    },
    'columns',
  ],
])('%s is refused by its place', async (_name, values, place) => {
  await expect(parse(values)).rejects.toThrow(`manifest.json: ${place}`)
})
