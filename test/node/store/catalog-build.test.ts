import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { findInputs } from '../../../src/node/store/catalog-inputs.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-catalog-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const LIST = 'source_id,ra,dec,phot_g_mean_mag,ref_epoch\n5,10,20,15.5,2015.5\n'
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

function raw(name: string, content: string | Uint8Array = LIST): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

describe('building into a directory', () => {
  test("--force replaces catalogues only: the user's files and the inputs stay", async () => {
    const mine = raw('mine/thesis.tex', 'years of work')
    const to = join(folder, 'mine')
    await expect(buildCatalogDirectory([raw('list.csv')], to, { force: true })).rejects.toThrow(
      `${to}: the target holds files that are not of a catalogue, and ` +
        `--force replaces catalogues only (found thesis.tex)`,
    )
    const input = raw('inputs/list.csv')
    await expect(buildCatalogDirectory([input], join(folder, 'inputs'), { force: true })).rejects.toThrow('list.csv')
    expect(readdirSync(join(folder, 'inputs'))).toEqual(['list.csv'])
    expect(readdirSync(to)).toEqual([mine.slice(to.length + 1)])
    const store = join(folder, 'grown')
    await buildCatalogDirectory([raw('list.csv')], store)
    await expect(buildCatalogDirectory([join(store, 'gaia_dr2/dataset')], store, { force: true })).rejects.toThrow(
      'an input lies inside the target directory',
    )
    expect((await openCatalog(store)).rowCount).toBe(1)
  })

  test('the store stands whole under its name, nothing beside it', async () => {
    const to = join(folder, 'a', 'store')
    mkdirSync(join(folder, 'a'))
    const report = await buildCatalogDirectory([raw('list.csv.gz', gzipSync(LIST))], to)
    expect(readdirSync(join(folder, 'a'))).toEqual(['store'])
    const catalog = await openCatalog(to)
    expect([catalog.hash, catalog.rowCount, (await catalog.read(SKY)).sourceId[0]]).toEqual([report.hash, 1, 5n])
  })

  test('sha256sum agrees with the list of checksums', async () => {
    const to = join(folder, 'summed')
    await buildCatalogDirectory([raw('list.csv')], to)
    expect(
      execFileSync('sha256sum', ['-c', 'checksums.sha256'], { cwd: join(to, 'gaia_dr2'), encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toHaveLength(8)
  })

  test('a target that holds something is refused, an empty one taken, --force replaces', async () => {
    const to = join(folder, 'target')
    mkdirSync(to)
    await buildCatalogDirectory([raw('list.csv')], to)
    await expect(buildCatalogDirectory([raw('list.csv')], to)).rejects.toThrow(
      `${to}: the target directory is not empty: choose another, or replace it with --force (found 2 entries)`,
    )
    await buildCatalogDirectory([raw('more.csv', `${LIST}6,10.1,20,16,2015.5\n`)], to, { force: true })
    expect((await openCatalog(to)).rowCount).toBe(2)
  })

  test('where an input is bad, no trace stays and an older store is untouched', async () => {
    const dir = join(folder, 'b')
    mkdirSync(dir)
    const to = join(dir, 'store')
    await buildCatalogDirectory([raw('list.csv')], to)
    await expect(buildCatalogDirectory([raw('bad.csv', `${LIST}6,10\n`)], to, { force: true })).rejects.toThrow(
      /bad\.csv, line 3: the line has another number of fields/,
    )
    expect(readdirSync(dir)).toEqual(['store'])
    expect((await openCatalog(to)).rowCount).toBe(1)
  })

  test('where the release is not told or contradicted, no trace stays', async () => {
    const dir = join(folder, 'untold')
    mkdirSync(dir)
    const silent = raw('silent.csv', 'source_id,ra,dec,phot_g_mean_mag\n5,10,20,15.5\n')
    const refused = [
      () => buildCatalogDirectory([silent], join(dir, 'store')),
      () => buildCatalogDirectory([raw('list.csv')], join(dir, 'other'), { release: 'gaia_dr3' }),
      () => buildCatalogDirectory([raw('list.csv'), silent], join(dir, 'mixed'), { jobBytes: 1 }),
    ]
    for (const build of refused) await expect(build()).rejects.toThrow(/--release/)
    expect(readdirSync(dir)).toEqual([])
  })

  test('a store can be built from a store: HATS tables about itself are left alone', async () => {
    const first = join(folder, 'first')
    await buildCatalogDirectory([raw('list.csv')], first)
    const second = join(folder, 'second')
    await buildCatalogDirectory([first], second)
    expect(await (await openCatalog(second)).read(SKY)).toEqual(await (await openCatalog(first)).read(SKY))
  })

  test('inputs are found below directories, in order of their paths, other files left', async () => {
    raw('tree/GaiaOut001XX/GaiaOut00101.csv')
    raw('tree/GaiaOut000XX/GaiaOut00007.csv.gz')
    raw('tree/README.txt')
    raw('tree/.gitkeep')
    expect(await findInputs([join(folder, 'tree')])).toEqual(
      ['GaiaOut000XX/GaiaOut00007.csv.gz', 'GaiaOut001XX/GaiaOut00101.csv'].map((name) => join(folder, 'tree', name)),
    )
  })

  test('what is missing, empty or twice there', async () => {
    mkdirSync(join(folder, 'empty'))
    const to = join(folder, 'never')
    await expect(buildCatalogDirectory([join(folder, 'nowhere')], to)).rejects.toThrow(
      'the input cannot be read: there is no such file or directory',
    )
    await expect(buildCatalogDirectory([join(folder, 'empty')], to)).rejects.toThrow(
      `${join(folder, 'empty')}: no catalogue file is below the directory (found no ` +
        `file, expected CSV, ECSV, TSV, VOTable, FITS or Parquet files)`,
    )
    await expect(buildCatalogDirectory([], to)).rejects.toThrow('--from: nothing to build from is named')
    const twice = [raw('x/GaiaOut00007.csv'), raw('y/GaiaOut00007.csv')]
    await expect(buildCatalogDirectory(twice, to)).rejects.toThrow('two files of the original hold the same pixel')
  })
})

describe('opening', () => {
  test.each([
    [
      'a missing directory',
      () => join(folder, 'nowhere'),
      'the reference catalogue cannot be read: there is no such file or directory',
    ],
    [
      'a file',
      () => raw('plain.csv'),
      'a reference catalogue is a directory; make one with `bliss-calib catalog build` (found a file)',
    ],
    [
      'an empty directory',
      () => mkdtempSync(join(folder, 'void-')),
      'there is no reference catalogue here (expected manifest.json)',
    ],
  ])('%s', async (_, path, message) => {
    const dir = path()
    await expect(openCatalog(dir)).rejects.toThrow(`${dir}: ${message}`)
  })
})
