import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { separationArcsec } from '../../src/math/sphere.js'
import { joinPairs, magnitudeChange, pairMagnitudes, pairObjects } from '../../src/compare/objects.js'
import { changed, objectsOf, rowsOf } from './fixture.js'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)
const noColour = (n: number) => new Float64Array(n).fill(NaN)

describe('pairObjects', () => {
  test('pairs by NUMBER in any order, and counts what is lost and gained', () => {
    const old = objectsOf(200)
    const shuffled = upTo(200)
      .filter((row) => row % 40 !== 7)
      .reverse()
    const pairs = pairObjects(old, rowsOf(old, shuffled))
    expect(pairs).toMatchObject({ byPosition: 0, lost: 5, gained: 0 })
    for (const [k, row] of pairs.old.entries()) expect(shuffled[pairs.new[k]!]).toBe(row)
    expect(pairObjects(rowsOf(old, shuffled), old)).toMatchObject({ byPosition: 0, lost: 0, gained: 5 })
  })

  test.each([
    ['without NUMBER', (_numbers: Float64Array) => null],
    ['with numbers of another run', (numbers: Float64Array) => numbers.map((n) => n + 1000)],
    ['with numbers that name other objects', (numbers: Float64Array) => numbers.map((n) => (n % numbers.length) + 1)],
  ])('%s it pairs by position within 1 arcsec: the same pairs as by trying all, across RA 0', (_, renumber) => {
    const old = objectsOf(300, { seed: 3, raDeg: 359.95 })
    const { uniform } = seededRandom(11)
    const after = changed(old, {
      number: renumber(old.number!),
      raDeg: old.raDeg!.map((ra) => (ra + (1.2 * (uniform() - 0.5)) / 3600 + 360) % 360),
      decDeg: old.decDeg!.map((dec) => dec + (2.4 * (uniform() - 0.5)) / 3600),
    })
    const apart = (i: number, j: number) =>
      separationArcsec(old.raDeg![i]!, old.decDeg![i]!, after.raDeg![j]!, after.decDeg![j]!)
    const nearest = (separations: number[]) => separations.indexOf(Math.min(...separations))
    const partner = upTo(300).map((i) => {
      const j = nearest(upTo(300).map((k) => apart(i, k)))
      return apart(i, j) <= 1 && nearest(upTo(300).map((k) => apart(k, j))) === i ? j : -1
    })
    const expected = upTo(300).filter((i) => partner[i]! >= 0)
    expect(expected.length).toBeGreaterThan(200)
    expect(expected.length).toBeLessThan(300)
    const pairs = pairObjects(old, after)
    expect([...pairs.old]).toEqual(expected)
    expect([...pairs.new]).toEqual(expected.map((i) => partner[i]))
    expect(pairs).toMatchObject({
      byPosition: expected.length,
      lost: 300 - expected.length,
      gained: 300 - expected.length,
    })
  })

  test('a NaN position does not speak against the NUMBER; a repeated NUMBER pairs once', () => {
    const old = objectsOf(4)
    const nan = changed(old, { raDeg: Float64Array.of(NaN, NaN, NaN, NaN) })
    expect(pairObjects(old, nan)).toMatchObject({ byPosition: 0, lost: 0, gained: 0 })
    expect(pairObjects(changed(nan, { number: Float64Array.of(1, 1, 2, 3) }), nan)).toMatchObject({
      lost: 1,
      gained: 1,
    })
  })

  test('without NUMBER and position it says so', () => {
    const bare = changed(objectsOf(3), { number: null, raDeg: null })
    expect(() => pairObjects(objectsOf(3), bare)).toThrow(
      'made.csv: objects cannot be paired: the two catalogues share ' +
        'neither NUMBER nor ALPHAWIN_J2000 and DELTAWIN_J2000',
    )
  })
})

describe('magnitudeChange', () => {
  test('finds an injected offset, slope and colour slope', () => {
    const old = objectsOf(900)
    const { uniform, normal } = seededRandom(4)
    const colour = Float64Array.from(upTo(900), (i) => (i % 3 === 0 ? 0.5 + 2 * uniform() : NaN))
    // The slope is per magnitude of the mean of both, so old and new stand symmetrically about it.
    const shift = old.magPsf.map(
      (mag, i) =>
        0.25 + 0.004 * (mag - 20) + (Number.isNaN(colour[i]!) ? 0 : 0.05 * (colour[i]! - 1.5)) + 0.005 * normal(),
    )
    const after = changed(old, { magPsf: old.magPsf.map((mag, i) => mag + shift[i]! / 2) })
    const before = changed(old, { magPsf: old.magPsf.map((mag, i) => mag - shift[i]! / 2) })
    const found = magnitudeChange(
      pairMagnitudes(pairObjects(before, after), before.magPsf, after.magPsf, colour),
      0.001,
    )
    expect(found).toMatchObject({ pairs: 899, lost: 0, gained: 0, colourPairs: 300 })
    expect(found.offset).toBeCloseTo(0.25, 2)
    expect(Math.abs(found.slope! - 0.004)).toBeLessThan(4 * found.slopeErr!)
    expect(Math.abs(found.colourSlope! - 0.05)).toBeLessThan(4 * found.colourSlopeErr!)
    expect(found.colourSlopeErr).toBeLessThan(0.005)
  })

  test('a constant is found exactly, with its scatter, its largest change and the objects beyond the tolerance', () => {
    const old = objectsOf(101)
    const after = changed(old, { magAuto: old.magAuto.map((mag, i) => mag + 0.0321 + (i < 7 ? 0.5 : 0)) })
    const pairs = pairMagnitudes(pairObjects(old, after), old.magAuto, after.magAuto, noColour(101))
    expect(magnitudeChange(pairs, 0.033)).toEqual({
      pairs: 100,
      offset: 0.0321,
      scatter: 0,
      largest: 0.5321,
      beyondTolerance: 7,
      lost: 0,
      gained: 0,
      slope: 0,
      slopeErr: 0,
      colourPairs: 0,
      colourSlope: null,
      colourSlopeErr: null,
    })
  })

  test('a change of exactly the tolerance is within it, in float32 too', () => {
    const old = objectsOf(500)
    const after = changed(old, { magPsf: old.magPsf.map((mag) => Math.fround(mag + 0.001)) })
    const pairs = pairMagnitudes(pairObjects(old, after), old.magPsf, after.magPsf, noColour(500))
    expect(magnitudeChange(pairs, 0.001).beyondTolerance).toBe(0)
    expect(magnitudeChange(pairs, 0.00099).beyondTolerance).toBe(499)
  })

  test('magnitudes on one side only are counted, those on neither are not', () => {
    const old = objectsOf(10)
    const after = changed(old, { magPsf: old.magPsf.map((mag, i) => (i < 2 ? NaN : i === 9 ? 20 : mag)) })
    const all = pairObjects(old, after)
    expect(magnitudeChange(pairMagnitudes(all, old.magPsf, after.magPsf, noColour(10)), 0.001)).toMatchObject({
      pairs: 7,
      lost: 2,
      gained: 1,
    })
    const none = magnitudeChange(pairMagnitudes(all, noColour(10), noColour(10), noColour(10)), 0.001)
    expect(none).toMatchObject({
      pairs: 0,
      offset: null,
      scatter: null,
      largest: null,
      slope: null,
      lost: 0,
      gained: 0,
    })
  })

  test('CCDs of different offsets and depths make no slope together', () => {
    const ccd = (offset: number, fainter: number) => {
      const old = objectsOf(300)
      const before = changed(old, { magPsf: old.magPsf.map((mag) => mag + fainter) })
      const after = changed(old, { magPsf: before.magPsf.map((mag) => mag + offset) })
      return pairMagnitudes(pairObjects(before, after), before.magPsf, after.magPsf, noColour(300))
    }
    const joined = magnitudeChange(joinPairs([ccd(0, 0), ccd(0.5, 3), ccd(0.5, 3.1)]), 0.001)
    expect(joined).toMatchObject({ pairs: 897, offset: 0.5, slope: 0, beyondTolerance: 598 })
  })
})
