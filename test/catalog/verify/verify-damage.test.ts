import { beforeAll, describe, expect, test } from 'vitest'
import { verifyCatalog } from '../../../src/catalog/verify/index.js'
import { InputError } from '../../../src/errors.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { seededRandom } from '../../../src/math/random.js'
import { collectionInMemory, descriptions, tools, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

const SOAK = process.env['BLISS_SOAK'] !== undefined
const DAMAGES = SOAK ? 1000 : 100
/** One in so many is looked for in the rows too, which takes a hundred times as long. */
const WHOLE_EVERY = SOAK ? 10 : 50

let store: MemoryStore

beforeAll(async () => {
  store = await built(10)
})

/** A collection with a margin; the stars are dense enough for some to lie within it. */
async function built(marginArcsec: number): Promise<MemoryStore> {
  const rows = archiveRows(4000, 5)
  const dense = archiveRows(20_000, 6).filter(({ dec }) => dec > 89 || Math.abs(dec) < 0.5)
  return (
    await collectionInMemory([memoryInput('archive.csv', archiveCsv([...rows, ...dense]))], {
      maxRowsPerFile: 1500,
      marginArcsec,
    })
  ).collection
}

function verifyInMemory(files: MemoryStore, quick = false) {
  return verifyCatalog(
    {
      name: 'store',
      gapBytes: 1024,
      exists: (path) => Promise.resolve(files.has(path)),
      list: () => Promise.resolve([...files.keys()].sort()),
      open(path) {
        const bytes = files.get(path)
        if (bytes === undefined)
          return Promise.reject(
            new InputError('unreadable-file', 'the file cannot be read: there is no such file or directory', {
              file: `store/${path}`,
            }),
          )
        return Promise.resolve(memorySource(`store/${path}`, bytes))
      },
    },
    { ...tools, descriptions, quick },
  )
}

describe('catalog verify on a store', () => {
  test('finds nothing in a sound one', async () => {
    const report = await verifyInMemory(store)
    const rowsOf = (name: string) =>
      (JSON.parse(new TextDecoder().decode(store.get(`${name}/manifest.json`))) as { rowCount: number }).rowCount
    expect(rowsOf('gaia_dr2_10arcs')).toBeGreaterThan(5)
    expect(report).toMatchObject({
      kind: 'store',
      rows: rowsOf('gaia_dr2') + rowsOf('gaia_dr2_10arcs'),
      files: store.size,
      findings: [],
      unnamed: [],
      notChecked: [],
    })
  })

  test(
    `finds every byte that is flipped and every file that is cut (${DAMAGES} damages), and names the file`,
    async () => {
      const random = seededRandom(6)
      const paths = [...store.keys()]
      const sizes = paths.map((path) => store.get(path)!.length)
      for (let n = 0; n < DAMAGES; n++) {
        // Half of them anywhere in the store, by the byte; half in any file, so that the small ones are not missed.
        let at = random.below(sizes.reduce((sum, size) => sum + size, 0))
        let file = 0
        while (at >= sizes[file]!) at -= sizes[file++]!
        if (n % 2 === 0) {
          file = random.below(paths.length)
          at = random.below(sizes[file]!)
        }
        const path = paths[file]!
        const bytes = store.get(path)!.slice()
        const cut = random.uniform() < 0.3
        if (!cut) bytes[at]! ^= 1 + random.below(255)
        const damaged = new Map(store).set(path, cut ? bytes.slice(0, at) : bytes)
        const { findings } = await verifyInMemory(damaged, n % WHOLE_EVERY !== 0)
        expect(
          findings.map((finding) => finding.file),
          `${path}: ${cut ? 'cut at' : 'flipped'} ${at}`,
        ).toContain(`store/${path}`)
      }
    },
    SOAK ? 600_000 : 120_000,
  )

  test('every byte of the manifest counts, its last ones too', async () => {
    const manifest = store.get('gaia_dr2/manifest.json')!
    for (const at of [
      0,
      1,
      manifest.length - 70,
      manifest.length - 4,
      manifest.length - 3,
      manifest.length - 2,
      manifest.length - 1,
    ]) {
      for (const value of [0x20, 0x0a, 0x30, 0x80]) {
        const bytes = manifest.slice()
        if (bytes[at] === value) continue
        bytes[at] = value
        expect(
          (await verifyInMemory(new Map(store).set('gaia_dr2/manifest.json', bytes), true)).findings.length,
          `${value} at ${at}`,
        ).toBeGreaterThan(0)
      }
    }
    expect(
      (await verifyInMemory(new Map(store).set('gaia_dr2/manifest.json', manifest.slice(0, -1)), true)).findings,
    ).toHaveLength(1)
  })

  test('a collection that names no catalogue is a finding, not the end of the check', async () => {
    const text = Buffer.from(store.get('collection.properties')!)
      .toString()
      .replace('hats_primary_table_url', 'hats_primary_table_urk')
    const { findings, notChecked } = await verifyInMemory(
      new Map(store).set('collection.properties', new Uint8Array(Buffer.from(text))),
      true,
    )
    expect(findings.map(({ file }) => file)).toEqual(['store/collection.properties'])
    expect(notChecked).toContain('its catalogues: the collection does not name them')
  })

  test('nor is one that names a catalogue which is not there', async () => {
    const text = Buffer.from(store.get('collection.properties')!)
      .toString()
      .replace('table_url=gaia_dr2', 'table_url=gaia_dr7')
    const { findings } = await verifyInMemory(
      new Map(store).set('collection.properties', new Uint8Array(Buffer.from(text))),
      true,
    )
    expect(findings.map(({ message }) => message)).toContain(
      'store/collection.properties: the collection names a catalogue that is not there (found gaia_dr7)',
    )
  })

  test('a file that is missing, and one that does not belong', async () => {
    for (const path of store.keys()) {
      const without = new Map(store)
      without.delete(path)
      const { findings } = await verifyInMemory(without, true).catch((error: Error) => ({
        findings: [{ message: error.message }],
      }))
      if (path === 'collection.properties') {
        // Without it the directory is no collection, nor a catalogue.
        expect(findings.map(({ message }) => message)).toEqual([
          'store: there is no HATS catalogue here (expected hats.properties or properties)',
        ])
        continue
      }
      expect(findings.map(({ message }) => message).join('\n'), path).toContain(`store/${path}: the file`)
    }
    const more = new Map(store)
      .set('gaia_dr2/dataset/Norder=0/Dir=0/.bliss-tmp-1', new Uint8Array(3))
      .set('notes.txt', new Uint8Array(3))
    expect((await verifyInMemory(more, true)).findings.map(({ message }) => message)).toEqual([
      'store/notes.txt: the file does not belong to the collection',
      'store/gaia_dr2/dataset/Norder=0/Dir=0/.bliss-tmp-1: the file does not belong to the catalogue',
    ])
  })

  test('a margin that lacks stars, and one that holds more than it should', async () => {
    // The margin of one width under the name of another; its own properties no longer fit their checksums, which is
    // found too.
    const under = async (actual: number, named: number): Promise<string[]> => {
      const [other, files] = [await built(actual), new Map(await built(named))]
      for (const path of files.keys()) if (path.startsWith(`gaia_dr2_${named}arcs/`)) files.delete(path)
      for (const [path, bytes] of other) {
        if (!path.startsWith(`gaia_dr2_${actual}arcs/`)) continue
        const renamed = path.endsWith('properties')
          ? new TextEncoder().encode(
              new TextDecoder().decode(bytes).replace(`threshold=${actual}`, `threshold=${named}`),
            )
          : bytes
        files.set(path.replace(`_${actual}arcs/`, `_${named}arcs/`), renamed)
      }
      const { findings } = await verifyInMemory(files)
      return findings.filter(({ tag }) => tag.startsWith('margin')).map(({ message }) => message)
    }
    const lacking = await under(10, 25)
    expect(lacking.length).toBeGreaterThan(3)
    expect(lacking[0]).toMatch(
      /^store\/gaia_dr2_25arcs(\/dataset\S+)?: a star near the cell is missing from its margin \(found id \d+ at RA .*, expected all within 25 arcsec of cell \d+ of order \d+\)$/,
    )
    const excess = await under(25, 10)
    expect(excess.length).toBeGreaterThan(3)
    expect(excess[0]).toMatch(
      /a star of the margin (lies farther from the cell than its threshold|is not one of the catalogue near the cell) \(found id \d+/,
    )
  })
})
