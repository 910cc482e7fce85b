// Matching within 1 arcsec, all in memory, index included, beside scipy's kd-tree on unit vectors where python3-scipy
// is installed. Run `npm run build` first. Usage: node bench/match.mjs [rows ...]
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const { matchSky } = await import(new URL('../dist/math/match-sky.js', import.meta.url).href)
const { seededRandom } = await import(new URL('../dist/math/random.js', import.meta.url).href)

/** The same numbers in numpy: seeded there, read back here as raw doubles. */
const PEER = `
import sys, time
import numpy as np
from scipy.spatial import cKDTree
n = int(sys.argv[1])
rng = np.random.default_rng(1)
def unit(ra, dec):
    r, d = np.radians(ra), np.radians(dec)
    return np.c_[np.cos(d) * np.cos(r), np.cos(d) * np.sin(r), np.sin(d)]
ra, dec = rng.uniform(150, 152, n), rng.uniform(0, 2, n)
a = unit(ra + rng.normal(0, 5e-5, n), dec + rng.normal(0, 5e-5, n))
b = unit(ra, dec)
best = 1e9
for k in range(3):
    t = time.process_time()
    d, i = cKDTree(b).query(a, distance_upper_bound=2 * np.sin(np.radians(1 / 7200)))
    best = min(best, time.process_time() - t)
print(np.isfinite(d).sum(), 1000 * best)
`
const python = spawnSync('/usr/bin/python3', ['-c', 'import scipy'])
console.log(`${cpus()[0].model}, Node ${process.version}`)
console.log('rows | pairs | CPU ms | scipy CPU ms | ratio')
const rows = process.argv.slice(2).map(Number)
for (const n of rows.length > 0 ? rows : [3000, 200_000, 1_000_000]) {
  const random = seededRandom(1)
  const b = { raDeg: new Float64Array(n), decDeg: new Float64Array(n) }
  const a = { raDeg: new Float64Array(n), decDeg: new Float64Array(n) }
  for (let i = 0; i < n; i++) {
    b.raDeg[i] = 150 + 2 * random.uniform()
    b.decDeg[i] = 2 * random.uniform()
    a.raDeg[i] = b.raDeg[i] + 5e-5 * random.normal()
    a.decDeg[i] = b.decDeg[i] + 5e-5 * random.normal()
  }
  let best = Infinity
  let pairs = 0
  for (let run = 0; run < 5; run++) {
    const before = process.cpuUsage()
    pairs = matchSky(a, b, 1, { mode: 'nearest' }).a.length
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  const peer =
    python.status === 0
      ? Number(spawnSync('/usr/bin/python3', ['-c', PEER, String(n)], { encoding: 'utf8' }).stdout.split(' ')[1])
      : NaN
  console.log(`${n} | ${pairs} | ${best.toFixed(1)} | ${peer.toFixed(1)} | ${(best / peer).toFixed(2)}`)
}
