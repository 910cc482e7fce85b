import { beforeAll, describe, expect, test } from 'vitest'
import { verifyCatalog } from '../../src/catalog/verify/index.js'
import { InputError } from '../../src/errors.js'
import { memorySource } from '../../src/formats/bytes.js'
import { seededRandom } from '../../src/math/random.js'
import { buildInMemory, tools, type MemoryStore } from './memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from './simulated-rows.js'

const SOAK = process.env['BLISS_SOAK'] !== undefined
const DAMAGES = SOAK ? 1000 : 100

let store: MemoryStore

beforeAll(async () => {
  store = (await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(4000, 5)))], { maxRowsPerFile: 1500 })).store
})

function verifyInMemory(files: MemoryStore, quick = false) {
  return verifyCatalog(
    {
      name: 'store',
      gapBytes: 1024,
      exists: (path) => Promise.resolve(files.has(path)),
      list: () => Promise.resolve([...files.keys()].sort()),
      open(path) {
        const bytes = files.get(path)
        if (bytes === undefined) return Promise.reject(new InputError('unreadable-file', 'the file cannot be read: there is no such file or directory', { file: `store/${path}` }))
        return Promise.resolve(memorySource(`store/${path}`, bytes))
      },
    },
    { ...tools, quick },
  )
}

describe('catalog verify on a store', () => {
  test('finds nothing in a sound one', async () => {
    const report = await verifyInMemory(store)
    expect(report).toMatchObject({ kind: 'store', rows: 4000, files: store.size, findings: [], unnamed: [], notChecked: [] })
  })

  test(`finds every byte that is flipped and every file that is cut (${DAMAGES} damages), and names the file`, async () => {
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
      const { findings } = await verifyInMemory(damaged, n % 3 !== 0)
      expect(findings.map((finding) => finding.file), `${path}: ${cut ? 'cut at' : 'flipped'} ${at}`).toContain(`store/${path}`)
    }
  })

  test('every byte of the manifest counts, its last ones too', async () => {
    const manifest = store.get('manifest.json')!
    for (const at of [0, 1, manifest.length - 70, manifest.length - 4, manifest.length - 3, manifest.length - 2, manifest.length - 1]) {
      for (const value of [0x20, 0x0a, 0x30, 0x80]) {
        const bytes = manifest.slice()
        if (bytes[at] === value) continue
        bytes[at] = value
        expect((await verifyInMemory(new Map(store).set('manifest.json', bytes), true)).findings.length, `${value} at ${at}`).toBeGreaterThan(0)
      }
    }
    expect((await verifyInMemory(new Map(store).set('manifest.json', manifest.slice(0, -1)), true)).findings).toHaveLength(1)
  })

  test('a file that is missing, and one that does not belong', async () => {
    for (const path of store.keys()) {
      const without = new Map(store)
      without.delete(path)
      const { findings } = await verifyInMemory(without, true)
      expect(findings.map(({ message }) => message).join('\n'), path).toContain(`store/${path}: the file`)
    }
    const more = new Map(store).set('dataset/Norder=0/Dir=0/.bliss-tmp-1', new Uint8Array(3))
    expect((await verifyInMemory(more)).findings.map(({ message }) => message)).toEqual(['store/dataset/Norder=0/Dir=0/.bliss-tmp-1: the file does not belong to the catalogue'])
  })
})
