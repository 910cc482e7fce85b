import { expect, test } from 'vitest'
import type { CameraDescription } from '../../../src/camera/description.js'
import type { RelationSystem } from '../../../src/camera/photometric-systems.js'
import { termConcern } from '../../../src/photometry/quality/term-concern.js'
import { colourTermPrior, withTermColour } from '../../../src/photometry/system/colour-term.js'
import { standardsOf, standardSystem } from '../../../src/photometry/system/standards.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { describeCamera } from '../../support/cameras.js'

const dr3 = describeCatalogue('gaia_dr3')
const columns = new Set(['mag', 'bpMag', 'rpMag'] as const)
const TERM = { k: 0.08, kErr: 0.003, color: 'bp-rp', c0: 1.1 }
const mine: CameraDescription = { ...describeCamera('generic'), name: 'mine', bands: { sdss: ['r'] } }

function prior(
  camera: CameraDescription | undefined,
  filter: string | undefined,
  system: RelationSystem,
  band: string,
) {
  const { relation } = standardSystem(system, dr3, band, columns)
  return colourTermPrior(camera, filter, system, band, relation!, dr3, columns)
}

test.each(['g', 'r', 'i', 'z', 'Y'])("DECam's %s is DES's own, but not another system's", (band) => {
  const decam = describeCamera('decam')
  expect(prior(decam, undefined, 'des-ab', band)).toBeUndefined()
  expect(prior(decam, `${band} DECam SDSS c0001`, 'des-ab', band)).toBeUndefined()
  expect(prior(decam, undefined, 'ps1-ab', band)).toMatchObject({ k: 0, kErr: 0.1, c0: 1.2, from: 'unknown' })
})

test('of a camera that is not known a bare letter may be DES’s, a name of another system is not', () => {
  for (const camera of [undefined, describeCamera('generic')]) {
    expect(prior(camera, 'r', 'des-ab', 'r')).toBeUndefined()
    expect(prior(camera, 'rp', 'des-ab', 'r')).toMatchObject({ from: 'unknown' })
    expect(prior(camera, 'r', 'sdss', 'r')).toMatchObject({ from: 'unknown' })
    expect(prior(camera, 'clear', 'gaia-vega', 'clear')).toMatchObject({ kErr: 0.3, from: 'unknown' })
  }
})

test('a description that lists a band under sdss has it in like glass; its own term is the prior', () => {
  expect(prior(mine, undefined, 'sdss', 'r')).toMatchObject({ k: 0, from: 'unknown' })
  const fitted = { ...mine, colourTerms: { sdss: { r: TERM } } }
  expect(prior(fitted, undefined, 'sdss', 'r')).toEqual({ ...TERM, from: 'camera' })
  expect(prior(fitted, undefined, 'des-ab', 'r')).toMatchObject({ k: 0, from: 'unknown' })
})

test('a term in a colour that the catalogue does not have is not used, and that is said', () => {
  const other = { ...mine, colourTerms: { sdss: { r: { ...TERM, color: 'g-r' } } } }
  const found = prior(other, undefined, 'sdss', 'r')!
  expect(found).toMatchObject({ k: 0, color: 'bp-rp', from: 'unknown', unusedColor: 'g-r' })
  const { k, kErr, color, c0, from, unusedColor } = found
  const term = {
    k,
    kErr,
    color,
    c0,
    covariance: 0,
    from,
    prior: { k, kErr, from, ...(unusedColor && { unusedColor }) },
  }
  expect(termConcern(term, { band: 'r', filter: 'R1' }, 'sdss')).toEqual({
    tag: 'passband',
    severity: 'look',
    sentence:
      "FILTER 'R1' only resembles the band of sdss: its colour term, not known, for too few stars tell it, is +0.000 ± " +
      "0.100 mag per mag of BP - RP, and the zeropoint holds at BP - RP 1.2; the camera's own term is in g - r, which " +
      'the catalogue does not have',
  })
})

test.each([
  [0.93, 0.1, 'look'],
  [0.41, 0.1, 'look'],
  [0.39, 0.1, 'hint'],
  [0.2, 0.003, 'hint'],
] as const)('a fitted term of %d where 0 ± %d is expected is a %s', (k, kErr, severity) => {
  const prior = { k: 0, kErr, from: 'unknown' } as const
  const term = { k, kErr: 0.01, color: 'bp-rp', c0: 1.2, covariance: 0, from: 'stars', prior } as const
  const concern = termConcern(term, { band: 'V', filter: null }, 'johnson-cousins-vega')
  expect(concern.severity).toBe(severity)
  expect(concern.sentence.endsWith('; 0.00 ± 0.10 was expected: is the light of another band?')).toBe(
    severity === 'look',
  )
})

test('stars without the colour, or where two passbands differ by no straight line, do not serve', () => {
  const bpRp = [0.35, 0.5, 1, 2.15, 2.3, NaN]
  const n = bpRp.length
  const all = (value: number) => new Float64Array(n).fill(value)
  const stars = {
    ...{ sourceId: new BigInt64Array(n), raDeg: all(0), decDeg: all(0), epochYr: 2016, mag: all(16) },
    ...{ bpMag: Float64Array.from(bpRp, (c) => 15.5 + c), rpMag: all(15.5) },
  }
  const standard = standardSystem('gaia-vega', dr3, 'clear', columns)
  const { locus: _, ...relation } = standard.relation!
  const unlimited = { ...standard, relation: { ...relation, colourRange: [0.1, 3] as const } }
  const before = standardsOf(stars, unlimited, dr3)
  expect([...before.usable]).toEqual([1, 1, 1, 1, 1, 1])
  const { usable, cuts } = withTermColour(before, stars, { ...TERM, from: 'camera' }, dr3)
  expect([...usable]).toEqual([0, 1, 1, 1, 0, 0])
  expect(cuts).toMatchObject({ outsideColour: 2, missingColour: 1 })
})
