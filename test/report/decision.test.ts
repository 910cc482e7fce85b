import { expect, test } from 'vitest'
import type { Concern } from '../../src/photometry/concern.js'
import { decide } from '../../src/report/decision.js'
import { sampleExposure } from './sample-exposure.js'

const dim: Concern = { tag: 'units', severity: 'look', sentence: 'the zeropoint is low' }
const unit: Concern = { tag: 'units', severity: 'stop', sentence: 'the unit is not told' }

/** The reasons of an exposure whose CCDs have these concerns. */
function reasonsOf(concerns: Readonly<Record<number, readonly Concern[]>>) {
  const { result } = sampleExposure(Object.keys(concerns).map(Number))
  const ccds = result.ccds.map((ccd) => ({ ...ccd, concerns: concerns[ccd.ccd]! }))
  return decide({ ...result, ccds })
    .reasons.filter(({ ccds: where }) => where.length > 0)
    .map(({ ccds: where, severity, sentence }) => [where, severity, sentence])
}

test('two concerns of one tag on one CCD are one reason with both sentences, as grave as the graver', () => {
  expect(reasonsOf({ 28: [dim, unit], 35: [] })).toEqual([[[28], 'stop', 'the zeropoint is low; the unit is not told']])
  expect(reasonsOf({ 28: [dim, dim], 35: [] })).toEqual([[[28], 'look', 'the zeropoint is low']])
})

test('on several CCDs each is named once', () => {
  expect(reasonsOf({ 28: [dim, unit], 35: [dim, dim], 40: [] })).toEqual([
    [[28, 35], 'stop', 'the fluxes are in another unit'],
  ])
})
