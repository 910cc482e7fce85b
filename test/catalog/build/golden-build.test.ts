import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import {
  discCover,
  nestedIndices29,
  rangesAreaSqDeg,
  rangesFromCells,
  ring2nested,
} from '../../../src/healpix/index.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'

const golden = resolve(import.meta.dirname, '../../../../shared/golden')
const scratch = mkdtempSync(join(tmpdir(), 'bliss-build-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Id, RA, Dec, G of every line of the original's store, as JavaScript reads the text. */
function linesOf(store: string): { id: bigint; ra: number; dec: number; mag: number; pixel: number }[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.csv(\.gz)?$/.test(name))
    .flatMap((name) => {
      const bytes = readFileSync(join(store, name))
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
      const pixel = Number(/GaiaOut(\d{5})/.exec(name)![1])
      return text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => {
          const [id, ra, dec, mag] = line.split(',')
          return { id: BigInt(id!), ra: Number(ra), dec: Number(dec), mag: mag === '' ? NaN : Number(mag), pixel }
        })
    })
}

const cases = existsSync(golden) ? readdirSync(golden).filter((name) => existsSync(join(golden, name, 'store'))) : []

describe.skipIf(cases.length === 0)(
  "the original's store, golden cases (skipped where ../shared/golden is absent)",
  () => {
    test.each(cases.filter((name) => readdirSync(join(golden, name, 'store')).length > 0))(
      '%s: every id, position and magnitude as in the text',
      async (name) => {
        const lines = linesOf(join(golden, name, 'store'))
        const to = join(scratch, name)
        const report = await buildCatalogDirectory([join(golden, name, 'store')], to)
        const catalog = await openCatalog(to)
        const sky = { order: 0, ranges: Float64Array.of(0, 12) }
        const stars = await catalog.read(sky)
        const key = nestedIndices29(
          Float64Array.from(lines, ({ ra }) => ra),
          Float64Array.from(lines, ({ dec }) => dec),
        )
        const order = Array.from(lines.keys()).sort((a, b) =>
          key[a]! < key[b]! ? -1 : key[a]! > key[b]! ? 1 : lines[a]!.id < lines[b]!.id ? -1 : 1,
        )
        const repeated = report.keptOut['repeated: same id and position'] ?? 0
        expect(report.rowCount).toBe(lines.length - repeated)
        if (repeated === 0) {
          expect(Array.from(stars.sourceId)).toEqual(order.map((i) => lines[i]!.id))
          expect(Array.from(stars.raDeg)).toEqual(order.map((i) => lines[i]!.ra))
          expect(Array.from(stars.decDeg)).toEqual(order.map((i) => lines[i]!.dec))
          expect(Array.from(stars.mag)).toEqual(order.map((i) => lines[i]!.mag))
        }
        expect(catalog.columns).toEqual(new Set(['sourceId', 'raDeg', 'decDeg', 'mag']))
        const pixels = readdirSync(join(golden, name, 'store'), { recursive: true, encoding: 'utf8' }).flatMap(
          (file) => /GaiaOut(\d{5})\.csv/.exec(file)?.[1] ?? [],
        )
        expect(catalog.coverage).toEqual(
          rangesFromCells(
            5,
            pixels.map((pixel) => Number(ring2nested(5, Number(pixel)))),
          ),
        )
        const outside = discCover(12, 200, 80, 0.3)
        expect(catalog.missingSqDeg(outside)).toBeCloseTo(rangesAreaSqDeg(outside), 9)
      },
    )
  },
)
