import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { fitWithTerm } from '../../../src/photometry/fit/fit-with-term.js'
import { columnsPresentIn, interpolated } from '../../../src/photometry/system/colour-relation.js'
import { termColours, withTermColour, type TermPrior } from '../../../src/photometry/system/colour-term.js'
import { standardsOf, standardSystem } from '../../../src/photometry/system/standards.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

const dr3 = describeCatalogue('gaia_dr3')
const UNKNOWN: TermPrior = { k: 0, kErr: 0.1, color: 'bp-rp', c0: 1.2, from: 'unknown' }
const ZEROPOINT = 30
const K = 0.08
const ROBUST = { estimator: 'robust', minStars: 2 } as const

type Random = ReturnType<typeof seededRandom>

/** Main-sequence stars with Gaia's errors, and what a camera of term K measures of them; one in 20 is wild. */
function exposure({ normal, uniform }: Random, n: number, system: 'sdss' | 'ps1-ab' | 'gaia-vega', band: string) {
  const count = { length: n }
  const colour = Float64Array.from(count, () =>
    Math.min(2.1, Math.max(0.55, uniform() < 0.6 ? 0.85 + 0.2 * normal() : 1.6 + 0.45 * normal())),
  )
  const mag = Float64Array.from(count, () => Math.max(14, 19.5 + Math.log10(uniform() + 1e-3) / 0.35))
  const rpMag = mag.map((g, i) => g - 0.45 * (colour[i]! + 0.2))
  const truth = { mag, rpMag, bpMag: rpMag.map((rp, i) => rp + colour[i]!) }
  const errorOf = (column: keyof typeof truth) => {
    const { mag: nodes, errMag } = dr3.typicalErrors![column]!
    return truth[column].map((value) => Math.exp(interpolated(value, nodes, errMag.map(Math.log))))
  }
  const errors = { magErr: errorOf('mag'), bpMagErr: errorOf('bpMag'), rpMagErr: errorOf('rpMag') }
  const noisy = (column: keyof typeof truth, err: Float64Array) => truth[column].map((m, i) => m + err[i]! * normal())
  const place = { sourceId: new BigInt64Array(n), raDeg: new Float64Array(n), decDeg: new Float64Array(n) }
  const stars = {
    ...{ ...place, epochYr: 2016, ...errors, mag: noisy('mag', errors.magErr) },
    ...{ bpMag: noisy('bpMag', errors.bpMagErr), rpMag: noisy('rpMag', errors.rpMagErr) },
  }
  const standard = standardSystem(system, dr3, band, columnsPresentIn(stars))
  const exact = standardsOf({ ...place, epochYr: 2016, ...truth }, standard, dr3)
  const seen = withTermColour(standardsOf(stars, standard, dr3), stars, UNKNOWN, dr3)
  const rows = Array.from(colour.keys()).filter((i) => seen.usable[i] === 1 && exact.usable[i] === 1)
  const at = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]!)
  const colours = termColours(seen, stars, standard.relation!, UNKNOWN, dr3)
  const instMag = Float64Array.from(rows, (i) => {
    const scatter = seen.refScatter[i]! * normal() + 0.005 * normal() + (uniform() < 0.05 ? 0.3 * normal() : 0)
    return exact.refMag[i]! - ZEROPOINT - K * (colour[i]! - UNKNOWN.c0) + scatter
  })
  return {
    input: {
      ...{ refMag: at(seen.refMag), refMagErr: at(seen.refMagErr!), refScatter: at(seen.refScatter), instMag },
      instMagErr: instMag.map(() => 0.005),
      evidence: at(seen.evidence),
    },
    colours: {
      colour: at(colours.colour),
      colourVariance: at(colours.colourVariance),
      colourCovariance: at(colours.colourCovariance),
      evidenceSlope: at(colours.evidenceSlope),
    },
  }
}

interface Found {
  readonly off: (colour: number) => number
  readonly sigma: (colour: number) => number
  readonly kOff: number
  readonly kErr: number
  readonly from: string
}

function found(
  random: Random,
  n: number,
  system: 'sdss' | 'ps1-ab' | 'gaia-vega',
  band: string,
  prior = UNKNOWN,
): Found {
  const { input, colours } = exposure(random, n, system, band)
  const { fit, term } = fitWithTerm(input, colours, prior, ROBUST)
  if (fit.outcome === 'none' || term === undefined) throw new Error('no fit')
  const { k, kErr, covariance, c0, from } = term
  const away = (colour: number) => colour - c0
  return {
    off: (colour) => fit.zeropoint - ZEROPOINT + (k - K) * away(colour),
    sigma: (c) => Math.sqrt(fit.zeropointErr ** 2 + (away(c) * kErr) ** 2 + 2 * away(c) * covariance),
    ...{ kOff: k - K, kErr, from },
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const rms = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value * value)))

describe('a camera whose filter is 0.08 mag per mag off', () => {
  test.each([
    ['sdss', 'r', 60],
    ['gaia-vega', 'clear', 60],
    // Steep relations of wide scatter, and one whose range ends at 2.
    ['ps1-ab', 'g', 200],
    ['sdss', 'g', 200],
  ] as const)(
    '%s %s: calibrated magnitudes are true to 2 mmag over BP - RP 0.7 to 2, and errors are right',
    (...of) => {
      const random = seededRandom(7)
      const all = Array.from({ length: of[2] }, () => found(random, 120, of[0], of[1]))
      expect(all.every(({ from }) => from === 'stars')).toBe(true)
      for (const colour of [0.7, 1.2, 2]) {
        expect(Math.abs(mean(all.map(({ off }) => off(colour))))).toBeLessThan(0.002)
        const pull = rms(all.map(({ off, sigma }) => off(colour) / sigma(colour)))
        expect(pull).toBeGreaterThan(0.8)
        expect(pull).toBeLessThan(1.25)
      }
      const pull = rms(all.map(({ kOff, kErr }) => kOff / kErr))
      expect(pull).toBeGreaterThan(0.8)
      expect(pull).toBeLessThan(1.25)
    },
  )

  test('errors of Gaia’s colours do not pull the term of a steep relation', () => {
    const random = seededRandom(3)
    const all = Array.from({ length: 60 }, () => found(random, 400, 'sdss', 'g'))
    // Without the correction of the moments the mean of k is off by 0.005, five of its errors here.
    expect(Math.abs(mean(all.map(({ kOff }) => kOff)))).toBeLessThan(0.003)
  })

  test('a term that the camera’s description tells is kept if stars are few, and its error is told', () => {
    const random = seededRandom(11)
    const prior: TermPrior = { ...UNKNOWN, k: K, kErr: 0.003, from: 'camera' }
    const all = Array.from({ length: 60 }, () => found(random, 14, 'sdss', 'r', prior))
    for (const { kOff, kErr, from } of all) expect([kOff, kErr, from]).toEqual([0, 0.003, 'camera'])
    expect(Math.abs(mean(all.map(({ off }) => off(1.2))))).toBeLessThan(0.003)
  })

  // What `camera fit` leaves behind: a term that is right within its error, and then CCDs of few stars.
  test.each([5, 10, 20, 30])(
    '%d stars with a term of the camera: errors of magnitudes of any colour are right',
    (n) => {
      const random = seededRandom(11)
      const all = Array.from({ length: 200 }, () =>
        found(random, n, 'sdss', 'r', { ...UNKNOWN, k: K + 0.003 * random.normal(), kErr: 0.003, from: 'camera' }),
      )
      for (const { kErr, from } of all) expect([kErr, from]).toEqual([0.003, 'camera'])
      for (const colour of [0.7, 1.2, 2]) {
        const pull = rms(all.map(({ off, sigma }) => off(colour) / sigma(colour)))
        // 0.9 to 1.15, and the standard error of a pull from 200 fits.
        expect(pull).toBeGreaterThan(0.85)
        expect(pull).toBeLessThan(1.2)
      }
    },
  )

  test('of too few stars for a term nothing is known of, the zeropoint’s error has room for it', () => {
    const random = seededRandom(5)
    const all = Array.from({ length: 60 }, () => found(random, 10, 'sdss', 'r'))
    for (const { kOff, kErr, from } of all) expect([kOff, kErr, from]).toEqual([-K, 0.1, 'unknown'])
    expect(rms(all.map(({ off, sigma }) => off(2) / sigma(2)))).toBeLessThan(1.25)
  })
})

test('a term of 0.3, as unfiltered light has beside Gaia G, is found with its error', () => {
  const { normal, uniform } = seededRandom(2)
  const colour = Float64Array.from({ length: 200 }, () => 0.6 + 1.5 * uniform())
  const refMag = colour.map(() => 15 + 3 * uniform())
  const instMag = refMag.map((mag, i) => mag - ZEROPOINT - 0.3 * (colour[i]! - 1.2) + 0.02 * normal())
  const none = new Float64Array(200)
  const input = { refMag, instMag, instMagErr: none.map(() => 0.01), refScatter: none.map(() => 0.015) }
  const colours = { colour, colourVariance: none, colourCovariance: none, evidenceSlope: none }
  const { fit, term } = fitWithTerm(input, colours, { ...UNKNOWN, kErr: 0.3 }, ROBUST)
  // Least squares over the same stars, by hand: slope error sigma / (sqrt(n) sd(c)) = 0.02 / sqrt(200) / 0.43.
  expect(Math.abs(term!.k - 0.3)).toBeLessThan(3 * 0.0033)
  expect(term!.kErr).toBeGreaterThan(0.0025)
  expect(term!.kErr).toBeLessThan(0.0045)
  expect(fit).toMatchObject({ outcome: 'fitted' })
})
