import { expect, test } from 'vitest'
import { fluxPairs, namedFluxes } from '../../src/exposure/flux-columns.js'
import { fluxChoice } from '../../src/exposure/fullcat.js'
import { tableOf, type Column } from '../../src/table/columns.js'

const f64 = (name: string, values: number[], width = 1): Column => ({
  name,
  type: 'f64',
  values: Float64Array.from(values),
  width,
})
const namesOf = (columns: Column[], magsType = 'mag_psf') =>
  namedFluxes(tableOf(columns, 2), fluxChoice(magsType)).map(({ name, flux }) => [name, ...flux])

test('a vector is one flux for each element, and a column of that name wins over the element', () => {
  const columns = [
    f64('FLUX_AUTO', [1, 2]),
    f64('FLUXERR_AUTO', [0.1, 0.2]),
    f64('FLUX_APER', [1, 2, 3, 4, 5, 6], 3),
    f64('FLUXERR_APER', [1, 2, 3, 4, 5, 6], 3),
    f64('FLUX_APER_2', [20, 50]),
    f64('FLUXERR_APER_2', [1, 1]),
  ]
  expect(namesOf(columns)).toEqual([
    ['FLUX_AUTO', 1, 2],
    ['FLUX_APER_1', 1, 4],
    ['FLUX_APER_2', 20, 50],
    ['FLUX_APER_3', 3, 6],
  ])
})

test('one element has the name by which it is chosen, vectors of varying length end in NaN', () => {
  const one = [f64('FLUX_APER', [1, 2]), f64('FLUXERR_APER', [1, 1])]
  expect(namesOf(one, 'mag_aper_1')).toEqual([['FLUX_APER_1', 1, 2]])
  expect(namesOf(one, 'mag_aper')).toEqual([['FLUX_APER', 1, 2]])
  const offsets = Uint32Array.of(0, 2, 3)
  const ragged = ['FLUX_APER', 'FLUXERR_APER'].map((name): Column => ({
    name,
    type: 'f32',
    values: Float32Array.of(1, 2, 3),
    offsets,
  }))
  expect(namesOf(ragged)).toEqual([
    ['FLUX_APER_1', 1, 3],
    ['FLUX_APER_2', 2, NaN],
  ])
})

test('what has no error, or is no number, is no flux', () => {
  const text: Column = { name: 'FLUXERR_MODEL', type: 'string', values: ['a', 'b'] }
  expect(namesOf([f64('FLUX_MAX', [1, 2]), f64('FLUX_MODEL', [1, 2]), text])).toEqual([])
  expect(fluxPairs(['FLUX_MAX', 'FLUX_RADIUS', 'FLUX_PSF', 'FLUXERR_PSF', 'flux', 'fluxerr'])).toEqual([
    { kind: 'PSF', flux: 'FLUX_PSF', fluxErr: 'FLUXERR_PSF' },
    { kind: 'TABLE', flux: 'flux', fluxErr: 'fluxerr' },
  ])
})
