import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeFitsLdac } from '../../../src/formats/fits/write-ldac.js'
import { card } from '../../../src/formats/fits/card-text.js'
import { nestedIndex } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { tableOf, type Column } from '../../../src/table/columns.js'
import { run, temporaryDirectory } from '../run.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy']).status === 0
const hasScamp = spawnSync('scamp', ['-v']).error === undefined

const CENTRE = { ra: 150, dec: -20 }
const PIXEL_ARCSEC = 0.4
const SIZE = 2000
/** Right ascension and declination of the headers are off by this [arcsec]. */
const SHIFT = { ra: 6, dec: -4 }
const DEG = Math.PI / 180

const random = seededRandom(21)
const dir = temporaryDirectory()
const stars = Array.from({ length: 150 }, (_, k) => {
  const [x, y] = [1 + (SIZE - 1) * random.uniform(), 1 + (SIZE - 1) * random.uniform()]
  // Gnomonic projection about the centre, pixel axes along RA (backwards) and Dec.
  const xi = ((-(x - SIZE / 2) * PIXEL_ARCSEC) / 3600) * DEG
  const eta = (((y - SIZE / 2) * PIXEL_ARCSEC) / 3600) * DEG
  const d0 = CENTRE.dec * DEG
  const below = Math.cos(d0) - eta * Math.sin(d0)
  const ra = CENTRE.ra + Math.atan2(xi, below) / DEG
  const dec = Math.atan2(Math.sin(d0) + eta * Math.cos(d0), Math.hypot(xi, below)) / DEG
  const id = (BigInt(nestedIndex(12, ra, dec)) << 35n) | (BigInt(k) << 7n)
  return { id, ra, dec, x, y, g: 14 + 5 * random.uniform() }
})
const HEAD = 'source_id,ref_epoch,ra,dec,phot_g_mean_mag,phot_g_mean_flux_over_error,pmra,pmdec'
const rows = stars.map(({ id, ra, dec, g }, k) => `${id},2016.0,${ra},${dec},${g},400,${k % 7 === 0 ? '' : 4},-3`)
writeFileSync(join(dir, 'gaia.csv'), `${HEAD}\n${rows.join('\n')}\n`)
await run(['catalog', 'build', '--from', join(dir, 'gaia.csv'), '--to', join(dir, 'store'), '--quiet'])
const reference = join(dir, 'ref.ldac')
const made = await run(['catalog', 'query', join(dir, 'store'), '--cone', '150,-20,0.3', '--to', reference])

/** Detections of an exposure whose header is off, as SExtractor writes them for SCAMP. */
function detections(dateObs: string): Uint8Array {
  const f = (name: string, of: (star: (typeof stars)[number]) => number): Column => ({
    name,
    type: 'f64',
    values: Float64Array.from(stars, of),
  })
  const noise = () => 0.03 * random.normal()
  const flux = ({ g }: { g: number }) => 10 ** (0.4 * (28 - g))
  const objects = tableOf([
    f('XWIN_IMAGE', ({ x }) => x + noise()),
    f('YWIN_IMAGE', ({ y }) => y + noise()),
    f('ERRAWIN_IMAGE', () => 0.03),
    f('ERRBWIN_IMAGE', () => 0.03),
    f('ERRTHETAWIN_IMAGE', () => 0),
    f('FLUX_AUTO', flux),
    f('FLUXERR_AUTO', (star) => 0.002 * flux(star)),
    f('FLUX_RADIUS', () => 2.5),
    f('ELONGATION', () => 1.05),
    f('SNR_WIN', () => 500),
    { name: 'FLAGS', type: 'i16', values: new Int16Array(stars.length) },
  ])
  const raShift = SHIFT.ra / 3600 / Math.cos(CENTRE.dec * DEG)
  const imageCards = [
    card('SIMPLE', true),
    card('BITPIX', -32),
    card('NAXIS', 2),
    card('NAXIS1', SIZE),
    card('NAXIS2', SIZE),
    card('CTYPE1', 'RA---TAN'),
    card('CTYPE2', 'DEC--TAN'),
    card('CRVAL1', CENTRE.ra + raShift),
    card('CRVAL2', CENTRE.dec + SHIFT.dec / 3600),
    card('CRPIX1', SIZE / 2),
    card('CRPIX2', SIZE / 2),
    card('CD1_1', -PIXEL_ARCSEC / 3600),
    card('CD1_2', 0),
    card('CD2_1', 0),
    card('CD2_2', PIXEL_ARCSEC / 3600),
    card('EQUINOX', 2000),
    card('RADESYS', 'ICRS'),
    card('DATE-OBS', dateObs),
    card('EXPTIME', 60),
    card('FILTER', 'r'),
    card('INSTRUME', 'CAM'),
  ]
  return writeFitsLdac({ imageCards, objects })
}

test('every star of the cone with a magnitude; --columns is refused', async () => {
  expect(made).toMatchObject({ exitCode: 0, err: expect.stringContaining(`${reference}: 150 rows of gaia_dr3`) })
  const { exitCode, err } = await run([
    'catalog',
    'query',
    join(dir, 'store'),
    '--cone',
    '150,-20,0.3',
    '--format',
    'ldac',
    '--columns',
    'ra',
  ])
  expect([exitCode, err]).toEqual([
    2,
    expect.stringContaining('--columns: a reference for SCAMP has columns of its own'),
  ])
})

describe.skipIf(!hasAstropy)('astropy', () => {
  test('reads the positions, magnitudes, motions and the epoch', () => {
    const code = `
import sys, json
from astropy.io import fits
h = fits.open(sys.argv[1]); t = h['LDAC_OBJECTS']; d = t.data
print(json.dumps([[x.name for x in h], t.columns.units, sorted(zip(d['X_WORLD'].tolist(), d['Y_WORLD'].tolist())), float(d['MAG'].sum()), sorted(set(d['PMALPHA_J2000'].tolist())), sorted(set(d['OBSDATE'].tolist()))]))
`
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', code, reference], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const [names, units, places, sum, motions, dates] = JSON.parse(stdout) as [
      string[],
      string[],
      [number, number][],
      number,
      number[],
      number[],
    ]
    expect(names).toEqual(['PRIMARY', 'LDAC_IMHEAD', 'LDAC_OBJECTS'])
    expect(units).toEqual(['deg', 'deg', 'deg', 'deg', 'deg', 'mag', 'mag', 'mas/yr', 'mas/yr', 'yr'])
    expect(places).toEqual(stars.map(({ ra, dec }) => [ra, dec] as [number, number]).sort((a, b) => a[0] - b[0]))
    expect(sum).toBeCloseTo(
      stars.reduce((total, { g }) => total + g, 0),
      1,
    )
    expect([motions, dates]).toEqual([[0, 4], [2016]])
  })
})

describe.skipIf(!hasScamp)('SCAMP', () => {
  test('finds with it the shift of two exposures', () => {
    for (const [name, date] of [
      ['a', '2016-01-01T03:00:00'],
      ['b', '2016-01-02T03:00:00'],
    ] as const)
      writeFileSync(join(dir, `${name}.cat`), detections(date))
    const words =
      'a.cat b.cat -c /dev/null -ASTREF_CATALOG FILE -ASTREFCAT_NAME ref.ldac -SOLVE_PHOTOM N -CHECKPLOT_DEV NULL ' +
      '-CHECKPLOT_TYPE NONE -WRITE_XML N -DISTORT_DEGREES 1 -MATCH N -CROSSID_RADIUS 10 -NTHREADS 1 -SN_THRESHOLDS 5.0,10.0'
    const { stderr, status } = spawnSync('scamp', words.split(' '), { cwd: dir, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, expect.stringMatching(/All done/)])
    for (const name of ['a', 'b']) {
      const head = readFileSync(join(dir, `${name}.head`), 'utf8')
      const value = (keyword: string) => Number(new RegExp(`^${keyword} *= *([-+.\\dE]+)`, 'm').exec(head)![1])
      // Where the solved header puts the centre: its reference pixel is the image's.
      const [dx, dy] = [value('CRPIX1') - SIZE / 2, value('CRPIX2') - SIZE / 2]
      const ra = value('CRVAL1') - (value('CD1_1') * dx + value('CD1_2') * dy) / Math.cos(CENTRE.dec * DEG)
      const dec = value('CRVAL2') - (value('CD2_1') * dx + value('CD2_2') * dy)
      expect(Math.abs(ra - CENTRE.ra) * 3600).toBeLessThan(0.1)
      expect(Math.abs(dec - CENTRE.dec) * 3600).toBeLessThan(0.1)
    }
  })
})
