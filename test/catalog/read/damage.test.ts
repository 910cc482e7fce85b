import { beforeAll, describe, expect, test } from 'vitest'
import type { StarColumns } from '../../../src/catalog/stars.js'
import { InputError } from '../../../src/errors.js'
import { seededRandom } from '../../../src/math/random.js'
import { buildInMemory, openInMemory, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

/** A twentieth of the soak. */
const DAMAGES = process.env['BLISS_SOAK'] === '1' ? 1000 : 50
const footprint = { order: 0, ranges: Float64Array.of(0, 12) }
let store: MemoryStore
let sound: StarColumns

beforeAll(async () => {
  store = (
    await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(4000, 5)))], { maxRowsPerFile: 1500 })
  ).store
  sound = await (await openInMemory(store)).read(footprint)
})

/**
 * Reads from a store of which one file was changed: the rows, or the message of the InputError. Anything else is
 * thrown.
 */
async function outcome(path: string, bytes: Uint8Array): Promise<StarColumns | string> {
  try {
    return await (await openInMemory(new Map(store).set(path, bytes))).read(footprint)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

const random = seededRandom(77)
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!

function damaged(bytes: Uint8Array): { how: string; bytes: Uint8Array } {
  const copy = bytes.slice()
  const at =
    random.uniform() < 0.4 ? bytes.length - 1 - random.below(Math.min(bytes.length, 6000)) : random.below(bytes.length)
  switch (random.below(4)) {
    case 0:
      copy[at]! ^= 1 << random.below(8)
      return { how: `bit flipped in byte ${at}`, bytes: copy }
    case 1:
      copy[at] = random.below(256)
      return { how: `byte ${at} replaced`, bytes: copy }
    case 2:
      copy.fill(0, at, at + 64)
      return { how: `64 bytes from ${at} zeroed`, bytes: copy }
    default:
      return { how: `cut at ${at}`, bytes: copy.slice(0, at) }
  }
}

describe('a damaged store', () => {
  test(`never gives other rows: an InputError that names the file, or the same rows (${DAMAGES} damages)`, async () => {
    const files = [...store.keys()].filter(
      (path) => path.endsWith('.parquet') || path === 'manifest.json' || path === 'partitions.csv',
    )
    let refused = 0
    for (let n = 0; n < DAMAGES; n++) {
      const path = pick(files)
      const { how, bytes } = damaged(store.get(path)!)
      const found = await outcome(path, bytes)
      if (typeof found === 'string') {
        refused++
        expect(found, how).toContain(`store/${path}`)
      } else expect(found, `${path}, ${how}`).toEqual(sound)
    }
    // What stays unseen changes nothing: what no read touches (the key column, the footer, which the map stands for),
    // times in the headers of gzip.
    expect(refused).toBeGreaterThan(0.7 * DAMAGES)
  })

  test.each([
    [
      'manifest.json',
      (bytes: Uint8Array) => bytes.slice(0, 100),
      /^store\/manifest.json: the manifest of the catalogue is not JSON/,
    ],
    [
      'manifest.json',
      (bytes: Uint8Array) =>
        new TextEncoder().encode(new TextDecoder().decode(bytes).replace('"epochYr":2015.5', '"epochYr":2016.0')),
      /^store\/manifest.json: the manifest of the catalogue is damaged: its checksum differs$/,
    ],
    [
      'manifest.json',
      () => new TextEncoder().encode('{"schema":9}'),
      /^store\/manifest.json: the manifest is of another version of the store: build the store again \(found 9, expected schema 3 or 4\)$/,
    ],
  ])('%s: the message says what is wrong', async (path, change, message) => {
    expect(await outcome(path, change(store.get(path)!))).toMatch(message)
  })

  const touched = () => [...store.keys()].filter((path) => path.endsWith('.parquet'))

  test('a data file that is shorter, has a bad map or page, or is missing', async () => {
    const path = touched().find((name) => name.includes('Norder=0/Dir=0/Npix=4.') || name.endsWith('.parquet'))!
    const bytes = store.get(path)!
    const whole = { order: 0, ranges: Float64Array.of(0, 12) }
    const read = async (changed: Uint8Array | undefined) => {
      const copy = new Map(store)
      if (changed === undefined) copy.delete(path)
      else copy.set(path, changed)
      return (await openInMemory(copy)).read(whole)
    }
    await expect(read(bytes.slice(0, -1))).rejects.toThrow(
      `store/${path}: the file has another length than the manifest says (found ` +
        `${bytes.length - 1} bytes, expected ${bytes.length} bytes)`,
    )
    await expect(read(undefined)).rejects.toThrow(
      `store/${path}: the file cannot be read: there is no such file or directory`,
    )
    const { rows, mapStart } = new TextDecoder()
      .decode(store.get('partitions.csv'))
      .split('\n')
      .map((line) => line.split(',').map(Number))
      .map(([order, cell, count, , start]) => ({
        path: `Norder=${order}/Dir=0/Npix=${cell}.parquet`,
        rows: count!,
        mapStart: start!,
      }))
      .find((file) => path.endsWith(file.path))!
    expect(rows).toBeGreaterThan(0)
    const map = bytes.slice()
    map[mapStart + 3]! ^= 4
    await expect(read(map)).rejects.toThrow(
      `store/${path}: the map of row groups is damaged: its checksum differs (found `,
    )
    const page = bytes.slice()
    page[300]! ^= 4
    await expect(read(page)).rejects.toThrow(
      new RegExp(
        `^store/${path}, row group 0, column source_id: the data cannot be decoded: the checksum of a page differs`,
      ),
    )
  })

  test('no manifest: an empty directory, and a half-written one', async () => {
    await expect(openInMemory(new Map())).rejects.toThrow(
      'store: there is no reference catalogue here (expected manifest.json)',
    )
    const half = new Map(store)
    half.delete('manifest.json')
    await expect(openInMemory(half)).rejects.toThrow(
      'store: the catalogue was not built to its end (expected manifest.json)',
    )
  })
})
