// What dust does to a relation, per mag of E(B-V): the change of the true magnitude minus that of the predicted one.
import { LOCUS } from './rows.mjs'

/** BP - RP of the dwarfs. */
export const DUST_COLOURS = [0.65, 0.95, 1.3, 1.85, 2.5]

/** For relations of BP - RP alone: dwarfs, extinction law of Cardelli, Clayton & Mathis (1989), R_V = 3.1. */
const ONE_COLOUR = {
  g: [0.05, -0.11, -0.13, 0.32, 0.62],
  r: [0.16, 0.18, 0.12, -0.23, -0.33],
  i: [-0.12, -0.06, 0.02, 0.1, 0.06],
  z: [-0.33, -0.27, -0.17, -0.03, 0.03],
  Y: [-0.32, -0.29, -0.24, -0.11, -0.01],
}

/**
 * A_band / A_0 of main-sequence stars: k_0 + k_1 X + k_2 X^2 + k_3 X^3 + (k_4 + k_5 X) A_0, X = BP - RP (DPAC,
 * extinction law of EDR3; its
 * smaller terms left out). DR2's passbands give the second colour the same to 0.07 mag per mag of E(B-V).
 */
const EXTINCTION = {
  G: [0.99597, -0.159726, 0.012238, 0.000907, -0.037716, 0.011452],
  bp: [1.153632, -0.081401, -0.036013, 0.019214, -0.022398, 0.006601],
  rp: [0.663208, -0.017985, 0.000494, -0.00268, -0.006514, -0.00008],
}
const A0 = 0.31

const perEbv = (name, x) => {
  const [a, b, c, d, e, f] = EXTINCTION[name]
  return 3.1 * (a + b * x + c * x ** 2 + d * x ** 3 + (e + f * x) * A0)
}

/** The second colour takes its part of the reddening out of, or into, what BP - RP leaves. */
export function dustTerm(band, secondCoefficient = 0) {
  return DUST_COLOURS.map((x, j) => {
    const [ag, abp, arp] = ['G', 'bp', 'rp'].map((name) => perEbv(name, x))
    const offLocus = ag - arp - LOCUS.slope * (abp - arp)
    // A zero is a zero, not -0.
    return Number((ONE_COLOUR[band][j] - secondCoefficient * offLocus).toFixed(2)) + 0
  })
}

/**
 * The same of any relation m = G + f(BP - RP): what A_m per E(B-V) leaves once reddening has moved the star along f,
 * whose derivative is given.
 */
export function dustTermOf(slopeAt, bandPerEbv) {
  return DUST_COLOURS.map((x) => {
    const [ag, abp, arp] = ['G', 'bp', 'rp'].map((name) => perEbv(name, x))
    return Number((bandPerEbv - ag - slopeAt(x) * (abp - arp)).toFixed(2)) + 0
  })
}
