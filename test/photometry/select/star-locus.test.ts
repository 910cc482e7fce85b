import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { columnsToRead, fluxChoice, sourcesOf } from '../../../src/exposure/fullcat.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsTable } from '../../../src/formats/fits/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { isOnLocus, starLocus } from '../../../src/photometry/select/star-locus.js'
import { selectStars } from '../../../src/photometry/select/selection.js'
import { demoImage } from '../../../src/simulate/demo-image.js'
import { demoExposure } from '../../../src/simulate/index.js'
import { temporaryDirectory } from '../../cli/run.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

/** Stars of one size with the noise of their signal, and galaxies from once to three times that size. */
function field(seed: number, stars: number, galaxies: number, spread = 0.03) {
  const random = seededRandom(seed)
  const rows = Array.from({ length: stars + galaxies }, (_, i) => {
    const signalToNoise = 10 ** (1 + 2 * random.uniform())
    const size = i < stars ? 3 : 3 * 10 ** (0.5 * random.uniform())
    return { signalToNoise, size: size * Math.exp((spread + 1 / signalToNoise) * random.normal()), isStar: i < stars }
  })
  const find = () =>
    starLocus(
      rows.map(({ size }) => size),
      (i) => rows[i]!.signalToNoise,
      () => true,
    )
  return { rows, locus: find() }
}

describe('starLocus', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'more galaxies than stars: nearly all stars, few galaxies; seed %i',
    (seed) => {
      const { rows, locus } = field(seed, 100, 200)
      expect(Math.abs(locus!.logSize - Math.log(3))).toBeLessThan(0.03)
      const kept = (isStar: boolean) =>
        rows.filter((row) => row.isStar === isStar && isOnLocus(locus!, row.size, row.signalToNoise)).length
      expect(kept(true)).toBeGreaterThanOrEqual(95)
      // As many galaxies as are hardly larger than a star.
      expect(kept(false)).toBeLessThan(80)
    },
  )

  test('too few detections show none', () => {
    expect(field(1, 9, 0).locus).toBeUndefined()
  })

  test('sizes without a stretch that stands out show none', () => {
    const size = Array.from({ length: 12 }, (_, i) => 2 * 1.3 ** i)
    const locus = starLocus(
      size,
      () => 100,
      () => true,
    )
    expect(locus).toBeUndefined()
  })

  test('a size that is no number or not positive is on no locus', () => {
    const { locus } = field(1, 100, 0)
    expect([NaN, 0, -3].map((size) => isOnLocus(locus!, size, 100))).toEqual([false, false, false])
  })
})

const sextractor = spawnSync('source-extractor', ['--version']).status === 0
const SHARE = '/usr/share/source-extractor'

describe.skipIf(!sextractor)('CLASS_STAR of source-extractor that was told a wrong seeing', () => {
  const dir = temporaryDirectory()
  const image = demoImage(demoExposure(describeCatalogue('gaia_dr2')))
  const parameters = [
    'NUMBER',
    'ALPHA_J2000',
    'DELTA_J2000',
    'FLUX_AUTO',
    'FLUXERR_AUTO',
    'FLAGS',
    'FWHM_IMAGE',
    'CLASS_STAR',
  ]
  writeFileSync(join(dir, image.name), image.bytes)
  writeFileSync(join(dir, 'a.param'), parameters.join('\n'))

  /** Detections of the image, measured with a seeing [arcsec]; its own is 2.7. */
  async function selectionWith(seeing: string) {
    const settings = {
      PARAMETERS_NAME: 'a.param',
      CATALOG_TYPE: 'FITS_LDAC',
      CATALOG_NAME: 'a.cat',
      FILTER_NAME: join(SHARE, 'default.conv'),
      STARNNW_NAME: join(SHARE, 'default.nnw'),
      SEEING_FWHM: seeing,
      PIXEL_SCALE: '0',
      SATUR_LEVEL: '60000',
    }
    const args = [
      image.name,
      '-c',
      join(SHARE, 'default.sex'),
      ...Object.entries(settings).flatMap(([k, v]) => [`-${k}`, v]),
    ]
    expect(spawnSync('source-extractor', args, { cwd: dir }).status).toBe(0)
    const flux = fluxChoice('mag_auto')
    const source = memorySource('a.cat', await readFile(join(dir, 'a.cat')))
    const table = await readFitsTable(source, { hdu: 2, wanted: columnsToRead(flux) })
    const sources = sourcesOf(table, flux, 'a.cat')
    const { fwhmPixels: _, ...withoutSize } = sources
    const count = ({ selected }: { readonly selected: Uint8Array }) => selected.reduce((sum, one) => sum + one, 0)
    return {
      byBoth: count(selectStars(sources)),
      byClass: count(selectStars(withoutSize)),
      ...selectStars(sources).classified,
    }
  }

  test('the true seeing: sizes add what CLASS_STAR is unsure of', async () => {
    const { byBoth, byClass, stars, misjudged } = await selectionWith('2.7')
    expect(byClass).toBeGreaterThan(70)
    expect(byBoth).toBeGreaterThanOrEqual(byClass)
    expect(misjudged! / stars!).toBeLessThan(0.1)
  })

  test.each(['0.8', '1.2'])('%s arcsec: CLASS_STAR loses most stars, their size keeps them', async (seeing) => {
    const { byBoth, byClass, stars, misjudged } = await selectionWith(seeing)
    expect(byClass).toBeLessThan(20)
    expect(byBoth).toBeGreaterThan(70)
    expect(misjudged! / stars!).toBeGreaterThan(0.5)
  })
})
