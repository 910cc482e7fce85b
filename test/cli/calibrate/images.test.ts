import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { imageCards } from '../../node/programs/sky-image.js'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { tableOf } from '../../../src/table/columns.js'
import { fitsBytes, madeImage, programsAreHere, type MadeImage } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { calibrateWith, cardsOf, catalogOfImages, made, TRUTH } from './two-images.js'

let catalog: string
beforeAll(async () => {
  catalog = await catalogOfImages()
})

const calibrate = (...words: readonly string[]) => calibrateWith(catalog, ...words)

describe.skipIf(!programsAreHere)('an image (source-extractor and psfex are not installed)', () => {
  test('is measured and calibrated: the zeropoint that its stars were given', async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const [{ columns, rows, pixels }] = made as [MadeImage]
    writeFileSync(join(dir, 'night.fits'), fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
    const { exitCode, out, err } = await calibrate(join(dir, 'night.fits'), '--outdir', outdir, '--json')
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/night: 25 objects, seeing \d\.\d\d arcsec/)])
    const { ccds, exposure, provenance } = JSON.parse(out) as {
      ccds: { zeropoint: number; zeropointErr: number; cuts: { used: number } }[]
      exposure: { name: string; origin: Record<string, string> }
      provenance: { inputs: Record<string, string> }
    }
    expect(ccds[0]!.cuts.used).toBeGreaterThan(5)
    // psfex's flux is of its own normalisation.
    expect(Math.abs(ccds[0]!.zeropoint - TRUTH)).toBeLessThan(0.03)
    expect(exposure).toMatchObject({ name: 'night', origin: { band: 'FILTER', corners: 'WCS (TAN) and NAXIS' } })
    expect(Object.keys(provenance.inputs).sort()).toEqual(['night.fits', 'night_fullcat.fits'])
    expect(readdirSync(outdir).sort()).toEqual([
      'night.psf',
      'night_ZP.csv',
      'night_ZP.fits',
      'night_Zero.csv',
      'night_fullcat.fits',
      'night_matches.parquet',
      'night_zeropoint.json',
    ])
  })

  test('with a table that holds no positions, such as BANZAI leaves, is still an image', async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const [{ columns, rows, pixels }] = made as [MadeImage]
    const image = fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }])
    const column = (name: string) => ({ name, type: 'f64' as const, values: Float64Array.of(1, 2) })
    const table = writeFitsTable(tableOf(['X', 'Y', 'FLUX', 'FLUXERR'].map(column)), { extname: 'CAT' })
    // Without the empty primary HDU of the table's own file.
    writeFileSync(join(dir, 'raw.fits'), Buffer.concat([image, table.subarray(2880)]))
    const { exitCode, out } = await calibrate(join(dir, 'raw.fits'), '--outdir', outdir)
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^raw {2}27\.\d/)])
  })

  test('extensions are CCDs of one exposure, and the mask beside an image is none', async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const image = ({ columns, rows, pixels }: MadeImage, k: number) => ({
      ...{ columns, rows, values: pixels },
      cards: { EXTNAME: ['N', 'S'][k]!, ...cardsOf(k, { CCDNUM: null, EXPNUM: null }) },
    })
    writeFileSync(join(dir, 'x_ooi_i.fits'), fitsBytes([{}, ...made.map(image)]))
    const mask = ({ columns, rows }: MadeImage, k: number) => ({
      ...{ columns, rows, values: new Int16Array(columns * rows) },
      cards: { EXTNAME: ['N', 'S'][k]! },
    })
    writeFileSync(join(dir, 'x_ood_i.fits'), fitsBytes([{}, ...made.map(mask)]))
    const { exitCode, out, err } = await calibrate(join(dir, '*.fits'), '--outdir', outdir)
    expect(err).toContain(`x_ood_i.fits: a plane of ${join(dir, 'x_ooi_i.fits')}, left out`)
    expect(err).toContain('x_ooi_i: one exposure by one start, instrument, filter and pointing: 2 CCDs of ')
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^x_ooi_i_N {2}27\.\d.*\nx_ooi_i_S {2}27\.\d/)])
    expect(readdirSync(outdir)).toEqual(
      expect.arrayContaining(['x_ooi_i_N_ZP.fits', 'x_ooi_i_S_fullcat.fits', 'x_ooi_i_exposure_zeropoint.json']),
    )
  })

  test('gain and saturation under the keywords of --camera decide the errors, as under the usual ones', async () => {
    const dir = temporaryDirectory()
    const [{ columns, rows, pixels }] = made as [MadeImage]
    const own = { INSTRUME: 'OWLCAM', BAND: null, CCDNUM: null, FILTER: 'DES i' }
    const write = (name: string, cards: Parameters<typeof imageCards>[1]) =>
      writeFileSync(
        join(dir, name),
        fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0, { ...own, ...cards }) }]),
      )
    write('usual.fits', {})
    write('odd.fits', { GAIN: null, SATURATE: null, EGAIN: 4, FULLWELL: 40000 })
    const camera = {
      ...{ name: 'owlcam', title: 'the owl camera', source: 'a test' },
      recognise: { instrument: '^owlcam$' },
      keywords: { gain: 'EGAIN', saturation: 'FULLWELL' },
      bands: { 'des-ab': ['i'] },
    }
    writeFileSync(join(dir, 'owl.json'), JSON.stringify(camera))
    const found: number[] = []
    for (const [name, ...words] of [['usual'], ['odd', '--camera', join(dir, 'owl.json')]] as const) {
      const { out, err } = await calibrate(join(dir, `${name}.fits`), '--outdir', dir, '--json', ...words)
      expect(err).not.toMatch(/no gain is known|no saturation level is known/)
      const { zeropoint, zeropointErr } = (JSON.parse(out) as { ccds: [{ zeropoint: number; zeropointErr: number }] })
        .ccds[0]
      found.push(zeropoint, zeropointErr)
    }
    expect(found.slice(2)).toEqual(found.slice(0, 2))
  })

  test.each([
    ['right', {}, 1, undefined],
    ['that of another mode of readout', { GAIN: 8.3 }, 1, ['8.3', '4']],
    [
      'still that of the counts, in an image of electrons without a unit',
      { BUNIT: null, SATURATE: 160000 },
      4,
      ['4', '1'],
    ],
    ['that of one of sixteen images, of their mean', { GAIN: 0.25 }, 1, ['0.25', '4']],
  ] as const)('a gain that is %s', async (_what, cards, scale, said) => {
    const dir = temporaryDirectory()
    const { stars } = made[0] as MadeImage
    const { columns, rows, pixels } = madeImage({ stars, sky: 1000, scale, seed: 2 })
    writeFileSync(join(dir, 'night.fits'), fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0, cards) }]))
    for (const engine of ['source-extractor', 'own']) {
      const words = [join(dir, 'night.fits'), '--outdir', dir, '--json', '--measure', engine]
      const { ccds } = JSON.parse((await calibrate(...words)).out) as {
        ccds: [{ concerns: { tag: string; severity: string; sentence: string }[] }]
      }
      const found = ccds[0].concerns.filter(({ tag }) => tag === 'gain')
      expect(found.map(({ severity }) => severity)).toEqual(said ? ['look'] : [])
      if (!said) continue
      const numbers = /made with ([\d.]+) electrons a unit of the image \(GAIN\), .* is that of ([\d.]+):/
      const [, used, bySky] = numbers.exec(found[0]!.sentence)!
      expect(used).toBe(said[0])
      expect(Math.abs(Number(bySky) / Number(said[1]) - 1)).toBeLessThan(0.1)
    }
  })

  test.each(['source-extractor', 'own'])(
    'a PSF from few stars is told, if its flux is calibrated: %s',
    async (engine) => {
      const dir = temporaryDirectory()
      const { columns, rows, stars } = made[0] as MadeImage
      const { pixels } = madeImage({ columns, rows, stars: stars.slice(0, 8), sky: 1000, seed: 2 })
      writeFileSync(join(dir, 'cut.fits'), fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
      const said: string[][] = []
      for (const flux of ['mag_psf', 'mag_auto']) {
        const words = [join(dir, 'cut.fits'), '--outdir', dir, '--json', '--measure', engine, '--magsType', flux]
        const { ccds } = JSON.parse((await calibrate(...words)).out) as {
          ccds: [{ concerns: { tag: string; severity: string; sentence: string }[] }]
        }
        said.push(ccds[0].concerns.filter(({ tag }) => tag === 'psf').map((one) => `${one.severity}: ${one.sentence}`))
      }
      expect(said).toEqual([[expect.stringMatching(/^look: the model of the PSF is made from \d stars: /)], []])
    },
  )

  test('what cannot be read, or no catalogue, is told before an image is measured', async () => {
    const dir = temporaryDirectory()
    const [{ columns, rows, pixels }] = made as [MadeImage]
    const image = join(dir, 'night.fits')
    writeFileSync(image, fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
    writeFileSync(join(dir, 'bad.csv'), 'ra\n')
    const outdir = join(dir, 'out')
    for (const [words, message] of [
      [['--catalog', join(dir, 'none')], /none: /],
      [['--catalog', catalog, '--suspects', join(dir, 'bad.csv')], /bad\.csv/],
      [['--catalog', catalog, '--starflat', join(dir, 'bad.csv')], /bad\.csv/],
      [[], /no reference catalogue is named: .*`bliss-calib catalog fetch .*--cone \d+\.\d+,-?\d+\.\d+,0\.\d+`/],
    ] as const) {
      const { exitCode, err } = await run([image, '--outdir', outdir, ...words], { PATH: process.env['PATH']! })
      expect([exitCode, err]).toEqual([3, expect.stringMatching(message)])
      expect(err).not.toContain('measuring')
    }
    expect(readdirSync(dir).sort()).toEqual(['bad.csv', 'night.fits'])
  })

  test("somebody's own catalogue or PSF beside it is not replaced; that of a run before is, and is no image", async () => {
    const dir = temporaryDirectory()
    const [{ columns, rows, pixels }] = made as [MadeImage]
    writeFileSync(join(dir, 'night.fits'), fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
    const foreign: Record<string, Uint8Array> = {
      'night_fullcat.fits': fitsBytes([{ cards: { CREATOR: 'the observer' } }]),
      'night.psf': Buffer.from('my own model'),
    }
    for (const [name, bytes] of Object.entries(foreign)) {
      writeFileSync(join(dir, name), bytes)
      const { exitCode, err, out } = await calibrate(join(dir, 'night.fits'), '--outdir', dir)
      expect([exitCode, out]).toEqual([2, ''])
      expect(err).toContain(
        `${join(dir, name)}: the file is in the place of a product, and bliss-calib has not made it`,
      )
      expect(err).toContain('another --outdir')
      expect(readFileSync(join(dir, name))).toEqual(Buffer.from(bytes))
      expect(readdirSync(dir).sort()).toEqual(['night.fits', name].sort())
      rmSync(join(dir, name))
    }
    const products = async (pattern: string) => {
      const { exitCode, err } = await calibrate(join(dir, pattern), '--outdir', dir)
      expect(exitCode).toBe(0)
      return { err, bytes: readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]) }
    }
    const first = await products('night.fits')
    const again = await products('*.fits')
    expect(again.bytes).toEqual(first.bytes)
    expect(again.err).toContain(`night_fullcat.fits: measured from ${join(dir, 'night.fits')} before, left out`)
  })

  test('without a WCS is refused, and leaves nothing', async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const [{ columns, rows, pixels }] = made as [MadeImage]
    const cards = cardsOf(0, { CTYPE1: null, CTYPE2: null })
    writeFileSync(join(dir, 'night.fits'), fitsBytes([{ columns, rows, values: pixels, cards }]))
    const before = readFileSync(join(dir, 'night.fits'))
    const { exitCode, out, err } = await calibrate(join(dir, 'night.fits'), '--outdir', outdir)
    expect([exitCode, out, readdirSync(outdir)]).toEqual([3, '', []])
    expect(err).toContain('the image has no world coordinate system')
    expect(readFileSync(join(dir, 'night.fits'))).toEqual(before)
  })
})

test('an image without the programs names the package', async () => {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const [{ columns, rows, pixels }] = made as [MadeImage]
  writeFileSync(join(dir, 'night.fits'), fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(0) }]))
  const { exitCode, err } = await run([join(dir, 'night.fits'), '--catalog', catalog, '--outdir', outdir], { PATH: '' })
  expect([exitCode, err]).toEqual([3, expect.stringContaining('apt install source-extractor')])
})
