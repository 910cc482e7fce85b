import { expect, test } from 'vitest'
import { DataError } from '../../../src/errors.js'
import { standardSystem } from '../../../src/photometry/system/standards.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

const description = describeCatalogue('gaia_dr3')
const columns = new Set(['mag', 'bpMag', 'rpMag'] as const)
const settle =
  (band: string, system: 'des-ab' | 'catalog' = 'des-ab') =>
  () =>
    standardSystem(system, description, band, columns)

test('filters of another kind are known, and refused with what they are', () => {
  expect(settle('V')).toThrow(DataError)
  expect(settle('V')).toThrow(
    'V is a johnson-cousins filter, to which there is no relation: des-ab has g, r, i, z, Y; `--system catalog`',
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
