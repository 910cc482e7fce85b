import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { discCover, polygonCover, rangesAreaSqDeg, type CellRanges } from '../../../src/healpix/index.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'

const fields = resolve(import.meta.dirname, '../../../../shared/real/fields')
const golden = resolve(import.meta.dirname, '../../../../shared/golden')
const scratch = mkdtempSync(join(tmpdir(), 'bliss-real-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Every CCD of the lists below a directory, as its polygon grown by 10 arcsec. */
function footprints(dir: string): CellRanges[] {
  const list = readdirSync(dir).find((name) => name.endsWith('catlist.csv'))
  if (list === undefined) return []
  const [, ...lines] = readFileSync(join(dir, list), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const cells = line.split(',').map(Number)
    return polygonCover(
      15,
      [9, 11, 13, 15].map((i) => cells[i]!),
      [10, 12, 14, 16].map((i) => cells[i]!),
      10 / 3600,
    )
  })
}

async function built(from: string[], name: string, release?: string) {
  const to = join(scratch, name)
  const report = await buildCatalogDirectory(from, to, release === undefined ? {} : { release })
  return { report, catalog: await openCatalog(to) }
}

const fieldNames = existsSync(fields) ? readdirSync(fields) : []

describe.skipIf(fieldNames.length === 0)(
  'real lists of stars without a footprint (skipped where ../shared/real is absent)',
  () => {
    test.each(fieldNames.filter((name) => existsSync(join(fields, name, 'gaia.csv')) || name.startsWith('lco')))(
      '%s: its CCD is covered, a field 1 deg away is not',
      async (name) => {
        const stars = ['gaia.csv', 'gaia_dr2_G_standards.csv']
          .map((file) => join(fields, name, file))
          .find((file) => existsSync(file))!
        const { catalog, report } = await built([stars], name, stars.endsWith('gaia.csv') ? undefined : 'gaia_dr2')
        expect(report.coverageFrom).toBe('occupied-cells')
        expect(report.name).toBe('gaia_dr2')
        const [footprint] = footprints(join(fields, name))
        expect(catalog.missingSqDeg(footprint!)).toBeLessThan(0.01 * rangesAreaSqDeg(footprint!))
        const { raDeg, decDeg } = await catalog.read({ order: 0, ranges: Float64Array.of(0, 12) })
        expect(raDeg.length).toBe(report.rowCount)
        for (const [dRa, dDec] of [
          [0, 1],
          [0, -1],
          [1, 0],
          [-1, 0],
        ] as const) {
          const away = discCover(12, raDeg[0]! + dRa / Math.cos((decDeg[0]! * Math.PI) / 180), decDeg[0]! + dDec, 0.05)
          expect(catalog.missingSqDeg(away)).toBeGreaterThan(0.5 * rangesAreaSqDeg(away))
        }
      },
    )
  },
)

const banzai = join(fields, 'banzai_ogg2m001', 'refcat2_g_standards.csv')

test.skipIf(!existsSync(banzai))(
  '140 standards of a real frame, ids being row numbers (skipped where ' +
    '../shared/real is absent): the sky round each is covered',
  async () => {
    const { report, catalog } = await built([banzai], 'banzai', 'gaia_dr2')
    const stars = await catalog.read({ order: 0, ranges: Float64Array.of(0, 12) })
    expect(Array.from(stars.sourceId).sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 140 }, (_, i) => BigInt(i + 1)),
    )
    expect(report.rowCount).toBe(140)
    for (const [i, ra] of stars.raDeg.entries())
      expect(catalog.missingSqDeg(discCover(14, ra, stars.decDeg[i]!, 30 / 3600))).toBe(0)
  },
)

const rawCases = existsSync(golden)
  ? readdirSync(golden).filter((name) => existsSync(join(golden, name, 'raw/gaia_source.csv.gz')))
  : []

describe.skipIf(rawCases.length === 0)(
  'archive files of the golden cases (skipped where ../shared/golden is absent)',
  () => {
    test.each(rawCases)(
      '%s: packed CSV and packed FITS hold the same stars, and the CCDs are covered',
      async (name) => {
        const raw = join(golden, name, 'raw')
        const csv = await built([join(raw, 'gaia_source.csv.gz')], `${name}-csv`)
        const fits = await built(
          readdirSync(raw)
            .filter((file) => file.endsWith('.fits.gz'))
            .map((file) => join(raw, file)),
          `${name}-fits`,
        )
        const sky = { order: 0, ranges: Float64Array.of(0, 12) }
        const [a, b] = [await csv.catalog.read(sky), await fits.catalog.read(sky)]
        expect(a).toEqual(b)
        expect(a.sourceId.length).toBeGreaterThan(100)
        expect(Object.keys(a).sort()).toEqual(
          [
            'bpMag',
            'cell29',
            'decDeg',
            'epochYr',
            'mag',
            'pmDecMasYr',
            'pmRaCosDecMasYr',
            'raDeg',
            'rpMag',
            'sourceId',
          ].sort(),
        )
        expect(csv.catalog.magType).toBe('f32')
        for (const footprint of footprints(join(golden, name, 'work'))) {
          expect(csv.catalog.missingSqDeg(footprint)).toBeLessThan(0.01 * rangesAreaSqDeg(footprint))
        }
      },
    )
  },
)
