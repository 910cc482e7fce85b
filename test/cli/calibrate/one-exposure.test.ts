import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeFitsLdac, writeFitsTables } from '../../../src/formats/fits/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { imageCards } from '../../../src/simulate/image-cards.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import { tableOf, type Column } from '../../../src/table/columns.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

const LIST = 'D00668439_r4p5_red_catlist.csv'
const fullcat = (ccd: number) => `D00668439_i_${ccd}_r4p5_fullcat.fits`
const CCDS = [22, 28, 35, 41]

let exposure: SimulatedExposure
let catalog: string

beforeAll(async () => {
  const options = { ccds: CCDS, columns: 'slim', galaxiesPerSqDeg: 2000 } as const
  exposure = simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(4))
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  catalog = join(dir, 'catalog')
  expect(await run(['catalog', 'build', '--from', dir, '--to', catalog, '--quiet'])).toMatchObject({ exitCode: 0 })
})

type Row = string[]
/** A work directory with the exposure, its list changed: the cells of each CCD's row. */
function work(change: (cells: Row, ccd: number) => void = () => undefined): string {
  const dir = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(dir, name), bytes)
  const [header, ...rows] = readFileSync(join(dir, LIST), 'utf8').trimEnd().split('\n')
  const changed = rows.map((row) => {
    const cells = row.split(',')
    change(cells, Number(cells[4]))
    return cells.join(',')
  })
  writeFileSync(join(dir, LIST), [header, ...changed, ''].join('\n'))
  return dir
}
interface Found {
  readonly solution: { readonly zeropoint: number }
  readonly ccds: readonly { readonly ccd: number; readonly zeropoint: number }[]
}
async function calibrate(workdir: string, ccd = 'all') {
  const outdir = temporaryDirectory()
  const found = await run([
    '--expnum',
    '668439',
    '--ccd',
    ccd,
    '--workdir',
    workdir,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    '--json',
  ])
  const json = found.out === '' ? undefined : (JSON.parse(found.out) as Found)
  const ccds = new Set(readdirSync(outdir).flatMap((name) => /^zeropoint_D\d+_(\d+)_/.exec(name)?.[1] ?? []))
  return { ...found, json, files: readdirSync(outdir), ccds: [...ccds].map(Number) }
}

/** The SExtractor catalogue of a CCD with other cards or columns. */
function replace(
  dir: string,
  ccd: number,
  cards: Readonly<Record<string, string | number>>,
  change: (columns: readonly Column[]) => readonly Column[] = (columns) => columns,
  name = fullcat(ccd),
): void {
  const simulated = exposure.ccds.find((one) => one.ccd === ccd)!
  const image = imageCards(exposure, simulated).map((card) =>
    card.keyword in cards ? { ...card, value: cards[card.keyword]! } : card,
  )
  writeFileSync(
    join(dir, name),
    writeFitsLdac({ imageCards: image, objects: tableOf(change(simulated.table.columns)) }),
  )
}

describe('a row that cannot be right stops its own CCD', () => {
  test.each<[string, (cells: Row) => void, RegExp]>([
    [
      'a NaN corner',
      (cells) => (cells[16] = 'nan'),
      /line 4, column DECC4: a value of the catalogue list is not usable \(found 'nan'/,
    ],
    [
      'a blank corner',
      (cells) => (cells[9] = ''),
      /line 4, column RAC1: a value of the catalogue list is not usable \(found nothing/,
    ],
    [
      'a centre of 0,0',
      (cells) => ([cells[7], cells[8]] = ['0.0', '0.0']),
      /line 4, column RA_CENT, DEC_CENT: the centre of CCD 35 is not amid its corners/,
    ],
    [
      'one corner of another CCD',
      (cells) => (cells[9] = '53.9'),
      /column RAC1\.\.DECC4: the corners of the CCD (are no rectangle|span no convex polygon)/,
    ],
    [
      'another exposure number',
      (cells) => (cells[0] = '668440'),
      /line 4, column EXPNUM: the catalogue list holds another exposure \(found 668440, expected 668439\)/,
    ],
  ])('%s', async (_, spoil, message) => {
    const dir = work((cells, ccd) => (ccd === 35 ? spoil(cells) : undefined))
    const all = await calibrate(dir)
    expect([all.exitCode, all.ccds]).toEqual([3, [22, 28, 41]])
    expect(all.err).toMatch(message)
    const one = await calibrate(dir, '28')
    expect([one.exitCode, one.ccds]).toEqual([0, [28]])
    const own = await calibrate(dir, '35')
    expect([own.exitCode, own.files]).toEqual([3, []])
  })

  test('the others have the numbers that they have in a list without it', async () => {
    const without = work()
    writeFileSync(
      join(without, LIST),
      readFileSync(join(without, LIST), 'utf8')
        .split('\n')
        .filter((line) => !line.includes('_35_'))
        .join('\n'),
    )
    const [spoiled, sound] = [
      await calibrate(work((cells, ccd) => (ccd === 35 ? void (cells[7] = '0') : undefined))),
      await calibrate(without),
    ]
    expect(spoiled.json!.solution.zeropoint).toBe(sound.json!.solution.zeropoint)
    expect(spoiled.json!.ccds.map(({ zeropoint }) => zeropoint)).toEqual(
      sound.json!.ccds.map(({ zeropoint }) => zeropoint),
    )
  })

  test('in a batch, on a grid, in a copy of the catalogue too; the original reads the whole list', async () => {
    const dir = work((cells, ccd) => (ccd === 35 ? void (cells[16] = 'nan') : undefined))
    const batch = await run(['batch', dir, '--catalog', catalog, '--quiet'])
    expect(batch.exitCode).toBe(3)
    expect(readFileSync(join(dir, 'batch_failures.csv'), 'utf8')).toMatch(/668439,35,3,.*line 4, column DECC4/)
    const grid = await run(['grid', 'slurm', dir, '--to', join(temporaryDirectory(), 'grid'), '--catalog', catalog])
    expect(grid.err + grid.out).toContain(`left out: ${LIST}, line 4, column DECC4`)
    const copy = await run([
      'catalog',
      'copy',
      '--from',
      catalog,
      '--to',
      join(temporaryDirectory(), 'copy'),
      '--exposures',
      dir,
    ])
    expect(copy.out + copy.err).toMatch(/region: 3 CCDs of 1 exposure, .*; left out: .*line 4, column DECC4/)
    const legacy = await run([
      '--legacy',
      '--expnum',
      '668439',
      '--ccd',
      '28',
      '--workdir',
      dir,
      '--outdir',
      temporaryDirectory(),
      '--catalog',
      catalog,
    ])
    expect([legacy.exitCode, legacy.err]).toEqual([1, expect.stringContaining('line 4, column DECC4')])
  })

  test('a list of bad rows alone is refused', async () => {
    const { exitCode, err, files } = await calibrate(
      work((cells) => void (cells[9] = 'x')),
      '28',
    )
    expect([exitCode, files]).toEqual([3, []])
    expect(err).toContain(`${LIST}, line 2, column RAC1`)
  })
})

describe('what the CCDs of an exposure share', () => {
  test.each<[string, Readonly<Record<string, string | number>>, RegExp]>([
    ['the time', { 'MJD-OBS': 57983.2 }, /CCD 35 is not of one exposure with the other CCDs: the time is another/],
    [
      'the exposure time',
      { EXPTIME: 30 },
      /the exposure time is another \(found 30 s of CCD 35 and 90 s of CCDs 22, 28, 41/,
    ],
    [
      'the unit',
      { BUNIT: 'electron/s' },
      /the unit of the flux is another \(found electrons per second of CCD 35 and counts of CCDs/,
    ],
  ])('%s of one is another: it is refused, the others are solved', async (_, cards, message) => {
    const dir = work()
    replace(dir, 35, cards)
    const { exitCode, err, ccds } = await calibrate(dir)
    expect([exitCode, ccds]).toEqual([3, [22, 28, 41]])
    expect(err).toMatch(message)
    expect((await calibrate(dir, '35')).exitCode).toBe(0)
  })

  test('bands, in one run, in a merge of CCDs that were calibrated one by one, and of half of them', async () => {
    const other = 'D00668439_r_35_r4p5_fullcat.fits'
    const ofBandR = (cells: Row, ccds: readonly number[], ccd: number) => {
      if (ccds.includes(ccd)) [cells[1], cells[3]] = [other.replace('35', `${ccd}`), 'r']
    }
    const dir = work((cells, ccd) => ofBandR(cells, [35], ccd))
    replace(dir, 35, { BAND: 'r', FILTER: 'r DECam SDSS c0002 6415.0 1480.0' }, undefined, other)
    const all = await calibrate(dir)
    expect([all.exitCode, all.ccds]).toEqual([3, [22, 28, 41]])
    const message =
      'CCD 35 is not of one exposure with the other CCDs: the band is ' +
      'another (found r of CCD 35 and i of CCDs 22, 28, 41'
    expect(all.err).toContain(message)
    const outdir = temporaryDirectory()
    const each = (ccd: number) =>
      run([
        '--expnum',
        '668439',
        '--ccd',
        `${ccd}`,
        '--workdir',
        dir,
        '--outdir',
        outdir,
        '--catalog',
        catalog,
        '--quiet',
      ])
    for (const ccd of CCDS) expect((await each(ccd)).exitCode).toBe(0)
    const before = readdirSync(outdir)
    const merged = await run(['merge', '--expnum', '668439', '--workdir', dir, '--outdir', outdir])
    expect([merged.exitCode, merged.err]).toEqual([3, expect.stringContaining(message)])
    expect(readdirSync(outdir)).toEqual(before)
    const half = work((cells, ccd) => ofBandR(cells, [35, 41], ccd))
    for (const ccd of [35, 41]) replace(half, ccd, { BAND: 'r', FILTER: 'r' }, undefined, other.replace('35', `${ccd}`))
    const nobody = await calibrate(half)
    expect([nobody.exitCode, nobody.files]).toEqual([3, []])
  })
})

describe('detections that are not within the corners', () => {
  const moved = (deg: number) => (columns: readonly Column[]) =>
    columns.map((column) =>
      /^DELTA/.test(column.name)
        ? ({ ...column, values: (column.values as Float64Array).map((dec) => dec + deg) } as Column)
        : column,
    )
  // The CCD is 0.15 deg high.
  test.each([0.075, 0.03, -0.3])('moved by %f deg: refused', async (deg) => {
    const dir = work()
    replace(dir, 28, {}, moved(deg))
    const { exitCode, err, files } = await calibrate(dir, '28')
    expect([exitCode, files]).toEqual([3, []])
    expect(err).toMatch(
      /line 3, column RAC1\.\.DECC4: the detections of CCD 28 are not within its corners: .*\(found \d+ of \d+ detections more than 10 arcsec outside, expected at most 10 %\)/,
    )
  })

  test('moved by 15 arcsec: the astrometry is off, which is said of the matches', async () => {
    const dir = work()
    replace(dir, 28, {}, moved(15 / 3600))
    expect((await calibrate(dir, '28')).err).not.toContain('not within its corners')
  })

  test("another CCD's file in its place, without a CCDNUM: refused by the name, or by the detections", async () => {
    const dir = work((cells, ccd) => (ccd === 28 ? void (cells[1] = fullcat(35)) : undefined))
    const { table } = exposure.ccds.find((one) => one.ccd === 35)!
    const bare = writeFitsTables([{ table, extname: 'LDAC_OBJECTS' }])
    writeFileSync(join(dir, fullcat(35)), bare)
    expect((await calibrate(dir, '28')).err).toContain(
      `CCDNUM disagrees with the name of ${fullcat(35)} (found 28 in the list and 35 there`,
    )
    const renamed = work()
    writeFileSync(join(renamed, fullcat(28)), bare)
    expect((await calibrate(renamed, '28')).err).toContain('the detections of CCD 28 are not within its corners')
  })
})

describe('one file for several CCDs', () => {
  test('each row has its own detections', async () => {
    const dir = work((cells) => void (cells[1] = 'D00668439_i_all_r4p5_fullcat.fits'))
    const tables = exposure.ccds.flatMap((ccd) => {
      const lines = imageCards(exposure, ccd).filter(({ keyword }) => keyword === 'CCDNUM' || keyword === 'MJD-OBS')
      const cards = lines.map(({ keyword, value }) => `${keyword.padEnd(8)}= ${String(value).padStart(20)}`.padEnd(80))
      const column: Column = { name: 'Field Header Card', type: 'string', values: cards, width: cards.length }
      return [
        {
          table: { rowCount: 1, columns: [column] },
          extname: 'LDAC_IMHEAD',
          stringLengths: { 'Field Header Card': 80 },
        },
        { table: ccd.table, extname: 'LDAC_OBJECTS' },
      ]
    })
    writeFileSync(join(dir, 'D00668439_i_all_r4p5_fullcat.fits'), writeFitsTables(tables))
    const { exitCode, json } = await calibrate(dir)
    expect(exitCode).toBe(0)
    for (const { ccd, zeropoint } of json!.ccds) {
      const truth = exposure.ccds.find((one) => one.ccd === ccd)!.zeropoint
      expect(Math.abs(zeropoint - truth), `CCD ${ccd}`).toBeLessThan(0.03)
    }
  })
})
