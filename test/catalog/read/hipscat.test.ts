import { expect, test } from 'vitest'
import { foreignHats } from '../../support/foreign-hats.js'
import { openInMemory, type MemoryStore } from '../memory-store.js'
import { archiveRows } from '../simulated-rows.js'

const rows = archiveRows(200, 3)
const text = (content: string) => new TextEncoder().encode(content)
const INFO = text(
  JSON.stringify({ catalog_name: 'gaia', catalog_type: 'object', total_rows: 200, ra_column: 'ra', dec_column: 'dec' }),
)

/** The files of a catalogue without HATS' own lists, its cells beside `catalog_info.json` as hipscat had them. */
async function older(marks: Record<string, Uint8Array>): Promise<MemoryStore> {
  const files = await foreignHats(rows, { fillers: 0 })
  const cells = [...files].filter(([path]) => path.endsWith('.parquet'))
  return new Map([
    ...cells.map(([path, bytes]) => [path.replace('dataset/', ''), bytes] as const),
    ...Object.entries(marks),
  ])
}

test.each([
  ['catalog_info.json', { 'catalog_info.json': INFO }],
  [
    'catalog_info.json',
    { 'catalog_info.json': INFO, 'partition_info.csv': text('Norder,Dir,Npix,num_rows\n0,0,0,20\n') },
  ],
  ['provenance_info.json', { 'provenance_info.json': text('{"tool_name":"hipscat_import"}') }],
  ['Norder=0', {}],
])('%s without properties: the older layout is named, with the way out', async (found, marks) => {
  const message =
    'store: this is a hipscat catalogue, the layout before HATS, which is not read: convert ' +
    'it with the `hats` package, or build a store from its files ' +
    `(bliss-calib catalog build --from store --to DIR) (found ${found}, expected hats.properties)`
  await expect(openInMemory(await older(marks))).rejects.toMatchObject({ tag: 'older-catalog', message })
})

test('of a collection, the catalogue that it names', async () => {
  const inside = [...(await older({ 'catalog_info.json': INFO }))].map(
    ([path, bytes]) => [`gaia/${path}`, bytes] as const,
  )
  const store = new Map([...inside, ['collection.properties', text('hats_primary_table_url=gaia\n')]])
  await expect(openInMemory(store)).rejects.toThrow('store/gaia: this is a hipscat catalogue')
})

test('with HATS lists beside it catalog_info.json is no obstacle', async () => {
  const files = (await foreignHats(rows, { fillers: 0 })).set('catalog_info.json', INFO)
  expect((await openInMemory(files)).rowCount).toBe(200)
})

test('an empty directory is no catalogue of any kind', async () => {
  await expect(openInMemory(new Map([['README', INFO]]))).rejects.toThrow(
    'store: there is no reference catalogue here (expected manifest.json)',
  )
})
