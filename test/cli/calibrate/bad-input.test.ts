import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { gunzipSync } from 'node:zlib'
import { writeFitsLdac } from '../../../src/formats/fits/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { imageCards } from '../../../src/simulate/image-cards.js'
import {
  gaiaCsvFile,
  simulateExposure,
  workFiles,
  type ExposureOptions,
  type SimulatedExposure,
} from '../../../src/simulate/index.js'
import { tableOf, type Column, type Table } from '../../../src/table/columns.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

const LIST = 'D00668439_r4p5_red_catlist.csv'
const FULLCAT = 'D00668439_i_28_r4p5_fullcat.fits'
const PRODUCTS = [
  'D00668439_28_r4p5_ZP.csv',
  'D00668439_28_r4p5_ZP.fits',
  'Zero_D00668439_28_r4p5.csv',
  'allZP_D00668439_r4p5.csv',
  'matches_D00668439_28_r4p5.parquet',
  'zeropoint_D00668439_28_r4p5.json',
]

const simulate = (options: Partial<ExposureOptions> = {}) =>
  simulateExposure({ ccds: [28], columns: 'slim', ...options }, describeCatalogue('gaia_dr2'), seededRandom(5))

let exposure: SimulatedExposure
let catalog: string

beforeAll(async () => {
  exposure = simulate()
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  catalog = join(dir, 'catalog')
  expect(await run(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])).toMatchObject({
    exitCode: 0,
  })
})

/** A work directory with a sound exposure; the test spoils it. */
function work(simulated = exposure): string {
  const dir = temporaryDirectory()
  for (const { name, bytes } of workFiles(simulated)) writeFileSync(join(dir, name), bytes)
  return dir
}

async function calibrate(workdir: string, ...options: string[]) {
  const outdir = temporaryDirectory()
  const result = await run([
    '--expnum',
    '668439',
    '--ccd',
    '28',
    '--workdir',
    workdir,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    ...options,
  ])
  return { ...result, files: readdirSync(outdir).sort() }
}

function suspectsFile(text: string): string {
  const path = join(temporaryDirectory(), 'agn.csv')
  writeFileSync(path, text)
  return path
}

const edit = (dir: string, name: string, change: (bytes: Buffer) => Uint8Array | string) =>
  writeFileSync(join(dir, name), change(readFileSync(join(dir, name))))
const editList = (dir: string, from: string | RegExp, to: string) =>
  edit(dir, LIST, (bytes) => bytes.toString().replace(from, to))

/** The SExtractor catalogue with its columns changed. */
function withTable(change: (columns: readonly Column[]) => readonly Column[]): string {
  const dir = work()
  const table: Table = tableOf(change(exposure.ccds[0]!.table.columns))
  writeFileSync(join(dir, FULLCAT), writeFitsLdac({ imageCards: [], objects: table }))
  return dir
}
const changed = (name: string, change: (value: number, row: number) => number) => (columns: readonly Column[]) =>
  columns.map((column) =>
    column.name === name ? ({ ...column, values: (column.values as Float64Array).map(change) } as Column) : column,
  )

test('sound input is fitted: every product, exit 0', async () => {
  const { exitCode, files, out } = await calibrate(work())
  expect([exitCode, files]).toEqual([0, PRODUCTS])
  expect(out).toMatch(
    /^CCD 28 {2}30\.\d{4} ± 0\.00\d\d {2}\d+\/\d+ stars {2}good\nsystem {4}des-ab ± 0\.01\d \(sys\), gaia_dr2 to DES i\nGO {2}The zeropoint of CCD 28 can be used\.\n$/,
  )
})

describe('exit 3, one sentence, no files', () => {
  const damagedCatalog = (change: (bytes: Buffer) => Uint8Array) => {
    const copy = join(temporaryDirectory(), 'catalog')
    cpSync(catalog, copy, { recursive: true })
    const file = readdirSync(copy, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.parquet'))!
    writeFileSync(join(copy, file), change(readFileSync(join(copy, file))))
    return ['--catalog', copy]
  }
  const cases: Record<string, { spoil: (dir: string) => void; options?: () => string[]; says: string | RegExp }> = {
    'a truncated FITS': {
      spoil: (dir) => edit(dir, FULLCAT, (b) => b.subarray(0, 60_000)),
      says: new RegExp(`${FULLCAT}, HDU 2.*(truncated|ends)`),
    },
    'an empty FITS': { spoil: (dir) => edit(dir, FULLCAT, () => ''), says: new RegExp(`${FULLCAT}.*empty`) },
    'a text instead of FITS': { spoil: (dir) => edit(dir, FULLCAT, () => 'hello '.repeat(1000)), says: /SIMPLE/ },
    'a compress(1) file': {
      spoil: (dir) => edit(dir, FULLCAT, () => Buffer.from([0x1f, 0x9d, 0x90, 1, 2, 3])),
      says: /compress/,
    },
    'a missing file': {
      spoil: (dir) => rmSync(join(dir, FULLCAT)),
      says: `${FULLCAT}: the SExtractor catalogue of CCD 28 does not exist`,
    },
    'an unreadable file': {
      spoil: (dir) => (rmSync(join(dir, FULLCAT)), mkdirSync(join(dir, FULLCAT))),
      says: 'the file cannot be read: it is a directory',
    },
    'a list without the CCD': {
      spoil: (dir) => editList(dir, ',28,', ',29,'),
      says: `${LIST}: no CCD of --ccd is in the catalogue list (found CCDs 29, expected 28)`,
    },
    'no list': {
      spoil: (dir) => renameSync(join(dir, LIST), join(dir, 'list.csv')),
      says: 'no catalogue list D00668439_r*p*_red_catlist.csv',
    },
    'a list of another exposure': {
      spoil: (dir) => editList(dir, /\n668439,/, '\n668440,'),
      says: `${LIST}, line 2, column EXPNUM: the catalogue list holds another exposure (found 668440, expected 668439)`,
    },
    'the wrong BAND in the list': {
      spoil: (dir) => editList(dir, ',i,28,', ',z,28,'),
      says:
        `${LIST}, line 2, column BAND: BAND disagrees with the name of ` +
        `${FULLCAT} (found 'z' in the list and 'i' there`,
    },
    'corners that span nothing': {
      spoil: (dir) =>
        editList(
          dir,
          /(,28,.*?,.*?,)([^,]*,[^,]*,)(?:[^,]*,){7}[^,\n]*/,
          '$1$2$2$2$2'.replace(/,$/, '') + '53.1,-27.8',
        ),
      says: 'the corners of the CCD span no convex polygon',
    },
    'a footprint outside the coverage': {
      spoil: (dir) => editList(dir, /\b5([23])\./g, '6$1.'),
      says: /the catalogue does not cover CCD 28.*sq deg of the footprint missing/,
    },
    'no catalogue': {
      spoil: () => undefined,
      options: () => ['--catalog', '/nowhere'],
      says: '/nowhere: the reference catalogue cannot be read: there is no such file or directory',
    },
    'a Parquet file that is cut short': {
      spoil: () => undefined,
      options: () => damagedCatalog((b) => b.subarray(0, 5000)),
      says: /Npix=\d+\.parquet.*(damaged|footer|shorter|truncated|bytes)/,
    },
    'a Parquet file with flipped bytes': {
      spoil: () => undefined,
      options: () => damagedCatalog((b) => b.map((byte, i) => (i % 97 === 50 ? byte ^ 0x55 : byte))),
      says: /Npix=\d+\.parquet/,
    },
    'an output directory that is none': {
      spoil: () => undefined,
      options: () => ['--outdir', '/nowhere/at/all'],
      says:
        '/nowhere/at/all: the output directory cannot be written to: there is no such file or directory ' +
        '(expected a directory: mkdir -p /nowhere/at/all)',
    },
  }
  test.each(Object.keys(cases))('%s', async (name) => {
    const { spoil, options, says } = cases[name]!
    const dir = work()
    spoil(dir)
    const repeated = options?.() ?? []
    const outdir = temporaryDirectory()
    const own = (option: string) => repeated.includes(option)
    const { exitCode, err, out } = await run([
      ...['--expnum', '668439', '--ccd', '28', '--workdir', dir],
      ...(own('--outdir') ? [] : ['--outdir', outdir]),
      ...(own('--catalog') ? [] : ['--catalog', catalog]),
      ...repeated,
    ])
    expect(err).toMatch(says)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect({ exitCode, out, files: readdirSync(outdir) }).toEqual({ exitCode: 3, out: '', files: [] })
  })

  test('the filter of the image header is another band', async () => {
    const { exitCode, err, files } = await calibrate(work(simulate({ filterBand: 'r' })))
    expect(err).toContain('BAND disagrees with the image header (FILTER, BAND)')
    expect([exitCode, files]).toEqual([3, []])
  })

  test.each([
    ['EXPNUM', 668440, '668439'],
    ['CCDNUM', 29, '28'],
  ])('%s of the image header is another', async (keyword, found, listed) => {
    const dir = work()
    const ccd = exposure.ccds[0]!
    const cards = imageCards(exposure, ccd).map((card) => (card.keyword === keyword ? { ...card, value: found } : card))
    writeFileSync(join(dir, FULLCAT), writeFitsLdac({ imageCards: cards, objects: ccd.table }))
    const { exitCode, err, files } = await calibrate(dir)
    expect(err).toContain(
      `${LIST}, line 2, column ${keyword}: ${keyword} disagrees with the image header of ${FULLCAT} ` +
        `(found ${listed} in the list and ${found} there, expected one number)`,
    )
    expect([exitCode, files]).toEqual([3, []])
  })

  test.each([
    ['a missing list of suspects', () => '/nonexistent/agn.csv', /agn\.csv: the list of suspects cannot be read/, 3],
    [
      'a list of suspects without ids and positions',
      () => suspectsFile('name\nx\n'),
      /the list of suspects has neither ids nor positions/,
      3,
    ],
    ['no name of a list of suspects', () => '', /--suspects needs a value/, 2],
  ])('%s', async (_, file, message, code) => {
    const { exitCode, err, files } = await calibrate(work(), '--suspects', file())
    expect(err).toMatch(message)
    expect([exitCode, files]).toEqual([code, []])
  })

  test('a list of suspects that names no object is said to', async () => {
    const { exitCode, err } = await calibrate(work(), '--suspects', suspectsFile('source_id,ra,dec\n'))
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/: the list names no object\n/)])
  })

  test('ids of a list of suspects that are none of the catalogue are said to; how many are, if asked', async () => {
    const foreign = suspectsFile('source_id\n1\n2\n3\n')
    const { exitCode, err } = await calibrate(work(), '--suspects', foreign)
    expect([exitCode, err]).toEqual([
      0,
      'agn.csv: none of its 3 ids is that of a matched star; ids have to be those of gaia_dr2\n',
    ])
    const own = suspectsFile(`source_id\n1\n${Array.from(exposure.stars.sourceId).join('\n')}\n`)
    expect((await calibrate(work(), '--suspects', own)).err).toBe('')
    expect((await calibrate(work(), '--suspects', own, '--verbose', '1')).err).toMatch(
      new RegExp(`agn.csv: \\d{2,} of its ${exposure.stars.sourceId.length + 1} ids are those of matched stars\n`),
    )
  })

  test('a flux without elements is named with its file', async () => {
    const { exitCode, err, files } = await calibrate(
      withTable((columns) =>
        columns.map((column) =>
          column.name === 'FLUX_PSF'
            ? { name: 'FLUX_PSF', type: 'f64', width: 0, values: new Float64Array(0) }
            : column,
        ),
      ),
    )
    expect([exitCode, files]).toEqual([3, []])
    expect(err).toContain(`${FULLCAT}, column FLUX_PSF: the column is empty: there is no flux in any row`)
  })

  test.each(['NUMBER', 'ALPHAWIN_J2000', 'FLUX_PSF', 'FLUXERR_PSF', 'FLAGS'])('column %s is missing', async (name) => {
    const { exitCode, err, files } = await calibrate(
      withTable((columns) => columns.filter((column) => column.name !== name)),
    )
    expect(err).toContain(`${FULLCAT}, column ${name}: the catalogue lacks a required column`)
    expect([exitCode, files]).toEqual([3, []])
  })
})

describe('a typed outcome instead of a failure', () => {
  test('NaN positions and negative fluxes are left out, their objects stay in the products', async () => {
    const spoil = (columns: readonly Column[]) =>
      changed('ALPHAWIN_J2000', (v, i) => (i % 10 === 0 ? NaN : v))(
        changed('FLUX_PSF', (v, i) => (i % 7 === 0 ? -v : v))(columns),
      )
    const dir = withTable(spoil)
    const outdir = temporaryDirectory()
    const { exitCode, out } = await run([
      '--expnum',
      '668439',
      '--ccd',
      '28',
      '--workdir',
      dir,
      '--outdir',
      outdir,
      '--catalog',
      catalog,
      '--json',
    ])
    const [ccd] = (
      JSON.parse(out) as { ccds: { zeropoint: number; lost: Record<string, number>; cuts: { detections: number } }[] }
    ).ccds
    expect(exitCode).toBe(0)
    expect(Math.abs(ccd!.zeropoint - exposure.ccds[0]!.zeropoint)).toBeLessThan(0.02)
    expect(ccd!.lost['position']).toBe(Math.ceil(ccd!.cuts.detections / 10))
    const rows = readFileSync(join(outdir, 'D00668439_28_r4p5_ZP.csv'), 'utf8').trim().split('\n')
    expect(rows).toHaveLength(1 + ccd!.cuts.detections)
    expect(rows.some((row) => row.includes('-9999.0'))).toBe(true)
  })

  test('every detection twice: each star counts once', async () => {
    const twice = (columns: readonly Column[]) =>
      columns.map((column) => {
        const { values, width = 1 } = column as Column & { values: Float64Array }
        const doubled = new (values.constructor as Float64ArrayConstructor)(2 * values.length)
        doubled.set(values, 0)
        doubled.set(values, values.length)
        return { ...column, values: doubled, width } as unknown as Column
      })
    const once = await calibrate(work(), '--json')
    const both = await calibrate(withTable(twice), '--json')
    const used = ({ out }: { out: string }) =>
      (JSON.parse(out) as { ccds: { cuts: { used: number } }[] }).ccds[0]!.cuts.used
    expect(both.exitCode).toBe(0)
    expect(used(both)).toBe(used(once))
  })

  test('no star left: exit 4, every product, no number', async () => {
    const { exitCode, files, out } = await calibrate(withTable(changed('FLUX_PSF', () => -1)))
    expect([exitCode, files]).toEqual([4, PRODUCTS])
    expect(out).toContain('no zeropoint')
  })

  test('no detections at all: exit 4', async () => {
    const none = (columns: readonly Column[]) =>
      columns.map((column) => ({ ...column, values: (column.values as Float64Array).slice(0, 0) }) as Column)
    const { exitCode, files, out } = await calibrate(withTable(none))
    expect([exitCode, files]).toEqual([4, PRODUCTS])
    // The line is folded at 80 columns.
    expect(out.replace(/\s+/g, ' ')).toContain('the SExtractor catalogue has no detections')
    expect(out).toContain('STOP  Do not use CCD 28')
  })
})

test('products of another system are not written beside, unless forced; nothing of the first run is lost', async () => {
  const dir = work()
  const outdir = temporaryDirectory()
  const again = (...options: string[]) =>
    run(['--expnum', '668439', '--ccd', '28', '--workdir', dir, '--outdir', outdir, '--catalog', catalog, ...options])
  expect((await again()).exitCode).toBe(0)
  const before = readdirSync(outdir).map((name) => readFileSync(join(outdir, name)))
  const refused = await again('--system', 'catalog')
  expect(refused.exitCode).toBe(3)
  expect(refused.err).toContain(
    'Zero_D00668439_28_r4p5.csv: products of another photometric system stand here: choose another ' +
      '--outdir, or --force to write beside them (found system des-ab, expected system catalog)',
  )
  expect(readdirSync(outdir).map((name) => readFileSync(join(outdir, name)))).toEqual(before)
  expect((await again('--system', 'catalog', '--force')).exitCode).toBe(0)
})

test('a list of suspects takes weight from its stars, and stands in the provenance', async () => {
  interface Found {
    readonly ccds: readonly {
      zeropoint: number
      zeropointErr: number
      diagnostics: { crossCheck: unknown }
      minusOriginal: number
      sigmaClip: { zeropoint: number }
    }[]
    readonly provenance: { readonly inputs: Record<string, string>; readonly options: Record<string, unknown> }
  }
  const found = async (...options: string[]) => JSON.parse((await calibrate(work(), '--json', ...options)).out) as Found
  const ids = Array.from(exposure.stars.sourceId).filter((_, i) => i % 2 === 0)
  const [plain, listed] = [await found(), await found('--suspects', suspectsFile(`source_id\n${ids.join('\n')}\n`))]
  const [before, after] = [plain.ccds[0]!, listed.ccds[0]!]
  expect(after.zeropointErr).toBeGreaterThan(before.zeropointErr)
  expect(Math.abs(after.zeropoint - before.zeropoint)).toBeLessThan(before.zeropointErr)
  expect(after.minusOriginal).toBe(after.zeropoint - after.sigmaClip.zeropoint)
  expect(listed.provenance.options['suspects']).toBe('agn.csv')
  expect(listed.provenance.inputs['agn.csv']).toMatch(/^[0-9a-f]{64}$/)
  expect(plain.provenance.options).not.toHaveProperty('suspects')
})

test('a catalogue of another protocol is refused as a command', async () => {
  const { exitCode, err } = await run([
    '--expnum',
    '668439',
    '--ccd',
    '28',
    '--workdir',
    work(),
    '--outdir',
    temporaryDirectory(),
    '--catalog',
    'ftp://example.org/gaia',
  ])
  expect(exitCode).toBe(2)
  expect(err).toContain(
    '--catalog: a catalogue is read from a directory or by HTTP (found ' +
      'ftp://example.org/gaia, expected a directory, https://... or s3://bucket/...)',
  )
})

test('--verbose accounts for every detection on stderr', async () => {
  const { err } = await calibrate(work(), '--verbose', '1')
  const [, detections, selected] = /(\d+) detections, (\d+) selected/.exec(err)!.map(Number)
  const taken = Object.fromEntries(
    [.../lost: (.*)/.exec(err)![1]!.matchAll(/(\w+) (\d+)/g)].map(([, cut, count]) => [cut!, Number(count)]),
  )
  const bySelection = ['position', 'signal', 'flags', 'imageFlags', 'saturated', 'notStarLike'].reduce(
    (sum, cut) => sum + (taken[cut] ?? 0),
    0,
  )
  expect(bySelection).toBe(detections! - selected!)
  expect(err).toMatch(
    /the original's statistic on the catalogue's own magnitude: 30\.\d{4} ± 0\.\d{4}, \d+ of \d+ stars; ours is -0\.\d{4} from it/,
  )
  expect(err).toMatch(/cross-check \(Tukey MM\): 30\.\d{4} ± 0\.\d{4}, \d\.\d combined errors away/)
  expect(err).toMatch(
    /FLUX_AUTO: 29\.\d{4} ± 0\.\d{4}; minus the chosen flux's -0\.02\d\d ± 0\.00\d\d from star to star/,
  )
  expect(err).toMatch(/light \d+ % of the expected, 5 sigma at 2\d\.\d\d mag \(dark sky 2\d\.\d\d\)/)
  expect(err).toMatch(/hint: FLUX_AUTO has a zeropoint/)
})

test('a gzipped SExtractor catalogue gives the same numbers', async () => {
  const { gzipSync } = await import('node:zlib')
  const dir = work()
  const plain = await calibrate(dir, '--json')
  writeFileSync(join(dir, `${FULLCAT}.gz`), gzipSync(readFileSync(join(dir, FULLCAT))))
  rmSync(join(dir, FULLCAT))
  expect(gunzipSync(readFileSync(join(dir, `${FULLCAT}.gz`))).length).toBeGreaterThan(1000)
  const zipped = await calibrate(dir, '--json')
  const ccds = ({ out }: { out: string }) => (JSON.parse(out) as { ccds: unknown }).ccds
  expect(ccds(zipped)).toEqual(ccds(plain))
})

describe('what stands in the output directory', () => {
  test.each([
    [
      'allZP_ of another system',
      'allZP_D00668439_r4p5.csv',
      'EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp\n668439,4,5,1,1,-30,0.1\n',
    ],
    [
      "the original's files of the whole exposure",
      'Zero_D00668439_00_r4p5.csv',
      'FILENAME,Nall,Nclipped,ZP,ZPrms,magType\nx,1,1,-30,0.1,mag_psf\n',
    ],
  ])('%s: refused', async (_, name, text) => {
    const outdir = temporaryDirectory()
    writeFileSync(join(outdir, name), text)
    const { exitCode, err } = await run([
      '--expnum',
      '668439',
      '--ccd',
      '28',
      '--workdir',
      work(),
      '--outdir',
      outdir,
      '--catalog',
      catalog,
    ])
    expect(exitCode).toBe(3)
    expect(err).toContain(`${name}: products of another photometric system stand here`)
    expect(readdirSync(outdir)).toEqual([name])
  })

  test('a directory where a product should go: exit 3, none of the set is left', async () => {
    const outdir = temporaryDirectory()
    mkdirSync(join(outdir, 'matches_D00668439_28_r4p5.parquet'))
    const { exitCode } = await run([
      '--expnum',
      '668439',
      '--ccd',
      '28',
      '--workdir',
      work(),
      '--outdir',
      outdir,
      '--catalog',
      catalog,
    ])
    expect([exitCode, readdirSync(outdir)]).toEqual([3, ['matches_D00668439_28_r4p5.parquet']])
  })
})

test("neither header nor NITE says when: a warning, and the catalogue's epoch", async () => {
  const dir = withTable((columns) => columns)
  editList(dir, /,20170817,/, ',,')
  const { exitCode, err, out } = await calibrate(dir, '--json')
  expect(exitCode).toBe(0)
  expect(err).toContain(
    "CCD 28: neither the image header nor NITE says when; the stars stay at the catalogue's epoch\n",
  )
  expect((JSON.parse(out) as { exposure: unknown }).exposure).toMatchObject({ epochYr: 2015.5, epochFrom: 'catalog' })
})

test('an infinite flux is no flux: cut, and without a magnitude', async () => {
  const { exitCode, out } = await calibrate(
    withTable(changed('FLUX_PSF', (v, i) => (i % 5 === 0 ? Infinity : v))),
    '--json',
  )
  expect(exitCode).toBe(0)
  expect(out).not.toMatch(/Infinity|NaN/)
})

test('--quiet prints nothing but errors', async () => {
  expect(await calibrate(work(), '--quiet', '--ccd', '28')).toMatchObject({ exitCode: 2 }) // --ccd twice
  const outdir = temporaryDirectory()
  const quiet = await run([
    '--expnum',
    '668439',
    '--ccd',
    '27-30',
    '--workdir',
    work(),
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    '--quiet',
  ])
  expect(quiet).toEqual({ exitCode: 0, out: '', err: '' })
})

test('an empty --catalog is a wrong command, whatever the environment says', async () => {
  const { exitCode, err } = await run(['--expnum', '668439', '--workdir', work(), '--catalog', ''], {
    BLISS_CATALOG: catalog,
  })
  expect([exitCode, err]).toEqual([2, "bliss-calib: --catalog needs a value (found '')\n"])
})

test('a directory that cannot be made is no bug', async () => {
  const file = join(work(), LIST)
  const { exitCode, err } = await run(['simulate', '--outdir', join(file, 'x'), '--ccds', '1'])
  expect(exitCode).toBe(3)
  expect(err).toContain('the directory cannot be made')
})

test('catalog build asks for the release that nothing tells', async () => {
  const dir = temporaryDirectory()
  writeFileSync(join(dir, 'flat.csv'), 'MATCHID,RA,DEC,WAVG_MAG_PSF\n1,10,20,15.5\n')
  const untold = await run(['catalog', 'build', '--from', join(dir, 'flat.csv'), '--to', join(dir, 'a'), '--quiet'])
  expect(untold).toMatchObject({
    exitCode: 3,
    out: '',
    err: expect.stringContaining(
      'flat.csv: nothing tells the release of the rows: name the release with --release',
    ) as string,
  })
  expect(existsSync(join(dir, 'a'))).toBe(false)
  const told = await run([
    'catalog',
    'build',
    '--from',
    join(dir, 'flat.csv'),
    '--to',
    join(dir, 'b'),
    '--release',
    'gaia_dr3',
  ])
  expect(told).toMatchObject({ exitCode: 0, err: '' })
})
