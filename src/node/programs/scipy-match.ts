import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MatchRule, SkyPositions } from '../../math/match-sky.js'
import { heard, peerFailure, type MatchPeer, type PeerMatch } from './peer-match.js'
import { inWorkFolder } from './work-folder.js'

/** Unit vectors, a kd-tree of each side that is asked, queries: positions come as doubles, four columns. */
const SCRIPT = `
import sys, time
import numpy as np
from scipy.spatial import cKDTree
mode, path, radius_arcsec = *sys.argv[1:3], float(sys.argv[3])
rows_a, rows_b, neighbours = (int(word) for word in sys.argv[4:])
values = np.fromfile(path)
ra_a, dec_a, ra_b, dec_b = np.split(values, [rows_a, 2 * rows_a, 2 * rows_a + rows_b])
def unit(ra, dec):
    r, d = np.radians(ra), np.radians(dec)
    xyz = np.c_[np.cos(d) * np.cos(r), np.cos(d) * np.sin(r), np.sin(d)]
    return xyz[np.isfinite(xyz).all(axis=1)]
started = time.process_time()
a, b = unit(ra_a, dec_a), unit(ra_b, dec_b)
radius = 2 * np.sin(np.radians(radius_arcsec / 7200))
tree_b = cKDTree(b)
if mode == 'all':
    pairs = cKDTree(a).count_neighbors(tree_b, radius)
else:
    distance, nearest = tree_b.query(a, k=neighbours, distance_upper_bound=radius)
    pairs = np.isfinite(distance).sum()
    if mode == 'mutual':
        found = np.flatnonzero(np.isfinite(distance))
        _, back = cKDTree(a).query(b, distance_upper_bound=radius)
        pairs = (back[nearest[found]] == found).sum()
print(int(pairs), 1000 * (time.process_time() - started))
`

/** scipy's kd-trees, if python3 has it. */
export async function scipyPeer(): Promise<MatchPeer | undefined> {
  const { code } = await heard('python3', ['-c', 'import numpy, scipy.spatial'])
  return code === 0 ? { name: 'scipy', match: scipyMatch } : undefined
}

/** @throws InputError `program-failed` with its last words */
async function scipyMatch(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode = 'nearest', neighbours = 1 }: MatchRule,
): Promise<PeerMatch> {
  return inWorkFolder(tmpdir(), async (folder) => {
    const path = join(folder, 'positions')
    await writeFile(path, [a.raDeg, a.decDeg, b.raDeg, b.decDeg])
    const args = [mode, path, radiusArcsec, a.raDeg.length, b.raDeg.length, neighbours].map(String)
    const said = await heard('python3', ['-c', SCRIPT, ...args])
    const [pairs, cpuMs] = said.out.trim().split(' ').map(Number)
    if (said.code !== 0 || pairs === undefined || cpuMs === undefined || !Number.isFinite(pairs + cpuMs))
      throw peerFailure('python3', said, 'two numbers')
    return { pairs, cpuMs }
  })
}
