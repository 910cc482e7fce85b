import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credibleRegion } from '../../../src/catalog/region/probability-map.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { cellsOf, rangesAreaSqDeg, rangesAtOrder } from '../../../src/healpix/index.js'
import { tableOf } from '../../../src/table/columns.js'

const PYTHON = '/usr/bin/python3'
const hasHealpy = spawnSync(PYTHON, ['-c', 'import healpy, astropy.io.fits']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'bliss-skymap-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Maps in every shape that is published, and the 90 % and 50 % regions by numpy's own sort: cells of order 6, NESTED.
 */
const MAKE_MAPS = `
import sys, json, gzip, shutil, numpy as np, healpy as hp
from astropy.io import fits
from astropy.table import Table
folder = sys.argv[1]
order, nside = 6, 64
rng = np.random.default_rng(170817)
x = np.array(hp.pix2vec(nside, np.arange(12 * nside**2), nest=True)).T
def blob(ra, dec, sigma):
    c = hp.ang2vec(ra, dec, lonlat=True)
    return np.exp((x @ c - 1) / np.radians(sigma) ** 2) / sigma**2
p = blob(359.5, -23, 6) + 0.4 * blob(80, 88, 3) + 0.2 * blob(200, -41.8, 9) + 1e-9 * rng.random(len(x))
p /= p.sum()
out = {}
def truth(level):
    top = np.argsort(-p, kind='stable')
    n = np.searchsorted(np.cumsum(p[top]), level) + 1
    return sorted(top[:n].tolist()), float(p[top[:n]].sum())
for level in (0.5, 0.9):
    cells, held = truth(level)
    out[str(level)] = {'cells': cells, 'held': held, 'area': len(cells) * hp.nside2pixarea(nside, degrees=True)}
hp.write_map(f'{folder}/nested.fits', p, nest=True, column_names=['PROB'], coord='C', dtype=np.float64, overwrite=True)
hp.write_map(f'{folder}/ring.fits', hp.reorder(p, n2r=True), nest=False, column_names=['PROB'], coord='C', dtype=np.float64, overwrite=True)
hp.write_map(f'{folder}/galactic.fits', p, nest=True, column_names=['PROB'], coord='G', dtype=np.float64, overwrite=True)
part = np.where(p > 1e-8, p, hp.UNSEEN)
hp.write_map(f'{folder}/partial.fits', part, nest=True, partial=True, column_names=['PROB'], coord='C', dtype=np.float64, overwrite=True)
# as BAYESTAR writes it: one pixel a row, further columns
t = Table({'PROB': p, 'DISTMU': p * 0 + 40, 'DISTSIGMA': p * 0 + 8, 'DISTNORM': p})
t.meta.update(PIXTYPE='HEALPIX', ORDERING='NESTED', COORDSYS='C', NSIDE=nside, INDXSCHM='IMPLICIT', OBJECT='G298048')
t.write(f'{folder}/bayestar.fits', overwrite=True)
with open(f'{folder}/bayestar.fits', 'rb') as a, gzip.open(f'{folder}/bayestar.fits.gz', 'wb') as b: shutil.copyfileobj(a, b)
# multi-order: where four sisters are far from the level they become one cell, so that the region stays the same set of the sky
cells, _ = truth(0.9)
inside = np.zeros(len(p), bool); inside[cells] = True
half = np.zeros(len(p), bool); half[truth(0.5)[0]] = True
uniq, density = [], []
area = hp.nside2pixarea(nside)
rows = [(order, i, p[i] / area) for i in range(len(p))]
coarse = []
for parent in range(len(p) // 4):
    kids = np.arange(4 * parent, 4 * parent + 4)
    same = len(set(zip(inside[kids], half[kids]))) == 1
    if same and rng.random() < 0.8:
        coarse.append((order - 1, parent, p[kids].sum() / (4 * area), kids))
    else:
        coarse += [(order, int(i), p[i] / area, [i]) for i in kids]
rng.shuffle(coarse)
m = Table({'UNIQ': np.array([4 * 4**k + i for k, i, _, _ in coarse], dtype=np.int64), 'PROBDENSITY': np.array([d for _, _, d, _ in coarse])})
m.meta.update(PIXTYPE='HEALPIX', ORDERING='NUNIQ', COORDSYS='C', MOCORDER=order, INDXSCHM='EXPLICIT')
m.write(f'{folder}/multiorder.fits', overwrite=True)
# its own truth: greedy over its rows
d = np.array(m['PROBDENSITY']); k = np.array([c[0] for c in coarse]); pr = d * 4 * np.pi / (12 * 4.0**k)
for level in (0.5, 0.9):
    top = np.argsort(-d, kind='stable'); n = np.searchsorted(np.cumsum(pr[top]), level) + 1
    out[f'multi{level}'] = {'cells': sorted(int(i) for j in top[:n] for i in coarse[j][3]), 'held': float(pr[top[:n]].sum())}
print(json.dumps(out))
`

interface Truth {
  readonly cells: number[]
  readonly held: number
  readonly area: number
}

describe.skipIf(!hasHealpy)('regions of maps that healpy and astropy wrote', () => {
  let truth: Record<string, Truth>
  beforeAll(() => {
    const { stdout, stderr, status } = spawnSync(PYTHON, ['-c', MAKE_MAPS, folder], {
      encoding: 'utf8',
      maxBuffer: 1e9,
    })
    if (status !== 0) throw new Error(stderr)
    truth = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Truth>
  })
  const source = (name: string) => {
    const bytes = readFileSync(join(folder, name))
    return memorySource(name, name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  }

  test.each(['nested.fits', 'ring.fits', 'partial.fits', 'bayestar.fits', 'bayestar.fits.gz'])(
    '%s: the cells and the area of numpy',
    async (name) => {
      for (const level of [0.5, 0.9]) {
        const { cells, held, area } = truth[String(level)]!
        const region = await credibleRegion(source(name), level)
        expect([...cellsOf(rangesAtOrder(region.cells, 6))]).toEqual(cells)
        expect(rangesAreaSqDeg(region.cells)).toBeCloseTo(area, 8)
        expect(region.probability).toBeCloseTo(held, name === 'partial.fits' ? 3 : 10)
        expect(region.mapSum).toBeCloseTo(1, name === 'partial.fits' ? 3 : 10)
      }
    },
  )

  test('multi-order: the cells of numpy, which rows of several orders make', async () => {
    for (const level of [0.5, 0.9]) {
      const region = await credibleRegion(source('multiorder.fits'), level)
      expect(region.cells.order).toBe(6)
      expect([...cellsOf(region.cells)]).toEqual(truth[`multi${level}`]!.cells)
      expect(region.probability).toBeCloseTo(truth[`multi${level}`]!.held, 10)
    }
  })

  test('a map in galactic coordinates is refused', async () => {
    await expect(credibleRegion(source('galactic.fits'), 0.9)).rejects.toThrow(
      'galactic.fits: the map is not in equatorial coordinates (found COORDSYS G, expected C)',
    )
  })
})

/** A flat map of nside 1, or what is asked for, made by our own writer. */
function flatMap(prob: readonly number[], cards: Readonly<Record<string, string | number>> = {}) {
  const headerCards = Object.entries({ PIXTYPE: 'HEALPIX', ORDERING: 'NESTED', NSIDE: 1, ...cards }).map(
    ([keyword, value]) => ({ keyword, value }),
  )
  return memorySource(
    'map.fits',
    writeFitsTable(tableOf([{ name: 'PROB', type: 'f64', values: Float64Array.from(prob) }]), { headerCards }),
  )
}
const one = (hot: number, of = 12) => Array.from({ length: of }, (_, i) => (i === hot ? 1 : 0))

describe('small maps', () => {
  test('all of the probability, cells of one density together, and never a cell without any', async () => {
    const region = await credibleRegion(flatMap([0.4, 0.1, 0.1, 0, 0, 0, 0, 0, 0, 0, 0.2, 0.2]), 0.5)
    expect([...cellsOf(region.cells)]).toEqual([0, 10, 11])
    expect(region.probability).toBeCloseTo(0.8, 12)
    expect([...cellsOf((await credibleRegion(flatMap(one(7)), 1)).cells)]).toEqual([7])
  })

  test('RING pixels become NESTED cells', async () => {
    // Pixel 4 of the ring order of nside 1 is base cell 4 too; of nside 2 ring pixel 0 is cell 3.
    expect([
      ...cellsOf((await credibleRegion(flatMap(one(0, 48), { ORDERING: 'RING', NSIDE: 2 }), 0.9)).cells),
    ]).toEqual([3])
  })

  test.each([
    [
      [...one(3).slice(0, 11), -0.1],
      {} as Record<string, string | number>,
      'map.fits, row 11, column PROB: a probability is negative or no number (found -0.1, expected 0 or more)',
    ],
    [one(3).map(() => 0), {}, 'map.fits, column PROB: the map holds no probability (found 0)'],
    [
      one(3, 13),
      {},
      'map.fits, column PROB: the map has another number of pixels than NSIDE says, or ' +
        'pixels that do not exist (found 13, expected 12 of nside 1)',
    ],
    [one(3), { ORDERING: 'NUNIQ' }, 'ORDERING'],
    [one(3), { NSIDE: 3 }, 'NSIDE'],
  ])('what is no map is refused: %#', async (values, cards, message) => {
    await expect(credibleRegion(flatMap(values, cards), 0.9)).rejects.toThrow(message)
  })

  test('a table of something else', async () => {
    const other = memorySource(
      'stars.fits',
      writeFitsTable(tableOf([{ name: 'RA', type: 'f64', values: Float64Array.of(1) }])),
    )
    await expect(credibleRegion(other, 0.9)).rejects.toThrow(
      'stars.fits: the file is no sky-probability map (found RA, expected columns ' +
        'UNIQ and PROBDENSITY, or PROB and the keyword NSIDE)',
    )
  })
})
