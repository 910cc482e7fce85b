import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { LDAC_OBJECTS, readFitsTable } from '../../../src/formats/fits/index.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { toTangentPlane } from '../../../src/math/sphere.js'
import { asFloat64, findColumn } from '../../../src/table/columns.js'
import { fakeProgram, pathOf, programIsHere, programsAreHere } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { reducedImages, type WrongWcs } from './reduced-images.js'

const CATALOG = join(process.cwd(), 'catalogs/demo')
const env = (further: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env['PATH']!,
  BLISS_CATALOG: CATALOG,
  ...further,
})
let directory = ''
beforeEach(() => {
  directory = join(temporaryDirectory(), 'exposure')
})

async function exposure(wrong: WrongWcs): Promise<void> {
  mkdirSync(directory)
  for (const [name, bytes] of await reducedImages(wrong)) writeFileSync(join(directory, name), bytes)
}

const se = (words: string, further?: Readonly<Record<string, string>>) =>
  run(
    ['se', ...`-E 668439 -r 4 -p 5 -b i -n 20170817 --system catalog ${words}`.split(' '), '--layout', directory],
    env(further),
  )

/** Distances of detections from the nearest star of the catalogue, on each axis [arcsec]. */
async function offsets(name: string): Promise<number[]> {
  const cone = ['--cone', '53.1,-27.75,12arcmin', '--columns', 'ra,dec', '--format', 'csv']
  const { out } = await run(['catalog', 'query', CATALOG, ...cone, '--quiet'])
  const rows = out.trim().split('\n').slice(1)
  const stars = rows.map((row) => row.split(',').map(Number))
  const source = memorySource(name, readFileSync(join(directory, name)))
  const wanted = ['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'FLUX_AUTO', 'FLUXERR_AUTO', 'FLAGS']
  const table = await readFitsTable(source, { hdu: LDAC_OBJECTS, wanted })
  const [ra, dec, flux, err, flags] = wanted.map((column) => asFloat64(findColumn(table, column)!)!)
  const found: number[] = []
  for (let k = 0; k < table.rowCount; k++) {
    if (!(flux![k]! > 25 * err![k]!) || flags![k] !== 0) continue
    const near = stars.flatMap(([raDeg, decDeg]) => {
      const at = toTangentPlane(raDeg!, decDeg!, { raDeg: ra![k]!, decDeg: dec![k]! })!
      const arcsec = [3600 * at.xiDeg, 3600 * at.etaDeg]
      return Math.hypot(...arcsec) < 10 ? [arcsec] : []
    })
    near.sort((a, b) => Math.hypot(...a) - Math.hypot(...b))
    if (near[0]) found.push(...near[0])
  }
  return found
}

const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)

describe.skipIf(!programsAreHere || !programIsHere('scamp'))('se --scamp (scamp is not installed)', () => {
  test('a WCS that is 5 arcsec off and turned: positions are those of the catalogue', async () => {
    await exposure({ northArcsec: 5, turnDeg: 0.15 })
    const { exitCode, err } = await se('-c 1 -C --scamp')
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/CCD 1: scamp: \d+ stars, RMS 0\.0\d+ arcsec/)])
    const found = await offsets('D00668439_i_01_r4p5_fullcat.fits')
    expect(found.length).toBeGreaterThan(15)
    expect(rms(found)).toBeLessThan(0.05)
    expect(readFileSync(join(directory, 'D00668439_i_01_r4p5.head'), 'latin1')).toMatch(/^CRVAL1 {2}= /m)
    const json = JSON.parse(readFileSync(join(directory, 'zeropoint_D00668439_01_r4p5.json'), 'utf8')) as {
      ccds: { astrometry: { raOffsetArcsec: number; decOffsetArcsec: number } }[]
    }
    const { raOffsetArcsec, decOffsetArcsec } = json.ccds[0]!.astrometry
    expect(Math.hypot(raOffsetArcsec, decOffsetArcsec)).toBeLessThan(0.05)
    const again = await se('-c 1 -C --scamp')
    expect(again.err).toContain('all done')
  })

  test('beyond what scamp looks for: refused by the stars, whatever scamp says, and nothing is written', async () => {
    await exposure({ northArcsec: 300, turnDeg: 0 })
    const { exitCode, err } = await se('-c 1 --scamp')
    expect([exitCode, err]).toEqual([3, expect.stringMatching(/scamp/)])
    expect(readdirSync(directory).filter((name) => /fullcat|\.head|\.psf/.test(name))).toEqual([])
  })

  test.each([
    ['writes nothing', 'exit 0', /scamp failed.*scamp wrote no WCS/],
    ['leaves half a WCS', 'echo "CTYPE1  = \'RA---TPV\'" > astrometry.head', /scamp failed/],
    ['is killed', 'kill -9 $$', /scamp failed.*killed by SIGKILL/],
  ])('a scamp that %s is a failure', async (_, script, message) => {
    await exposure({ northArcsec: 5, turnDeg: 0 })
    const version = `if [ "$1" = --version ]; then exec ${pathOf('scamp')} --version; fi`
    const path = fakeProgram(temporaryDirectory(), 'scamp', `${version}\n${script}`)
    const { exitCode, err } = await se('-c 1 --scamp', { PATH: path })
    expect([exitCode, err]).toEqual([3, expect.stringMatching(message)])
    expect(readdirSync(directory).filter((name) => /fullcat|\.head|bliss-tmp/.test(name))).toEqual([])
  })
})

test.skipIf(!programsAreHere)('without scamp its Debian package is named', async () => {
  await exposure({ northArcsec: 0, turnDeg: 0 })
  const { exitCode, err } = await se('-c 1 --scamp', { BLISS_SCAMP: '/none/scamp' })
  expect([exitCode, err]).toEqual([3, expect.stringContaining('apt install scamp')])
})
