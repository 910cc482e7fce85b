import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { describe, expect, test } from 'vitest'
import type { BandRelation, CatalogDescription } from '../../../src/catalog/description.js'
import type { StarColumns } from '../../../src/catalog/stars.js'
import { madScatter, median } from '../../../src/math/robust.js'
import { packagedDescriptions } from '../../../src/node/store/catalog-files.js'
import { bandMagAt, partsOf } from '../../../src/photometry/system/band-magnitude.js'
import { standardMagnitudes } from '../../../src/photometry/system/colour-relation.js'
import { shared } from '../../simulate/describe-catalogue.js'

const tiles = shared('real/tiles')
type Row = Readonly<Record<string, string>>
const rowsOf = (file: string): Row[] =>
  csvParse(gunzipSync(readFileSync(join(tiles, file))).toString()) as unknown as Row[]
const num = (field: string | undefined) => (field === undefined || field === '' ? NaN : Number(field))
const BANDS = ['g', 'r', 'i', 'z', 'Y'] as const

/** Stars of a joined table, by the columns of each band of a description. */
function starsOf(
  rows: readonly Row[],
  { bands }: CatalogDescription,
  namesOf: (band: string) => readonly [mag: string, err: string],
): StarColumns {
  const columns = Object.entries(bands).flatMap(([band, { column }]) => {
    const [mag, err] = namesOf(band)
    return [
      [column, Float64Array.from(rows, (row) => num(row[mag]))],
      [`${column}Err`, Float64Array.from(rows, (row) => num(row[err]))],
    ] as const
  })
  const empty = new Float64Array(rows.length)
  return {
    sourceId: new BigInt64Array(rows.length),
    raDeg: empty,
    decDeg: empty,
    epochYr: 2016,
    ...Object.fromEntries(columns),
  } as StarColumns
}

/** Of one star, by the names of its bands. */
const magAt = (relation: BandRelation, star: Readonly<Record<string, number>>) =>
  bandMagAt(
    relation,
    partsOf(relation, (band) => [star[band] ?? NaN]),
    0,
  )

const described = async (name: string) => (await packagedDescriptions()).find((one) => one.name === name)!

/** DES stars as REFERENCES tests with them: in the range where DES is good. */
const BRIGHT = { g: 16.25, r: 16, i: 15.5, z: 15, Y: 15 }
function desOf(row: Row, band: (typeof BANDS)[number]): number {
  const B = band.toUpperCase()
  const isGood = num(row[`des_ngood_${B}`]) > 2 && num(row[`des_${B}_err`]) < 0.03 && row['des_flag'] === '0'
  const inGaia = num(row['gaia_g']) < 19.5 && num(row['gaia_bp']) < 20
  const colour = num(row['gaia_bp']) - num(row['gaia_rp'])
  const mag = num(row[`des_${B}`])
  return isGood && inGaia && colour > 0.5 && colour < 3 && mag > BRIGHT[band] ? mag : NaN
}

function off(rows: readonly Row[], stars: StarColumns, relation: BandRelation, band: (typeof BANDS)[number]) {
  const { refMag } = standardMagnitudes(stars, relation)
  const mmag = Float64Array.from(rows, (row, i) => 1000 * (desOf(row, band) - refMag[i]!)).filter(Number.isFinite)
  return { count: mmag.length, median: median(mmag), scatter: madScatter(mmag) }
}

describe.skipIf(!existsSync(tiles))('real stars carried to DES (skipped where ../shared/real is absent)', () => {
  const rows = existsSync(tiles) ? rowsOf('147267/truth_des_y6.csv.gz') : []

  // Medians and scatters of the same relations on other rows of the tile, with what 200 stars allow.
  test.each([
    ['g', 3.5, 17],
    ['r', 3, 9],
    ['i', 4, 9.5],
    ['z', 3, 14],
    ['Y', 1, 15],
  ] as const)('PS1 in %s: the median within %d mmag, the scatter below %d', async (band, level, scatter) => {
    const ps1 = await described('ps1_dr2')
    const stars = starsOf(rows, ps1, (b) => [`ps1_${b}`, `ps1_${b}_err`])
    const found = off(rows, stars, ps1.relations[band]!, band)
    expect(found.count).toBeGreaterThan(100)
    expect(Math.abs(found.median)).toBeLessThan(level)
    expect(found.scatter).toBeLessThan(scatter)
    // Taken as it is, PS1 is far off.
    const raw = rows
      .map((row) => 1000 * (desOf(row, band) - num(row[`ps1_${band.toLowerCase()}`])))
      .filter(Number.isFinite)
    expect(Math.abs(median(Float64Array.from(raw)))).toBeGreaterThan(2 * level)
  })

  test.each([
    ['g', 4, 11],
    ['r', 2, 7.5],
    ['i', 2, 6],
    ['z', 4, 9.5],
  ] as const)('Gaia XP in %s: the median within %d mmag, the scatter below %d', async (band, level, scatter) => {
    const xp = await described('gaia_dr3_xp')
    const stars = starsOf(rows, xp, (b) => [`xp_decam_${b}`, `xp_decam_${b}_err`])
    const found = off(rows, stars, xp.relations[band]!, band)
    expect(found.count).toBeGreaterThan(20)
    expect(Math.abs(found.median)).toBeLessThan(level)
    expect(found.scatter).toBeLessThan(scatter)
  })

  test('XP as published is 20 mmag off in g and more in Y: it would fail', async () => {
    const xp = await described('gaia_dr3_xp')
    const stars = starsOf(rows, xp, (b) => [`xp_decam_${b}`, `xp_decam_${b}_err`])
    for (const [band, least] of [
      ['g', 20],
      ['Y', 25],
    ] as const) {
      const asIs = { ...xp.relations[band]!, curve: 'polynomial', pivot: 0, coefficients: [0] } as const
      const { fluxOffsetNJy: _, ...bare } = asIs
      void _
      expect(Math.abs(off(rows, stars, bare, band).median)).toBeGreaterThan(least)
    }
  })

  test("PS1's relation is the published one to 0.1 mmag, magnitude term and all (2,626 stars of another tile)", async () => {
    const { relations } = await described('ps1_dr2')
    const others = rowsOf('189584/gaia_dr2_x_ps1.csv.gz')
    for (const band of BANDS) {
      const relation = relations[band]!
      const differences = others.flatMap((row) => {
        const star = Object.fromEntries(['g', 'r', 'i', 'z', 'y'].map((b) => [b, num(row[`ps1_${b}`])]))
        const difference = num(row[`ps1_as_des_${band.toUpperCase()}`]) - magAt(relation, star)
        return Number.isFinite(difference) ? [1000 * Math.abs(difference)] : []
      })
      expect(differences.length).toBeGreaterThan(2500)
      // The tables have four and five digits.
      expect(Math.max(...differences)).toBeLessThan(0.1)
    }
  })

  test('SDSS standards are within 10 mmag of PS1 carried to DES', async () => {
    const sdss = await described('sdss')
    const stars229 = rowsOf('229670/truth_sdss.csv.gz')
    const stars = starsOf(stars229, sdss, (b) => [`sdss_${b}`, `sdss_${b}_err`])
    for (const band of ['g', 'r', 'i', 'z'] as const) {
      const { refMag } = standardMagnitudes(stars, sdss.relations[band]!)
      const mmag = stars229.map((row, i) => 1000 * (num(row[`ps1_as_des_${band.toUpperCase()}`]) - refMag[i]!))
      const known = Float64Array.from(mmag.filter((v, i) => Number.isFinite(v) && num(stars229[i]!['gaia_g']) < 19))
      expect(known.length).toBeGreaterThan(50)
      expect(Math.abs(median(known))).toBeLessThan(12)
    }
  })
})

test('every relation says where it comes from, and its error is stated honestly', async () => {
  for (const { name, relations, refused, level } of await packagedDescriptions()) {
    expect([name, level?.relativeTo]).toEqual([name, 'DES Y6'])
    expect(refused['u']).toBeDefined()
    for (const relation of Object.values(relations)) {
      expect(relation.source.length).toBeGreaterThan(40)
      expect(relation.systematicErrMag).toBeGreaterThanOrEqual(0.002)
    }
  }
  // Nothing has tested these.
  for (const name of ['apass_2mass', 'skymapper_dr2', 'skymapper_dr4'])
    for (const relation of Object.values((await described(name)).relations)) {
      expect(relation.systematicErrMag).toBeGreaterThanOrEqual(0.02)
      expect(relation.grade).toBe('lower')
    }
})
