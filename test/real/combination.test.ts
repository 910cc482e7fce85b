import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { beforeAll, describe, expect, test } from 'vitest'
import { combinedCatalog, type CombinedCatalog } from '../../src/catalog/combined.js'
import { unionAtFinest } from '../../src/catalog/coverage.js'
import { madScatter, median } from '../../src/math/robust.js'
import { openCatalog } from '../../src/node/store/open-catalog.js'
import { combinedStars, type CombinedStars } from '../../src/photometry/references/several.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { BANDS, type Band } from '../support/tile-exposure.js'

// Real rows of one sky tile by Gaia, PS1 and XP; the truth is DES Y6. They stay outside this repository.
const tile = resolve(import.meta.dirname, '../../../shared/real/tiles/147267')
const absent = !existsSync(tile)

const FILES = { gaia_dr3: 'gaia_dr3_source', ps1_dr2: 'ps1_mast_mean', gaia_dr3_gspc: 'gaia_xp_gspc' } as const

/** Brighter stars are saturated in DES Y6. */
const BRIGHT_LIMIT = { g: 16.25, r: 16, i: 15.5, z: 15, Y: 15 } as const
const WORST_TRUTH_MAG = 0.03

/** Bounds of |median| and scatter [mmag], of all stars together. */
const BOUNDS = { g: [5, 17], r: [3, 9], i: [2.5, 9.5], z: [3, 13], Y: [3.5, 14] } as const

interface Truth {
  readonly mag: number
  readonly err: number
}
let truth: ReadonlyMap<bigint, Readonly<Record<Band, Truth>>>
let catalog: CombinedCatalog

beforeAll(async () => {
  if (absent) return
  const rows = csvParse(gunzipSync(readFileSync(join(tile, 'truth_des_y6.csv.gz'))).toString('utf8'))
  const number = (text: string | undefined) => (text === undefined || text === '' ? NaN : Number(text))
  truth = new Map(
    rows
      .filter((row) => {
        const [g, bp, rp] = ['gaia_g', 'gaia_bp', 'gaia_rp'].map((name) => number(row[name])) as [
          number,
          number,
          number,
        ]
        const isUsual = g > 13 && g < 19.5 && bp < 20 && bp - rp > 0.5 && bp - rp < 3
        return isUsual && number(row['des_flag']) === 0
      })
      .map((row) => [
        BigInt(row['gaia_source_id']!),
        Object.fromEntries(
          BANDS.map((band) => {
            const name = `des_${band.toUpperCase()}`
            return [band, { mag: number(row[name]), err: number(row[`${name}_err`]) }]
          }),
        ) as Record<Band, Truth>,
      ]),
  )
  const parts = []
  for (const [kind, file] of Object.entries(FILES)) {
    const to = join(temporaryDirectory(), kind)
    const built = await run([
      ...['catalog', 'build', '--from', join(tile, `${file}.csv.gz`)],
      ...['--to', to, '--kind', kind, '--quiet'],
      ...(kind === 'gaia_dr3_gspc' ? ['--positions', join(tile, 'gaia_dr3_source.csv.gz')] : []),
    ])
    expect(built, built.err).toMatchObject({ exitCode: 0 })
    parts.push(await openCatalog(to))
  }
  catalog = await combinedCatalog(parts, 'mean')
}, 60_000)

const ofBand = new Map<Band, Promise<CombinedStars>>()
async function starsIn(band: Band): Promise<CombinedStars> {
  const footprint = catalog.parts.map(({ coverage }) => coverage).reduce(unionAtFinest)
  const [stars] = await combinedStars([{ band, centre: { raDeg: 45, decDeg: -26.6 }, footprint }], catalog, 'des-ab')
  if (stars instanceof Error) throw stars
  return stars!
}
const stars = (band: Band) => {
  const read = ofBand.get(band) ?? starsIn(band)
  ofBand.set(band, read)
  return read
}

/** DES minus what is predicted, of the stars that DES has well measured [mag]. */
function residuals(
  band: Band,
  { stars: { sourceId } }: CombinedStars,
  refMag: Float64Array,
  only = (_: number) => true,
) {
  const found: { off: number; star: number; err: number }[] = []
  sourceId.forEach((id, star) => {
    const known = truth.get(id)?.[band]
    if (!known || !(known.mag > BRIGHT_LIMIT[band] && known.mag < 40 && known.err < WORST_TRUTH_MAG)) return
    if (Number.isFinite(refMag[star]!) && only(star))
      found.push({ off: known.mag - refMag[star]!, star, err: known.err })
  })
  return found
}

describe.skipIf(absent)('several catalogues on real stars (real)', () => {
  test.each(BANDS)('%s: median and scatter of the combined magnitudes against DES Y6', async (band) => {
    const combined = await stars(band)
    const { standards, catalogs, alone } = combined.references
    const all = residuals(band, combined, standards.refMag)
    const offs = Float64Array.from(all, ({ off }) => off)
    const sigma = (star: number, err: number) =>
      Math.hypot(standards.refMagErr![star]!, standards.refScatter[star]!, err)
    const pulls = madScatter(Float64Array.from(all, ({ off, star, err }) => off / sigma(star, err)))
    const [mid, scatter] = [1000 * median(offs), 1000 * madScatter(offs)]
    const each = catalogs.map(({ catalog: name, offsetMag, scatterFactor }, k) => {
      const own = residuals(band, combined, alone[k]!.refMag)
      const together = residuals(band, combined, standards.refMag, (star) => Number.isFinite(alone[k]!.refMag[star]!))
      const widths = [own, together].map((list) => 1000 * madScatter(Float64Array.from(list, ({ off }) => off)))
      return { name, offsetMag, scatterFactor, stars: own.length, alone: widths[0]!, together: widths[1]! }
    })
    if (process.env['SHOW_FIGURES'])
      console.log(
        `${band}: ${all.length} stars, median ${mid.toFixed(1)}, scatter ${scatter.toFixed(1)}, pulls ${pulls.toFixed(2)}; ` +
          each
            .map(
              (one) =>
                `${one.name} ${one.stars}: ${(1000 * one.offsetMag).toFixed(1)} x${one.scatterFactor.toFixed(2)} ` +
                `alone ${one.alone.toFixed(1)} together ${one.together.toFixed(1)}`,
            )
            .join('; '),
      )
    expect(Math.abs(mid)).toBeLessThan(BOUNDS[band][0])
    expect(scatter).toBeLessThan(BOUNDS[band][1])
    expect(pulls).toBeGreaterThan(0.9)
    expect(pulls).toBeLessThan(1.25)
    const best = each.filter((one) => one.stars > 40).sort((a, b) => a.alone - b.alone)[0]!
    expect(best.together).toBeLessThan(1.1 * best.alone)
  })
})
