import { describe, expect, test } from 'vitest'
import { fluxChoice, sourcesOf } from '../../src/exposure/fullcat.js'
import { tableOf, type Column } from '../../src/table/columns.js'

const f32 = (name: string, width: number, ...values: number[]): Column => ({
  name,
  type: 'f32',
  width,
  values: Float32Array.from(values),
})
const base: Column[] = [
  { name: 'NUMBER', type: 'i32', values: Int32Array.of(1, 2) },
  { name: 'ALPHA_J2000', type: 'f64', values: Float64Array.of(10, 11) },
  { name: 'DELTA_J2000', type: 'f64', values: Float64Array.of(1, 2) },
  { name: 'FLAGS', type: 'i16', values: Int16Array.of(0, 3) },
]
const flux = (magsType: string, ...columns: Column[]) =>
  Array.from(sourcesOf(tableOf([...base, ...columns]), fluxChoice(magsType), 'cat.fits').flux)

describe('the flux that --magsType names', () => {
  test('a scalar column, an element of a vector counted from 1, the scalar before the vector', () => {
    expect(flux('mag_auto', f32('FLUX_AUTO', 1, 5, 6), f32('FLUXERR_AUTO', 1, 1, 1))).toEqual([5, 6])
    const vectors = [f32('FLUX_APER', 3, 1, 2, 3, 4, 5, 6), f32('FLUXERR_APER', 3, 1, 1, 1, 1, 1, 1)]
    expect(flux('MAG_APER_2', ...vectors)).toEqual([2, 5])
    expect(flux('mag_aper_2', ...vectors, f32('FLUX_APER_2', 1, 7, 8), f32('FLUXERR_APER_2', 1, 1, 1))).toEqual([7, 8])
    expect(flux('mag_aper_1', f32('FLUX_APER', 1, 9, 8), f32('FLUXERR_APER', 1, 1, 1))).toEqual([9, 8])
  })

  test.each([
    [
      'mag_aper',
      [f32('FLUX_APER', 2, 1, 2, 3, 4)],
      'column FLUX_APER: the column has no such element: choose one with --magsType, as in mag_aper_8 ' +
        '(found a vector of 2 elements, expected an element from 1 to 2)',
    ],
    ['mag_aper_3', [f32('FLUX_APER', 2, 1, 2, 3, 4)], '(found element 3 of 2, expected an element from 1 to 2)'],
    ['mag_aper_8', [f32('FLUX_APER', 1, 1, 2)], '(found element 8 of 1, expected an element from 1 to 1)'],
    ['mag_psf_7', [f32('FLUX_PSF', 1, 1, 2)], '(found element 7 of 1'],
    ['mag_kron', [], 'cat.fits, column FLUX_KRON: the catalogue lacks a required column'],
  ])('%s is refused where the column does not have it', (magsType, columns, message) => {
    expect(() => flux(magsType, ...columns)).toThrow(message)
  })
})
