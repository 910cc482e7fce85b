import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { positionEpoch } from '../../../src/photometry/match/position-epoch.js'

const MAS = 1 / 3_600_000
const DEC_DEG = -60

/**
 * Pairs of a CCD at RA 0, moved by years too few, with a shift of the image, centroids of 15 mas and some wrong pairs.
 */
function simulated(seed: number, count: number, lackingYr: number) {
  const random = seededRandom(seed)
  const cosDec = Math.cos((DEC_DEG * Math.PI) / 180)
  const column = () => new Float64Array(count)
  const [raDeg, decDeg, starRaDeg, starDecDeg] = [column(), column(), column(), column()]
  const [pmRaCosDecMasYr, pmDecMasYr, catalogMag] = [column(), column(), column().fill(16)]
  for (let i = 0; i < count; i++) {
    starRaDeg[i] = (360 + 0.1 * (random.uniform() - 0.5)) % 360
    starDecDeg[i] = DEC_DEG + 0.1 * random.uniform()
    pmRaCosDecMasYr[i] = 4 + 10 * random.normal()
    pmDecMasYr[i] = -6 + 10 * random.normal()
    const wrong = i % 20 === 0 ? 300 : 0
    const east = 80 + pmRaCosDecMasYr[i]! * lackingYr + Math.hypot(15, wrong) * random.normal()
    const north = -50 + pmDecMasYr[i]! * lackingYr + Math.hypot(15, wrong) * random.normal()
    raDeg[i] = (starRaDeg[i]! + (east * MAS) / cosDec + 360) % 360
    decDeg[i] = starDecDeg[i]! + north * MAS
  }
  const pairs = { raDeg, decDeg, starRaDeg, starDecDeg, catalogMag, matchProbability: column().fill(0.99) }
  return { pairs, starRow: Uint32Array.from(raDeg.keys()), motions: { pmRaCosDecMasYr, pmDecMasYr } }
}

describe('the epoch of the catalogue’s positions by the motions of its stars', () => {
  test.each([0, 0.5, -0.5])('%d years that the stars were not moved by are found, with an honest error', (lacking) => {
    const pulls = Array.from({ length: 100 }, (_, seed) => {
      const { pairs, starRow, motions } = simulated(seed + 1, 100, lacking)
      const found = positionEpoch(pairs, starRow, motions, 2016)!
      expect(found.stars).toBe(100)
      expect(found.errYr).toBeLessThan(0.2)
      return (found.epochYr - (2016 - lacking)) / found.errYr
    })
    const mean = pulls.reduce((sum, pull) => sum + pull, 0) / 100
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / 100)
    expect(Math.abs(mean)).toBeLessThan(0.3)
    expect(rms).toBeGreaterThan(0.85)
    expect(rms).toBeLessThan(1.25)
  })

  test('is not told by few stars, faint ones, doubtful pairs or a catalogue without motions', () => {
    const { pairs, starRow, motions } = simulated(1, 100, 0.5)
    const column = (value: number) => new Float64Array(100).fill(value)
    expect(positionEpoch(pairs, starRow, {}, 2016)).toBeNull()
    expect(positionEpoch({ ...pairs, catalogMag: column(19) }, starRow, motions, 2016)).toBeNull()
    expect(positionEpoch({ ...pairs, matchProbability: column(0.2) }, starRow, motions, 2016)).toBeNull()
    expect(positionEpoch(pairs, starRow, { ...motions, pmDecMasYr: column(NaN) }, 2016)).toBeNull()
    expect(positionEpoch(pairs, starRow.subarray(0, 9), motions, 2016)).toBeNull()
    const still = { pmRaCosDecMasYr: column(0), pmDecMasYr: column(0) }
    expect(positionEpoch(pairs, starRow, still, 2016)).toBeNull()
  })

  test('is not told by refraction, which shifts red stars from blue ones that move otherwise', () => {
    const epochs = [0, 60].map((masPerMag) => {
      const { pairs, starRow, motions } = simulated(2, 400, 0)
      const random = seededRandom(5)
      // The faster a star moves to the north, the redder it is.
      const colour = motions.pmDecMasYr.map((pm) => 1.2 + 0.03 * pm + 0.3 * random.normal())
      const decDeg = pairs.decDeg.map((dec, i) => dec + masPerMag * colour[i]! * MAS)
      const shifted = { ...pairs, decDeg }
      const colours = { bpMag: colour.map((c) => 16 + c), rpMag: colour.map(() => 16) }
      const alone = positionEpoch(shifted, starRow, motions, 2016)!
      return { alone, withColours: positionEpoch(shifted, starRow, { ...motions, ...colours }, 2016)! }
    })
    const [still, refracted] = epochs
    expect(still!.alone.epochYr - refracted!.alone.epochYr).toBeGreaterThan(0.5)
    expect(Math.abs(refracted!.withColours.epochYr - 2016)).toBeLessThan(3 * refracted!.withColours.errYr)
    expect(refracted!.withColours.epochYr).toBeCloseTo(still!.withColours.epochYr, 3)
    expect(refracted!.withColours.errYr).toBeLessThan(0.15)
  })

  test('one fast star with a wrong partner does not tell it: the error is as wide as what it moves', () => {
    const { pairs, starRow, motions } = simulated(3, 30, 0)
    motions.pmDecMasYr[7] = 140
    pairs.decDeg[7] = pairs.starDecDeg[7]! + (65 - 50) * MAS
    const { epochYr, errYr } = positionEpoch(pairs, starRow, motions, 2016)!
    expect(Math.abs(epochYr - 2016)).toBeLessThan(3 * errYr)
  })

  test('stars without a colour are left out, if others have one', () => {
    const { pairs, starRow, motions } = simulated(1, 100, 0)
    const bpMag = new Float64Array(100).fill(17).map((mag, i) => (i < 40 ? NaN : mag + (i % 7) / 7))
    const rpMag = new Float64Array(100).fill(16)
    expect(positionEpoch(pairs, starRow, { ...motions, bpMag, rpMag }, 2016)!.stars).toBe(60)
    expect(positionEpoch(pairs, starRow, { ...motions, bpMag: bpMag.fill(NaN), rpMag }, 2016)).toBeNull()
  })
})
