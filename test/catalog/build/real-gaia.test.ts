import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { StarColumn } from '../../../src/catalog/stars.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'

const gaia = resolve(import.meta.dirname, '../../../../shared/real/gaia')
const python = '/usr/bin/python3'
const scratch = mkdtempSync(join(tmpdir(), 'bliss-gaia-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Sums over a file as astropy reads it; a sum of doubles over rows sorted by id, so that the order is the same. */
const PROGRAM = `
import sys, json, numpy as np
from astropy.table import Table
out = {}
for path in sys.argv[1:]:
    t = Table.read(path)
    t.rename_columns(t.colnames, [n.lower() for n in t.colnames])
    t = t[np.argsort(np.asarray(t['source_id']), kind='stable')]
    f = {'rows': len(t), 'xor': str(int(np.bitwise_xor.reduce(np.asarray(t['source_id'])))), 'columns': t.colnames}
    for n in ('ra', 'dec', 'phot_bp_mean_mag', 'pmra', 'phot_g_mean_flux_over_error', 'phot_g_mean_mag'):
        if n in t.colnames:
            v = np.ma.filled(np.ma.asarray(t[n]).astype('f8'), np.nan)
            f[n] = [float(x) if np.isfinite(x) else None for x in v]
    out[path] = f
print(json.dumps(out))
`

const available = existsSync(gaia) && existsSync(python)
const files = available
  ? [
      ...readdirSync(gaia).filter((name) => /^(ocelot|pyia|tutorial|raw_pyia)/.test(name)),
      ...readdirSync(join(gaia, 'legacypipe_chunks')).map((name) => join('legacypipe_chunks', name)),
    ]
  : []

describe.skipIf(files.length === 0)(
  'real Gaia FITS files, against astropy (skipped where ../shared/real or Debian python is absent)',
  () => {
    const truth = available
      ? (JSON.parse(
          execFileSync(python, ['-c', PROGRAM, ...files.map((name) => join(gaia, name))], {
            encoding: 'utf8',
            maxBuffer: 1 << 28,
            stdio: ['ignore', 'pipe', 'ignore'],
          }),
        ) as Record<string, Record<string, unknown>>)
      : {}

    test.each(files)('%s', async (name) => {
      const expected = truth[join(gaia, name)]!
      const to = join(scratch, name.replaceAll('/', '_'))
      const report = await buildCatalogDirectory([join(gaia, name)], to, {
        release: /gedr3|gdr3/.test(name) ? 'gaia_dr3' : 'gaia_dr2',
      })
      expect(report.rowCount).toBe(expected.rows)
      const stars = await (await openCatalog(to)).read({ order: 0, ranges: Float64Array.of(0, 12) })
      const order = Array.from(stars.sourceId.keys()).sort((a, b) => (stars.sourceId[a]! < stars.sourceId[b]! ? -1 : 1))
      expect(String(stars.sourceId.reduce((xor, id) => xor ^ id, 0n))).toBe(expected.xor)
      const column = (star: Exclude<StarColumn, 'sourceId'>) => order.map((i) => stars[star]![i]!)
      const inFile = (raw: string) => (expected[raw] as (number | null)[]).map((value) => value ?? NaN)
      expect(column('raDeg')).toEqual(inFile('ra'))
      expect(column('decDeg')).toEqual(inFile('dec'))
      expect(column('mag').map(Math.fround)).toEqual(inFile('phot_g_mean_mag').map(Math.fround))
      if (expected.phot_bp_mean_mag !== undefined)
        expect(column('bpMag')).toEqual(inFile('phot_bp_mean_mag').map(Math.fround))
      if (expected.pmra !== undefined) expect(column('pmRaCosDecMasYr')).toEqual(inFile('pmra').map(Math.fround))
      if (expected.phot_g_mean_flux_over_error !== undefined) {
        // A zero ratio stands for a missing one in these files.
        const errors = inFile('phot_g_mean_flux_over_error').map((ratio) =>
          ratio > 0 ? Math.fround(2.5 / Math.LN10 / ratio) : NaN,
        )
        for (const [i, error] of column('magErr').entries())
          expect(Object.is(error, errors[i]) || Math.abs(error - errors[i]!) < 1e-7 * error).toBe(true)
      }
    })
  },
)
