import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { catalogTools } from '../../../src/node/store/catalog-files.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readParquet } from '../../../src/formats/parquet/index.js'
import { nestedIndex } from '../../../src/healpix/index.js'
import { directionOf, unitVector } from '../../../src/math/sphere.js'
import { collectionInMemory, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput, type ArchiveRow } from '../simulated-rows.js'

const python = '/usr/bin/python3'
const hasHealpy = existsSync(python) && existsSync('/usr/lib/python3/dist-packages/healpy')

const MARGIN_ARCSEC = 10
/** Clumps of a tenth of a degree make files of very different orders meet, also across base cells and at the poles. */
const rows: ArchiveRow[] = archiveRows(12_000, 3)
  .map(clumped)
  .map((row) => {
    const id = (BigInt(nestedIndex(12, row.ra, row.dec)) << 35n) | (row.id & ((1n << 35n) - 1n))
    return { ...row, id }
  })

function clumped(row: ArchiveRow, i: number): ArchiveRow {
  if (i % 6 > 4) return row
  const [ra0, dec0] = [
    [0, 90],
    [77, -90],
    [0, 10],
    [359.9, -41.81],
    [45, 0],
  ][i % 6]!
  const shrink = 0.12
  if (Math.abs(dec0!) === 90) return { ...row, dec: Math.sign(dec0!) * (90 - (90 - Math.abs(row.dec)) * shrink) }
  const dRa = ((row.ra - ra0! + 540) % 360) - 180
  return { ...row, ra: (ra0! + dRa * shrink + 360) % 360, dec: dec0! + (row.dec - dec0!) * shrink }
}

let collection: MemoryStore
let files: readonly (readonly [order: number, cell: number])[]
/** `order/cell id` of every row of the margin. */
let found: Set<string>

const cellsOf = (text: Uint8Array) =>
  new TextDecoder()
    .decode(text)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number) as [number, number])

beforeAll(async () => {
  ;({ collection } = await collectionInMemory([memoryInput('archive.csv', archiveCsv(rows))], {
    maxRowsPerFile: 200,
    marginArcsec: MARGIN_ARCSEC,
    coverage: { order: 0, ranges: Float64Array.of(0, 12) },
  }))
  files = cellsOf(collection.get('gaia_dr2/partition_info.csv')!)
  found = new Set()
  for (const [order, cell] of cellsOf(collection.get('gaia_dr2_10arcs/partition_info.csv')!)) {
    const path = `gaia_dr2_10arcs/dataset/Norder=${order}/Dir=${
      Math.floor(cell / 10_000) * 10_000
    }/Npix=${cell}.parquet`
    const table = await readParquet(memorySource(path, collection.get(path)!), catalogTools)
    const ids = table.columns.find(({ name }) => name === 'source_id')!.values as BigInt64Array
    for (const id of ids) found.add(`${order}/${cell} ${id}`)
  }
})

/**
 * Files other than its own that a circle round a star passes through: what meets the disc passes through its rim, being
 * larger.
 */
function filesRound({ ra, dec }: ArchiveRow, arcsec: number, steps: number): Set<string> {
  const map = new Map<string, number>(files.map(([order, cell]) => [`${order}/${cell}`, order]))
  const orders = [...new Set(map.values())]
  const holder = (raDeg: number, decDeg: number) =>
    orders.map((order) => `${order}/${nestedIndex(order, raDeg, decDeg)}`).find((key) => map.has(key))
  const own = holder(ra, dec)
  const centre = unitVector(ra, dec)
  const pole = Math.abs(dec) > 60 ? unitVector(0, 0) : unitVector(0, 90)
  const east = normalized(crossed(pole, centre))
  const north = crossed(centre, east)
  const radius = ((arcsec / 3600) * Math.PI) / 180
  const met = new Set<string>()
  for (let i = 0; i < steps; i++) {
    const angle = (2 * Math.PI * i) / steps
    const at = centre.map(
      (c, k) => Math.cos(radius) * c + Math.sin(radius) * (Math.cos(angle) * east[k]! + Math.sin(angle) * north[k]!),
    ) as [number, number, number]
    const { raDeg, decDeg } = directionOf(at)
    const key = holder(raDeg, decDeg)
    if (key !== undefined && key !== own) met.add(key)
  }
  return met
}
type Vector = readonly [number, number, number]
const crossed = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
const normalized = (a: Vector): Vector => {
  const length = Math.hypot(...a)
  return [a[0] / length, a[1] / length, a[2] / length]
}

describe('the margin of 10 arcsec', () => {
  test('holds rows within it and none beyond, of files of many orders, at poles and corners of base cells', () => {
    expect(new Set(files.map(([order]) => order)).size).toBeGreaterThan(5)
    expect(found.size).toBeGreaterThan(250)
    let wanted = 0
    for (const row of rows.filter((_, i) => i % 12 === 0)) {
      // What is met at 9.99 arcsec has to be there; what is there has to be met at 10.1: a corner that reaches in is
      // thinner than the steps.
      for (const key of filesRound(row, MARGIN_ARCSEC - 0.01, 90)) {
        wanted++
        if (!found.has(`${key} ${row.id}`))
          expect(`${key} ${row.id}, RA ${row.ra} Dec ${row.dec}`).toBe('in the margin')
      }
    }
    expect(wanted).toBeGreaterThan(20)
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const entry of [...found].filter((_, i) => i % 3 === 0)) {
      const [key, id] = entry.split(' ') as [string, string]
      if (!filesRound(byId.get(BigInt(id))!, MARGIN_ARCSEC + 0.1, 1440).has(key))
        expect(entry).toBe('beyond the margin')
    }
  })

  test.skipIf(!hasHealpy)('the same by healpy, every row (skipped where Debian healpy is absent)', () => {
    const program = `
import sys, json, numpy as np, healpy as hp
data = json.load(sys.stdin)
ra, dec = np.radians(data['ra']), np.radians(data['dec'])
files = {(o, c) for o, c in data['files']}
orders = sorted({o for o, c in files})
def holders(v):
    out = np.full((v.shape[1], 2), -1, dtype='i8')
    for o in orders:
        pix = hp.vec2pix(2**o, *v, nest=True)
        known = np.array(sorted(c for k, c in files if k == o))
        hit = np.isin(pix, known)
        out[hit, 0] = o; out[hit, 1] = pix[hit]
    return out
v = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
axis = np.where(np.abs(v[2]) > 0.8, np.array([[1.0], [0], [0]]), np.array([[0.0], [0], [1]]))
e = np.cross(axis, v, axis=0); e /= np.sqrt((e**2).sum(0)); n = np.cross(v, e, axis=0)
own = holders(v)
r = np.radians(data['arcsec'] / 3600)
met = set()
for a in np.linspace(0, 2 * np.pi, 120, endpoint=False):
    h = holders(np.cos(r) * v + np.sin(r) * (np.cos(a) * e + np.sin(a) * n))
    for i in np.flatnonzero((h != own).any(1) & (h[:, 0] >= 0)):
        met.add((int(h[i, 0]), int(h[i, 1]), int(i)))
print(json.dumps(sorted(met)))
`
    const input = JSON.stringify({
      ra: rows.map(({ ra }) => ra),
      dec: rows.map(({ dec }) => dec),
      files,
      arcsec: MARGIN_ARCSEC - 0.01,
    })
    const met = JSON.parse(execFileSync(python, ['-c', program], { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as [
      number,
      number,
      number,
    ][]
    expect(met.length).toBeGreaterThan(250)
    expect(met.filter(([order, cell, i]) => !found.has(`${order}/${cell} ${rows[i]!.id}`))).toEqual([])
  })
})
