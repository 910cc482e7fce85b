import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseCameraDescription } from '../../../src/camera/description.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { LDAC_OBJECTS, readFitsHeaders, readFitsTable, type FitsHdu } from '../../../src/formats/fits/index.js'
import { median } from '../../../src/math/robust.js'
import { measureImage } from '../../../src/node/programs/measure-image.js'
import type { MeasureRequest } from '../../../src/node/programs/measure-request.js'
import { asFloat64, findColumn } from '../../../src/table/columns.js'
import { temporaryDirectory } from '../../cli/run.js'
import { describeCamera } from '../../support/cameras.js'
import { fitsBytes, imageCards, madeImage, programsAreHere, writeImage, type MadeStar } from './sky-image.js'

/** Enough stars for a PSF that varies over the image; that costs psfex seconds. */
const VARYING = { columns: 400, rows: 360, lattice: 7 }

type Measured = Awaited<ReturnType<typeof measureImage>>

async function objectsOf(path: string, ...names: string[]): Promise<Float64Array[]> {
  const source = memorySource(path, readFileSync(path))
  const table = await readFitsTable(source, { hdu: LDAC_OBJECTS, columns: names })
  return names.map((name) => asFloat64(findColumn(table, name)!)!)
}

/** Each star with the row of the catalogue nearest to it, within a pixel. */
async function starsIn({ catalogue }: Measured, stars: readonly MadeStar[]) {
  const names = ['XWIN_IMAGE', 'YWIN_IMAGE', 'FLUX_PSF', 'FLUXERR_PSF', 'ALPHAWIN_J2000', 'DELTAWIN_J2000'] as const
  const columns = await objectsOf(catalogue, ...names)
  return stars.flatMap((star) => {
    const row = [...columns[0]!.keys()].find((r) => Math.hypot(columns[0]![r]! - star.x, columns[1]![r]! - star.y) < 1)
    return row === undefined ? [] : [{ star, ...Object.fromEntries(names.map((n, k) => [n, columns[k]![row]!])) }]
  }) as ({ star: MadeStar } & Record<(typeof names)[number], number>)[]
}

const measure = (image: string, workdir: string, further: Partial<MeasureRequest> = {}) =>
  measureImage({ image, workdir, ...further })

describe.skipIf(!programsAreHere)('an image is measured (source-extractor and psfex are not installed)', () => {
  test('the stars are found where they were put, with their light and their width', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage(VARYING)
    const result = await measure(writeImage(join(workdir, 'night 1.fits'), made), workdir)

    expect(readdirSync(workdir).sort()).toEqual(['night 1.fits', 'night 1.psf', 'night 1_fullcat.fits'])
    // The light of a Gaussian that pixels add up is wider by 1/12 of a pixel in variance.
    expect(result.fwhmPixels).toBeCloseTo(Math.sqrt(3.6 ** 2 + 2.3548 ** 2 / 12), 0)
    expect(result.fwhmArcsec / result.fwhmPixels).toBeCloseTo(0.263, 5)
    expect(result.model?.degree).toBe(2)
    const found = await starsIn(result, made.stars)
    expect(found.length).toBe(made.stars.length)
    const ratios = found.map(({ star, FLUX_PSF }) => FLUX_PSF / star.flux)
    expect(Math.abs(median(ratios) - 1)).toBeLessThan(0.01)
    const pulls = found.map(({ star, FLUX_PSF, FLUXERR_PSF }) => (FLUX_PSF - star.flux * median(ratios)) / FLUXERR_PSF)
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.7)
    expect(rms).toBeLessThan(1.4)
  })

  test("with DESDM's columns: all of a real catalogue of DESDM but its clock, the others as without them", async () => {
    const [plain, all] = [temporaryDirectory(), temporaryDirectory()]
    const made = madeImage({ ...VARYING, seed: 3, lattice: 3 })
    const measured = await measure(writeImage(join(plain, 'image.fits'), made), plain)
    const further = await measure(writeImage(join(all, 'image.fits'), made), all, { columns: 'desdm' })
    const tableOf = ({ catalogue }: Measured) =>
      readFitsTable(memorySource(catalogue, readFileSync(catalogue)), { hdu: LDAC_OBJECTS })
    const [own, desdm] = [await tableOf(measured), await tableOf(further)]
    for (const { name, values } of own.columns) expect(findColumn(desdm, name)!.values, name).toEqual(values)
    const listed = readFileSync('programs/desdm.param', 'utf8').match(/^\w+/gm)!
    expect(listed).toHaveLength(100)
    // Of a flag image, which this one has not.
    const absent = listed.filter((name) => findColumn(desdm, name) === undefined)
    expect(absent).toEqual(['IMAFLAGS_ISO', 'NIMAFLAGS_ISO'])
  })

  test('the digits are those of the programs run by hand with the same parameters', async () => {
    const [workdir, hand] = [temporaryDirectory(), temporaryDirectory()]
    const made = madeImage({ ...VARYING, seed: 2 })
    const image = writeImage(join(workdir, 'image.fits'), made)
    const { catalogue, fwhmArcsec } = await measure(image, workdir)

    copyFileSync(image, join(hand, 'image.fits'))
    const columns = (name: string, ...further: string[]) => {
      const listed = readFileSync(join('programs', name), 'utf8')
        .replace(/^(#.*|IMAFLAGS_ISO)\n/gm, '')
        // The twelfth is wider than an eighth of the image.
        .replaceAll('(12)', '(11)')
      writeFileSync(join(hand, name), [listed, ...further].join('\n'))
    }
    columns('detect.param', 'VIGNET(45,45)')
    columns('measure.param')
    const shared = '/usr/share/source-extractor'
    const common =
      `-FILTER_NAME ${shared}/gauss_3.0_7x7.conv -STARNNW_NAME ${shared}/default.nnw -CATALOG_TYPE FITS_LDAC ` +
      '-DETECT_MINAREA 6 -BACK_SIZE 256 -PIXEL_SCALE 0 -GAIN 4 -GAIN_KEY GAIN -SATUR_KEY SATURATE'
    const run = (program: string, line: string) =>
      execFileSync(program, line.split(' '), { cwd: hand, stdio: 'ignore' })
    run(
      'source-extractor',
      `image.fits ${common} -PARAMETERS_NAME detect.param -CATALOG_NAME detect.cat -DETECT_THRESH 3 ` +
        '-ANALYSIS_THRESH 3 -PHOT_APERTURES 15',
    )
    run(
      'psfex',
      'detect.cat -PSFVAR_DEGREES 2 -SAMPLE_FWHMRANGE 1.5,20.0 -SAMPLE_VARIABILITY 0.3 -CHECKPLOT_TYPE NONE ' +
        '-CHECKPLOT_DEV NULL -CHECKIMAGE_TYPE NONE -WRITE_XML N',
    )
    run(
      'source-extractor',
      `image.fits ${common} -PARAMETERS_NAME measure.param -CATALOG_NAME measure.cat -DETECT_THRESH 1.5 ` +
        '-ANALYSIS_THRESH 1.5 -PSF_NAME detect.psf -PHOT_APERTURES ' +
        '1.85,3.70,5.55,7.41,11.11,14.81,18.52,22.22,25.93,29.63,44.44 ' +
        `-SEEING_FWHM ${fwhmArcsec} -INTERP_TYPE VAR_ONLY`,
    )
    const names = ['NUMBER', 'ALPHAWIN_J2000', 'FLUX_PSF', 'FLUXERR_PSF', 'FLUX_AUTO', 'FLUX_APER', 'SPREAD_MODEL']
    const further = ['CLASS_STAR', 'FLUXERR_AUTO', 'FLAGS', 'BACKGROUND', 'FWHM_WORLD']
    expect(await objectsOf(catalogue, ...names, ...further)).toEqual(
      await objectsOf(join(hand, 'measure.cat'), ...names, ...further),
    )
  })

  test.each([
    ['electrons', 4, { BUNIT: 'electrons', GAIN: 1 }],
    ['counts per second', 1 / 90, { BUNIT: 'adu/s' }],
    ['electrons per second', 4 / 90, { BUNIT: 'e-/s', GAIN: 1 }],
  ])('errors of fluxes in %s are those of counts', async (_unit, scale, cards) => {
    const workdir = temporaryDirectory()
    const counts = madeImage({ seed: 3 })
    const other = madeImage({ seed: 3, scale })
    const saturation = 40000 * scale
    const one = await measure(writeImage(join(workdir, 'counts.fits'), counts), workdir)
    const two = await measure(
      writeImage(join(workdir, 'other.fits'), other, { ...cards, SATURATE: saturation }),
      workdir,
    )
    expect(two.pixelFacts.electronsPerUnit! * scale).toBeCloseTo(4, 9)
    const relative = async (of: Measured, stars: readonly MadeStar[]) =>
      (await starsIn(of, stars)).map(({ FLUX_PSF, FLUXERR_PSF }) => FLUXERR_PSF / FLUX_PSF)
    const [expected, found] = [await relative(one, counts.stars), await relative(two, other.stars)]
    expect(found.length).toBe(expected.length)
    found.forEach((error, k) => expect(Math.abs(error / expected[k]! - 1)).toBeLessThan(0.05))
  })

  test('apertures that reach beyond a small image are not measured, and flag no star near its edge', async () => {
    const workdir = temporaryDirectory()
    const stars = [
      { x: 18, y: 120, flux: 2e5 },
      { x: 130, y: 224, flux: 1e5 },
      { x: 245, y: 60, flux: 3e5 },
      { x: 130, y: 100, flux: 2e5 },
      { x: 60, y: 60, flux: 1e5 },
    ]
    const image = writeImage(join(workdir, 'image.fits'), madeImage({ stars, seed: 6 }))
    const { catalogue } = await measure(image, workdir, { mayLackPsf: true })
    const [flags, apertures] = await objectsOf(catalogue, 'FLAGS', 'FLUX_APER')
    expect([...flags!]).toEqual([0, 0, 0, 0, 0])
    // Up to an eighth of 240 pixels: 29.63.
    expect(apertures).toHaveLength(5 * 10)
  })

  test('every form of a file gives the same bytes, whatever its name', async () => {
    const made = madeImage({ seed: 4 })
    const results = new Map<string, Buffer>()
    const attempt = async (name: string, write: (path: string) => void, further: Partial<MeasureRequest> = {}) => {
      const workdir = temporaryDirectory()
      write(join(workdir, name))
      const { catalogue } = await measure(join(workdir, name), workdir, { stem: 'same', ...further })
      results.set(name, readFileSync(catalogue))
      expect(readdirSync(workdir).filter((left) => left.startsWith('.'))).toEqual([])
    }
    const bytes = fitsBytes([{ ...made, values: made.pixels, cards: imageCards(made) }])
    await attempt('plain.fits', (path) => writeFileSync(path, bytes))
    await attempt("-it's [1] (ä) +2.fits", (path) => writeFileSync(path, bytes))
    await attempt('packed.fits.gz', (path) => writeFileSync(path, gzipSync(bytes)))
    // Lossless, so that the pixels are the same; the name of the output is a word of its own.
    await attempt('-x [0].fits.fz', (path) => {
      const folder = temporaryDirectory()
      writeFileSync(join(folder, 'in.fits'), bytes)
      execFileSync('fpack', ['-g', '-q', '0', '-O', 'out.fits.fz', 'in.fits'], { cwd: folder })
      copyFileSync(join(folder, 'out.fits.fz'), path)
    })
    await attempt('double.fits', (path) => writeImage(path, made, {}, Float64Array.from(made.pixels)))
    const [first, ...others] = [...results.values()]
    const objects = (file: Buffer) => file.subarray(file.indexOf('LDAC_OBJECTS'))
    for (const [name, other] of [...results.entries()].slice(1))
      expect(objects(other).equals(objects(first!)), name).toBe(true)
    expect(others.length).toBe(4)
  })

  test('whole numbers with BZERO are read, and their header stays in the catalogue', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 5, sky: 20_000, fluxRange: [1e4, 3e5] })
    const image = writeImage(join(workdir, 'u16.fits'), made, {}, Uint16Array.from(made.pixels, Math.round))
    const found = await starsIn(await measure(image, workdir), made.stars)
    expect(found.length).toBe(made.stars.length)
    expect(Math.abs(median(found.map(({ star, FLUX_PSF }) => FLUX_PSF / star.flux)) - 1)).toBeLessThan(0.02)
    expect(readFileSync(join(workdir, 'u16_fullcat.fits'), 'latin1')).toMatch(/FILTER {2}= 'i DECam/)
  })

  test('SCI, MSK and WGT of one file: masked pixels are flagged, and what the primary says is inherited', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 6 })
    const star = made.stars[4]!
    const pixel = (Math.round(star.y) - 1) * made.columns + Math.round(star.x) - 1
    const mask = new Int16Array(made.pixels.length)
    mask[pixel] = 1
    const { FILTER, ...cards } = imageCards(made)
    const hdus = [
      { cards: { FILTER: FILTER! } },
      { ...made, values: made.pixels, cards: { ...cards, EXTNAME: 'SCI' } },
      { ...made, values: mask, cards: { EXTNAME: 'MSK' } },
      { ...made, values: new Float32Array(made.pixels.length).fill(0.02), cards: { EXTNAME: 'WGT' } },
    ]
    writeFileSync(join(workdir, 'D00668439_i_01_r4p5_immask.fits'), fitsBytes(hdus))
    const { catalogue } = await measure(join(workdir, 'D00668439_i_01_r4p5_immask.fits'), workdir)
    const [x, y, flags] = await objectsOf(catalogue, 'X_IMAGE', 'Y_IMAGE', 'IMAFLAGS_ISO')
    const flagged = [...flags!.keys()].filter((row) => flags![row] !== 0)
    expect(flagged.length).toBe(1)
    expect(Math.hypot(x![flagged[0]!]! - star.x, y![flagged[0]!]! - star.y)).toBeLessThan(1)
    expect(readFileSync(catalogue, 'latin1')).toMatch(/FILTER {2}= 'i DECam/)
  })

  test('pixels of DESDM bits that are no sky get weight 0: no star is there any more', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 7 })
    const mask = new Int16Array(made.pixels.length)
    // The upper half is the edge of a bleed trail.
    mask.fill(128, mask.length / 2)
    const hdus = [
      { ...made, values: made.pixels, cards: imageCards(made) },
      { ...made, values: mask, cards: { EXTNAME: 'MSK' } },
    ]
    writeFileSync(join(workdir, 'half.fits'), fitsBytes(hdus))
    const { catalogue } = await measure(join(workdir, 'half.fits'), workdir)
    const [y] = await objectsOf(catalogue, 'YWIN_IMAGE')
    expect(Math.max(...y!)).toBeLessThan(made.rows / 2 + 4)
    expect(y!.length).toBeGreaterThan(2)
  })

  test("pixels that the camera's description calls bad get weight 0, saturated ones do not", async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 7 })
    const mask = new Int16Array(made.pixels.length)
    // By rows from below: a third is saturated, a third is bad, a third is nothing that is named.
    const third = Math.floor(mask.length / 3)
    mask
      .fill(3, 0, third)
      .fill(6, third, 2 * third)
      .fill(9, 2 * third)
    const hdus = [
      { ...made, values: made.pixels, cards: { ...imageCards(made), MASKED: 'yes' } },
      { ...made, values: mask, cards: { EXTNAME: 'BPM' } },
    ]
    writeFileSync(join(workdir, 'thirds.fits'), fitsBytes(hdus))
    const camera = (form: 'bits' | 'codes') => {
      const values = form === 'codes' ? { 3: 'saturated', 6: 'dead' } : { 1: 'saturated', 4: 'dead' }
      const [saturated, dead] = Object.keys(values).map(Number) as [number, number]
      const masks = [{ form, values, bad: [saturated, dead], saturated: [saturated], when: { MASKED: '^yes$' } }]
      return parseCameraDescription({ ...describeCamera('generic'), masks }, 'mine.json')
    }
    for (const form of ['bits', 'codes'] as const) {
      const { catalogue } = await measure(join(workdir, 'thirds.fits'), workdir, {
        camera: { description: camera(form), from: 'option' },
        mayLackPsf: true,
      })
      const [y] = await objectsOf(catalogue, 'YWIN_IMAGE')
      const [low, high] = [made.rows / 3, (2 * made.rows) / 3]
      expect(y!.filter((value) => value < low - 4).length, form).toBeGreaterThan(0)
      expect(y!.filter((value) => value > low + 4 && value < high - 4).length, form).toBe(0)
      expect(y!.filter((value) => value > high + 4).length, form).toBeGreaterThan(0)
    }
  })

  test('ooi, oow and ood lie beside one another; the HDU is chosen by its name', async () => {
    const workdir = temporaryDirectory()
    const [one, two] = [madeImage({ seed: 8 }), madeImage({ seed: 9 })]
    const file = (values: (made: typeof one) => Float32Array | Int16Array, withCards: boolean) =>
      fitsBytes([
        {},
        ...[one, two].map((made, k) => ({
          ...made,
          values: values(made),
          cards: { ...(withCards ? imageCards(made) : {}), EXTNAME: `N${k + 1}` },
        })),
      ])
    const mask = (made: typeof one) => {
      const plane = new Int16Array(made.pixels.length)
      if (made === two) plane.fill(1)
      return plane
    }
    mkdirSync(join(workdir, 'cp'))
    writeFileSync(
      join(workdir, 'cp', 'c4d_1_ooi_i_v1.fits'),
      file(({ pixels }) => pixels, true),
    )
    writeFileSync(join(workdir, 'cp', 'c4d_1_ood_i_v1.fits'), file(mask, false))
    const weights = file(({ pixels }) => new Float32Array(pixels.length).fill(0.02), false)
    writeFileSync(join(workdir, 'cp', 'c4d_1_oow_i_v1.fits'), weights)
    const image = join(workdir, 'cp', 'c4d_1_ooi_i_v1.fits')
    await expect(measure(image, workdir)).rejects.toThrow(
      'the file holds several images: say which one by its number or name (found HDU 1 (N1), 2 (N2))',
    )
    await expect(measure(image, workdir, { hdu: 'S3' })).rejects.toThrow('the file has no such image')
    const { catalogue } = await measure(image, workdir, { hdu: 'N1' })
    const [flags] = await objectsOf(catalogue, 'IMAFLAGS_ISO')
    expect(flags!.every((value) => value === 0)).toBe(true)
  })

  test('SIP, which source-extractor passes over, moves the positions of the catalogue', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 10 })
    const sip = { CTYPE1: 'RA---TAN-SIP', CTYPE2: 'DEC--TAN-SIP', A_ORDER: 2, B_ORDER: 2, A_2_0: 1e-4, B_0_2: 0 }
    const right = await starsIn(await measure(writeImage(join(workdir, 'sip.fits'), made, sip), workdir), made.stars)
    for (const { star, XWIN_IMAGE, YWIN_IMAGE, ALPHAWIN_J2000, DELTAWIN_J2000 } of right) {
      // CD turns x to the north and y to the east: the distortion A moves along the declination.
      const u = XWIN_IMAGE - (made.columns + 1) / 2
      const v = YWIN_IMAGE - (made.rows + 1) / 2
      const north = (0.263 / 3600) * (u + 1e-4 * u * u)
      const east = (0.263 / 3600) * v
      // Tangent plane of a few arc minutes: second order is below 0.02 arcsec.
      expect(Math.abs(DELTAWIN_J2000 + 27.8 - north) * 3600, `${star.x}`).toBeLessThan(0.05)
      expect(Math.abs((ALPHAWIN_J2000 - 53.1) * Math.cos((27.8 * Math.PI) / 180) - east) * 3600).toBeLessThan(0.05)
    }
    expect(right.length).toBe(made.stars.length)
  })

  test('pixels that are no numbers are left out and counted', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 11 })
    for (let j = 0; j < made.rows; j++) made.pixels.fill(NaN, j * made.columns + 100, j * made.columns + 103)
    made.pixels[0] = Infinity
    const result = await measure(writeImage(join(workdir, 'nan.fits'), made), workdir)
    expect(result.notes).toContain(
      `${3 * made.rows + 1} pixels hold no light (NaN, or zeros that stand for nothing): they have weight 0`,
    )
    const far = made.stars.filter(({ x }) => Math.abs(x - 101) > 12)
    const found = await starsIn(result, far)
    expect(found.length).toBe(far.length)
    expect(Math.abs(median(found.map(({ star, FLUX_PSF }) => FLUX_PSF / star.flux)) - 1)).toBeLessThan(0.02)
  })

  test('zeros of a dead amplifier are left out and counted, those of a level sky are not', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ ...VARYING, seed: 12 })
    const { columns, rows } = made
    for (let j = 0; j < rows; j++) made.pixels.fill(0, j * columns + 250, (j + 1) * columns)
    const result = await measure(writeImage(join(workdir, 'dead.fits'), made), workdir)
    expect(result.notes).toContain(
      `${150 * rows} pixels hold no light (NaN, or zeros that stand for nothing): they have weight 0`,
    )
    const far = made.stars.filter(({ x }) => x < 235)
    const found = await starsIn(result, far)
    expect(found.length).toBe(far.length)
    // The background is that of the living half.
    expect(Math.abs(median(found.map(({ star, FLUX_PSF }) => FLUX_PSF / star.flux)) - 1)).toBeLessThan(0.02)
    // Whole counts about zero: one pixel in 35 is 0.
    const level = madeImage({ ...VARYING, seed: 12 })
    const whole = { ...level, pixels: level.pixels.map((value) => Math.round(value - 200)) }
    const { notes } = await measure(writeImage(join(workdir, 'level.fits'), whole), workdir)
    expect(notes.join()).not.toContain('hold no light')
  })

  test('few stars: the model of the PSF varies less, and this is said', async () => {
    const workdir = temporaryDirectory()
    const result = await measure(writeImage(join(workdir, 'few.fits'), madeImage()), workdir)
    expect(result.model?.degree).toBe(0)
    expect(result.notes).toContain('the model of the PSF is made from 9 stars: it is the same all over the image')
    const [{ header }] = (await readFitsHeaders(memorySource('few', readFileSync(result.catalogue)))) as [FitsHdu]
    expect(header.number('PSF_STAR')).toBe(9)
  })

  test('no stars for a PSF: refused, or apertures alone if that is asked for', async () => {
    const workdir = temporaryDirectory()
    // Below the signal to noise that psfex asks for.
    const image = writeImage(join(workdir, 'faint.fits'), madeImage({ fluxRange: [600, 680] }))
    await expect(measure(image, workdir)).rejects.toThrow(/psfex found no stars to make a model of the PSF from/)
    expect(readdirSync(workdir)).toEqual(['faint.fits'])
    const result = await measure(image, workdir, { mayLackPsf: true })
    expect(result.psf).toBeUndefined()
    expect(readdirSync(workdir).sort()).toEqual(['faint.fits', 'faint_fullcat.fits'])
    expect((await objectsOf(result.catalogue, 'FLUX_AUTO'))[0]!.length).toBeGreaterThan(0)
    expect(readFileSync(result.catalogue, 'latin1')).not.toMatch(/FLUX_PSF|SPREAD_MODEL/)
  })

  test('--keep leaves the files of the programs, --segmentation the map', async () => {
    const workdir = temporaryDirectory()
    const made = madeImage({ seed: 12 })
    const image = writeImage(join(workdir, 'a.fits'), made)
    const result = await measure(image, workdir, { keep: true, segmentation: true })
    expect(readdirSync(workdir).sort()).toEqual(['a.fits', 'a.psf', 'a_fullcat.fits', 'a_programs', 'a_segmap.fits'])
    expect(readdirSync(join(workdir, 'a_programs'))).toContain('measure.sex')
    expect(readFileSync(result.segmentation!).length).toBe(2880 * (1 + Math.ceil((made.pixels.length * 4) / 2880)))
  })
})

test('the own engine stops when it is told to, and leaves nothing', async () => {
  const workdir = temporaryDirectory()
  const image = writeImage(join(workdir, 'night.fits'), madeImage({ columns: 900, rows: 900, lattice: 20 }))
  const stop = new AbortController()
  const stopped = measureImage({
    ...{ image, workdir, engine: 'own', signal: stop.signal },
    // Among the first steps: what has happened meanwhile is heard between them.
    onStage: (stage) => stage === 'measure' && setTimeout(() => stop.abort(new Error('stopped by SIGTERM')), 1),
  })
  await expect(stopped).rejects.toThrow('stopped by SIGTERM')
  expect(readdirSync(workdir)).toEqual(['night.fits'])
})
