import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { filesBelow, identitiesBelow, sumsBelow } from '../../support/file-tree.js'
import { SMALL_CCDS, smallSurvey } from '../../support/small-exposures.js'
import { run, temporaryDirectory } from '../run.js'

const EXPOSURES = 4
let pristine: string
let catalog: string

beforeAll(async () => {
  ;({ work: pristine, catalog } = await smallSurvey(temporaryDirectory(), EXPOSURES))
})

/** A copy of the survey's inputs, old enough for stamps to tell. */
function survey(): string {
  const dir = join(temporaryDirectory(), 'work')
  cpSync(pristine, dir, { recursive: true })
  return dir
}

const batch = (source: string, ...options: string[]) => run(['batch', source, '--catalog', catalog, ...options])
const isProduct = (path: string) =>
  !basename(path).startsWith('.bliss-done') && !path.includes('fullcat') && !path.includes('catlist')
const listOf = (dir: string, expnum: number) =>
  join(
    dir,
    filesBelow(dir).find((path) => path.endsWith(`D00${expnum}_r4p5_red_catlist.csv`))!,
  )
const fullcat = (dir: string, expnum: number, ccd: number) =>
  join(dirname(listOf(dir, expnum)), `D00${expnum}_i_${ccd}_r4p5_fullcat.fits`)
const failuresOf = (dir: string) => readFileSync(join(dir, 'batch_failures.csv'), 'utf8').trimEnd().split('\n').slice(1)

async function rows(path: string, order: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  return (await connection.runAndReadAll(`SELECT * FROM '${path}' ORDER BY ${order}`)).getRowObjects()
}

describe('a directory', () => {
  let dir: string
  let first: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    dir = survey()
    first = await batch(dir)
  })

  test('every exposure below it gets the bytes of a run of its own, beside its inputs', async () => {
    expect([first.exitCode, first.err]).toEqual([0, ''])
    expect(first.out).toContain(
      `${EXPOSURES} exposures: ${EXPOSURES} calibrated, 0 unchanged; CCDs: ${4 * EXPOSURES} fitted\n`,
    )
    for (let expnum = 700_000; expnum < 700_000 + EXPOSURES; expnum++) {
      const workdir = dirname(listOf(dir, expnum))
      const outdir = temporaryDirectory()
      await run([
        '--expnum',
        String(expnum),
        '--ccd',
        'all',
        '--workdir',
        workdir,
        '--outdir',
        outdir,
        '--catalog',
        catalog,
        '--quiet',
      ])
      expect(readdirSync(outdir)).toHaveLength(5 * 4 + 4)
      expect(sumsBelow(workdir, isProduct)).toEqual(sumsBelow(outdir))
    }
  })

  test('the summary has a row per CCD, as DuckDB reads it, with the numbers of the JSON files', async () => {
    const found = await rows(join(dir, 'batch_summary.parquet'), 'expnum, ccd')
    expect(found.map(({ expnum, ccd }) => [expnum, ccd])).toEqual(
      Array.from({ length: EXPOSURES }, (_, k) => SMALL_CCDS.map((ccd) => [700_000 + k, ccd])).flat(),
    )
    for (const row of found) {
      const path = join(
        dir,
        String(row['directory']),
        `zeropoint_D00${String(row['expnum'])}_${String(row['ccd'])}_r4p5.json`,
      )
      const { ccds } = JSON.parse(readFileSync(path, 'utf8')) as {
        ccds: {
          zeropoint: number
          zeropointErr: number
          verdict: string
          cuts: { used: number }
          sigmaClip: { nClipped: number }
        }[]
      }
      const { zeropoint, zeropointErr, verdict, cuts, sigmaClip } = ccds[0]!
      expect(row).toMatchObject({
        zeropoint,
        zeropoint_err: zeropointErr,
        verdict,
        used: cuts.used,
        sigma_clip_n_clipped: sigmaClip.nClipped,
        outcome: 'fitted',
        band: 'i',
        flag: 0,
      })
    }
    const exposures = await rows(join(dir, 'batch_exposures.parquet'), 'expnum')
    for (const row of exposures) {
      const path = join(dir, String(row['directory']), `zeropoint_D00${String(row['expnum'])}_r4p5.json`)
      const { solution } = JSON.parse(readFileSync(path, 'utf8')) as {
        solution: { zeropoint: number; outcome: string; nFitted: number }
      }
      expect(row).toMatchObject({
        zeropoint: solution.zeropoint,
        outcome: solution.outcome,
        fitted: solution.nFitted,
        ccds: 4,
        exit_code: 0,
        suspect: 'no',
      })
    }
    expect(exposures).toHaveLength(EXPOSURES)
    expect(failuresOf(dir)).toEqual([])
  })

  test('again: nothing is touched, the summary is the same to the byte', async () => {
    const before = identitiesBelow(dir, (path) => isProduct(path) && !path.startsWith('batch_'))
    const sums = sumsBelow(dir, isProduct)
    const again = await batch(dir)
    expect([again.exitCode, again.err]).toEqual([0, ''])
    expect(again.out).toContain(`${EXPOSURES} exposures: 0 calibrated, ${EXPOSURES} unchanged`)
    expect(identitiesBelow(dir, (path) => isProduct(path) && !path.startsWith('batch_'))).toEqual(before)
    expect(sumsBelow(dir, isProduct)).toEqual(sums)
  })

  test('no done-marker is found by a pattern that looks for products', () => {
    const markers = filesBelow(dir)
      .map((path) => basename(path))
      .filter((name) => name.includes('bliss-done'))
    expect(markers).toHaveLength(EXPOSURES)
    for (const name of markers) expect(name).not.toMatch(/^(allZP|Zero)|^D.*_ZP\.csv$|Obj\.csv$/)
  })
})

describe('what is redone', () => {
  let dir: string
  let sums: Record<string, string>
  beforeAll(async () => {
    dir = survey()
    // A time that can be put back exactly.
    for (const path of filesBelow(dir)) utimesSync(join(dir, path), 1_500_000_000, 1_500_000_000)
    await batch(dir)
    // The stamps of files that are older than a tick of the file system's clock are trusted without reading.
    await new Promise((done) => setTimeout(done, 2100))
    await batch(dir)
    sums = sumsBelow(dir, isProduct)
  })
  /** Runs again and gives the exposures that were calibrated. */
  const redone = async (...options: string[]) => {
    const { exitCode, out } = await batch(dir, ...options)
    return { exitCode, exposures: [...out.matchAll(/^\[.*?\] D00(\d+)_/gm)].map((match) => Number(match[1])).sort() }
  }

  test('a changed input of the same size and modification time', async () => {
    const path = fullcat(dir, 700_001, 28)
    const [bytes, facts] = [readFileSync(path), statSync(path)]
    const other = Buffer.from(bytes)
    // The last row's flux, by one bit: padding follows the table, so that the last byte that is not zero is data.
    let last = other.length - 1
    while (other[last] === 0) last--
    other[last]! ^= 1
    writeFileSync(path, other)
    utimesSync(path, facts.atime, facts.mtime)
    expect(statSync(path)).toMatchObject({ size: facts.size, mtimeMs: facts.mtimeMs })
    expect(await redone()).toEqual({ exitCode: 0, exposures: [700_001] })
    writeFileSync(path, bytes)
    expect(await redone()).toEqual({ exitCode: 0, exposures: [700_001] })
    expect(sumsBelow(dir, isProduct)).toEqual(sums)
  })

  test('not an input that was only touched, nor after the whole tree was moved', async () => {
    utimesSync(fullcat(dir, 700_001, 28), new Date(), new Date())
    expect((await redone()).exposures).toEqual([])
    const elsewhere = join(temporaryDirectory(), 'moved')
    cpSync(dir, elsewhere, { recursive: true })
    expect((await batch(elsewhere)).out).toContain(`0 calibrated, ${EXPOSURES} unchanged`)
    expect(sumsBelow(elsewhere, isProduct)).toEqual(sums)
  })

  test('an output that is missing, and one that was changed', async () => {
    const product = (expnum: number, name: string) => join(dirname(listOf(dir, expnum)), name)
    rmSync(product(700_002, 'Zero_D00700002_35_r4p5.csv'))
    const changed = product(700_003, 'D00700003_r4p5_ZP.csv')
    const whole = readFileSync(changed)
    writeFileSync(changed, "somebody's own\n")
    expect((await redone()).exitCode).toBe(2)
    expect(readFileSync(changed, 'utf8')).toBe("somebody's own\n")
    rmSync(product(700_002, 'Zero_D00700002_35_r4p5.csv'))
    writeFileSync(changed, whole.subarray(0, whole.length >> 1))
    expect(await redone()).toEqual({ exitCode: 0, exposures: [700_002, 700_003] })
    expect(sumsBelow(dir, isProduct)).toEqual(sums)
  })

  test('an input that comes and goes', async () => {
    const path = fullcat(dir, 700_003, 22)
    renameSync(path, `${path}.away`)
    expect(await redone()).toEqual({ exitCode: 0, exposures: [700_003] })
    expect(
      (await rows(join(dir, 'batch_summary.parquet'), 'expnum, ccd'))
        .filter(({ outcome }) => outcome === 'absent')
        .map(({ expnum, ccd }) => [expnum, ccd]),
    ).toEqual([[700_003, 22]])
    expect((await redone()).exposures).toEqual([])
    renameSync(`${path}.away`, path)
    expect(await redone()).toEqual({ exitCode: 0, exposures: [700_003] })
    expect(sumsBelow(dir, isProduct)).toEqual(sums)
  })

  test('a marker that is damaged, or of another program version', async () => {
    const marker = (expnum: number) => join(dirname(listOf(dir, expnum)), `.bliss-done-D00${expnum}_r4p5.json`)
    writeFileSync(marker(700_000), readFileSync(marker(700_000), 'utf8').slice(0, -100))
    writeFileSync(marker(700_002), readFileSync(marker(700_002), 'utf8').replace('"version":"', '"version":"0'))
    expect((await redone()).exposures).toEqual([700_000, 700_002])
    expect(sumsBelow(dir, isProduct)).toEqual(sums)
  })

  test(
    'everything under other options or with another catalogue; ' + 'nothing for options that change no byte',
    async () => {
      const all = Array.from({ length: EXPOSURES }, (_, k) => 700_000 + k)
      expect((await redone('--accept-borrowed', '--rehash', '--force')).exposures).toEqual([])
      expect((await redone('--estimator', 'sigma-clip')).exposures).toEqual(all)
      expect((await redone()).exposures).toEqual(all)
      const other = join(temporaryDirectory(), 'catalog')
      await run([
        'catalog',
        'build',
        '--from',
        join(dirname(catalog), 'raw'),
        '--to',
        other,
        '--release',
        'gaia_dr2',
        '--quiet',
      ])
      expect(sumsBelow(other)['manifest.json']).toBe(sumsBelow(catalog)['manifest.json'])
      expect((await redone('--catalog', other)).exposures).toEqual([])
    },
  )
})

describe('a manifest', () => {
  test('paths from its own directory; outdir and ccd of a line; the summary carries its name', async () => {
    const dir = survey()
    const text = `list,outdir,ccd\n${[700_002, 700_000]
      .map((expnum) => listOf(dir, expnum).slice(dir.length + 1))
      .join(',out/2,"22,35"\n')},,\n`
    writeFileSync(join(dir, 'chunk7.csv'), text)
    const { exitCode, out } = await batch(join(dir, 'chunk7.csv'), '--outdir', join(dir, 'root'))
    expect([exitCode, out.split('\n').at(-2)]).toEqual([
      0,
      `${join(dir, 'root')}: chunk7_summary.parquet, chunk7_exposures.parquet, chunk7_failures.csv (none)`,
    ])
    expect(
      readdirSync(join(dir, 'out/2'))
        .filter((name) => name.startsWith('Zero_'))
        .sort(),
    ).toEqual(['Zero_D00700002_22_r4p5.csv', 'Zero_D00700002_35_r4p5.csv'])
    expect(readdirSync(join(dir, 'root/D00700000_r4p5')).filter((name) => name.startsWith('Zero_'))).toHaveLength(4)
    const directories = await rows(join(dir, 'root/chunk7_exposures.parquet'), 'expnum')
    expect(directories.map(({ directory }) => directory)).toEqual(['D00700000_r4p5', '../out/2'])
  })

  test.each([
    [
      'nowhere.csv',
      undefined,
      'nowhere.csv: the directory or manifest of the batch cannot be read: there is no such file or directory',
    ],
    [
      'm.csv',
      'list\nnight/whatever.csv\n',
      'm.csv, line 2, column list: this is not the name of a catalogue list (found ' +
        'night/whatever.csv, expected D{E}_r{R}p{A}_red_catlist.csv)',
    ],
    ['m.csv', '', 'm.csv: the manifest names no exposure'],
  ])('%s %j is refused', async (name, text, message) => {
    const dir = temporaryDirectory()
    if (text !== undefined) writeFileSync(join(dir, name), text)
    const { exitCode, err } = await batch(join(dir, name))
    expect([exitCode, err]).toEqual([3, expect.stringContaining(message)])
  })

  test('two lists that would write the same products are refused before anything is done', async () => {
    const dir = survey()
    const copy = join(dir, 'copy')
    cpSync(dirname(listOf(dir, 700_000)), copy, { recursive: true })
    const { exitCode, err } = await batch(dir, '--outdir', join(dir, 'out'))
    expect([exitCode, err]).toEqual([
      3,
      expect.stringContaining('two exposures of the batch would write the same products'),
    ])
    expect(existsSync(join(dir, 'out'))).toBe(false)
  })
})

describe('what cannot be done', () => {
  test(
    'a damaged catalogue and a damaged list: exit 3, told and listed, the ' +
      'others finished; again the same without calibrating',
    async () => {
      const dir = survey()
      writeFileSync(fullcat(dir, 700_001, 28), 'no FITS')
      writeFileSync(listOf(dir, 700_003), 'EXPNUM\n')
      await new Promise((done) => setTimeout(done, 2100))
      const first = await batch(dir)
      expect(first.exitCode).toBe(3)
      expect(first.out).toContain(
        `${EXPOSURES - 1} exposures: ${EXPOSURES - 1} calibrated, 0 unchanged; CCDs: ` +
          `${4 * (EXPOSURES - 1) - 1} fitted, 1 failed\n2 without a result, 1 of them: ` +
          `D00700003_r4p5_red_catlist.csv, line 1, column FILENAME: the catalogue list lacks a column`,
      )
      const failures = failuresOf(dir)
      expect(failures).toHaveLength(2)
      expect(failures[0]).toMatch(/D00700003_r4p5_red_catlist\.csv,,,,3,.*lacks a column/)
      expect(failures[1]).toMatch(
        /^D00700001_r4p5_red_catlist\.csv,night1\/700001,700001,28,3,"D00700001_i_28_r4p5_fullcat\.fits/,
      )
      expect(first.err).toContain('CCD 28: D00700001_i_28_r4p5_fullcat.fits')
      expect(filesBelow(dir).filter((path) => path.includes('00700001_28') || path.includes('.bliss-tmp'))).toEqual([])
      const sums = sumsBelow(dir, isProduct)
      const again = await batch(dir)
      expect([again.exitCode, again.err, failuresOf(dir)]).toEqual([3, first.err, failures])
      expect(again.out).toContain(`0 calibrated, ${EXPOSURES - 1} unchanged`)
      expect(sumsBelow(dir, isProduct)).toEqual(sums)
    },
  )

  test('an output directory that cannot be made: exit 3, the others finished, a rerun finishes it', async () => {
    const dir = survey()
    mkdirSync(join(dir, 'out'))
    writeFileSync(join(dir, 'out/D00700003_r4p5'), 'in the way')
    const { exitCode, err } = await batch(dir, '--outdir', join(dir, 'out'))
    expect([exitCode, err]).toEqual([3, expect.stringContaining('D00700003_r4p5: the directory cannot be made')])
    expect(readFileSync(join(dir, 'out/batch_failures.csv'), 'utf8')).toContain('the directory cannot be made')
    rmSync(join(dir, 'out/D00700003_r4p5'))
    const again = await batch(dir, '--outdir', join(dir, 'out'))
    expect([again.exitCode, again.out]).toEqual([
      0,
      expect.stringContaining(`1 calibrated, ${EXPOSURES - 1} unchanged`),
    ])
  })

  test('an exposure that the catalogue does not cover, and one without a single catalogue', async () => {
    const dir = survey()
    for (const ccd of SMALL_CCDS) rmSync(fullcat(dir, 700_002, ccd))
    const { exitCode, err } = await batch(dir)
    expect([exitCode, err]).toEqual([
      3,
      expect.stringContaining('D00700002_r4p5_red_catlist.csv: none of the 4 SExtractor catalogues exists'),
    ])
    const bundled = await run(['batch', dir, '--catalog', 'demo'])
    expect([bundled.exitCode, bundled.err]).toEqual([3, expect.stringContaining('the catalogue does not cover CCD 22')])
  })

  test('no list below the directory; a summary that is no Parquet file; an option that is no number', async () => {
    const dir = temporaryDirectory()
    expect(await batch(dir)).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining('no catalogue list, image or catalogue is below the directory') as string,
    })
    expect(await batch(dir, '--summary', 'x.csv')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("--summary must be a Parquet file (found 'x.csv'") as string,
    })
    expect(await batch(dir, '--retries', 'many')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("--retries must be a whole number (found 'many', expected 0 to 10)") as string,
    })
  })
})
