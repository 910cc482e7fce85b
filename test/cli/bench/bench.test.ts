import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import { matchSky } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { readPositions } from '../../../src/node/input/read-positions.js'
import { tableOf, type Table } from '../../../src/table/columns.js'
import { run, temporaryDirectory } from '../run.js'

const demo = resolve(import.meta.dirname, '../../../catalogs/demo')
const dir = temporaryDirectory()
const at = (name: string) => join(dir, name)

/** 50 positions, and the same moved by 0.3 arcsec to the north, 10 of them by 5. */
const random = seededRandom(5)
const raDeg = Float64Array.from({ length: 50 }, () => 53 + 0.1 * random.uniform())
const decDeg = Float64Array.from({ length: 50 }, () => -27.8 + 0.1 * random.uniform())
const moved = decDeg.map((dec, i) => dec + (i < 40 ? 0.3 : 5) / 3600)
const table = (ra: string, dec: string, decs = decDeg): Table =>
  tableOf([
    { name: 'N', type: 'i32', values: Int32Array.from(raDeg, (_, i) => i) },
    { name: ra, type: 'f64', values: raDeg },
    { name: dec, type: 'f64', values: decs },
  ])

beforeAll(async () => {
  writeFileSync(at('a.fits'), writeFitsTable(table('ALPHAWIN_J2000', 'DELTAWIN_J2000')))
  writeFileSync(at('b.parquet'), await writeParquet(table('ra', 'dec', moved)))
  const lines = ['id,RAJ2000,DEJ2000', ...Array.from(raDeg, (ra, i) => `${i},${ra},${moved[i]}`), '']
  writeFileSync(at('b.csv.gz'), gzipSync(lines.join('\n')))
  writeFileSync(at('magnitudes.csv'), 'id,mag\n1,20\n')
})

describe('positions of local catalogues', () => {
  test.each([
    ['a.fits', ['ALPHAWIN_J2000', 'DELTAWIN_J2000'], decDeg],
    ['b.parquet', ['ra', 'dec'], moved],
    ['b.csv.gz', ['RAJ2000', 'DEJ2000'], moved],
  ])('%s', async (name, columns, decs) => {
    const read = await readPositions(at(name))
    expect(read.columns).toEqual(columns)
    expect(read.raDeg).toEqual(raDeg)
    expect(read.decDeg).toEqual(decs)
  })

  test(
    'of a reference catalogue the part near the other positions is ' +
      'read, and no star within an arcminute is missing',
    async () => {
      const all = await readPositions(demo)
      const one = { raDeg: all.raDeg.slice(0, 1), decDeg: all.decDeg.slice(0, 1) }
      const near = await readPositions(demo, one)
      expect(near.raDeg.length).toBeLessThan(all.raDeg.length)
      expect(near.raDeg).toContain(one.raDeg[0])
    },
  )
})

describe('bliss-calib bench', () => {
  test('matches two files in each mode, checked against the definition', async () => {
    const { exitCode, out } = await run(['bench', at('a.fits'), at('b.csv.gz'), '--runs', '2', '--json'])
    expect(exitCode).toBe(0)
    const { measured, files } = JSON.parse(out) as {
      measured: Record<string, unknown>[]
      files: Record<string, unknown>[]
    }
    expect(files.map(({ rows }) => rows)).toEqual([50, 50])
    expect(measured.map(({ mode, pairs, checkedRows }) => [mode, pairs, checkedRows])).toEqual([
      ['nearest', 40, 50],
      ['mutual', 40, 50],
      ['all', 40, 50],
    ])
    for (const { firstMs, bestMs, medianMs } of measured as Record<string, number>[])
      expect(bestMs! <= medianMs! && bestMs! <= firstMs!).toBe(true)
  })

  test('several threads find the same, and their number is shown', async () => {
    const { exitCode, out } = await run(['bench', at('a.fits'), at('b.csv.gz'), '--runs', '1', '--workers', '2'])
    expect(exitCode).toBe(0)
    expect(out.match(/^ *50 +50 +\w+ +40 /gm)).toHaveLength(3)
    expect(out).toMatch(/^2 threads, peak memory \d+ MB$/m)
  })

  test('one file is matched with itself; the table names the columns', async () => {
    const { exitCode, out } = await run(['bench', at('b.parquet'), '--radius-arcsec', '0.1'])
    expect(exitCode).toBe(0)
    expect(out).toContain(`${at('b.parquet')}: 50 positions (ra, dec)`)
    expect(out.split('\n').filter((line) => /^ +50 +50 +(nearest|mutual|all) +50 /.test(line))).toHaveLength(3)
  })

  test.each([
    [
      ['bench', at('magnitudes.csv')],
      3,
      `bliss-calib: ${at('magnitudes.csv')}: the catalogue has no columns of positions ` +
        `(found id, mag, expected ALPHAWIN_J2000 and DELTAWIN_J2000, or `,
    ],
    [
      ['bench', at('none.fits')],
      3,
      `bliss-calib: ${at('none.fits')}: the catalogue cannot be read: there is no such file or directory\n`,
    ],
    [['bench', '--runs', '0'], 2, "bliss-calib: --runs must be at least 1 (found '0')\n"],
    [
      ['bench', '--radius-arcsec', 'wide'],
      2,
      "bliss-calib: --radius-arcsec must be a number of arcsec (found 'wide', expected above 0)\n",
    ],
  ])('%j', async (args, code, sentence) => {
    const { exitCode, err, out } = await run(args)
    expect([exitCode, out]).toEqual([code, ''])
    expect(err.startsWith(sentence)).toBe(true)
  })
})

test('--neighbours: each row with its nearest two, in their own line', async () => {
  const args = ['bench', at('a.fits'), at('b.csv.gz'), '--runs', '1', '--neighbours', '2', '--radius-arcsec', '60']
  const { exitCode, out } = await run(args)
  expect(exitCode).toBe(0)
  const lines = out.split('\n').filter((line) => /^ +50 /.test(line))
  const all = matchSky({ raDeg, decDeg }, { raDeg, decDeg: moved }, 60, { mode: 'all' })
  const upToTwo = raDeg.reduce((sum, _, row) => sum + Math.min(2, all.a.filter((a) => a === row).length), 0)
  expect(lines).toHaveLength(4)
  expect(lines[3]).toMatch(new RegExp(`^ +50 +50 +2 nearest +${upToTwo} .* 50$`))
})

const hasScipy = spawnSync('python3', ['-c', 'import scipy']).status === 0
const hasStilts = spawnSync('stilts', ['-version']).status === 0

interface Peer {
  readonly pairs: number
  readonly cpuMs: number
}
interface Answer {
  readonly measured: { mode: string; neighbours: number; pairs: number; scipy?: Peer; stilts?: Peer }[]
  readonly peakMemoryMb: number
}

describe('--peer', () => {
  const args = ['bench', at('a.fits'), at('b.csv.gz'), '--runs', '1', '--peer', '--neighbours', '3']

  test.skipIf(!hasScipy)('scipy finds the same pairs (scipy is not installed)', async () => {
    const { exitCode, out } = await run([...args, '--radius-arcsec', '30', '--json'])
    expect(exitCode).toBe(0)
    const { measured, peakMemoryMb } = JSON.parse(out) as Answer
    expect(measured.map(({ mode }) => mode)).toEqual(['nearest', 'mutual', 'all', 'nearest'])
    expect(measured[3]!.pairs).toBeGreaterThan(measured[0]!.pairs)
    for (const { pairs, scipy } of measured) expect(scipy!.pairs).toBe(pairs)
    expect(peakMemoryMb).toBeGreaterThan(20)
  })

  test.skipIf(!hasStilts)(
    'STILTS finds the same pairs, but knows no several nearest (stilts is not installed)',
    async () => {
      const { exitCode, out } = await run([...args, '--json'])
      expect(exitCode).toBe(0)
      const { measured } = JSON.parse(out) as Answer
      for (const { pairs, neighbours, stilts } of measured)
        expect(stilts?.pairs).toBe(neighbours === 1 ? pairs : undefined)
      const { out: table } = await run(args)
      expect(table).toMatch(/STILTS's pairs +CPU ms +ratio$/m)
    },
  )
})

test('--peer without other programs says what to install', async () => {
  const before = process.env['PATH']
  mkdirSync(at('no-programs'))
  process.env['PATH'] = at('no-programs')
  try {
    const { exitCode, err } = await run(['bench', at('a.fits'), '--runs', '1', '--peer'])
    expect(exitCode).toBe(3)
    expect(err).toContain(
      'no other program that matches is there (found neither scipy (by python3) nor stilts on PATH, expected one of ' +
        'them (Debian and Ubuntu: apt install python3-scipy, or stilts), or no --peer)',
    )
  } finally {
    process.env['PATH'] = before
  }
})
