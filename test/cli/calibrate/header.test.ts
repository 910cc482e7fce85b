import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readFitsHeaders } from '../../../src/formats/fits/index.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { fromTangentPlane } from '../../../src/math/sphere.js'
import { fitsBytes, imageCards, madeImage, programsAreHere } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

let given: GivenExposureFiles
beforeAll(async () => void (given = await givenExposureFiles()))

const zeropointIn = (dir: string, stem: string) =>
  (JSON.parse(readFileSync(join(dir, `${stem}_zeropoint.json`), 'utf8')) as { ccds: { zeropoint: number }[] }).ccds[0]!
    .zeropoint

test('of a catalogue --header head: FLXSCALE brings the image to the zeropoint that is asked for', async () => {
  const dir = temporaryDirectory()
  copyFileSync(given.fullcat(28), join(dir, 'a.cat'))
  const words = [join(dir, 'a.cat'), '--catalog', given.catalog, '--outdir', dir]
  for (const [asked, target] of [
    [[], 30],
    [['--header-zeropoint', '25'], 25],
  ] as const) {
    const { exitCode, out } = await run([...words, '--header', 'head', ...asked])
    expect([exitCode, out]).toEqual([0, expect.stringContaining(`header  ${join(dir, 'a.head')}\n`)])
    const scale = /^FLXSCALE= +(\S+)/m.exec(readFileSync(join(dir, 'a.head'), 'utf8'))![1]
    expect(target - 2.5 * Math.log10(Number(scale))).toBeCloseTo(zeropointIn(dir, 'a'), 9)
  }
})

test.each([
  ['a catalogue has no image to copy', ['--header', 'image'], '--header image copies images, and the file is a'],
  ['no such form', ['--header', 'both'], "unknown --header 'both': expected image, head"],
  ['a copy is not scaled', ['--header', 'image', '--header-zeropoint', '30'], '--header-zeropoint belongs to'],
  ['a scale without a header', ['--header-zeropoint', '30'], '--header-zeropoint needs --header'],
])('%s', async (_what, words, sentence) => {
  const dir = temporaryDirectory()
  const { exitCode, err } = await run([given.fullcat(28), '--catalog', given.catalog, '--outdir', dir, ...words])
  expect([exitCode, err, readdirSync(dir)]).toEqual([2, expect.stringContaining(sentence), []])
})

test('a list does not say what its images are called', async () => {
  const { exitCode, err } = await run(['--expnum', '668439', '--workdir', given.work, '--header', 'head'])
  expect([exitCode, err]).toEqual([2, expect.stringContaining('--header belongs to files')])
})

test.skipIf(!programsAreHere)('of an image: a copy with the zeropoint (source-extractor, psfex)', async () => {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const { columns, rows, stars, pixels } = madeImage({ lattice: 5, seed: 2 })
  const row = ({ x, y, flux }: (typeof stars)[number], i: number) => {
    const { raDeg, decDeg } = fromTangentPlane(
      ((y - (rows + 1) / 2) * 0.263) / 3600,
      ((x - (columns + 1) / 2) * 0.263) / 3600,
      { raDeg: 53.1, decDeg: -27.8 },
    )
    const mag = 27.25 - 2.5 * Math.log10(flux)
    return [i + 1, raDeg, decDeg, mag, mag + 0.3, mag - 0.4, 0, 0, 0, 2015.5].join(',')
  }
  const names = 'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,phot_rp_mean_mag,pmra,pmdec,parallax,ref_epoch'
  writeFileSync(join(dir, 'gaia.csv'), [names, ...stars.map(row)].join('\n') + '\n')
  const catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, 'gaia.csv'), '--to', catalog, '--release', 'gaia_dr2', '--quiet'])
  const cards = imageCards({ columns, rows }, { CRVAL1: 53.1, CRVAL2: -27.8 })
  const bytes = fitsBytes([{ columns, rows, values: pixels, cards }])
  writeFileSync(join(dir, 'night.fits'), bytes)
  const words = ['--catalog', catalog, '--system', 'catalog', '--outdir', outdir, '--header', 'image', '--cal', 'fits']
  const { exitCode, out, err } = await run([join(dir, 'night.fits'), ...words], { PATH: process.env['PATH'] ?? '' })
  expect([exitCode, out, err]).toEqual([
    0,
    expect.stringContaining(`header  ${join(outdir, 'night_magzero.fits')}\n`),
    expect.stringContaining('night: flux mag_psf'),
  ])
  expect(readFileSync(join(dir, 'night.fits'))).toEqual(Buffer.from(bytes))
  const copy = readFileSync(join(outdir, 'night_magzero.fits'))
  const [own, original] = await Promise.all(
    [copy, bytes].map((of) => readFitsHeaders(memorySource('night.fits', of)).then((hdus) => hdus.at(-1)!)),
  )
  expect(own!.header.get('MAGZERO')).toBeCloseTo(zeropointIn(outdir, 'night'), 6)
  expect([own!.header.get('MAGZSYS'), own!.header.get('MAGZFLUX')]).toEqual(['Vega', 'FLUX_PSF'])
  expect(copy.subarray(own!.dataOffset)).toEqual(Buffer.from(bytes).subarray(original!.dataOffset))
  expect(readdirSync(outdir)).toContain('night_cal.fits')
})
