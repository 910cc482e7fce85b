import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findSharedIds } from '../../../src/catalog/build/shared-ids.js'
import { sortStars } from '../../../src/catalog/build/sorted-stars.js'
import { nestedIndex, nestedIndices29 } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { run } from '../../cli/run.js'
import { buildInMemory } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput, type ArchiveRow } from '../simulated-rows.js'

const scratch = mkdtempSync(join(tmpdir(), 'bliss-shared-ids-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function sorted(ids: readonly bigint[], seed = 1) {
  const random = seededRandom(seed)
  const raDeg = Float64Array.from(ids, () => 10 + random.uniform())
  const decDeg = Float64Array.from(ids, () => random.uniform())
  return sortStars({
    rowCount: ids.length,
    key: nestedIndices29(raDeg, decDeg),
    sourceId: BigInt64Array.from(ids),
    values: new Map([
      ['raDeg', raDeg],
      ['decDeg', decDeg],
    ]),
  })
}

/** Rows whose id stood before, in the order of the file, by a set. */
function repeatsOf({ chunk, order }: ReturnType<typeof sorted>): bigint[] {
  const seen = new Set<bigint>()
  const repeats: bigint[] = []
  for (const row of order) {
    const id = chunk.sourceId[row]!
    if (seen.has(id)) repeats.push(id)
    seen.add(id)
  }
  return repeats
}

describe('ids of a file against a set of them', () => {
  const count = 20_000
  const random = seededRandom(4)
  test.each([
    ['all different: running numbers', Array.from({ length: count }, (_, i) => BigInt(i))],
    ['all different: multiples of 2^35', Array.from({ length: count }, (_, i) => BigInt(i) << 35n)],
    [
      'all different: as of Gaia',
      Array.from({ length: count }, (_, i) => (BigInt(i >> 3) << 35n) | (1n << 32n) | (BigInt(i) << 7n)),
    ],
    [
      'all different: negative and large',
      Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -1n : 1n) * ((1n << 62n) - BigInt(i))),
    ],
    ['words that differ in one half alone', [1n, 1n << 32n, (1n << 32n) | 1n, 1n, 1n << 32n]],
    ['row numbers of many files', Array.from({ length: count }, (_, i) => BigInt(i % 700))],
    ['at random, few twice', Array.from({ length: count }, () => BigInt(random.below(2 ** 30)) << 20n)],
    ['one id throughout', Array.from({ length: count }, () => 0n)],
    ['one star', [5n]],
    ['no star', []],
  ])('%s', (_name, ids) => {
    const stars = sorted(ids)
    const repeats = repeatsOf(stars)
    const found = findSharedIds(stars)
    expect([found?.rows ?? 0, found?.first.sourceId]).toEqual([
      repeats.length,
      repeats.length === 0 ? undefined : String(repeats[0]),
    ])
  })
})

describe('one id at two places in a build', () => {
  const rows = archiveRows(12_000, 5)
  // Of another epoch: a second or so away.
  const moved: ArchiveRow[] = rows
    .filter((_, i) => i % 240 === 7)
    .map((row) => ({ ...row, dec: row.dec > 0 ? row.dec - 2e-4 : row.dec + 2e-4 }))
  const inOneCell = moved.filter(({ id, ra, dec }) => {
    const before = rows.find((row) => row.id === id)!
    return nestedIndex(0, ra, dec) === nestedIndex(0, before.ra, before.dec)
  })

  test('is counted and named, and both rows stay', async () => {
    expect([moved.length, inOneCell.length >= 48]).toEqual([50, true])
    const { report } = await buildInMemory([
      memoryInput('a.csv', archiveCsv(rows)),
      memoryInput('b.csv', archiveCsv(moved)),
    ])
    expect([report.rowCount, report.keptOut, report.sharedIds!.rows]).toEqual([12_050, {}, inOneCell.length])
    const { sourceId, places, separationArcsec: apart } = report.sharedIds!.first
    const named = [...rows, ...moved].filter(({ id }) => String(id) === sourceId)
    expect(named).toHaveLength(2)
    expect([...places].sort()).toEqual(named.map(({ ra, dec }) => [ra, dec]).sort())
    expect(apart).toBeCloseTo(separationArcsec(named[0]!.ra, named[0]!.dec, named[1]!.ra, named[1]!.dec), 9)
    expect(apart).toBeCloseTo(0.72, 6)
  })

  test('depends on the rows alone, not on how they come', async () => {
    const once = (await buildInMemory([memoryInput('a.csv', archiveCsv([...rows, ...moved]))])).report.sharedIds
    const others = [
      memoryInput('b.csv', archiveCsv([...moved].reverse())),
      memoryInput('a.csv', archiveCsv([...rows].reverse())),
    ]
    expect((await buildInMemory(others, { jobBytes: 1 })).report.sharedIds).toEqual(once)
  })

  test('a row that comes twice at one place is kept out and not counted here', async () => {
    const { report } = await buildInMemory([memoryInput('a.csv', archiveCsv([...rows, ...rows.slice(0, 100)]))])
    expect(report.keptOut).toEqual({ 'repeated: same id and position': 100 })
    expect(report).not.toHaveProperty('sharedIds')
  })

  test('is said by the command', async () => {
    const csv = join(scratch, 'twice.csv')
    const star = { id: 4611686018427387904n, ra: 10, dec: 20, g: 15, bp: 15.5, pmra: 1 }
    writeFileSync(
      csv,
      archiveCsv([star, star, { ...star, dec: 20.0002 }, { ...star, id: 7n }, { ...star, id: 7n, ra: 10.5 }]),
    )
    const { exitCode, out } = await run(['catalog', 'build', '--from', csv, '--to', join(scratch, 'twice')])
    expect(exitCode).toBe(0)
    expect(out).toContain('kept out: 1 row, repeated: same id and position\n')
    expect(out).toMatch(
      /^one id at two places: 2 rows kept; the first is id 7 at RA, Dec 10\.5, 20 and 10, 20, 1690 arcsec apart$/m,
    )
    expect((await run(['catalog', 'verify', join(scratch, 'twice')])).exitCode).toBe(0)
  })
})

const gaia = resolve(import.meta.dirname, '../../../../shared/real/gaia')
const real = existsSync(gaia)
  ? [
      ...readdirSync(gaia).filter((name) => /^(ocelot|pyia|tutorial|raw_pyia)/.test(name)),
      ...readdirSync(join(gaia, 'legacypipe_chunks')).map((name) => join('legacypipe_chunks', name)),
    ]
  : []

test.skipIf(real.length === 0)(
  'real Gaia rows (skipped where ../shared/real is absent): no id is found at two places in any file',
  async () => {
    let rows = 0
    for (const [i, name] of real.entries()) {
      const report = await buildCatalogDirectory([join(gaia, name)], join(scratch, `real-${i}`), {
        release: /gedr3|gdr3/.test(name) ? 'gaia_dr3' : 'gaia_dr2',
      })
      expect([name, report.sharedIds]).toEqual([name, undefined])
      rows += report.rowCount
    }
    expect(rows).toBeGreaterThan(10_000)
  },
)
