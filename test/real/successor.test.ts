import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvFormat, csvParse } from 'd3-dsv'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../src/formats/fits/index.js'
import type { ResultDocument } from '../../src/products/result-document.js'
import { tableOf, type Column } from '../../src/table/columns.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { ccdSizedPieces, INJECTED, trueStars, writeTileExposure, type Band } from '../support/tile-exposure.js'
import { TILES } from '../support/tiles.js'

// The files of expCalib's successor of 2024, filled with real rows of one sky tile; they stay outside this repository.
const tile = resolve(import.meta.dirname, '../../../shared/real/tiles/147267')
const absent = !existsSync(tile)
type Row = Readonly<Record<string, string>>
const rowsOf = (file: string): Row[] =>
  csvParse(gunzipSync(readFileSync(join(tile, `${file}.csv.gz`))).toString('utf8')) as unknown as Row[]

/** The tile three times, this far apart [deg]: DELVE ends after the first, PS1 after the second. */
const AWAY_DEG = 20
const REGIONS = { delve: [0], ps1: [0, 1], apass: [0, 1, 2] } as const
const EXPNUMS = [101, 102, 103] as const
const APASS_FAINT_LIMIT_MAG = 17.5
const PS1_FAINT_LIMIT_MAG = 20

const moved = (raDeg: string, region: number) => (Number(raDeg) + AWAY_DEG * region).toFixed(8)
/** Ids of another region are others. */
const numbered = (id: string, region: number) => String(BigInt(id) * 10n + BigInt(region))

function writeDelve(file: string): void {
  const rows = rowsOf('dressed/delve_dr2_layout')
  const columns = Object.keys(rows[0]!).map((name): Column =>
    name === 'QUICK_OBJECT_ID'
      ? { name, type: 'i64', values: BigInt64Array.from(rows, (row) => BigInt(row[name]!)) }
      : { name, type: 'f64', values: Float64Array.from(rows, (row) => Number(row[name])) },
  )
  writeFileSync(file, writeFitsTable(tableOf(columns)))
}

function writePs1(file: string): void {
  const rows = REGIONS.ps1.flatMap((region) =>
    rowsOf('ps1_mast_mean').flatMap((row) => {
      // Fainter objects serve nothing here, and are most of the file.
      if (!(Number(row['iMeanPSFMag']) < PS1_FAINT_LIMIT_MAG)) return []
      return { ...row, objID: numbered(row['objID']!, region), raMean: moved(row['raMean']!, region) }
    }),
  )
  writeFileSync(file, csvFormat(rows))
}

function writeApass(file: string): void {
  const rows = REGIONS.apass.flatMap((region) =>
    rowsOf('truth_des_y6').flatMap((row) => {
      if (!(Number(row['des_R']) < APASS_FAINT_LIMIT_MAG)) return []
      const [ra, dec] = [moved(row['ra']!, region), row['dec']!]
      const mags = Object.fromEntries(['G', 'R', 'I', 'Z', 'Y'].map((b) => [b, row[`des_${b}`]!]))
      return {
        ...{ MATCHID: numbered(row['fgcm_id']!, region), RAJ2000_APASS: ra, DEJ2000_APASS: dec },
        ...{ RAJ2000_2MASS: ra, DEJ2000_2MASS: dec, u_des: '0', g_des: mags['G']!, r_des: mags['R']! },
        ...{ i_des: mags['I']!, z_des: mags['Z']!, Y_des: mags['Y']! },
      }
    }),
  )
  writeFileSync(file, csvFormat(rows))
}

/** A list without a header, of two of the tile's stars and a place where nothing is. */
function writeAgn(file: string): void {
  const lines = rowsOf('truth_des_y6')
    .slice(0, 2)
    .map(({ ra, dec }, i) => `J00000${i}.12-263456.7 ${ra} ${dec} 1.1 2.9 15.3`)
  writeFileSync(file, `${[...lines, 'J000009.12-263456.7 44.9 -26.4 0.9 3.1 16'].join('\n')}\n`)
}

const home = absent ? '' : temporaryDirectory()
const at = (name: string) => join(home, name)

beforeAll(async () => {
  if (absent) return
  const { truth, file, epochYr, corners } = TILES[147267]
  const stars = trueStars(join(tile, `${file}.csv.gz`), truth, epochYr)
  const pieces = ccdSizedPieces(corners).slice(0, 2)
  EXPNUMS.forEach((expnum, region) => {
    const away = (raDeg: number) => raDeg + AWAY_DEG * region
    const here = stars.map((star) => ({ ...star, raDeg: away(star.raDeg) }))
    const boxes = pieces.map((box) => box.map(([ra, dec]) => [away(ra), dec] as const))
    for (const band of ['i', 'Y'] as const) {
      mkdirSync(at(band), { recursive: true })
      writeTileExposure(at(band), { expnum, band, stars: here, pieces: boxes })
    }
  })
  writeDelve(at('cat_hpx_08860.fits'))
  writePs1(at('ps1_mean.csv'))
  writeApass(at('apass_TWO_MASS_401.csv'))
  writeAgn(at('allwiseagn'))
  for (const [from, to] of [
    ['cat_hpx_08860.fits', 'delve'],
    ['ps1_mean.csv', 'ps1'],
    ['apass_TWO_MASS_401.csv', 'apass'],
  ] as const)
    expect(await run(['catalog', 'build', '--from', at(from), '--to', at(to), '--quiet'])).toMatchObject({
      exitCode: 0,
    })
}, 60_000)

async function calibrated(expnum: number, band: Band, ...more: readonly string[]) {
  const words = ['--expnum', `${expnum}`, '--ccd', 'all', '--workdir', at(band), '--outdir', temporaryDirectory()]
  const catalogs = ['delve', 'ps1', 'apass'].flatMap((name) => ['--catalog', at(name)])
  const { exitCode, out, err } = await run([...words, ...catalogs, '--suspects', at('allwiseagn'), '--json', ...more])
  expect([0, 4], err).toContain(exitCode)
  return (JSON.parse(out) as ResultDocument).ccds.map((ccd) => ({
    ...{ catalog: ccd.catalog, references: ccd.references, verdict: ccd.verdict, systematicErr: ccd.systematicErr! },
    off: ccd.zeropoint! - INJECTED[band],
    err: ccd.zeropointErr!,
  }))
}

describe.skipIf(absent)("the successor's files, in its order (real rows)", () => {
  test.each([
    // DELVE's layout and APASS's hold the true magnitudes, so that only rounding and noise are left.
    [0, 'delve_dr2'],
    [1, 'ps1_dr2'],
    [2, 'apass_2mass'],
  ])('region %d is calibrated with %s', async (region, catalog) => {
    const ccds = await calibrated(EXPNUMS[region]!, 'i', '--reference-priority')
    expect(ccds.map((ccd) => ccd.catalog)).toEqual([catalog, catalog])
    for (const { off, err, systematicErr } of ccds) expect(Math.abs(off)).toBeLessThan(3 * err + systematicErr)
    if (catalog !== 'ps1_dr2') for (const { off } of ccds) expect(Math.abs(off)).toBeLessThan(0.003)
  })

  test('DELVE has no Y: PS1 takes its place', async () => {
    const ccds = await calibrated(EXPNUMS[0], 'Y', '--reference-priority')
    expect(ccds.map(({ catalog }) => catalog)).toEqual(['ps1_dr2', 'ps1_dr2'])
    for (const { off, err, systematicErr } of ccds) expect(Math.abs(off)).toBeLessThan(3 * err + systematicErr)
  })

  test('together: all three, APASS hardly', async () => {
    const ccds = await calibrated(EXPNUMS[0], 'i')
    for (const { references, off, err, systematicErr } of ccds) {
      expect(references!.map(({ catalog }) => catalog)).toEqual(['delve_dr2', 'ps1_dr2', 'apass_2mass'])
      const [delve, ps1, apass] = references!.map(({ share }) => share) as [number, number, number]
      expect(delve).toBeGreaterThan(ps1)
      expect(apass).toBeLessThan(0.25)
      expect(Math.abs(off)).toBeLessThan(3 * err + systematicErr)
    }
  })
})
