import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseCameraDescription } from '../../../src/camera/description.js'
import { seededRandom } from '../../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

/** The filter is this far from DES's i; at 1.2 the zeropoint is the same. */
const [K, C0] = [0.08, 1.2]
const EXPOSURES = 6

const home = temporaryDirectory()
const products = temporaryDirectory()
const at = (name: string) => join(home, name)
/** Work directories of the exposures. */
const works: string[] = []

/** Exposures of a camera whose i lets through more red light than DES's, on as many fields. */
beforeAll(async () => {
  const gaia = describeCatalogue('gaia_dr3')
  const own = gaia.relations['i']!
  const coefficients = own.coefficients.map((k, n) => (n === 0 ? k - K * (own.pivot - C0) : n === 1 ? k - K : k))
  const camera = JSON.parse(readFileSync(new URL('../../../cameras/decam.json', import.meta.url), 'utf8')) as object
  writeFileSync(at('camera.json'), JSON.stringify({ ...camera, bands: {}, untested: true }))
  for (let e = 0; e < EXPOSURES; e++) {
    const pointing = { raDeg: 30 * e + 10, decDeg: -27 }
    const options = { ccds: [28], columns: 'slim', expnum: 700000 + e, densityPerSqDeg: 5000, pointing } as const
    const exposure = simulateExposure(options, gaia, seededRandom(e + 1), { ...own, coefficients })
    const work = temporaryDirectory()
    works.push(work)
    for (const { name, bytes } of [...workFiles(exposure), gaiaCsvFile(exposure)])
      writeFileSync(join(work, name), bytes)
    const raw = ['catalog', 'build', '--from', join(work, 'gaia_source.csv'), '--to', join(work, 'gaia')]
    expect(await run([...raw, '--release', 'gaia_dr3', '--quiet'])).toMatchObject({ exitCode: 0 })
    const words = ['--expnum', `${700000 + e}`, '--ccd', '28', '--workdir', work, '--outdir', products]
    const { exitCode, err } = await run([...words, '--catalog', join(work, 'gaia'), '--camera', at('camera.json')])
    expect([0, 4], err).toContain(exitCode)
  }
}, 60_000)

describe('camera fit', () => {
  test('finds the term that the light had, and writes a camera with it', async () => {
    const words = ['camera', 'fit', products, '--camera', at('camera.json')]
    const { exitCode, out, err } = await run([...words, '--to', at('fitted.json'), '--report', '--outdir', home])
    expect(exitCode, err).toBe(0)
    expect(out).toMatch(
      /^i = -2\.5 log10\(flux\) \+ zeropoint \+ 0\.0\d+ \(bp-rp - 1\.\d\) {2}\(des-ab, filter i DECam/,
    )
    const fitted = parseCameraDescription(JSON.parse(readFileSync(at('fitted.json'), 'utf8')), 'fitted.json')
    const term = fitted.colourTerms!['des-ab']!['i']!
    // Six exposures of one CCD: 0.0025 mag per mag, with what the relation may be off by.
    expect(Math.abs(term.k - K)).toBeLessThan(0.009)
    expect(term).toMatchObject({
      color: 'bp-rp',
      source: expect.stringMatching(/6 exposures calibrated with gaia_dr3/),
    })
    expect(term.kErr).toBeGreaterThan(0.003)
    expect(term.kErr).toBeLessThan(0.008)
    expect(fitted.detectors).toHaveLength(62)
    expect(readFileSync(at('camera_decam.html'), 'utf8').match(/<svg/g)).toHaveLength(3)
    expect((await run(['camera', 'check', at('fitted.json')])).exitCode).toBe(0)
    // A calibration knows it: with few stars k is the camera's.
    const after = [
      '--expnum',
      '700000',
      '--ccd',
      '28',
      '--workdir',
      works[0]!,
      '--outdir',
      temporaryDirectory(),
      '--json',
    ]
    const calibrated = await run([...after, '--catalog', join(works[0]!, 'gaia'), '--camera', at('fitted.json')])
    const [ccd] = (JSON.parse(calibrated.out) as { ccds: { colourTerm: { prior: object; k: number } }[] }).ccds
    expect(ccd!.colourTerm).toMatchObject({ color: 'bp-rp', c0: term.c0, prior: { k: term.k, from: 'camera' } })
    expect(Math.abs(ccd!.colourTerm.k - K)).toBeLessThan(0.012)
    // Fitted again, the zeropoints hold at the same colour.
    const again = await run(['camera', 'fit', products, '--camera', at('fitted.json'), '--json'])
    expect(JSON.parse(again.out)).toMatchObject({ fits: [{ band: 'i', system: 'des-ab', c0: term.c0, exposures: 6 }] })
  })

  const other = (
    change: (document: { exposure: Record<string, unknown>; ccds: Record<string, unknown>[] }) => void,
  ) => {
    const copy = temporaryDirectory()
    cpSync(products, copy, { recursive: true })
    const file = join(
      copy,
      readdirSync(copy).find((name) => /^zeropoint_D00700003/.test(name))!,
    )
    const document = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof change>[0]
    change(document)
    writeFileSync(file, JSON.stringify(document))
    return copy
  }
  const own = () => ['--camera', at('camera.json')]
  test.each([
    [
      'the band is the system’s own',
      () => [products],
      2,
      /cameras\/decam\.json: bands\.des-ab .* that i is the system's own/,
    ],
    ['exposures are few', () => [join(products, 'zeropoint_D00700000_28_r4p5.json'), ...own()], 3, /too few exposures/],
    [
      'no product has the band',
      () => [products, ...own(), '--band', 'g'],
      3,
      /no CCD here has a zeropoint in a photometric/,
    ],
    [
      'a file is there',
      () => [products, ...own(), '--to', at('camera.json')],
      2,
      /a file of this name is there .*--force/,
    ],
    [
      'filters are several',
      () => [other(({ exposure }) => (exposure['filter'] = 'i2')), ...own()],
      2,
      /exposures of band i are of several filters \(found i DECam.*; i2, expected --filter/,
    ],
    [
      'cameras are several',
      () => [other(({ exposure }) => (exposure['camera'] = 'ztf')), ...own()],
      3,
      /the products are of several cameras \(found decam, ztf/,
    ],
    [
      'the catalogue is not described',
      () => [other(({ ccds: [ccd] }) => Object.assign(ccd!, { catalog: 'mysurvey', colourTerm: undefined })), ...own()],
      3,
      /the colour of the matched stars is not known.*found mysurvey to des-ab i, expected --description/,
    ],
    ['there is nothing', () => ['nowhere', ...own()], 3, /nowhere/],
  ] as const)('is refused if %s', async (_, words, exitCode, says) => {
    const refused = await run(['camera', 'fit', ...words()])
    expect(refused.err).toMatch(says)
    expect(refused.exitCode).toBe(exitCode)
  })

  test('one of several filters can be named', async () => {
    const several = other(({ exposure }) => (exposure['filter'] = 'i2'))
    const filter = 'i DECam SDSS c0003 7835.0 1470.0'
    const { exitCode, out } = await run(['camera', 'fit', several, ...own(), '--filter', filter])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/on 5 CCDs of 5 exposures/)
  })
})
