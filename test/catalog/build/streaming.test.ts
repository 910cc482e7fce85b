import { describe, expect, test } from 'vitest'
import { buildCatalog } from '../../../src/catalog/build/build.js'
import type { BuildOptions } from '../../../src/catalog/build/build-options.js'
import type { BuildInput } from '../../../src/catalog/build/build-input.js'
import { localRunner, type JobRunner } from '../../../src/catalog/build/build-runner.js'
import { countedCoverage } from '../../../src/catalog/build/counted-coverage.js'
import { CellCounts } from '../../../src/catalog/build/cell-counts.js'
import { missingSqDeg } from '../../../src/catalog/coverage.js'
import { discCover, nestedIndex, rangesAreaSqDeg } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { descriptions, memoryFolder, tools, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput, type ArchiveRow } from '../simulated-rows.js'

const SOAK = process.env['BLISS_SOAK'] !== undefined
const rows = archiveRows(5000, 12)

/** An input whose content is told from another of the same name, as a file on disk is. */
const sized = (name: string, some: readonly ArchiveRow[]): BuildInput => ({
  ...memoryInput(name, archiveCsv(some)),
  byteLength: 1000 * some.length,
  identity: `${name} ${some.length}`,
})

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  const copy = [...values]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
  }
  return copy
}

function divided(some: readonly ArchiveRow[], parts: number): BuildInput[] {
  const size = Math.ceil(some.length / parts)
  return Array.from({ length: parts }, (_, i) => sized(`part-${i}.csv`, some.slice(i * size, (i + 1) * size)))
}

const small: Partial<BuildOptions> = { maxRowsPerFile: 400, jobBytes: 1e6 }

async function built(
  inputs: readonly BuildInput[],
  options: Partial<BuildOptions> = {},
  files: MemoryStore = new Map(),
): Promise<MemoryStore> {
  const report = await buildCatalog(inputs, memoryFolder(files), { ...tools, descriptions, ...small, ...options })
  return new Map(
    [...files].flatMap(([path, bytes]) =>
      path.startsWith(`${report.path}/`) ? [[path.slice(report.path.length + 1), bytes]] : [],
    ),
  )
}

function expectSame(a: MemoryStore, b: MemoryStore, label: string): void {
  expect([...a.keys()].sort(), label).toEqual([...b.keys()].sort())
  for (const [path, bytes] of a) expect(Buffer.compare(bytes, b.get(path)!), `${label}: ${path}`).toBe(0)
}

/** A runner that counts the jobs and fails at one of them. */
function failingAt(job: number, counts: { jobs: number }, inputs: readonly BuildInput[], files: MemoryStore) {
  return (setup: Parameters<typeof localRunner>[0]): JobRunner => {
    const inner = localRunner(setup, inputs, memoryFolder(files), tools)
    const counted = <T>(run: () => Promise<T>): Promise<T> =>
      ++counts.jobs === job ? Promise.reject(new Error('killed')) : run()
    return {
      ...inner,
      read: (some, onProgress) => counted(() => inner.read(some, onProgress)),
      partition: (some) => counted(() => inner.partition(some)),
      margin: (some) => counted(() => inner.margin(some)),
    }
  }
}

describe("a store's bytes", () => {
  test('depend neither on the order of the rows nor on how they are divided into inputs and jobs', async () => {
    const once = await built([sized('all.csv', rows)])
    for (const seed of [1, 2]) {
      expectSame(await built(divided(shuffled(rows, seed), 7)), once, `shuffled ${seed}`)
    }
    expectSame(await built(divided(rows, 13).reverse(), { jobBytes: 1 }), once, 'reversed')
  })

  test('are those of each star once where inputs overlap, whichever copy comes first', async () => {
    const poorer = rows.slice(0, 2000).map((row) => ({ ...row, bp: NaN, pmra: NaN }))
    const inputs = [sized('a.csv', rows), sized('b.csv', poorer)]
    const both = await built(inputs)
    expectSame(await built([...inputs].reverse()), both, 'reversed')
    const files = await built([sized('a.csv', rows)])
    // Copies count where the sky is divided into files, so that the division may differ; the rows are those of the
    // fuller copy.
    const text = new TextDecoder().decode(both.get('gaia_dr2/manifest.json'))
    expect(JSON.parse(text)).toMatchObject({ rowCount: 5000, keptOut: { 'repeated: same id and position': 2000 } })
    expect(new TextDecoder().decode(files.get('gaia_dr2/manifest.json'))).toContain('"rowCount":5000')
  })
})

describe('a build that was interrupted', () => {
  test('goes on where it stopped, at whatever job, and ends in the same bytes', async () => {
    const inputs = divided(rows, 6)
    const undisturbed = await built(inputs)
    const files: MemoryStore = new Map()
    const all = { jobs: 0 }
    await built(inputs, { runner: failingAt(-1, all, inputs, files) }, files)
    expect(all.jobs).toBeGreaterThan(20)
    for (let stop = 1; stop <= all.jobs; stop += SOAK ? 2 : 12) {
      const interrupted: MemoryStore = new Map()
      await expect(
        built(inputs, { runner: failingAt(stop, { jobs: 0 }, inputs, interrupted) }, interrupted),
      ).rejects.toThrow('killed')
      expect([...interrupted.keys()].some((path) => path.endsWith('manifest.json') || path === 'finished.json')).toBe(
        false,
      )
      const rest = { jobs: 0 }
      expectSame(
        await built(inputs, { runner: failingAt(-1, rest, inputs, interrupted) }, interrupted),
        undisturbed,
        `stopped at job ${stop}`,
      )
      expect(rest.jobs, `stopped at job ${stop}`).toBe(all.jobs - stop + 1)
    }
  })

  test('is not led astray by another build in the same folder that was interrupted too', async () => {
    const inputs = divided(rows, 6)
    const files: MemoryStore = new Map()
    const stops = { jobs: 0 }
    await built(inputs, { runner: failingAt(-1, stops, inputs, files) }, files)
    const folder: MemoryStore = new Map()
    // Both die at their last job, with every row of their margins put aside.
    await expect(built(inputs, { runner: failingAt(stops.jobs, { jobs: 0 }, inputs, folder) }, folder)).rejects.toThrow(
      'killed',
    )
    const wider: Partial<BuildOptions> = { marginArcsec: 60 }
    const others = { jobs: 0 }
    const wide: MemoryStore = new Map(folder)
    await built(inputs, { ...wider, runner: failingAt(-1, others, inputs, wide) }, wide)
    await expect(
      built(inputs, { ...wider, runner: failingAt(others.jobs, { jobs: 0 }, inputs, folder) }, folder),
    ).rejects.toThrow('killed')
    expectSame(await built(inputs, {}, folder), await built(inputs), 'the first again')
  })

  test('reads an input again that has changed since, and only its job', async () => {
    const files: MemoryStore = new Map()
    await built(divided(rows, 6), {}, files)
    const changed = divided(rows, 6)
    changed[2] = sized('part-2.csv', rows.slice(1670, 2400))
    const jobs: string[] = []
    const runner = (setup: Parameters<typeof localRunner>[0]): JobRunner => {
      const inner = localRunner(setup, changed, memoryFolder(files), tools)
      return { ...inner, read: (job, onProgress) => (jobs.push(...job.inputs), inner.read(job, onProgress)) }
    }
    const after = await built(changed, { runner }, files)
    expect(jobs).toContain('part-2.csv')
    expect(jobs.length).toBeLessThan(6)
    expectSame(after, await built(changed), 'changed')
  })

  test('does the work again whose marker or file is damaged', async () => {
    const inputs = divided(rows, 3)
    const files: MemoryStore = new Map()
    const undisturbed = await built(inputs, {}, files)
    for (const path of [...files.keys()]) {
      if (path.startsWith('jobs/')) files.set(path, files.get(path)!.slice(0, 10))
      if (path === 'finished.json' || path.endsWith('manifest.json')) files.delete(path)
      if (path.startsWith('out-') && path.includes('Npix')) files.set(path, files.get(path)!.slice(0, -1))
    }
    expectSame(await built(inputs, {}, files), undisturbed, 'damaged')
  })

  test('does the work again if its notes hold something else', async () => {
    const inputs = divided(rows, 2)
    const files: MemoryStore = new Map()
    const undisturbed = await built(inputs, {}, files)
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    for (const text of ['null', '7', '{"check":"","value":{}}', '{"value":{"rows":"many"}}', deep]) {
      const notes = [...files.keys()].filter((path) => path.endsWith('.json') && !path.endsWith('manifest.json'))
      expect(notes.length).toBeGreaterThan(2)
      for (const path of notes) files.set(path, new TextEncoder().encode(text))
      expectSame(await built(inputs, {}, files), undisturbed, text.slice(0, 30))
    }
  })
})

describe('coverage of many stars, from their numbers per cell', () => {
  test('of a base cell that is full at densities fifty times apart: all of it, and its edge', () => {
    const counts = new CellCounts()
    const random = seededRandom(5)
    const perBase = 4 ** 10
    // 6 stars a cell of 3.4 arcmin are 2,000 per sq deg: one in 400 of these cells is empty by chance.
    for (let cell = 0; cell < perBase; cell++) {
      const stars = cell < perBase / 4 ? poisson(random, 6) : 300
      if (stars > 0) counts.add(4 * perBase + cell, stars)
    }
    const coverage = countedCoverage(counts)
    expect(missingSqDeg({ order: 0, ranges: Float64Array.of(4, 5) }, coverage)).toBe(0)
    expect(rangesAreaSqDeg(coverage)).toBeLessThan(1.005 * rangesAreaSqDeg({ order: 0, ranges: Float64Array.of(4, 5) }))
  })

  test('of a field: its edge to half a degree, and a hole of two degrees is a hole', () => {
    const counts = new CellCounts()
    const random = seededRandom(6)
    for (let n = 0; n < 400_000; n++) {
      const [x, y] = [6 * random.uniform() - 3, 6 * random.uniform() - 3]
      if (Math.hypot(x, y) < 1) continue
      counts.add(nestedIndex(10, 40 + x / Math.cos((-30 * Math.PI) / 180), -30 + y), 1)
    }
    const coverage = countedCoverage(counts)
    const missing = (x: number, y: number, radius: number) => {
      const disc = discCover(12, 40 + x / Math.cos((-30 * Math.PI) / 180), -30 + y, radius)
      return missingSqDeg(disc, coverage) / rangesAreaSqDeg(disc)
    }
    for (const [x, y] of [
      [2, 2],
      [-2, 1],
      [1.5, -2.5],
      [0, 2.5],
    ] as const)
      expect(missing(x, y, 0.3)).toBe(0)
    expect(missing(0, 0, 0.4)).toBe(1)
    for (const [x, y] of [
      [3.8, 0],
      [0, -3.8],
      [-3.8, 3],
    ] as const)
      expect(missing(x, y, 0.2)).toBe(1)
  })
})

function poisson(random: ReturnType<typeof seededRandom>, mean: number): number {
  const limit = Math.exp(-mean)
  let count = -1
  for (let product = 1; product > limit; count++) product *= random.uniform()
  return count
}
