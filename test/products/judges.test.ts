import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'

const python = '/usr/bin/python3'
const has = (code: string) => spawnSync(python, ['-c', code]).status === 0
const astropy = has('import astropy.io.fits, numpy')
const fitsverify = spawnSync('fitsverify', ['-h']).error === undefined

/** What the original's readers ask of the products: numpy by position, astropy by name, both equal. */
const READ = `
import sys, warnings
import numpy as np
from astropy.io import fits
warnings.simplefilter('error')
stem = sys.argv[1]
t = np.genfromtxt(stem + '.csv', delimiter=',', skip_header=1, usecols=(4, 5, 12, 13, 14, 20, 21))
h = fits.open(stem + '.fits')
names = ['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'MAG_PSF', 'MAGERR_PSF', 'SPREAD_MODEL', 'FLAGS', 'IMAFLAGS_ISO']
assert len(h) == 2 and len(h[1].columns) == 25, h[1].columns
assert h[1].columns['EXPNUM'].format == 'J'
assert h[1].data['EXPNUM'][0] == 668439
for k, name in enumerate(names):
    assert np.allclose(t[:, k], h[1].data[name], rtol=1e-7, atol=0, equal_nan=True), name
print(len(t), np.isfinite(t).all())
h.close()
`

let dir: string
beforeAll(async () => {
  dir = temporaryDirectory()
  mkdirSync(join(dir, 'legacy'))
  await run(['demo', '--outdir', dir])
  await run([
    '--legacy',
    '--expnum',
    '668439',
    '--ccd',
    '1',
    '--catalog',
    'demo',
    '--workdir',
    dir,
    '--outdir',
    join(dir, 'legacy'),
  ])
})

test.skipIf(!astropy).each(['', 'legacy/'])(
  'numpy reads %s_ZP.csv by position and astropy the FITS, the same values (python3-astropy)',
  (where) => {
    const { stdout, stderr } = spawnSync(python, ['-c', READ, join(dir, `${where}D00668439_01_r4p5_ZP`)], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    const [rows, finite] = stdout.trim().split(' ')
    expect(Number(rows)).toBeGreaterThan(1000)
    // The original also writes the objects of the list's other CCDs, with blank magnitudes.
    expect(finite).toBe(where === '' ? 'True' : 'False')
  },
)

test.skipIf(!fitsverify).each(['', 'legacy/'])('fitsverify finds no fault in %s_ZP.fits', (where) => {
  const { stdout } = spawnSync('fitsverify', [join(dir, `${where}D00668439_01_r4p5_ZP.fits`)], { encoding: 'utf8' })
  expect(stdout).toContain('Verification found 0 warning(s) and 0 error(s)')
})
