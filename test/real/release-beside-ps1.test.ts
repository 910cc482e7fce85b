import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { describe, expect, test } from 'vitest'
import { matchSky } from '../../src/math/match-sky.js'
import { median } from '../../src/math/robust.js'
import { openCatalog } from '../../src/node/store/open-catalog.js'
import { standardsOf, standardSystem } from '../../src/photometry/system/standards.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { BANDS } from '../support/tile-exposure.js'

// Real rows of sky tiles by Gaia and PS1; they stay outside this repository.
const tiles = resolve(import.meta.dirname, '../../../shared/real/tiles')
const absent = !existsSync(tiles)

/** The three magnitudes and their errors alone: what does not tell its release. */
const COLUMNS = ['g', 'bp', 'rp'].flatMap((band) => [`phot_${band}_mean_mag`, `phot_${band}_mean_flux_over_error`])
const BARE = ['source_id', 'ra', 'dec', ...COLUMNS]

async function catalogOf(tile: string, file: string, ...how: readonly string[]) {
  const to = join(temporaryDirectory(), 'catalog')
  let from = join(tiles, tile, `${file}.csv.gz`)
  if (how[0] === '--release') {
    const rows = csvParse(gunzipSync(readFileSync(from)).toString('utf8'))
    from = join(temporaryDirectory(), 'bare.csv')
    writeFileSync(from, [BARE, ...rows.map((row) => BARE.map((name) => row[name]))].join('\n') + '\n')
  }
  const built = await run(['catalog', 'build', '--from', from, '--to', to, ...how, '--quiet'])
  expect(built, built.err).toMatchObject({ exitCode: 0 })
  const catalog = await openCatalog(to)
  return {
    catalog,
    stars: await catalog.read(catalog.coverage, [...catalog.columns] as Parameters<typeof catalog.read>[1]),
  }
}

/** Median of Gaia minus PS1, both carried to DES, by band [mmag]; G < 19. */
async function minusPs1(tile: string, file: string, release: string, ps1File: string): Promise<number[]> {
  const gaia = await catalogOf(tile, file, '--release', release)
  const ps1 = await catalogOf(tile, ps1File, '--kind', 'ps1_dr2')
  const pairs = matchSky(gaia.stars, ps1.stars, 1, { mode: 'mutual' })
  return BANDS.map((band) => {
    const [a, b] = [gaia, ps1].map(({ catalog: { description, columns }, stars }) =>
      standardsOf(stars, standardSystem('des-ab', description, band, columns), description),
    )
    const differences = [...pairs.a].flatMap((i, k) => {
      const mmag = 1000 * (a!.refMag[i]! - b!.refMag[pairs.b[k]!]!)
      return Number.isFinite(mmag) && gaia.stars.mag[i]! < 19 ? [mmag] : []
    })
    return Math.round(median(Float64Array.from(differences))) + 0
  })
}

describe.skipIf(absent)('DR2 rows that are taken for DR3, beside PS1 (../shared is not there)', () => {
  test('their level is off by less than the errors that the two state, as docs/references.md says', async () => {
    expect(await minusPs1('189584', 'gaia_dr2_source', 'gaia_dr3', 'ps1_mast_mean')).toEqual([24, 12, 12, 15, 10])
    expect(await minusPs1('189584', 'gaia_dr2_source', 'gaia_dr2', 'ps1_mast_mean')).toEqual([0, 1, 0, 0, -1])
    expect(await minusPs1('147267', 'gaia_dr3_source', 'gaia_dr3', 'ps1_mast_mean')).toEqual([-1, 2, -1, -3, -6])
    const other = await minusPs1('229670', 'gaia_dr3_source', 'gaia_dr3', 'ps1_mast_mean_reconstructed')
    expect(other).toEqual([-3, 6, -3, -5, -6])
  }, 120_000)
})
