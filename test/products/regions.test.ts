import { expect, test } from 'vitest'
import { regionText } from '../../src/products/regions.js'
import { tableOf, type Column } from '../../src/table/columns.js'

const column = (name: string, ...values: number[]): Column => ({ name, type: 'f64', values: Float64Array.from(values) })

/** Five objects: SPREAD_MODEL at both sides of 0.003, then flags of both kinds. */
const columns = [
  column('XWIN_IMAGE', 10.5, 20, 30, 40, 50, 60),
  column('YWIN_IMAGE', 1, 2, 3, 4, 5, 6),
  column('A_IMAGE', 2, 2, 2, 2, 2, 2),
  column('B_IMAGE', 1.5, 1, 1, 1, 1, 1),
  column('THETA_IMAGE', 30, -45, 0, 0, 0, 0),
  column('SPREAD_MODEL', 0.003, -0.003, 0.0031, -0.0031, 0, 0),
  column('FLAGS', 0, 3, 0, 0, 4, 0),
]

test('ellipses of five times the axes, by the class of the object', () => {
  const text = regionText(tableOf([...columns, column('IMAFLAGS_ISO', 0, 0, 0, 0, 0, 2)]), 'cat')
  expect(text.split('\n')).toEqual([
    '# Region file format: DS9 version 4.1',
    'global width=1',
    'image',
    'ellipse(10.50,1.00,10.00,7.50,30.00) # color=green',
    'ellipse(20.00,2.00,10.00,5.00,-45.00) # color=green',
    'ellipse(30.00,3.00,10.00,5.00,0.00) # color=blue',
    'ellipse(40.00,4.00,10.00,5.00,0.00) # color=yellow',
    'ellipse(50.00,5.00,10.00,5.00,0.00) # color=red',
    'ellipse(60.00,6.00,10.00,5.00,0.00) # color=red',
    '',
  ])
})

test('without a mask the flags decide; a column that is missing is named', () => {
  expect(regionText(tableOf(columns), 'cat')).toMatch(/ellipse\(60.*green/)
  expect(() => regionText(tableOf(columns.slice(1)), 'D1_fullcat.fits')).toThrow(
    'D1_fullcat.fits, column XWIN_IMAGE: the catalogue lacks a column of the regions',
  )
})
