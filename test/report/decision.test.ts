import { expect, test } from 'vitest'
import type { Concern } from '../../src/photometry/concern.js'
import { decide } from '../../src/report/decision.js'
import { sampleExposure } from './sample-exposure.js'

const dim: Concern = { tag: 'fluxes', severity: 'look', sentence: 'the zeropoint is low' }
const unit: Concern = { tag: 'fluxes', severity: 'stop', sentence: 'the unit is not told' }

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
    [[28, 35], 'stop', 'the fluxes disagree with one another'],
  ])
})

test('units keep their numbers however many CCDs have them, and two causes are two reasons', () => {
  const units = (sentence: string): Concern => ({ tag: 'units', severity: 'look', sentence })
  const off = (mag: string) => units(`the zeropoint is ${mag} mag below what DECam gives in i for 90 s in electrons`)
  const untimed = units('the exposure time is not known (EXPTIME)')
  expect(
    reasonsOf({ 28: [off('1.50')], 35: [off('1.52')], 40: [off('1.49'), untimed], 41: [untimed], 42: [] }),
  ).toEqual([
    [[28, 35, 40], 'look', `${off('1.50').sentence} (CCD 28; the others are alike)`],
    [[40, 41], 'look', untimed.sentence],
  ])
})

test('CCDs of the list that are missing: LOOK, not GO, and never STOP', () => {
  const { result } = sampleExposure([28, 35, 40])
  const good = { ...result, ccds: result.ccds.map((ccd) => ({ ...ccd, concerns: [] })) }
  const missing = [1, 2, 3, 4]
  expect(decide({ ...good, missing })).toMatchObject({
    word: 'LOOK',
    headline:
      'The zeropoints can be used, but look: CCDs 1-4: in the list and not here: no SExtractor catalogue, or in a merge no products.',
  })
  expect(decide(good).word).toBe('GO')
})
