import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containsCell, nestedIndex, rangesAreaSqDeg } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { archiveCsv, archiveRows, type ArchiveRow } from '../../catalog/simulated-rows.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { filesBelow } from '../../support/file-tree.js'
import { foreignHats, type ForeignOptions } from '../../support/foreign-hats.js'
import { rangeServer } from '../../support/range-server.js'
import { run } from '../run.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-copy-sources-'))
const rows = archiveRows(20_000, 17)
const WHOLE_SKY = { order: 0, ranges: Float64Array.of(0, 12) }
/** Across RA 0 and a border of base cells; in the dense field of the rows. */
const CONE = { ra: 359.9, dec: -41.81, radiusDeg: 0.5 }
const CONE_TEXT = `${CONE.ra},${CONE.dec},${CONE.radiusDeg}`
const POLYGON = '359.5,-42.2,0.3,-42.2,0.3,-41.5,359.5,-41.5'
const NAMES = ['source_id', 'ra', 'dec', 'phot_g_mean_mag', 'phot_bp_mean_mag', 'pmra']

afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => {
  writeFileSync(join(folder, 'archive.csv'), archiveCsv(rows))
  await buildCatalogDirectory([join(folder, 'archive.csv')], join(folder, 'full'), {
    maxRowsPerFile: 2000,
    coverage: WHOLE_SKY,
  })
  await buildCatalogDirectory([join(folder, 'archive.csv')], join(folder, 'lite'), {
    maxRowsPerFile: 2000,
    coverage: WHOLE_SKY,
    precision: 'lite',
  })
})

/** A row as numbers alone, in the order of the names asked for; missing values are NaN. */
type Row = readonly (bigint | number)[]

/** All rows of the Parquet files below a directory as DuckDB reads them, by id. */
async function rowsBelow(dir: string, names: readonly string[] = NAMES): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const paths = filesBelow(dir).filter((path) => /dataset\/Norder=.*Npix=/.test(path) && !path.includes('_10arcs/'))
  const list = paths.map((path) => `'${join(dir, path)}'`).join(', ')
  const found = await connection.runAndReadAll(
    `select ${names.map((name) => `"${name}"`).join(', ')} from ` +
      `read_parquet([${list}], hive_partitioning = false) order by source_id`,
  )
  return found.getRows().map((row) => row.map((value) => (value === null ? NaN : (value as bigint | number))))
}

/** The rows that lie within an angle of the cone's centre. */
const within = (some: readonly Row[], degrees: number): Row[] =>
  some.filter(([, ra, dec]) => separationArcsec(CONE.ra, CONE.dec, ra as number, dec as number) <= 3600 * degrees)

async function copied(from: string, name: string, ...options: string[]) {
  const to = join(folder, name)
  const { exitCode, out, err } = await run([
    'catalog',
    'copy',
    '--from',
    from,
    '--to',
    to,
    '--cache-size',
    '0',
    ...options,
  ])
  expect([exitCode, err]).toEqual([0, ''])
  expect(await run(['catalog', 'verify', to])).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/: sound \(/) as string,
  })
  return { out, copy: await openCatalog(to), copiedRows: await rowsBelow(to), to }
}

/**
 * The copy holds the rows of the source whose cell it covers and no other, all columns to the bit; all of the cone is
 * among them, and nothing that is farther from it than a cell is wide.
 */
function expectRowsOfCone(
  copiedRows: readonly Row[],
  source: readonly Row[],
  coverage: Parameters<typeof containsCell>[0],
): void {
  const cellDeg = 2 * Math.sqrt(41_253 / 12 / 4 ** coverage.order)
  const inCells = source.filter(([, ra, dec]) =>
    containsCell(coverage, nestedIndex(coverage.order, ra as number, dec as number)),
  )
  expect(copiedRows).toEqual(inCells)
  const ids = new Set(copiedRows.map(([id]) => id))
  const inCone = within(source, CONE.radiusDeg)
  expect(inCone.length).toBeGreaterThan(500)
  expect(inCone.filter(([id]) => !ids.has(id!))).toEqual([])
  expect(within(copiedRows, CONE.radiusDeg + cellDeg)).toHaveLength(copiedRows.length)
  expect(copiedRows.length).toBeLessThan(1.2 * inCone.length)
}

const propertiesOf = (to: string, name: string) => readFileSync(join(to, name, 'hats.properties'), 'utf8')

describe('out of a catalogue behind a URL', () => {
  const served = (dir: string) =>
    new Map(filesBelow(dir).map((path) => [path, new Uint8Array(readFileSync(join(dir, path)))]))

  test('by cone: the rows and the bytes of a copy from disk, and a part of the source is asked for', async () => {
    const server = await rangeServer(served(join(folder, 'full')))
    try {
      const { copy, copiedRows, to } = await copied(server.url, 'http-cone', '--cone', CONE_TEXT)
      expectRowsOfCone(copiedRows, await rowsBelow(join(folder, 'full')), copy.coverage)
      expect(server.counts.bytes).toBeLessThan(
        0.5 * [...served(join(folder, 'full')).values()].reduce((total, { byteLength }) => total + byteLength, 0),
      )
      const local = await copied(join(folder, 'full'), 'disk-cone', '--cone', CONE_TEXT)
      expect(local.copy.hash).toBe(copy.hash)
      expect(propertiesOf(to, 'gaia_dr2')).toContain('bliss_precision=full: ')
    } finally {
      await server.close()
    }
  })

  test('answers that are cut or refused for a while change nothing', async () => {
    const server = await rangeServer(served(join(folder, 'full')))
    server.fault = (_path, request) => (request % 5 === 3 ? 'cut-body' : request % 7 === 4 ? 'busy' : undefined)
    try {
      const { copy } = await copied(server.url, 'http-faults', '--polygon', POLYGON)
      expect(copy.hash).toBe((await copied(join(folder, 'full'), 'disk-polygon', '--polygon', POLYGON)).copy.hash)
    } finally {
      await server.close()
    }
  })

  test('a partition that is not there leaves no copy', async () => {
    const files = served(join(folder, 'full'))
    for (const path of [...files.keys()]) if (path.startsWith('gaia_dr2/dataset/Norder')) files.delete(path)
    const server = await rangeServer(files)
    try {
      const { exitCode, err } = await run([
        'catalog',
        'copy',
        '--from',
        server.url,
        '--to',
        join(folder, 'never'),
        '--cone',
        CONE_TEXT,
        '--cache-size',
        '0',
      ])
      expect(exitCode).toBe(3)
      expect(err).toMatch(/Npix=\d+\.parquet: /)
      expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([])
    } finally {
      await server.close()
    }
  })
})

describe('out of a lite store', () => {
  test('by cone: its rows as they are, and the copy says that they are rounded', async () => {
    const { copy, copiedRows, to } = await copied(join(folder, 'lite'), 'lite-cone', '--cone', CONE_TEXT)
    expectRowsOfCone(copiedRows, await rowsBelow(join(folder, 'lite')), copy.coverage)
    const [steps] = propertiesOf(join(folder, 'lite'), 'gaia_dr2').match(/bliss_precision=lite: .*/)!
    expect(propertiesOf(to, 'gaia_dr2')).toContain(`${steps}\n`)
    expect(copy.stored!.precision).toBe('lite')
    expect(JSON.parse((await run(['catalog', 'info', to, '--json'])).out)).toMatchObject({ precision: 'lite' })
  })

  test('by polygon, of some columns', async () => {
    const to = join(folder, 'lite-polygon')
    const { exitCode } = await run([
      'catalog',
      'copy',
      '--from',
      join(folder, 'lite'),
      '--to',
      to,
      '--polygon',
      POLYGON,
      '--columns',
      'phot_bp_mean_mag',
    ])
    expect(exitCode).toBe(0)
    const copy = await openCatalog(to)
    expect([...copy.columns]).toEqual(['sourceId', 'raDeg', 'decDeg', 'mag', 'bpMag'])
    expect(propertiesOf(to, 'gaia_dr2')).toMatch(
      /bliss_precision=lite: .*phot_bp_mean_mag to 2\^-11 \(2\^-15 below 20.25\)\n/,
    )
    const names = NAMES.slice(0, -1)
    const inCells = (await rowsBelow(join(folder, 'lite'), names)).filter(([, ra, dec]) =>
      containsCell(copy.coverage, nestedIndex(copy.coverage.order, ra as number, dec as number)),
    )
    expect(inCells.length).toBeGreaterThan(500)
    expect(await rowsBelow(to, names)).toEqual(inCells)
  })
})

test('magnitudes that the source keeps as doubles stay doubles, whatever those of the region are', async () => {
  // One star far away has more digits than a float32; those of the region are float32 with all their binary digits.
  const [far, ...others] = rows
  const wide = join(folder, 'wide')
  writeFileSync(`${wide}.csv`, archiveCsv([{ ...far!, ra: 180, dec: 40, g: 14.123456789012345 }, ...others]))
  await buildCatalogDirectory([`${wide}.csv`], wide, { coverage: WHOLE_SKY })
  const { copy, copiedRows } = await copied(wide, 'of-wide', '--cone', CONE_TEXT)
  expectRowsOfCone(copiedRows, await rowsBelow(wide), copy.coverage)
  const source = await openCatalog(wide)
  expect([source.magType, copy.magType]).toEqual(['f64', 'f64'])
  expect(await copy.read(copy.coverage)).toEqual(await source.read(copy.coverage))
})

describe('out of a HATS catalogue of another program', () => {
  /**
   * Proper motions as doubles: half of them need all digits, half are short decimals, which no float32 holds either.
   */
  const motions: ArchiveRow[] = rows.map((row, i) => ({
    ...row,
    pmra: i % 4 < 2 ? row.pmra / 3 : Math.round(1000 * row.pmra) / 1000,
  }))
  const shortMotions: ArchiveRow[] = rows.map((row) => ({ ...row, pmra: Math.round(1000 * row.pmra) / 1000 }))

  async function foreign(
    name: string,
    some: readonly ArchiveRow[],
    options: ForeignOptions = {},
    properties = (text: string) => text,
  ): Promise<string> {
    for (const [path, bytes] of await foreignHats(some, { fillers: 6, suffix: '.parq', order: 1, ...options })) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true })
      writeFileSync(
        join(folder, name, path),
        path === 'hats.properties' ? properties(Buffer.from(bytes).toString()) : bytes,
      )
    }
    return join(folder, name)
  }

  test.each([
    ['one row group a file, another suffix', {}, motions],
    ['directories of files, no HEALPix column', { suffix: '/', keyOrder: undefined }, motions],
    ['proper motions that are short decimals', { order: 0 }, shortMotions],
  ] as [string, ForeignOptions, ArchiveRow[]][])('%s: by cone', async (layout, options, some) => {
    const name = layout.replace(/\W+/g, '-')
    const from = await foreign(`foreign-${name}`, some, options)
    const { copy, copiedRows, to } = await copied(from, `of-${name}`, '--cone', CONE_TEXT)
    const source = await rowsBelow(from)
    expect(source).toHaveLength(rows.length)
    expectRowsOfCone(copiedRows, source, copy.coverage)
    expect([copy.name, copy.description.epochYr, copy.magType]).toEqual(['gaia_dr3', 2016, 'f32'])
    expect(propertiesOf(to, 'gaia_dr3')).toContain('\nhats_coordinate_epoch=J2016.0\n')
    expect([...copy.columns].sort()).toEqual([
      'bpMag',
      'decDeg',
      'mag',
      'magErr',
      'pmRaCosDecMasYr',
      'raDeg',
      'sourceId',
    ])
    // The source has fluxes over their errors; what its reader makes of them is what the copy holds.
    expect(await copy.read(copy.coverage)).toEqual(await (await openCatalog(from)).read(copy.coverage))
    expect(copy.stored!.columns.filter(({ type }) => type === 'f64').map(({ star }) => star)).toEqual([
      'raDeg',
      'decDeg',
      'pmRaCosDecMasYr',
    ])
  })

  test('a query of the copy is a query of the source, byte for byte', async () => {
    const from = await foreign('foreign-query', motions)
    const { to } = await copied(from, 'of-query', '--polygon', POLYGON)
    const query = async (catalog: string) => (await run(['catalog', 'query', catalog, '--polygon', POLYGON])).out
    const [ofSource, ofCopy] = [await query(from), await query(to)]
    expect(ofCopy.split('\n').length).toBeGreaterThan(500)
    expect(ofCopy).toBe(ofSource)
    const [header, ...lines] = ofSource
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    const motionOf = new Map(motions.map(({ id, pmra }) => [String(id), String(pmra)]))
    expect(lines.map((fields) => fields[header!.indexOf('pmra')])).toEqual(lines.map(([id]) => motionOf.get(id!)))
  })

  test('the number of rows is not told: the same rows', async () => {
    const told = await copied(await foreign('foreign-told', motions), 'of-told', '--cone', CONE_TEXT)
    const untold = await copied(
      await foreign('foreign-untold', motions, {}, (text) => text.replace(/hats_nrows=.*\n/, '')),
      'of-untold',
      '--cone',
      CONE_TEXT,
    )
    expect(untold.copiedRows).toEqual(told.copiedRows)
  })
})

describe('by the exposures of a night', () => {
  const work = join(folder, 'night')
  const paths = {
    ours: join(folder, 'night-full'),
    lite: join(folder, 'night-lite'),
    foreign: join(folder, 'night-foreign'),
  }

  beforeAll(async () => {
    const exposure = simulateExposure(
      { ccds: [1, 28, 35, 60], columns: 'slim', galaxiesPerSqDeg: 2000 },
      describeCatalogue('gaia_dr2'),
      seededRandom(9),
    )
    mkdirSync(work, { recursive: true })
    for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
    const raw = join(folder, 'gaia_source.csv')
    writeFileSync(raw, gaiaCsvFile(exposure).bytes)
    await buildCatalogDirectory([raw], paths.ours)
    await buildCatalogDirectory([raw], paths.lite, { precision: 'lite' })
    // The same rows with every column of the archive, as one file of the base cell that they lie in.
    const cell = nestedIndex(0, 53.1, -27.8)
    const file = join(paths.foreign, `dataset/Norder=0/Dir=0/Npix=${cell}.parq`)
    mkdirSync(dirname(file), { recursive: true })
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(
      `copy (select * from read_csv('${raw}', nullstr = ['', 'null'])) to '${file}' ` +
        `(format parquet, compression 'zstd', row_group_size 1000000)`,
    )
    writeFileSync(
      join(paths.foreign, 'properties'),
      'obs_collection=Gaia DR2\nhats_col_ra=ra\nhats_col_dec=dec\nhats_npix_suffix=.parq\n',
    )
    writeFileSync(join(paths.foreign, 'partition_info.csv'), `Norder,Npix\n0,${cell}\n`)
  })

  async function products(catalog: string, name: string): Promise<Record<string, string>> {
    const outdir = join(folder, name)
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
      '--cache-size',
      '0',
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

  test.each(['ours', 'lite', 'foreign'] as const)(
    'out of a catalogue of the kind %s: every product the same but for the hash',
    async (kind) => {
      const { copy, to, out } = await copied(paths[kind], `night-of-${kind}`, '--exposures', work)
      expect(out).toMatch(/^region: 4 CCDs of 1 exposure, 0\.\d{3} sq deg\n/)
      const source = await openCatalog(paths[kind])
      expect(rangesAreaSqDeg(copy.coverage)).toBeLessThan(0.3)
      expect(await copy.read(copy.coverage)).toEqual(await source.read(copy.coverage))
      expect(copy.rowCount).toBeGreaterThan(100)
      const [fromSource, fromCopy] = [
        await products(paths[kind], `products-of-${kind}`),
        await products(to, `products-of-copy-of-${kind}`),
      ]
      expect(Object.keys(fromSource).length).toBeGreaterThan(20)
      expect(fromCopy).toEqual(fromSource)
    },
  )

  test('by HTTP', async () => {
    const files = new Map(
      filesBelow(paths.ours).map((path) => [path, new Uint8Array(readFileSync(join(paths.ours, path)))]),
    )
    const server = await rangeServer(files)
    try {
      const { copy } = await copied(server.url, 'night-of-http', '--exposures', work)
      expect(copy.hash).toBe((await openCatalog(join(folder, 'night-of-ours'))).hash)
    } finally {
      await server.close()
    }
  })
})
