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

/** Columns with the motions, and without what tells the release. */
const MOVING = [...BARE, 'pmra', 'pmdec', 'parallax']

/** PS1's stars of a part of a tile as the detections of an image: real positions, real motions since. */
async function ps1AsImage(tile: string, file: string, release: string, [west, east, south, north]: readonly number[]) {
  const workdir = temporaryDirectory()
  const rowsOf = (name: string) => csvParse(gunzipSync(readFileSync(join(tiles, tile, `${name}.csv.gz`))).toString())
  const gaia = rowsOf(file)
  const from = join(workdir, 'gaia.csv')
  writeFileSync(from, [MOVING, ...gaia.map((row) => MOVING.map((name) => row[name]))].join('\n') + '\n')
  const catalog = join(workdir, 'catalog')
  await run(['catalog', 'build', '--from', from, '--to', catalog, '--release', release, '--quiet'])
  const detections = rowsOf('ps1_mast_mean').flatMap((row) => {
    const [ra, dec] = [Number(row['raMean']), Number(row['decMean'])]
    const [mag, err, mjd] = ['iMeanPSFMag', 'iMeanPSFMagErr', 'epochMean'].map((name) => Number(row[name]))
    if (!(mag! > 14 && mag! < 20.5 && ra > west! && ra < east! && dec > south! && dec < north!)) return []
    const flux = 10 ** (-0.4 * (mag! - 27))
    return [{ mag: mag!, mjd: mjd!, line: [ra, dec, flux, flux * Math.max(0.003, err!)].join(',') }]
  })
  const bright = detections.filter(({ mag }) => mag < 18)
  const mjd = bright.reduce((sum, one) => sum + one.mjd, 0) / bright.length
  const image = join(workdir, 'image.csv')
  writeFileSync(image, ['RA,DEC,FLUX,FLUXERR', ...detections.map(({ line }) => line)].join('\n') + '\n')
  const how = ['--system', 'ps1-ab', '--band', 'PS1 i', '--mjd', mjd.toFixed(1), '--outdir', workdir, '--json']
  const { out, err } = await run([image, '--catalog', catalog, ...how])
  expect(out, err).not.toBe('')
  interface Ccd {
    readonly diagnostics: { readonly positionEpoch?: { readonly epochYr: number; readonly errYr: number } }
    readonly concerns: readonly { readonly tag: string; readonly sentence: string }[]
  }
  const [ccd] = (JSON.parse(out) as { ccds: Ccd[] }).ccds
  const sentences = ccd!.concerns.flatMap(({ tag, sentence }) => (tag === 'catalogues' ? [sentence] : []))
  return { epoch: ccd!.diagnostics.positionEpoch!, sentences }
}

describe.skipIf(absent)('rows with motions that are taken for another release (../shared is not there)', () => {
  test.each([
    ['189584', 'gaia_dr2_source', 'gaia_dr2', 2015.5, [320.83, 321.13, -0.34, -0.02]],
    ['147267', 'gaia_dr3_source', 'gaia_dr3', 2016, [44.75, 45.25, -26.6, -26.2]],
  ] as const)(
    'tile %s: real motions tell %s whatever they were built as',
    async (tile, file, release, epochYr, box) => {
      const right = await ps1AsImage(tile, file, release, box)
      expect(right.sentences).toEqual([])
      const taken = release === 'gaia_dr2' ? 'gaia_dr3' : 'gaia_dr2'
      const wrong = await ps1AsImage(tile, file, taken, box)
      expect(wrong.sentences).toHaveLength(1)
      expect(wrong.sentences[0]).toContain(`as those of ${release} are, not of`)
      for (const { epoch } of [right, wrong]) {
        // PS1's dates differ from star to star by half a year and more.
        expect(Math.abs(epoch.epochYr - epochYr)).toBeLessThan(0.15)
        expect(epoch.errYr).toBeLessThan(0.04)
      }
    },
    60_000,
  )
})

describe.skipIf(absent)('DR2 rows without motions that are taken for DR3, beside PS1 (../shared is not there)', () => {
  test('their level is off by less than the errors that the two state, as docs/references.md says', async () => {
    expect(await minusPs1('189584', 'gaia_dr2_source', 'gaia_dr3', 'ps1_mast_mean')).toEqual([24, 12, 12, 15, 10])
    expect(await minusPs1('189584', 'gaia_dr2_source', 'gaia_dr2', 'ps1_mast_mean')).toEqual([0, 1, 0, 0, -1])
    expect(await minusPs1('147267', 'gaia_dr3_source', 'gaia_dr3', 'ps1_mast_mean')).toEqual([-1, 2, -1, -3, -6])
    const other = await minusPs1('229670', 'gaia_dr3_source', 'gaia_dr3', 'ps1_mast_mean_reconstructed')
    expect(other).toEqual([-3, 6, -3, -5, -6])
  }, 120_000)
})
