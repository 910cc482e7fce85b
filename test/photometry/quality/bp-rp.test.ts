import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { describe, expect, test } from 'vitest'
import { colourEvidence } from '../../../src/photometry/quality/band-evidence.js'
import { bpRpOf } from '../../../src/photometry/quality/bp-rp.js'
import { wrongBandOf } from '../../../src/photometry/quality/wrong-band.js'
import { describeCatalogue, shared } from '../../simulate/describe-catalogue.js'

const ps1 = describeCatalogue('ps1_dr2')
const des = describeCatalogue('des_y6_stars')
type Stars = Parameters<typeof bpRpOf>[0]
const starsOf = (columns: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]),
  ) as unknown as Stars

describe('BP - RP of the stars of any catalogue', () => {
  test('is Gaia’s of stars that have it, else from g - i', () => {
    const stars = starsOf({ bpMag: [17, NaN, NaN], rpMag: [16.25, 16, NaN], gMag: [18, 18, NaN], iMag: [17, 17, 17] })
    const bpRp = bpRpOf(stars, ps1)!
    expect([0, 1, 2].map(bpRp)).toEqual([0.75, 1.16, NaN])
  })

  test('goes by whose g - i it is', () => {
    const stars = starsOf({ gMag: [19], iMag: [17] })
    expect(bpRpOf(stars, ps1)!(0)).toBeCloseTo(2.03, 6)
    expect(bpRpOf(stars, des)!(0)).toBeCloseTo(1.86, 6)
  })

  test('is not known without both', () => {
    expect(bpRpOf(starsOf({ mag: [17], gMag: [17] }), ps1)).toBeUndefined()
    expect(bpRpOf(starsOf({ mag: [17], bpMag: [17] }), ps1)).toBeUndefined()
  })
})

const FILE = shared('real/tiles/147267/truth_des_y6.csv.gz')
const BANDS = ['g', 'r', 'i', 'z', 'Y'] as const
const LATITUDE_DEG = -61
const ERR = 0.005

/** DES's magnitudes of real stars in one band, called another, by the magnitudes that PS1 or DES gives. */
function evidence(of: 'ps1' | 'des', observed: string, called: string) {
  const rows = csvParse(gunzipSync(readFileSync(FILE)).toString()).filter(
    (row) => ['G', 'R', 'I', 'Z', 'Y'].every((band) => Number(row[`des_${band}`]) > 15.5) && Number(row['ps1_y']) > 14,
  )
  const column = (name: string) => {
    const cased = of === 'des' ? `des_${name.toUpperCase()}` : `ps1_${name}`
    return rows.map((row) => Number(row[cased] || NaN))
  }
  const [gMag, mag, iMag, zMag, yMag] = ['g', 'r', 'i', 'z', 'y'].map(column)
  const stars = starsOf({ gMag: gMag!, mag: mag!, iMag: iMag!, zMag: zMag!, yMag: yMag! })
  const instMag = Float64Array.from(rows, (row) => Number(row[`des_${observed.toUpperCase()}`]))
  const starRow = Uint32Array.from(rows.keys())
  const columns = { instMag, instMagErr: instMag.map(() => ERR) }
  const pairs = { detectionRow: starRow, starRow } as unknown as Parameters<typeof colourEvidence>[4]
  return colourEvidence(called, columns, undefined, stars, pairs, of === 'ps1' ? ps1 : des)
}

describe.skipIf(!existsSync(FILE))(`real stars of DES Y6 by catalogues without BP and RP (${FILE})`, () => {
  test.each(['ps1', 'des'] as const)('%s: a wrong band is named, the right one is not', (of) => {
    for (const observed of BANDS) {
      const { bands } = evidence(of, observed, observed)
      expect(Math.abs(bands![observed]!.colourSlope)).toBeLessThan(0.012)
      expect(wrongBandOf([bands!], observed, LATITUDE_DEG)).toBeNull()
    }
    for (const [observed, called] of [
      ['g', 'r'],
      ['r', 'i'],
      ['i', 'z'],
      ['z', 'i'],
      ['i', 'r'],
    ] as const) {
      const { bands } = evidence(of, observed, called)
      expect(wrongBandOf([bands!], called, LATITUDE_DEG)).toContain(`follow band ${observed}, not ${called}`)
    }
  })

  test('the offsets of other passbands are those of the stars’ colours', () => {
    const { passbands } = evidence('ps1', 'r', 'r')
    // PS1's r minus DES's, medians of the same stars: 0.03 for blue ones to 0.17 for red ones.
    expect(passbands['PS1 r']!.offset).toBeGreaterThan(-0.17)
    expect(passbands['PS1 r']!.offset).toBeLessThan(-0.03)
    expect(passbands['PS1 r']!.colourSlope).toBeCloseTo(-0.085, 2)
  })
})
