import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { Campaign, isBuilt } from '../support/campaign.js'

const MB = 1_000_000
/** gzip of so many bytes of one text, in members, so that making it costs no memory. */
const packed = (text: string | Uint8Array, megabytes: number, head: string | Uint8Array = ''): Uint8Array => {
  const piece = Buffer.alloc(10 * MB, text)
  const member = gzipSync(piece, { level: 1 })
  return Buffer.concat([gzipSync(head), ...Array.from({ length: megabytes / 10 }, () => member)])
}
const filled = (text: string, megabytes: number, head = ''): Uint8Array =>
  Buffer.concat([Buffer.from(head), Buffer.alloc(megabytes * MB, text)])

/** FITS of some HDUs: cards of each, and its data. */
function fits(...hdus: readonly (readonly [cards: readonly string[], data: Uint8Array])[]): Uint8Array {
  const padded = (bytes: Uint8Array, fill: string) =>
    Buffer.concat([bytes, Buffer.alloc((2880 - (bytes.length % 2880)) % 2880, fill)])
  return Buffer.concat(
    hdus.flatMap(([cards, data]) => [
      padded(Buffer.from([...cards, 'END'].map((card) => card.padEnd(80)).join('')), ' '),
      padded(data, '\0'),
    ]),
  )
}
const PRIMARY = [['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'], Buffer.alloc(0)] as const
const NONE = Buffer.alloc(0)
const table = (width: number, rows: number | string, columns: readonly string[], more: readonly string[] = []) => [
  ...["XTENSION= 'BINTABLE'", 'BITPIX  = 8', 'NAXIS   = 2', `NAXIS1  = ${width}`, `NAXIS2  = ${rows}`],
  ...[more.find((card) => card.startsWith('PCOUNT')) ?? 'PCOUNT  = 0', 'GCOUNT  = 1', `TFIELDS = ${columns.length}`],
  ...columns.flatMap((form, i) => [
    `TTYPE${i + 1}`.padEnd(8) + `= '${NEEDED[i] ?? `C${i}`}'`,
    `TFORM${i + 1}`.padEnd(8) + `= '${form}'`,
  ]),
  ...more.filter((card) => !card.startsWith('PCOUNT')),
  "EXTNAME = 'LDAC_OBJECTS'",
]
const NEEDED = ['NUMBER', 'ALPHAWIN_J2000', 'DELTAWIN_J2000', 'FLUX_PSF', 'FLUXERR_PSF', 'FLAGS']

type Make = (path: string) => void
const write =
  (make: () => Uint8Array): Make =>
  (path) =>
    writeFileSync(path, make())
const fifo: Make = (path) => void execFileSync('mkfifo', [path])
const sparse: Make = (path) => {
  writeFileSync(path, 'SIMPLE  =')
  truncateSync(path, 1e12)
}
const loop: Make = (path) => symlinkSync(path, path)

let sql: (statement: string) => Promise<unknown>
const SCHEMA = 'source_id, ra, dec, phot_g_mean_mag'
const rowsOf = (count: number, what: string, options: string) => (path: string) =>
  sql(`copy (select ${what} from range(${count}) t(i)) to '${path}' (format parquet, ${options})`)

/** Of each kind of file: its name, and what is put in its place. */
const CATALOGUE: Record<string, Make> = {
  'gz of zeros': write(() => packed('\0', 10_000)),
  'gz of blanks behind a header': write(() => packed(' ', 10_000, fits(PRIMARY))),
  'gz of an image without end': write(() =>
    packed('\0', 5000, fits([['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 9000000000000'], NONE])),
  ),
  'cards without end': write(() =>
    filled(
      'HISTORY x'.padEnd(80),
      50,
      ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'].map((card) => card.padEnd(80)).join(''),
    ),
  ),
  'a text that goes on in 100,000 cards': write(() =>
    fits(
      [
        [
          ...PRIMARY[0],
          `LONG    = '${'x'.repeat(60)}&'`,
          ...Array.from({ length: 100_000 }, () => `CONTINUE  '${'x'.repeat(64)}&'`),
        ],
        NONE,
      ],
      [table(4, 0, ['1J']), NONE],
    ),
  ),
  '17,000 HDUs': write(() =>
    fits(
      PRIMARY,
      ...Array.from(
        { length: 8600 },
        () =>
          [["XTENSION= 'IMAGE'", 'BITPIX  = 8', 'NAXIS   = 0', 'PCOUNT  = 0', 'GCOUNT  = 1'], Buffer.alloc(0)] as const,
      ),
    ),
  ),
  'rows without bytes': write(() =>
    fits(PRIMARY, [table(0, 900_000_000_000, Array(900).fill('0A') as string[]), NONE]),
  ),
  'texts without characters': write(() =>
    fits(PRIMARY, [table(1, 40 * MB, ['1B', ...(Array(900).fill('0A') as string[])]), Buffer.alloc(40 * MB)]),
  ),
  'more rows than there are bytes': write(() =>
    fits(PRIMARY, [table(40, '9007199254740991', ['1J', '1D', '1D', '1D', '1D', '1I']), NONE]),
  ),
  'arrays that share one heap': write(() => {
    const rows = 200_000
    const cells = Buffer.alloc(rows * 8)
    for (let r = 0; r < rows; r++) cells.writeInt32BE(4 * MB, 8 * r)
    return fits(PRIMARY, [
      table(8, rows, ['1PE(4000000)'], [`PCOUNT  = ${16 * MB}`]),
      Buffer.concat([cells, Buffer.alloc(16 * MB)]),
    ])
  }),
  'an image header of 40 MB': write(() => {
    const cards = Buffer.alloc(40 * MB, 'HISTORY x'.padEnd(80))
    const head = [
      ...table(cards.length, 1, [`${cards.length}A`])
        .slice(0, -1)
        .map((card) => card.replace('NUMBER', 'Field Header Card')),
      "EXTNAME = 'LDAC_IMHEAD'",
    ]
    return fits(PRIMARY, [head, cards])
  }),
  'a pipe': fifo,
  'a terabyte of nothing': sparse,
  'a link to itself': loop,
}
const LIST: Record<string, Make> = {
  'line feeds alone': write(() => filled('\n', 50)),
  'commas alone': write(() => filled(',', 50)),
  'quotes alone': write(() => filled('"', 50)),
  'a header and line feeds': write(() => filled('\n', 50, 'EXPNUM,FILENAME\n')),
  'a header and short rows': write(() => filled('1,2\n', 50, 'EXPNUM,FILENAME\n')),
  'a pipe': fifo,
  'a terabyte of nothing': sparse,
}
const SUSPECTS: Record<string, Make> = {
  'gz of zeros': write(() => packed('\0', 10_000)),
  'gz of ids': write(() => packed('1234567890123456789\n', 5000, 'source_id\n')),
  'gz of line feeds': write(() => packed('\n', 10_000, 'source_id\n')),
  'names alone': write(() => filled('x,', 50)),
  'comments alone': write(() => filled('#\n', 50, '# %ECSV 1.0\n')),
  'one-letter names as ids': write(() => filled('x\n', 50, 'id,ra,dec\n')),
  'a pipe': fifo,
}
const INPUT: Record<string, Make> = {
  'gz of zeros': write(() => packed('\0', 10_000)),
  'gz of rows that repeat': write(() => packed('1,53.1,-27.8,18\n', 3000, `${SCHEMA.replaceAll(' ', '')}\n`)),
  'gz of one line': write(() => packed('x', 10_000)),
  'one line': write(() => filled('1', 50, `${SCHEMA.replaceAll(' ', '')}\n`)),
  'a pipe': fifo,
}
const PARQUET: Record<string, (path: string) => unknown> = {
  'fifty million rows of one value': rowsOf(
    50_000_000,
    '1::bigint as source_id, 53.0::double as ra, -27.0::double as dec, 18::float as phot_g_mean_mag',
    "compression 'zstd', row_group_size 50000000",
  ),
  'twenty million rows of one value in gzip': rowsOf(
    20_000_000,
    '1::bigint as source_id, 53.0::double as ra, -27.0::double as dec, 18::float as phot_g_mean_mag',
    "compression 'gzip', row_group_size 20000000",
  ),
  'texts of 100 MB': rowsOf(
    4,
    'i as source_id, 53.0::double as ra, -27.0::double as dec, 18::float as ' +
      "phot_g_mean_mag, repeat('x', 100000000) as designation",
    "compression 'zstd'",
  ),
  'texts of 100 MB in Brotli': rowsOf(
    2,
    'i as source_id, 53.0::double as ra, -27.0::double as dec, 18::float as ' +
      "phot_g_mean_mag, repeat('x', 100000000) as designation",
    "compression 'brotli'",
  ),
  zeros: write(() => Buffer.concat([Buffer.alloc(50 * MB), Buffer.from([0xff, 0xff, 0xff, 2]), Buffer.from('PAR1')])),
  'a pipe': fifo,
}
const JSONS: Record<string, Make> = {
  'brackets alone': write(() => filled('[', 50)),
  'lists alone': write(() => Buffer.from(`[${'[],'.repeat(5 * MB)}[]]`)),
  'a key of 20 MB': write(() => Buffer.from(`{"${'k'.repeat(20 * MB)}":1}`)),
  'a million keys': write(() =>
    Buffer.from(`{"schema":2,"exposure":{${Array.from({ length: MB }, (_, i) => `"k${i}":1`).join()}}}`),
  ),
  'a pipe': fifo,
  'a terabyte of nothing': sparse,
}

describe.skipIf(!isBuilt)('files that were made to hurt', () => {
  const campaign = new Campaign()
  let dir: string
  let base: string
  let catalog: string
  const list = 'D00668439_r4p5_red_catlist.csv'
  const fullcat = 'D00668439_i_28_r4p5_fullcat.fits'
  beforeAll(async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    sql = (statement) => connection.run(statement)
    dir = temporaryDirectory()
    base = join(dir, 'base')
    mkdirSync(base)
    const exposure = simulateExposure(
      { ccds: [28], columns: 'slim', galaxiesPerSqDeg: 500 },
      describeCatalogue('gaia_dr2'),
      seededRandom(3),
    )
    for (const file of workFiles(exposure)) writeFileSync(join(base, file.name), file.bytes)
    const csv = gaiaCsvFile(exposure)
    writeFileSync(join(dir, csv.name), csv.bytes)
    catalog = join(dir, 'cat')
    expect((await run(['catalog', 'build', '--from', join(dir, csv.name), '--to', catalog, '--quiet'])).exitCode).toBe(
      0,
    )
    expect((await run(calibrate(base))).exitCode).toBe(0)
  })
  afterAll(() => campaign.close())

  const calibrate = (work: string, ...more: string[]) => [
    '--expnum',
    '668439',
    '--ccd',
    '28',
    '--workdir',
    work,
    '--outdir',
    work,
    '--catalog',
    catalog,
    '--quiet',
    '--workers',
    '1',
    ...more,
  ]
  const build = (from: string) => [
    'catalog',
    'build',
    '--from',
    from,
    '--to',
    join(dir, 'built'),
    '--workers',
    '1',
    '--quiet',
    '--release',
    'gaia_dr2',
  ]
  type Bomb = readonly [
    name: string,
    file: string,
    make: (path: string) => unknown,
    command: (work: string) => string[],
  ]
  const of = (
    kind: string,
    file: string,
    makes: Record<string, (path: string) => unknown>,
    command: (work: string) => string[],
  ): Bomb[] => Object.entries(makes).map(([name, make]) => [`${kind}: ${name}`, file, make, command])
  const gz = (makes: Record<string, Make>, packedToo: boolean) =>
    Object.fromEntries(Object.entries(makes).filter(([name]) => name.startsWith('gz') === packedToo))
  const json = 'zeropoint_D00668439_28_r4p5.json'
  const bombs: Bomb[] = [
    ...of('catalogue', fullcat, gz(CATALOGUE, false), calibrate),
    ...of('catalogue', `${fullcat}.gz`, gz(CATALOGUE, true), (work) => (rmSync(join(work, fullcat)), calibrate(work))),
    ...of('list', list, LIST, calibrate),
    ...of('suspects', 'suspects.csv', SUSPECTS, (work) => calibrate(work, '--suspects', join(work, 'suspects.csv'))),
    ...of('input', 'gaia.csv', INPUT, (work) => build(join(work, 'gaia.csv'))),
    ...of('Parquet', 'gaia.parquet', PARQUET, (work) => build(join(work, 'gaia.parquet'))),
    ...of('result', json, JSONS, (work) => ['report', work]),
    ...of('list of a batch', 'batch.csv', LIST, (work) => [
      'batch',
      join(work, 'batch.csv'),
      '--catalog',
      catalog,
      '--workers',
      '1',
      '--quiet',
    ]),
    ...of('result to merge', json, { 'lists alone': JSONS['lists alone']!, 'a pipe': fifo }, (work) => [
      'merge',
      '--expnum',
      '668439',
      '--workdir',
      work,
      '--outdir',
      work,
      '--workers',
      '1',
    ]),
  ]
  const chosen = process.env['BLISS_SOAK'] ? bombs : bombs.filter((_, i) => i % 10 === 2)

  test(`${bombs.length} there are`, () => expect(bombs.length).toBeGreaterThanOrEqual(50))

  test.each(chosen)('%s', { timeout: 240_000 }, async (name, file, make, command) => {
    const work = join(dir, 'work')
    rmSync(work, { recursive: true, force: true })
    cpSync(base, work, { recursive: true })
    rmSync(join(work, file), { force: true })
    await campaign.sound(['catalog', 'info', catalog])
    await make(join(work, file))
    const args = command(work)
    // Rows that are rows are work: as many take as long if they come unpacked.
    const { exitCode, err, ms } = await campaign.run(args, name, name.includes('rows that repeat') ? 120 : 20)
    if (process.env['BLISS_SOAK'])
      console.log(
        `${name}: exit ${exitCode}, ${(ms / 1000).toFixed(1)} s, ${campaign.peakMiB.toFixed(0)} ` +
          `MiB so far; ${err.replaceAll(dir, '').slice(0, 200).trim()}`,
      )
    // A peak is that of a process: each bomb has its own.
    await campaign.close()
    if (exitCode === 3) expect(err).toMatch(new RegExp(file.replace(/\.gz$/, '').replaceAll('.', '\\.')))
    expect(campaign.failures.splice(0)).toEqual([])
    rmSync(join(dir, 'built'), { recursive: true, force: true })
    for (const left of readdirSync(dir))
      if (left.startsWith('.built') || left.startsWith('built'))
        rmSync(join(dir, left), { recursive: true, force: true })
  })
})
