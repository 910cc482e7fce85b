import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import type { MatchMode, SkyPositions } from '../../math/match-sky.js'
import { inWorkFolder } from './work-folder.js'

/** What another program takes for the same matches. */
export interface PeerMatch {
  readonly pairs: number
  /** Of the match alone, reading of the positions left out. */
  readonly cpuMs: number
}

/** Unit vectors, a kd-tree of each side that is asked, queries: positions come as doubles, four columns. */
const SCRIPT = `
import sys, time
import numpy as np
from scipy.spatial import cKDTree
mode, path, radius_arcsec, rows_a, rows_b = *sys.argv[1:3], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
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
    distance, nearest = tree_b.query(a, distance_upper_bound=radius)
    found = np.flatnonzero(np.isfinite(distance))
    pairs = len(found)
    if mode == 'mutual':
        _, back = cKDTree(a).query(b, distance_upper_bound=radius)
        pairs = (back[nearest[found]] == found).sum()
print(int(pairs), 1000 * (time.process_time() - started))
`

/**
 * The same matches by scipy's kd-trees, once, in one thread.
 *
 * @throws InputError `program-missing` if python3 or its scipy is not there, `program-failed` with its last words
 */
export async function scipyMatch(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  mode: MatchMode,
): Promise<PeerMatch> {
  return inWorkFolder(tmpdir(), async (folder) => {
    const path = join(folder, 'positions')
    await writeFile(path, [a.raDeg, a.decDeg, b.raDeg, b.decDeg])
    const args = [mode, path, radiusArcsec, a.raDeg.length, b.raDeg.length].map(String)
    const { code, said, errors } = await python(['-c', SCRIPT, ...args])
    if (code === undefined || /No module named '(numpy|scipy)/.test(errors)) {
      const sentence =
        'scipy is not there: install it (Debian and Ubuntu: apt install python3-scipy), or leave out --peer'
      throw new InputError('program-missing', sentence, {
        found: code === undefined ? 'no python3 on PATH' : 'python3',
      })
    }
    const [pairs, cpuMs] = said.trim().split(' ').map(Number)
    if (code !== 0 || pairs === undefined || cpuMs === undefined || !Number.isFinite(pairs + cpuMs)) {
      const last = errors.trim().split('\n').at(-1) ?? ''
      throw new InputError('program-failed', `python3 failed; ${last === '' ? 'it said nothing' : last}`, {
        found: `exit code ${code}`,
        expected: 'exit code 0 and two numbers',
      })
    }
    return { pairs, cpuMs }
  })
}

/** Runs python3; no code if it cannot be started. */
function python(args: readonly string[]): Promise<{ code: number | null | undefined; said: string; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [said, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', () => resolve({ code: undefined, said, errors }))
    child.on('close', (code) => resolve({ code, said, errors }))
  })
}
