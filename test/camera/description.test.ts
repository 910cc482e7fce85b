import { expect, test } from 'vitest'
import { parseCameraDescription } from '../../src/camera/description.js'
import { DECAM as MOSAIC } from '../../src/exposure/camera.js'
import { cameraBand } from '../../src/simulate/bands.js'
import { describeCamera } from '../support/cameras.js'

const decam = describeCamera('decam')

test.each([
  ['title', { title: '' }, 'text'],
  ['recognise', { recognise: [] }, 'an object of regular expressions'],
  ['recognise.filter', { recognise: { filter: '(' } }, 'a regular expression'],
  ['recognise.telescope', { recognise: { telescope: 'x' } }, 'instrument, filter or fileName'],
  ['bands.des-ab', { bands: { 'des-ab': 'g' } }, 'a list of bands'],
  ['detector', { detector: undefined }, 'an object, as throughput is given'],
  ['detector.rows', { detector: { ...decam.detector, rows: 0 } }, 'a positive number'],
  [
    'detector.amplifierColumns',
    { detector: { ...decam.detector, amplifierColumns: [2048] } },
    'ascending pixel columns inside the detector',
  ],
  ['throughput.g.zeropoint', { throughput: { g: { ...decam.throughput!['g']!, zeropoint: '25' } } }, 'a number'],
])('a wrong %s is named', (field, change, expected) => {
  expect(() => parseCameraDescription({ ...decam, ...change }, 'mine.json')).toThrow(
    `mine.json: field ${field} of the camera's description is wrong (expected ${expected})`,
  )
})

test('no object', () => {
  for (const json of [null, [], 'x']) expect(() => parseCameraDescription(json, 'mine.json')).toThrow('field (all)')
})

test('the simulated camera is as good as its description expects, and has its detectors', () => {
  for (const [band, { zeropoint, extinctionPerAirmass, skyMagPerSqArcsec }] of Object.entries(decam.throughput!)) {
    expect(cameraBand(band)).toMatchObject({ zeropoint, extinctionPerAirmass, skyMagPerSqArcsec })
  }
  const { columns, rows, pixelScaleArcsec } = decam.detector!
  expect(MOSAIC).toMatchObject({ columns, rows, pixelScaleArcsec })
})
