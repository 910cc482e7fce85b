import { describe, expect, test } from 'vitest'
import type { CameraFilter } from '../../../src/camera/filters.js'
import type { RecognisedCamera } from '../../../src/camera/recognise.js'
import { seededRandom } from '../../../src/math/random.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { desMinus, otherPassbandsOf } from '../../../src/photometry/quality/other-passbands.js'
import { passbandOf } from '../../../src/photometry/quality/passband-judgement.js'
import { solveTogether } from '../../../src/pipeline.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { DECAM, OTHER_CAMERA } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { inLightOf, OTHER_LIGHT } from './passband-light.js'

/** Exposures of 20 CCDs in each light; a part of the lights, unless all are asked for. */
const SOAK = process.env['BLISS_SOAK'] !== undefined
const SEEDS = SOAK ? 5 : 1
const LIGHTS = OTHER_LIGHT.filter(([name]) => SOAK || ['SDSS z', 'PS1 g', 'PS1 Y', 'V', 'I'].includes(name))
const description = describeCatalogue('gaia_dr3')
const DES_NAMES: RecognisedCamera = { ...DECAM, from: 'file name' }

interface Observed {
  readonly truth: number
  readonly result: CcdResult
}

async function observed(
  seed: number,
  band: string,
  light: (typeof OTHER_LIGHT)[number] | null,
  camera: RecognisedCamera | undefined,
  filter?: string,
  ccds = 20,
) {
  const exposure = simulateExposure(
    { ccds: Array.from({ length: ccds }, (_, k) => k + 3), columns: 'slim', band },
    description,
    seededRandom(seed),
  )
  const catalog = memoryCatalog(exposure.stars, description)
  const own: Observed[] = []
  for (const simulated of exposure.ccds) {
    const { ccd, centre, corners, zeropoint } = simulated
    const sources = light === null ? simulated.sources : inLightOf(light, simulated, exposure, description)
    const known = {
      epochYr: exposure.epochYr,
      saturation: exposure.noise.saturation,
      ...(camera ? { camera } : {}),
      ...(filter ? { filter } : {}),
    }
    own.push({
      truth: zeropoint,
      result: await calibrateCcd({ ccd, band, centre, corners, sources, ...known }, catalog),
    })
  }
  const { solution } = solveTogether(
    own.map(({ result }) => result),
    exposure.ccds.map(({ centre }) => centre),
  )
  return { own, solution }
}

const isTold = ({ concerns }: { readonly concerns: CcdResult['concerns'] }) =>
  concerns.some(({ tag, severity }) => (tag === 'passband' || tag === 'wrong-band') && severity !== 'hint')
const isCovered = ({ truth, result: { zeropoint, zeropointErr, systematicErr } }: Observed) =>
  Math.abs(zeropoint! - truth) <= systematicErr! + 2 * zeropointErr!

test.each(LIGHTS)(
  'light of %s that goes by DES %s under a DES file name: an exposure tells it, a CCD holds it in its systematic error',
  async (...light) => {
    let [covered, ccds, told] = [0, 0, 0]
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { own, solution } = await observed(seed, light[1], light, DES_NAMES)
      covered += own.filter(isCovered).length
      ccds += own.length
      if (isTold(solution)) told++
    }
    console.log(
      `${light[0]} as ${light[1]}: ${covered} of ${ccds} CCDs within their errors, ${told} of ${SEEDS} exposures told`,
    )
    expect(told).toBe(SEEDS)
    // Two standard errors: one CCD in twenty may lie beyond, if the systematic error were nothing.
    expect(covered).toBeGreaterThanOrEqual(0.95 * ccds)
  },
  600_000,
)

describe('DECam itself', () => {
  test.each(SOAK ? ['g', 'r', 'i', 'z', 'Y'] : ['g', 'i'])(
    '%s: nothing is told, by header or by file name',
    async (band) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        for (const camera of [DECAM, DES_NAMES]) {
          const { own, solution } = await observed(seed, band, null, camera)
          // But that the exposure time is not given here.
          const told = solution.concerns.filter(({ severity }) => severity !== 'hint')
          expect(told.map(({ sentence }) => sentence)).toEqual([
            'on 20 of 20 CCDs the exposure time is not known (EXPTIME): whether DECam can give this zeropoint is unchecked',
          ])
          expect(own.filter(({ result }) => isTold(result))).toEqual([])
          expect(own.every(isCovered)).toBe(true)
        }
      }
    },
    600_000,
  )

  test(
    'its header leaves the systematic error as the relation ' + 'states it; a file name, as its stars allow',
    async () => {
      const [named, byFile] = [
        await observed(1, 'r', null, DECAM, undefined, 1),
        await observed(1, 'r', null, DES_NAMES, undefined, 1),
      ]
      const stated = named.own[0]!.result.systematicErr!
      expect(stated).toBeLessThan(0.03)
      expect(byFile.own[0]!.result.systematicErr!).toBeGreaterThanOrEqual(stated)
      expect(byFile.own[0]!.result.zeropoint).toBe(named.own[0]!.result.zeropoint)
    },
  )
})

describe('other cameras', () => {
  const light = (name: string) => OTHER_LIGHT.find(([other]) => other === name)!
  test.each([
    [
      'an instrument that is not described',
      OTHER_CAMERA,
      undefined,
      /^INSTRUME names no camera that is known to have DES's g/,
    ],
    [
      'no camera at all',
      undefined,
      undefined,
      /^nothing says which camera took the image, so that its g need not be DES's/,
    ],
    ["DECam with another's filter", DECAM, 'SDSS g', /^FILTER 'SDSS g' is not DES's g/],
  ] as const)('%s: look, and the error is held', async (_, camera, filter, words) => {
    for (const of of ['SDSS g', 'PS1 g', null]) {
      const { own } = await observed(2, 'g', of === null ? null : light(of), camera, filter, 2)
      for (const one of own) {
        expect(one.result.concerns).toContainEqual(
          expect.objectContaining({
            tag: 'passband',
            severity: 'look',
            sentence: expect.stringMatching(words) as string,
          }),
        )
        expect(isCovered(one)).toBe(true)
        expect(one.result.systematicErr).toBeGreaterThan(0.03)
      }
    }
  })

  const owning = (...filters: CameraFilter[]): RecognisedCamera => ({
    from: 'option',
    description: { ...DECAM.description, name: 'mine', filters },
  })

  test.each([
    ['its description says that it is not', 'GREEN 7', 'sdss', /^FILTER 'GREEN 7' is not DES's g/, 'sdss'],
    ['its description says that it is', 'gp', 'des', undefined, 'des'],
    ['its description says what the name does', 'SDSS g', 'sdss', /^FILTER 'SDSS g' is not DES's g/, undefined],
  ] as const)("a camera's own spelling of a filter: %s", async (_, written, system, words, kept) => {
    const { own } = await observed(2, 'g', null, owning({ names: [written], band: 'g', system }), written, 1)
    const { concerns, diagnostics } = own[0]!.result
    expect(concerns.find(({ tag }) => tag === 'passband')?.sentence ?? '').toMatch(words ?? /^$/)
    expect(diagnostics.filterSystem).toBe(kept)
  })

  test('a described camera that does not claim the band is named, whoever says which camera it is', async () => {
    const { own } = await observed(2, 'g', null, DECAM, undefined, 1)
    const { result } = own[0]!
    const judged = (camera: string, cameraFrom: CcdResult['cameraFrom'], other = camera) =>
      passbandOf(
        [camera, other].map((name) => ({
          ...result,
          camera: name,
          cameraFrom,
          diagnostics: { ...result.diagnostics, ownBand: false },
        })),
        -60,
      )!.concern!.sentence
    for (const from of ['header', 'option', 'file name'] as const)
      expect(judged('strange', from)).toMatch(/^the description of the camera, strange, does not claim DES's g \(bands/)
    expect(judged('generic', 'header')).toMatch(/^INSTRUME names no camera/)
    expect(judged('strange', 'header', 'stranger')).toMatch(/^INSTRUME names no camera/)
    expect(judged('strange', 'none')).toMatch(/^nothing says which camera/)
  })

  test.each(['SDSS g', 'PS1 g', null])(
    'a filter that says whose it is, light of %s: look, and at the colour that is told the zeropoint is right',
    async (of) => {
      const { own } = await observed(2, 'g', of === null ? null : light(of), OTHER_CAMERA, 'gp', 4)
      const other = otherPassbandsOf('g').find(({ name }) => name === of)
      for (const { truth, result } of own) {
        const { k, kErr, c0 } = result.colourTerm!
        expect(result.concerns).toContainEqual(
          expect.objectContaining({
            tag: 'passband',
            severity: 'look',
            sentence: expect.stringMatching(
              /^FILTER 'gp' only resembles the band of des-ab: its colour term, /,
            ) as string,
          }),
        )
        expect(result.relation).toMatch(/ to DES g at BP - RP 1\.2$/)
        const desMinusLight = other === undefined ? 0 : desMinus(other, c0)
        const off = result.zeropoint! - truth - desMinusLight
        expect(Math.abs(off)).toBeLessThan(result.systematicErr! + 2 * result.zeropointErr!)
        const slope = other === undefined ? 0 : desMinus(other, 1.5) - desMinus(other, 0.8)
        expect(Math.abs(k - slope / 0.7)).toBeLessThan(0.02 + 3 * kErr)
      }
    },
  )

  test("on the catalogue's own magnitude no band is claimed", async () => {
    const exposure = simulateExposure({ ccds: [1], columns: 'slim', band: 'g' }, description, seededRandom(1))
    const { ccd, centre, corners, sources } = exposure.ccds[0]!
    const result = await calibrateCcd(
      { ccd, band: 'g', centre, corners, sources },
      memoryCatalog(exposure.stars, description),
      { system: 'catalog' },
    )
    expect(isTold(result)).toBe(false)
    expect(result).toMatchObject({ camera: 'generic', cameraFrom: 'none', filter: null, systematicErr: null })
  })
})
