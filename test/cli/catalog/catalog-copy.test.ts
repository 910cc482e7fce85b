import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.js'
import { missingSqDeg } from '../../../src/catalog/coverage.js'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import {
  cellsInRanges,
  containsCell,
  discCover,
  intersectRanges,
  nestedIndex,
  rangesAreaSqDeg,
  rangesAtOrder,
  subtractRanges,
} from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { tableOf } from '../../../src/table/columns.js'
import { archiveCsv, archiveRows } from '../../catalog/simulated-rows.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run } from '../run.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-copy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sky = join(folder, 'sky')
const rows = archiveRows(20_000, 11)
/** Half the sky is known: the southern base cells and the equator's first two. */
const KNOWN = { order: 0, ranges: Float64Array.of(4, 6, 8, 12) }

beforeAll(async () => {
  writeFileSync(join(folder, 'archive.csv'), archiveCsv(rows))
  await buildCatalogDirectory([join(folder, 'archive.csv')], sky, { maxRowsPerFile: 2000, coverage: KNOWN })
})

async function copied(
  name: string,
  ...options: string[]
): Promise<{ out: string; err: string; source: Catalog; copy: Catalog }> {
  const { exitCode, out, err } = await run(['catalog', 'copy', '--from', sky, '--to', join(folder, name), ...options])
  expect([exitCode, err.includes('bug')]).toEqual([0, false])
  expect((await run(['catalog', 'verify', join(folder, name)])).exitCode).toBe(0)
  return { out, err, source: await openCatalog(sky), copy: await openCatalog(join(folder, name)) }
}

/** The copy knows less of the sky, and there exactly what the source knows. */
async function expectSameWhereCovered(source: Catalog, copy: Catalog): Promise<void> {
  expect(copy.rowCount).toBeGreaterThan(0)
  expect([copy.name, copy.magType, copy.description.epochYr]).toEqual([
    source.name,
    source.magType,
    source.description.epochYr,
  ])
  expect(await copy.read(copy.coverage)).toEqual(await source.read(copy.coverage, [...copy.columns] as never))
  expect(missingSqDeg(copy.coverage, source.coverage)).toBe(0)
}

describe('catalog copy --cone', () => {
  test(
    'across RA 0: all stars of the cone, the same to the bit, ' + 'and no sky that the source does not know',
    async () => {
      const { out, err, source, copy } = await copied('cone', '--cone', '359.9,-41.81,1.2')
      await expectSameWhereCovered(source, copy)
      expect([...copy.columns]).toEqual([...source.columns])
      const inside = rows.filter(({ ra, dec }) => separationArcsec(359.9, -41.81, ra, dec) <= 1.2 * 3600)
      const ids = new Set((await copy.read(copy.coverage)).sourceId)
      expect(inside.length).toBeGreaterThan(1000)
      for (const { id } of inside) expect(ids.has(id)).toBe(true)
      expect(rangesAreaSqDeg(copy.coverage)).toBeLessThan(1.1 * Math.PI * 1.2 ** 2)
      expect(missingSqDeg(discCover(12, 359.9, -41.81, 1.2), copy.coverage)).toBe(0)
      expect(copy.missingSqDeg(discCover(12, 20, -41.81, 0.1))).toBeCloseTo(
        rangesAreaSqDeg(discCover(12, 20, -41.81, 0.1)),
        10,
      )
      expect(err).toBe('')
      expect(out).toMatch(
        /^region: 1.2 deg round RA 359.9, Dec -41.81\n.*cone: \d+ stars of gaia_dr2 in 3 files, 0.\d\d MB\ncovers 4.\d{3} sq deg\n$/,
      )
    },
  )

  test('what the source does not cover, the copy does not either, and it is said', async () => {
    const { err, source, copy } = await copied('edge', '--cone', '45,0,3')
    await expectSameWhereCovered(source, copy)
    const cone = discCover(11, 45, 0, 3)
    const known = intersectRanges(rangesAtOrder(KNOWN, 11), cone)
    expect(rangesAreaSqDeg(known)).toBeLessThan(0.8 * rangesAreaSqDeg(cone))
    expect(copy.missingSqDeg(subtractRanges(cone, known))).toBeCloseTo(
      rangesAreaSqDeg(cone) - rangesAreaSqDeg(known),
      6,
    )
    expect(missingSqDeg(known, copy.coverage)).toBe(0)
    expect(err).toMatch(/sky\/gaia_dr2 does not cover \d+\.\d{3} sq deg of the region; nor does the copy\n$/)
  })

  test('of the columns named; a margin is added all round', async () => {
    const { source, copy } = await copied(
      'columns',
      '--cone',
      '77,-90,30arcmin',
      '--margin',
      '15arcmin',
      '--columns',
      'source_id,phot_bp_mean_mag',
    )
    expect([...copy.columns]).toEqual(['sourceId', 'raDeg', 'decDeg', 'mag', 'bpMag'])
    expect(missingSqDeg(discCover(12, 77, -90, 0.75), copy.coverage)).toBe(0)
    expect((await copy.read(copy.coverage)).sourceId).toEqual((await source.read(copy.coverage)).sourceId)
  })
})

test('--polygon', async () => {
  const { source, copy } = await copied('polygon', '--polygon', '359.5,-42.2,0.3,-42.2,0.3,-41.5,359.5,-41.5')
  await expectSameWhereCovered(source, copy)
  expect(rangesAreaSqDeg(copy.coverage)).toBeGreaterThan(0.41)
  expect(rangesAreaSqDeg(copy.coverage)).toBeLessThan(0.5)
})

test('--skymap: the cells of the region of a gravitational-wave map, packed', async () => {
  const prob = new Float64Array(12 * 64).fill(1e-4)
  const peak = nestedIndex(3, 359.9, -41.81)
  prob[peak] = 0.7
  prob[peak + 1] = 0.15
  const cards = Object.entries({
    PIXTYPE: 'HEALPIX',
    ORDERING: 'NESTED',
    COORDSYS: 'C',
    NSIDE: 8,
    INDXSCHM: 'IMPLICIT',
  }).map(([keyword, value]) => ({ keyword, value }))
  writeFileSync(
    join(folder, 'bayestar.fits.gz'),
    gzipSync(writeFitsTable(tableOf([{ name: 'PROB', type: 'f64', values: prob }]), { headerCards: cards })),
  )
  const { out, source, copy } = await copied('skymap', '--skymap', join(folder, 'bayestar.fits.gz'), '--level', '0.8')
  await expectSameWhereCovered(source, copy)
  expect(cellsInRanges(rangesAtOrder(copy.coverage, 3))).toBe(2)
  expect(containsCell(rangesAtOrder(copy.coverage, 3), peak)).toBe(true)
  expect(out).toMatch(
    /^region: 80\.0 % of .*bayestar\.fits\.gz: 107\.430 sq deg that hold 91\.73 %; the map sums to 0\.9266, not 1\n/,
  )
})

describe("--exposures: what a night's calibrations read", () => {
  const CCDS = [1, 28, 35, 60]
  const work = join(folder, 'night/exposure')
  const whole = join(folder, 'whole')
  beforeAll(async () => {
    const options = { ccds: CCDS, columns: 'slim', galaxiesPerSqDeg: 2000 } as const
    const exposure = simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(9))
    mkdirSync(work, { recursive: true })
    for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
    const { name, bytes } = gaiaCsvFile(exposure)
    writeFileSync(join(folder, name), bytes)
    await buildCatalogDirectory([join(folder, name)], whole)
  })

  async function products(catalog: string, out: string): Promise<Record<string, string>> {
    const outdir = join(folder, out)
    mkdirSync(outdir)
    const { exitCode } = await run([
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      work,
      '--outdir',
      outdir,
      '--catalog',
      catalog,
      '--quiet',
    ])
    expect([0, 4]).toContain(exitCode)
    // In the JSON and in the headers of the FITS tables.
    const hash = /("catalogHash": "|REFHASH = ')[0-9a-f]{64}/g
    return Object.fromEntries(
      readdirSync(outdir)
        .sort()
        .map((file) => [file, readFileSync(join(outdir, file), 'latin1').replace(hash, '$1')]),
    )
  }

  test('the same bytes of every product from the copy, but for the hash of the catalogue', async () => {
    const small = join(folder, 'small')
    const { exitCode, out } = await run([
      'catalog',
      'copy',
      '--from',
      whole,
      '--to',
      small,
      '--exposures',
      join(folder, 'night'),
    ])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^region: 4 CCDs of 1 exposure, 0\.\d{3} sq deg\n/)
    const [fromWhole, fromCopy] = [await products(whole, 'from-whole'), await products(small, 'from-copy')]
    expect(Object.keys(fromWhole).length).toBeGreaterThan(20)
    expect(fromCopy).toEqual(fromWhole)
    expect((await openCatalog(small)).rowCount).toBeLessThan(0.7 * (await openCatalog(whole)).rowCount)
    expect((await run(['catalog', 'verify', small])).out).toContain('sound')
  })

  test('the same list named twice, by its directory and itself', async () => {
    const list = join(
      work,
      readdirSync(work).find((name) => name.endsWith('_red_catlist.csv'))!,
    )
    const { out } = await run([
      'catalog',
      'copy',
      '--from',
      whole,
      '--to',
      join(folder, 'again'),
      '--exposures',
      work,
      list,
    ])
    expect(out).toMatch(/^region: 4 CCDs of 1 exposure/)
    expect((await openCatalog(join(folder, 'again'))).hash).toBe((await openCatalog(join(folder, 'small'))).hash)
  })

  test('a directory without lists', async () => {
    const { exitCode, err } = await run([
      'catalog',
      'copy',
      '--from',
      whole,
      '--to',
      join(folder, 'none'),
      '--exposures',
      sky,
    ])
    expect([exitCode, err]).toEqual([
      3,
      `bliss-calib: ${sky}: there is no catalogue list below the directory (expected D*_red_catlist.csv)\n`,
    ])
  })
})

test('a source that breaks on the way leaves no copy', async () => {
  const broken = join(folder, 'broken')
  await buildCatalogDirectory([join(folder, 'archive.csv')], broken, { maxRowsPerFile: 2000, coverage: KNOWN })
  // The pole is where base cells 8 to 11 meet: the copy gets as far as the last of them.
  const ofPole = (name: string) => {
    const [, order, cell] = /Norder=(\d+).*Npix=(\d+)\.parquet$/.exec(name) ?? []
    return cell !== undefined && Number(cell) === 11 * 4 ** Number(order)
  }
  const file = readdirSync(broken, { recursive: true, encoding: 'utf8' }).find(ofPole)!
  truncateSync(join(broken, file), 2000)
  const { exitCode, err } = await run([
    'catalog',
    'copy',
    '--from',
    broken,
    '--to',
    join(folder, 'never'),
    '--cone',
    '77,-90,2',
  ])
  expect(exitCode).toBe(3)
  expect(err).toContain(file.split('/').at(-1))
  expect(readdirSync(folder)).not.toContain('never')
})

test.each([
  [
    ['--cone', '10,60,1'],
    3,
    /sky\/gaia_dr2: the catalogue covers no part of the region \(found \d+\.\d{3} sq deg elsewhere, expected some of 3\.\d{3} sq deg\)/,
  ],
  [[], 2, /exactly one of --cone, --polygon, --exposures, --skymap is needed \(found none\)/],
  [['--cone', '1,2,3', '--skymap', 'x'], 2, /is needed \(found --cone and --skymap\)/],
  [['--cone', '1,2,3', '--level', '0.5'], 2, /--level needs --skymap/],
  [['--skymap', 'x', '--level', '90'], 2, /--level must be at most 1 \(found '90'\)/],
  [['--cone', '1,2,3', '--margin', 'wide'], 2, /--margin must be an angle \(found 'wide'/],
  [['--skymap', 'nowhere.fits'], 3, /nowhere\.fits: the file cannot be read: there is no such file or directory/],
])('a wrong command: %j', async (options, code, message) => {
  const { exitCode, err } = await run(['catalog', 'copy', '--from', sky, '--to', join(folder, 'wrong'), ...options])
  expect(exitCode).toBe(code)
  expect(err).toMatch(message)
  expect(readdirSync(folder)).not.toContain('wrong')
})
