import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DataError, InputError } from '../../../src/errors.js'
import { measureImage } from '../../../src/node/programs/measure-image.js'
import type { MeasureRequest } from '../../../src/node/programs/measure-request.js'
import { temporaryDirectory } from '../../cli/run.js'
import {
  fakeProgram,
  fitsBytes,
  imageCards,
  madeImage,
  pathOf,
  programsAreHere,
  writeImage,
  type MadeImage,
} from './sky-image.js'

/** Measures an image that must be refused; gives the error, after looking that nothing was left behind. */
async function refusal(
  prepare: (workdir: string) => string,
  further: Partial<MeasureRequest> = {},
): Promise<Error & { tag?: string }> {
  const workdir = temporaryDirectory()
  const image = prepare(workdir)
  const before = readdirSync(workdir).sort()
  const error = await measureImage({ image, workdir, ...further }).then(
    () => new Error('it was measured'),
    (cause: Error) => cause,
  )
  expect(readdirSync(workdir).sort()).toEqual(before)
  return error
}

const sky = madeImage()
const written = (further: Parameters<typeof writeImage>[2] = {}, image: MadeImage = sky) => {
  return (workdir: string) => writeImage(join(workdir, 'image.fits'), image, further)
}

/** The environment in which a script stands for a program. */
function standIn(name: string, script: string): { env: Record<string, string | undefined> } {
  return { env: { ...process.env, PATH: fakeProgram(temporaryDirectory(), name, script) } }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until a process has ended; one that has not been waited for by its parent yet counts as such. */
async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1)
  const state = () => {
    try {
      return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]
    } catch {
      return undefined
    }
  }
  while (![undefined, 'Z', 'X'].includes(state())) await pause(20)
}

describe('an image that cannot be measured is refused', () => {
  test('without a WCS', async () => {
    const error = await refusal(written({ CTYPE1: null, CTYPE2: null }))
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toMatch(
      /image\.fits, HDU 0: the image has no world coordinate system: solve its astrometry first \(found no CTYPE1/,
    )
  })

  test('with a WCS that lacks a part', async () => {
    expect((await refusal(written({ CRVAL2: null }))).message).toMatch(/the WCS lacks CRVAL2/)
  })

  test('all pixels of one value', async () => {
    const error = await refusal(written({}, { ...sky, pixels: new Float32Array(sky.pixels.length).fill(7) }))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/the image is empty: all pixels have one value \(found 7 in all 62400 pixels\)/)
  })

  test('no pixel that is a number, or all masked', async () => {
    const nan = await refusal(written({}, { ...sky, pixels: new Float32Array(sky.pixels.length).fill(NaN) }))
    expect(nan.tag).toBe('all-masked')
    const masked = await refusal((workdir) => {
      const mask = { ...sky, values: new Int16Array(sky.pixels.length).fill(512), cards: { EXTNAME: 'MSK' } }
      const image = { ...sky, values: sky.pixels, cards: imageCards(sky) }
      writeFileSync(join(workdir, 'image.fits'), fitsBytes([image, mask]))
      return join(workdir, 'image.fits')
    })
    expect(masked.message).toMatch(/no pixel of the image may be measured: all are masked/)
  })

  test('a mask of another size, or of no HDU that belongs to the image', async () => {
    const other = madeImage({ columns: 250 })
    const mask = temporaryDirectory()
    writeFileSync(join(mask, 'mask.fits'), fitsBytes([{ ...other, values: new Int16Array(other.pixels.length) }]))
    const size = await refusal(written(), { mask: join(mask, 'mask.fits') })
    expect(size.message).toMatch(/another size than the image \(found 250 x 240, expected 260 x 240 pixels\)/)
    writeFileSync(join(mask, 'none.fits'), fitsBytes([{}]))
    const none = await refusal(written(), { mask: join(mask, 'none.fits') })
    expect(none.message).toMatch(/none\.fits: the file has no plane that belongs to the image \(found no image/)
  })

  test('a file without an image, and one that does not exist', async () => {
    const none = await refusal((workdir) => {
      writeFileSync(join(workdir, 'table.fits'), fitsBytes([{}]))
      return join(workdir, 'table.fits')
    })
    expect(none.message).toMatch(/table\.fits: the file holds no image/)
    const absent = await refusal((workdir) => join(workdir, 'absent.fits'))
    expect(absent.message).toMatch(/absent\.fits: the file cannot be read: there is no such file/)
  })

  test('a file that is cut short', async () => {
    const error = await refusal((workdir) => {
      const bytes = fitsBytes([{ ...sky, values: sky.pixels, cards: imageCards(sky) }])
      writeFileSync(join(workdir, 'cut.fits'), bytes.subarray(0, 100_000))
      return join(workdir, 'cut.fits')
    })
    expect(error.message).toMatch(
      /cut\.fits, HDU 0: the file is cut short \(found \d+ bytes of data, expected 249600\)/,
    )
  })

  test('a program that is missing is named with its package', async () => {
    const error = await refusal(written(), { env: { PATH: '/nowhere' } })
    expect(error.message).toBe(
      'source-extractor is not there: install it (Debian and Ubuntu: apt install source-extractor), or name it by ' +
        'BLISS_SOURCE_EXTRACTOR (found no source-extractor or sex on PATH, expected a program that may be run)',
    )
    const named = await refusal(written(), { env: { ...process.env, BLISS_SOURCE_EXTRACTOR: '/nowhere/sex' } })
    expect(named.message).toMatch(/^the program that BLISS_SOURCE_EXTRACTOR names is not there.*found \/nowhere\/sex/)
  })
})

describe('a program that fails', () => {
  test('its last lines are in the message, without what moves a cursor', async () => {
    const script = "printf '\\033[1M> *Error*: not enough memory\\n' >&2; exit 1"
    const error = await refusal(written(), standIn('source-extractor', script))
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toMatch(
      /image\.fits: source-extractor failed; its last lines: \*Error\*: not enough memory \(found exit code 1/,
    )
  })

  test('killed', async () => {
    const error = await refusal(written(), standIn('source-extractor', 'kill -9 $$'))
    expect(error.message).toMatch(/source-extractor failed; it said nothing \(found it was killed by SIGKILL/)
  })

  test('that cannot be started', async () => {
    const folder = temporaryDirectory()
    const PATH = fakeProgram(folder, 'source-extractor', '')
    writeFileSync(join(folder, 'source-extractor'), '#!/nowhere/interpreter\n')
    expect((await refusal(written(), { env: { PATH } })).message).toMatch(/found it cannot be started/)
  })

  test('that ends with 0 and leaves no catalogue, or half of one', async () => {
    const none = await refusal(written(), standIn('source-extractor', 'echo all done'))
    expect(none.message).toMatch(/failed; its last lines: all done \(found no catalogue/)
    const broken = await refusal(written(), standIn('source-extractor', 'echo rubbish > detect.cat'))
    expect(broken.message).toMatch(/found a catalogue that cannot be read: .*the file is not FITS/)
  })

  test('the run is stopped: so is the program', async () => {
    const stop = new AbortController()
    const folder = temporaryDirectory()
    const script = `echo $$ > ${join(folder, 'pid')}; exec sleep 60`
    setTimeout(() => stop.abort(new Error('stopped by SIGINT')), 400)
    const error = await refusal(written(), { ...standIn('source-extractor', script), signal: stop.signal })
    expect(error.message).toBe('stopped by SIGINT')
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  })

  test('with what a script has started, which is not waited for', async () => {
    const stop = new AbortController()
    const folder = temporaryDirectory()
    const script = `sleep 60 & echo $! > ${join(folder, 'pid')}; setsid sleep 2; sleep 60`
    setTimeout(() => stop.abort(new Error('stopped by SIGINT')), 400)
    const error = await refusal(written(), { ...standIn('source-extractor', script), signal: stop.signal })
    expect(error.message).toBe('stopped by SIGINT')
    await gone(Number(readFileSync(join(folder, 'pid'), 'utf8')))
  })

  test('this process is killed: the program and what it has started end too', async () => {
    const folder = temporaryDirectory()
    const image = writeImage(join(folder, 'image.fits'), sky)
    const script = `sleep 60 & echo $! $$ > ${join(folder, 'pids.part')}; mv ${join(folder, 'pids.part')} ${join(folder, 'pids')}; sleep 60`
    const { env } = standIn('source-extractor', script)
    const command = spawn(process.execPath, ['bin/bliss-calib.js', image, '--catalog', 'demo', '--outdir', folder], {
      env,
      stdio: 'ignore',
    })
    while (!existsSync(join(folder, 'pids')) && command.exitCode === null) await pause(20)
    command.kill('SIGKILL')
    for (const pid of readFileSync(join(folder, 'pids'), 'utf8').split(' ')) await gone(Number(pid))
  })
})

describe.skipIf(!programsAreHere)('what real programs leave is looked at (they are not installed)', () => {
  const real = programsAreHere ? pathOf('source-extractor') : ''

  test('a catalogue cut short, in the second stage too', async () => {
    const cut = (name: string) =>
      standIn('source-extractor', `${real} "$@"; [ -e ${name} ] && truncate -s -2880 ${name}; exit 0`)
    expect((await refusal(written(), cut('detect.cat'))).message).toMatch(/a catalogue that is cut short/)
    expect((await refusal(written(), cut('measure.cat'))).message).toMatch(/a catalogue that is cut short/)
  })

  test('a catalogue that lacks columns', async () => {
    const script = `sed -i /FLUX_PSF/d measure.param 2>/dev/null; exec ${real} "$@"`
    expect((await refusal(written(), standIn('source-extractor', script))).message).toMatch(
      /found a catalogue without FLUX_PSF/,
    )
  })

  test('psfex that ends with 0 and has no model, or a broken report', async () => {
    expect((await refusal(written(), standIn('psfex', 'exit 0'))).message).toMatch(
      /psfex failed; it said nothing \(found no model of the PSF/,
    )
    const psfex = pathOf('psfex')
    const report = await refusal(written(), standIn('psfex', `${psfex} "$@"; echo > psf.xml`))
    expect(report.message).toMatch(/found a report without NStars_Accepted_Total/)
  })

  test('a saturated field has no stars for a PSF', async () => {
    const full = { ...sky, pixels: sky.pixels.map((value) => Math.min(value, 260)) }
    const error = await refusal(written({ SATURATE: 255 }, full))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/too shallow, saturated or masked; measure without it \(mag_auto, mag_aper_8\)/)
  })

  test('a sky without objects', async () => {
    const error = await refusal(written({}, madeImage({ fluxRange: [1, 2] })))
    expect(error.message).toMatch(/source-extractor found nothing in the image/)
  })

  test('a packed file that is cut short, before and after its header', async () => {
    const folder = temporaryDirectory()
    writeImage(join(folder, 'in.fits'), sky)
    execFileSync('fpack', ['-O', 'out.fits.fz', 'in.fits'], { cwd: folder })
    const bytes = readFileSync(join(folder, 'out.fits.fz'))
    for (const length of [bytes.length - 20_000, 5000]) {
      const error = await refusal((workdir) => {
        writeFileSync(join(workdir, 'cut.fits.fz'), bytes.subarray(0, length))
        return join(workdir, 'cut.fits.fz')
      })
      expect(error, String(length)).toBeInstanceOf(InputError)
      expect(error.message).toMatch(/cut\.fits\.fz, HDU \d.*(is cut short|no END card)/)
    }
  })

  test('what a killed run left in the directory is no reason to fail, nor is a folder of that name', async () => {
    const workdir = temporaryDirectory()
    mkdirSync(join(workdir, '.bliss-tmp-0123abcd-99999999-1-0123456789abcdef'))
    const { catalogue } = await measureImage({ image: written()(workdir), workdir })
    expect(catalogue).toBe(join(workdir, 'image_fullcat.fits'))
  })
})
