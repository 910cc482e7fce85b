import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cardText, writeFitsHeaderOnly, type FitsCardInput } from '../../../src/formats/fits/index.js'
import { pageOf } from '../../docs/pages.js'
import { run, temporaryDirectory } from '../run.js'

const page = pageOf('docs/cameras.md')

/** The description as the page writes it. */
const strange = /<<'END'\n([\s\S]*?)END/.exec(
  page.blocks.find(({ text }) => text.includes('strange.json <<'))!.text,
)![1]!
/** The image header as the page shows it, in cards. */
const shownCards = page.blocks
  .find(({ text }) => text.startsWith('INSTRUME='))!
  .text.trimEnd()
  .split('\n')

const WCS: readonly FitsCardInput[] = [
  { keyword: 'CTYPE1', value: 'RA---TAN' },
  { keyword: 'CTYPE2', value: 'DEC--TAN' },
  { keyword: 'CRVAL1', value: 150.5 },
  { keyword: 'CRVAL2', value: 2.25 },
  { keyword: 'CRPIX1', value: 1024.5 },
  { keyword: 'CRPIX2', value: 512.5 },
  { keyword: 'CD1_1', value: -0.4 / 3600 },
  { keyword: 'CD2_2', value: 0.4 / 3600 },
]

/** An image of 2048 x 1024 pixels of one byte in each of the extensions, with the page's header. */
function image(
  chips: readonly string[],
  changes: Readonly<Record<string, string | undefined>> = {},
  more: readonly string[] = [],
): Buffer {
  const padded = (cards: readonly string[]): Buffer => {
    const text = [...cards, 'END'].map((card) => card.padEnd(80)).join('')
    return Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), 'latin1')
  }
  const extensions = chips.map((chip) => {
    const cards = shownCards.flatMap((card) => {
      const keyword = card.slice(0, 8).trim()
      if (!(keyword in changes)) return [keyword === 'EXTNAME' ? `EXTNAME = '${chip}'` : card]
      return changes[keyword] === undefined ? [] : [`${keyword.padEnd(8)}= ${changes[keyword]}`]
    })
    const shape = ["XTENSION= 'IMAGE   '", 'BITPIX  = 8', 'NAXIS   = 2', 'NAXIS1  = 2048', 'NAXIS2  = 1024']
    const header = padded([
      ...shape,
      'PCOUNT  = 0',
      'GCOUNT  = 1',
      ...cards,
      ...more,
      ...WCS.filter(({ keyword }) => !(keyword in changes)).map((card) => cardText(card)),
    ])
    return Buffer.concat([header, Buffer.alloc(Math.ceil((2048 * 1024) / 2880) * 2880)])
  })
  return Buffer.concat([Buffer.from(writeFitsHeaderOnly([])), ...extensions])
}

function workPlace(files: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const dir = temporaryDirectory()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
  return (name) => `${dir}/${name}`
}

const check = async (files: Readonly<Record<string, string | Buffer>>, ...images: string[]) => {
  const at = workPlace(files)
  const { exitCode, out, err } = await run(['camera', 'check', at('strange.json'), ...images.map(at)])
  return { exitCode, out: (out + err).replaceAll(at(''), '') }
}

describe('camera check', () => {
  test("the page's camera with three detectors, two amplifiers and a strange FILTER, from the page alone", async () => {
    const files = { 'strange.json': strange, 'strange.fits': image(['CHIP_A', 'CHIP_B', 'CHIP_C']) }
    const { exitCode, out } = await check(files, 'strange.fits')
    expect(exitCode).toBe(0)
    const shown = page.blocks.find(({ remark }) => remark === 'no-run needs images of yours')!.text
    expect(`$ bliss-calib camera check strange.json strange.fits\n${out}`).toBe(shown)
  })

  test.each([
    ['another filter', { FILTNAM: "'GREEN #9'" }, /filter +NOT RECOGNISED.*\n(.*\n)*.*'GREEN #9' is not known/],
    ['no filter', { FILTNAM: undefined }, /filter +NOT RECOGNISED \(FILTNAM, BAND\)/],
    [
      'another detector',
      { EXTNAME: "'CHIP_Z'" },
      /NOT RECOGNISED: .*detector that the desc.*'CHIP_Z', expected CHIP_A, /,
    ],
    ['no WCS', { CTYPE1: undefined }, /WCS +NOT RECOGNISED/],
    ['another camera', { INSTRUME: "'OtherCam'" }, /NOT RECOGNISED: .*not of the camera .*found INSTRUME 'OtherCam'/],
  ])('%s is said, and is exit code 4', async (_, changes, expected) => {
    const { exitCode, out } = await check({ 'strange.json': strange, 'x.fits': image(['CHIP_A'], changes) }, 'x.fits')
    expect(exitCode).toBe(4)
    expect(out).toMatch(expected)
  })

  test('what a calibration can do without is said, and is no fault', async () => {
    const changes = { AIRMASS: undefined, GAIN_L: undefined, GAIN_R: undefined, INSTRUME: undefined }
    const { exitCode, out } = await check({ 'strange.json': strange, 'x.fits': image(['CHIP_A'], changes) }, 'x.fits')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/camera +strange \(by --camera only: the header does not tell\)/)
    expect(out).toMatch(/airmass +not said \(AIRMASS\)/)
    expect(out).toMatch(/gain +not said \(GAIN, GAIN_L, GAIN_R\)/)
    const times = { TEXP: undefined, 'DATE-BEG': "'yesterday'", EXTNAME: undefined }
    const untimed = await check({ 'strange.json': strange, 'x.fits': image(['CHIP_A'], times) }, 'x.fits')
    expect(untimed.exitCode).toBe(0)
    expect(untimed.out).toMatch(/exposure time +not said \(TEXP\)/)
    expect(untimed.out).toMatch(/epoch +not said .*\n(.*\n)*.*'yesterday' is not a date/)
    expect(untimed.out).toMatch(/detector +not said \(EXTNAME\)/)
  })

  test.each([
    [{ BUNIT: undefined }, {}, /unit of the pixels +counts \(TUNITS\)\n/],
    [{ GAIN_R: undefined }, {}, /gain +1.81\n(.*\n)*  note +GAIN_R of an amplifier is not in the header: the other/],
    [{}, { columns: 4096 }, /note +the image has 2048 x 1024 pixels, detector of the description 4096 x 1024\n/],
    [{}, { pixelScaleArcsec: 0.2 }, /note +the WCS has 0.400 arcsec a pixel, the description 0.2\n/],
    [{}, { pixelScaleArcsec: 0.39 }, /^(?!.*note)/s],
  ] as const)('header %j, detector %j: what is odd is noted, and is no fault', async (changes, detector, expected) => {
    const own = JSON.parse(strange) as { detector: object; keywords: object }
    const camera = { ...own, detector: { ...own.detector, ...detector } }
    const keywords = { ...own.keywords, ...('BUNIT' in changes ? { unit: 'TUNITS' } : {}) }
    const cards = 'BUNIT' in changes ? ["TUNITS  = 'ADU'"] : []
    const files = {
      'strange.json': JSON.stringify({ ...camera, keywords }),
      'x.fits': image(['CHIP_A'], changes, cards),
    }
    const { exitCode, out } = await check(files, 'x.fits')
    expect(exitCode).toBe(0)
    expect(out).toMatch(expected)
  })

  test("a filter of DES's whose band the description does not claim is noted", async () => {
    const des = strange.replaceAll('"system": "sdss"', '"system": "des"')
    const claimed = des.replace('"sdss": [', '"des-ab": [')
    const notes = async (camera: string) =>
      (await check({ 'strange.json': camera, 'x.fits': image(['CHIP_A']) }, 'x.fits')).out.match(/note .*/g)
    expect(await notes(des)).toEqual([
      "note                band r is not in the description's bands.des-ab: its passband will not count as DES's",
    ])
    expect(await notes(claimed)).toBeNull()
    // The group of a pattern is the band as the header writes it.
    const pattern = claimed.replace('"names": ["RED #2 (2019)", "RED #2"], "band": "r"', '"pattern": "(r)ed #2.*"')
    expect(await notes(pattern)).toEqual([expect.stringContaining("band R is not in the description's bands.des-ab")])
  })

  test('an exposure time in another unit than seconds', async () => {
    for (const [unit, seconds] of [
      ['ms', 0.06],
      ['min', 3600],
    ] as const) {
      const own = strange.replace('"filters"', `"exposureTimeUnit": "${unit}", "filters"`)
      const { out } = await check({ 'strange.json': own, 'x.fits': image(['CHIP_A']) }, 'x.fits')
      expect(out).toMatch(new RegExp(`exposure time +${seconds} s\n`))
    }
    const wrong = strange.replace('"filters"', '"exposureTimeUnit": "fortnight", "filters"')
    expect(await check({ 'strange.json': wrong })).toEqual({
      exitCode: 3,
      out: expect.stringContaining("field exposureTimeUnit of the camera's description is wrong (expected ms, s, min"),
    })
  })

  test('a description that is missing, no JSON, or wrong is refused by file and field', async () => {
    const wrong = strange.replace('"exposureTime"', '"exptime"')
    for (const [content, message] of [
      [undefined, /strange.json: /],
      [strange.slice(0, -9), /strange.json: the camera's description is no JSON/],
      [strange.replace('"source"', '"name": "again", "source"'), /no JSON .*line \d+: the key "name" is twice in one/],
      [
        strange.replace('^StrangeCam$', '^(\\\\w+)*Cam$'),
        /recognise.instrument .*regular expression whose search has an/,
      ],
      [
        strange.replace(/"(columns|amplifierColumns)": .*,/g, ''),
        /lacks the fields detector.columns, detector.amplifierCol/,
      ],
      [wrong, /strange.json: field keywords.exptime of the camera's description is wrong \(expected no other fact/],
    ] as const) {
      const { exitCode, out } = await check(content === undefined ? {} : { 'strange.json': content })
      expect(exitCode).toBe(3)
      expect(out).toMatch(message)
    }
  })

  test('a file without an image is said', async () => {
    const { exitCode, out } = await check(
      { 'strange.json': strange, 'x.fits': Buffer.from(writeFitsHeaderOnly([])) },
      'x.fits',
    )
    expect(exitCode).toBe(4)
    expect(out).toContain('x.fits: no image and no header of one')
  })
})

test('camera list has every description of the package', async () => {
  const { exitCode, out } = await run(['camera', 'list'])
  expect(exitCode).toBe(0)
  const files = readdirSync(new URL('../../../cameras', import.meta.url))
  for (const name of files) expect(out).toMatch(new RegExp(`^${name.replace('.json', '')}: `, 'm'))
})

describe('--camera', () => {
  /** A simulated exposure of one CCD with its reference catalogue. */
  const simulated = (async () => {
    const dir = temporaryDirectory()
    const exposure = ['--seed', '7', '--expnum', '668439', '--band', 'r', '--ccds', '28', '--density', '9000']
    expect(await run(['simulate', '--outdir', dir, ...exposure, '--quiet'])).toMatchObject({ exitCode: 0 })
    const files = ['--from', join(dir, 'raw'), '--to', join(dir, 'gaia')]
    const built = await run(['catalog', 'build', ...files, '--release', 'gaia_dr2', '--quiet'])
    expect(built).toMatchObject({ exitCode: 0 })
    return dir
  })()

  /** Its catalogue as one of the page's camera: cards of the image header in the place of others. */
  async function strangeExposure(cards: Readonly<Record<string, string>>) {
    const [from, dir] = [await simulated, temporaryDirectory()]
    cpSync(join(from, 'work'), join(dir, 'work'), { recursive: true })
    const file = join(
      dir,
      'work',
      readdirSync(join(dir, 'work')).find((name) => name.endsWith('_fullcat.fits'))!,
    )
    let text = readFileSync(file, 'latin1')
    for (const [keyword, card] of Object.entries(cards)) {
      const at = text.indexOf(`${keyword.padEnd(8)}= `, text.indexOf('Field Header Card'))
      expect(at, keyword).toBeGreaterThan(0)
      text = text.slice(0, at) + card.padEnd(80) + text.slice(at + 80)
    }
    writeFileSync(file, text, 'latin1')
    writeFileSync(join(dir, 'strange.json'), strange)
    const start = (words: readonly string[]) => {
      const files = ['--outdir', temporaryDirectory(), '--catalog', join(from, 'gaia'), '--json']
      return run([...words, ...files].map((word) => word.replace('strange.json', join(dir, 'strange.json'))))
    }
    const listed = ['--expnum', '668439', '--ccd', '28', '--workdir', join(dir, 'work')]
    return Object.assign((...options: string[]) => start([...listed, ...options]), {
      /** The catalogue alone, without its list. */
      file: (...options: string[]) => start([file, ...options]),
    })
  }
  const CARDS = {
    INSTRUME: "INSTRUME= 'StrangeCam'",
    FILTER: "FILTNAM = 'RED #2 (2019)'",
    EXPTIME: 'TEXP    =                 75.0',
  }

  test('its filter and exposure time count, and the JSON says so', async () => {
    const calibrate = await strangeExposure(CARDS)
    const { exitCode, out, err } = await calibrate('--camera', 'strange.json')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.not.stringContaining('FILTER') as string })
    const { exposure, provenance } = JSON.parse(out) as {
      exposure: object
      provenance: { inputs: object; options: object }
    }
    expect(exposure).toMatchObject({ camera: 'strange', cameraFrom: 'header', filter: 'RED #2 (2019)', band: 'r' })
    expect(provenance.options).toMatchObject({ camera: 'strange.json' })
    expect(provenance.inputs).toHaveProperty('strange.json')
    // Without it the camera is not known, and the band is that of BAND.
    const plain = JSON.parse((await calibrate()).out) as { exposure: object }
    expect(plain.exposure).toMatchObject({ camera: 'generic', cameraFrom: 'header', filter: 'r' })
  })

  test('an image of another camera, and a filter of another band, are refused', async () => {
    const other = await strangeExposure({ ...CARDS, INSTRUME: "INSTRUME= 'OtherCam'" })
    const refused = await other('--camera', 'strange.json')
    expect(refused.exitCode).toBe(3)
    expect(refused.err).toMatch(/_fullcat.fits: the image is not of the camera that --camera describes, Strange Camera/)
    const blue = await strangeExposure({ ...CARDS, FILTER: "FILTNAM = 'BLUE #1'" })
    const { exitCode, err } = await blue('--camera', 'strange.json')
    expect(exitCode).toBe(3)
    expect(err).toMatch(/BAND disagrees with the image header .*found 'r' in the list and 'BLUE #1' there/)
  })

  test('a catalogue that is given without a list is read through it', async () => {
    const calibrate = await strangeExposure({ ...CARDS, BAND: 'COMMENT no band' })
    const given = (...options: string[]) => calibrate.file(...options)
    const { exitCode, out } = await given('--camera', 'strange.json')
    expect(exitCode).toBe(0)
    const { exposure, ccds } = JSON.parse(out) as { exposure: object; ccds: { zeropoint: number }[] }
    expect(exposure).toMatchObject({ camera: 'strange', cameraFrom: 'header', band: 'r', filter: 'RED #2 (2019)' })
    expect(ccds).toHaveLength(1)
    const without = await given()
    expect(without.exitCode).toBe(3)
    expect(without.err).toContain('the file does not say through which filter the image was taken')
  })

  test('batch leaves what was made with the same description, and makes anew what was made with another', async () => {
    const [from, dir] = [await simulated, temporaryDirectory()]
    const decam = readFileSync(new URL('../../../cameras/decam.json', import.meta.url), 'utf8')
    const batch = async (...options: string[]) => {
      const files = ['--catalog', join(from, 'gaia'), '--outdir', join(dir, 'out'), '--workers', '1']
      const { exitCode, out } = await run(['batch', join(from, 'work'), ...files, ...options])
      return [exitCode, /\d+ calibrated, \d+ unchanged/.exec(out)?.[0]]
    }
    writeFileSync(join(dir, 'mine.json'), decam)
    const mine = ['--camera', join(dir, 'mine.json')]
    expect(await batch(...mine)).toEqual([0, '1 calibrated, 0 unchanged'])
    expect(await batch(...mine)).toEqual([0, '0 calibrated, 1 unchanged'])
    writeFileSync(join(dir, 'mine.json'), decam.replace('"DECam"', '"My DECam"'))
    expect(await batch(...mine)).toEqual([0, '1 calibrated, 0 unchanged'])
    expect(await batch()).toEqual([0, '1 calibrated, 0 unchanged'])
  })

  test('--legacy has no camera', async () => {
    const words = ['--expnum', '1', '--legacy', '--camera', 'x.json']
    expect((await run(words)).err).toContain('the original knows one camera: leave out --camera or --legacy')
  })
})
