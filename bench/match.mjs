// Mutual matches within 1 arcsec, all in memory, index included, beside the same by scipy (unit vectors, two kd-trees,
// two queries) where python3-scipy is installed: the same positions, in turn, the best of each. Run `npm run build`
// first. Usage: node bench/match.mjs [rows ...]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { byCell, simulatedField } from './simulated-fields.mjs'

const { matchSky } = await import(new URL('../dist/math/match-sky.js', import.meta.url).href)
const { seededRandom } = await import(new URL('../dist/math/random.js', import.meta.url).href)

const TURNS = 3

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
  const random = simulatedField(n, seededRandom(1))
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
