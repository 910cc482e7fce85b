import { expect, test } from 'vitest'
import type { PhotometricSystem } from '../../../src/camera/photometric-systems.js'
import { DataError } from '../../../src/errors.js'
import { standardSystem } from '../../../src/photometry/system/standards.js'
import { parseDescription } from '../../../src/catalog/description.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

const description = describeCatalogue('gaia_dr3')
const columns = new Set(['mag', 'bpMag', 'rpMag'] as const)
const settle =
  (band: string, system: PhotometricSystem = 'des-ab') =>
  () =>
    standardSystem(system, description, band, columns)

test('filters of another kind are known, and refused with what they are', () => {
  expect(settle('V')).toThrow(DataError)
  expect(settle('V')).toThrow(
    'V is a johnson-cousins filter, to which there is no relation: des-ab has g, r, i, z, Y; ' +
      '`--system johnson-cousins-vega` has that band; `--system catalog`',
  )
  expect(settle('N964')).toThrow('N964 is a narrow filter')
  expect(settle('VR')).toThrow('VR is a wide filter')
})

test('a name that is no filter is refused as that', () => {
  expect(settle('F775W')).toThrow("'F775W' is no band that is known: write u, g, r, i, z or Y")
})

test("the catalogue's own magnitude can be had through any filter", () => {
  for (const band of ['V', 'N964', 'w', 'F775W']) expect(settle(band, 'catalog')().system).toBe('catalog')
})

test.each([
  ['des-ab', 'r', 'gaia_dr3 to DES r', 'AB'],
  ['ps1-ab', 'Y', 'gaia_dr3 to PS1 Y (AB)', 'AB'],
  ['sdss', 'g', 'gaia_dr3 to SDSS g (AB)', 'AB'],
  ['sdss', 'SDSS i', 'gaia_dr3 to SDSS i (AB)', 'AB'],
  ['johnson-cousins-vega', 'V', 'gaia_dr3 to Johnson-Cousins V (Vega)', 'Vega'],
  ['johnson-cousins-vega', 'Rc', 'gaia_dr3 to Johnson-Cousins R (Vega)', 'Vega'],
  ['gaia-vega', 'clear', 'gaia_dr3 to Gaia G (Vega)', 'Vega'],
  ['gaia-vega', 'L', 'gaia_dr3 to Gaia G (Vega)', 'Vega'],
  ['gaia-vega', 'w', 'gaia_dr3 to Gaia G (Vega)', 'Vega'],
  ['gaia-vega', 'V+R', 'gaia_dr3 to Gaia G (Vega)', 'Vega'],
  ['gaia-vega', 'bp', 'gaia_dr3 to Gaia bp (Vega)', 'Vega'],
  ['catalog', 'r', 'gaia_dr3 gaia G (Vega) magnitude as it is', 'Vega'],
] as const)('%s through %s is %s', (system, band, label, magnitudes) => {
  expect(settle(band, system)()).toMatchObject({ system, label, magnitudes })
})

test.each([
  [
    'johnson-cousins-vega',
    'r',
    'r is u to Y of some camera, to which there is no relation: johnson-cousins-vega has B',
  ],
  ['johnson-cousins-vega', 'Rj', 'Rj is a johnson-cousins filter, to which there is no relation'],
  ['johnson-cousins-vega', 'B', 'no Johnson-Cousins Vega magnitudes of band B from Gaia Data Release 3: no relation'],
  ['gaia-vega', 'r', '`--system des-ab` or `--system ps1-ab` or `--system sdss` has that band'],
  ['gaia-vega', 'N964', 'N964 is a narrow filter'],
  [
    'sdss',
    'VR',
    'VR is a wide filter, to which there is no relation: sdss has u, g, r, i, z; `--system gaia-vega` has',
  ],
  ['sdss', 'u', 'no SDSS magnitudes of band u from Gaia Data Release 3: u lies blueward of what BP constrains; XP'],
  ['sdss', 'Y', 'no relation from Gaia Data Release 3 to band Y of sdss is known (it has relations for g, r, i, z'],
  ['ps1-ab', 'u', 'no PS1 AB magnitudes of band u'],
  ['des-ab', 'u', 'no AB magnitudes of band u from Gaia Data Release 3'],
] as const)('%s cannot be had through %s', (system, band, sentence) => {
  expect(settle(band, system)).toThrow(DataError)
  expect(settle(band, system)).toThrow(sentence)
})

test('a catalogue gives its own bands as they are in their own system', () => {
  const of = (name: string, system: PhotometricSystem, band: string) => {
    const own = describeCatalogue(name)
    const every = new Set(Object.values(own.bands).map(({ column }) => column))
    return standardSystem(system, own, band, every).relation
  }
  for (const band of ['g', 'r', 'i', 'z', 'Y']) expect(of('ps1_dr2', 'ps1-ab', band)?.coefficients).toEqual([0])
  for (const band of ['g', 'r', 'i', 'z']) expect(of('sdss', 'sdss', band)?.coefficients).toEqual([0])
  for (const band of ['B', 'V', 'R', 'I'])
    expect(of('gaia_dr3_gspc', 'johnson-cousins-vega', band)?.coefficients).toEqual([0])
  for (const release of ['gaia_dr2', 'gaia_dr3'] as const)
    expect(of(release, 'gaia-vega', 'clear')).toMatchObject({ base: 'G', coefficients: [0] })
})

test('u states at least 50 mmag, whatever a description says, and whoever gives it', () => {
  for (const name of ['gaia_dr3_gspc', 'skymapper_dr2', 'skymapper_dr4', 'sdss'] as const) {
    const own = describeCatalogue(name)
    const { relation } = standardSystem('sdss', own, 'u', new Set(['mag', 'uMag', 'gMag', 'iMag'] as const))
    expect(relation!.systematicErrMag).toBeGreaterThanOrEqual(0.05)
    const json = JSON.parse(JSON.stringify({ ...own, systems: { sdss: { refused: {}, relations: { u: relation } } } }))
    json.systems.sdss.relations.u.systematicErrMag = 0.049
    expect(() => parseDescription(json, 'mine.json')).toThrow(
      'field systems.sdss.relations.u.systematicErrMag of the catalogue description is wrong (expected at least 0.05',
    )
  }
})
