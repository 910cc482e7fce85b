// Mutual matches within 1 arcsec, all in memory, index included, beside the same by scipy (unit vectors, two kd-trees,
// two queries) where python3-scipy is installed: the same positions, in turn, the best of each. Run `npm run build`
// first. Usage: node bench/match.mjs [rows ...]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

const { matchSky } = await import(new URL('../dist/math/match-sky.js', import.meta.url).href)
const { seededRandom } = await import(new URL('../dist/math/random.js', import.meta.url).href)
const { nestedIndices } = await import(new URL('../dist/healpix/index.js', import.meta.url).href)

const TURNS = 3
const SIDE_DEG = 2
/** Scatter of a against b in each coordinate. */
const SCATTER_DEG = 5e-5
/** Cells of 13 arcsec. */
const SORTING_ORDER = 14

const PEER = `
import sys, time
import numpy as np
from scipy.spatial import cKDTree
ra_a, dec_a, ra_b, dec_b = np.fromfile(sys.argv[1]).reshape(4, -1)
def unit(ra, dec):
    r, d = np.radians(ra), np.radians(dec)
    return np.c_[np.cos(d) * np.cos(r), np.cos(d) * np.sin(r), np.sin(d)]
t = time.process_time()
a, b = unit(ra_a, dec_a), unit(ra_b, dec_b)
tree_a, tree_b = cKDTree(a), cKDTree(b)
radius = 2 * np.sin(np.radians(1 / 7200))
d, i = tree_b.query(a, distance_upper_bound=radius)
_, j = tree_a.query(b, distance_upper_bound=radius)
found = np.flatnonzero(np.isfinite(d))
print((j[i[found]] == found).sum(), 1000 * (time.process_time() - t))
`

/** Positions of b, and of a in an order of its own. */
function field(n) {
  const random = seededRandom(1)
  const positions = () => ({ raDeg: new Float64Array(n), decDeg: new Float64Array(n) })
  const [a, b] = [positions(), positions()]
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random.uniform())
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  for (let i = 0; i < n; i++) {
    b.raDeg[i] = 150 + SIDE_DEG * random.uniform()
    b.decDeg[i] = SIDE_DEG * random.uniform()
  }
  for (let i = 0; i < n; i++) {
    a.raDeg[i] = b.raDeg[order[i]] + SCATTER_DEG * random.normal()
    a.decDeg[i] = b.decDeg[order[i]] + SCATTER_DEG * random.normal()
  }
  return { a, b }
}

function byCell({ raDeg, decDeg }) {
  const cells = nestedIndices(SORTING_ORDER, raDeg, decDeg)
  const order = Uint32Array.from(cells.keys()).sort((p, q) => cells[p] - cells[q])
  const take = (values) => Float64Array.from(order, (i) => values[i])
  return { raDeg: take(raDeg), decDeg: take(decDeg) }
}

function own({ a, b }) {
  const before = process.cpuUsage()
  const pairs = matchSky(a, b, 1, { mode: 'mutual' }).a.length
  const { user, system } = process.cpuUsage(before)
  return { pairs, ms: (user + system) / 1000 }
}

function scipys({ a, b }, file) {
  writeFileSync(file, Buffer.concat([a.raDeg, a.decDeg, b.raDeg, b.decDeg].map((x) => Buffer.from(x.buffer))))
  const { stdout } = spawnSync('/usr/bin/python3', ['-c', PEER, file], { encoding: 'utf8' })
  const [pairs, ms] = stdout.split(' ').map(Number)
  return { pairs, ms }
}

const hasScipy = spawnSync('/usr/bin/python3', ['-c', 'import scipy']).status === 0
const dir = mkdtempSync(join(tmpdir(), 'bench-match-'))
console.log(`${cpus()[0].model}, Node ${process.version}`)
console.log('rows | order | pairs | first CPU ms | best | scipy, pairs | CPU ms | ratio')
const rows = process.argv.slice(2).map(Number)
for (const n of rows.length > 0 ? rows : [3000, 200_000, 1_000_000]) {
  const random = field(n)
  for (const [order, sky] of [
    ['random', random],
    ['HEALPix', { a: byCell(random.a), b: byCell(random.b) }],
  ]) {
    const [ours, theirs] = [[], []]
    for (let turn = 0; turn < TURNS; turn++) {
      for (let warm = 0; warm < (n < 100_000 ? 20 : 2); warm++) ours.push(own(sky))
      if (hasScipy) theirs.push(scipys(sky, join(dir, 'positions')))
    }
    const best = (runs) => Math.min(...runs.map(({ ms }) => ms))
    const peer = hasScipy
      ? `${theirs[0].pairs} | ${best(theirs).toFixed(1)} | ${(best(ours) / best(theirs)).toFixed(3)}`
      : '- | - | -'
    console.log(`${n} | ${order} | ${ours[0].pairs} | ${ours[0].ms.toFixed(1)} | ${best(ours).toFixed(1)} | ${peer}`)
  }
}
rmSync(dir, { recursive: true })
