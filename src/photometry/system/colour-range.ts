import type { BandRelation } from '../../catalog/relation.js'

export type ColourRange = Pick<BandRelation, 'colourRange' | 'sharpRange'>

/**
 * A colour outside the range by less than this many of its own errors may well lie inside: a cut at the end of a
 * noisy colour biases.
 */
const SLACK_SIGMA = 2

/**
 * Width over which an end is soft [mag], and at most this part of the range (BP - RP 0.5 to 3 has 0.1 both ways). At a
 * hard end one bright star, 25 mmag off, moved a zeropoint of 60 simulated stars in g by 0.9 mmag; over 0.1 mag it is
 * an eighth of that for each 0.01 mag.
 */
const SOFT_END_MAG = 0.1
const SOFT_END_PART = 0.04

/**
 * The part of a star's evidence that counts at its colour: 1 within the relation's range, 0 outside, half at twice the
 * error of the colour beyond its end, and smooth between (3 t^2 - 2 t^3 over 0.1 mag about there). A range that is
 * sharp falls to 0 at its end.
 *
 * @param colourErr one sigma of the colour [mag]; 0 if it is not known
 * @returns 0 for a colour that is NaN
 */
export function evidenceAt(
  colour: number,
  colourErr: number,
  { colourRange, sharpRange = false }: ColourRange,
): number {
  const width = widthOf(colourRange)
  const beyond = sharpRange ? 0 : SLACK_SIGMA * colourErr + width / 2
  const inside = Math.min(colour - colourRange[0], colourRange[1] - colour)
  return smoothStep((inside + beyond) / width)
}

/**
 * Width over which a faint limit is soft [mag]. At a hard one a star of BP 20, 1.5 sigma off, moved zeropoints of 30
 * simulated stars by 0.15 to 0.27 mmag in the mean, those of 15 by up to 17 mmag in g.
 */
const SOFT_LIMIT_MAG = 0.1

/** The part of a star's evidence that counts at a magnitude: 1, half at the faint limit, 0 beyond, smooth between. */
export const evidenceAbove = (faintLimit: number, mag: number): number =>
  faintLimit === Infinity ? 1 : smoothStep((faintLimit - mag) / SOFT_LIMIT_MAG + 0.5)

/** 3 t^2 - 2 t^3 from 0 to 1, and 0 for NaN. */
const smoothStep = (t: number): number => (!(t > 0) ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t))

/** Derivative of `evidenceAt` by the colour [1/mag]. */
export function evidenceSlopeAt(colour: number, colourErr: number, range: ColourRange): number {
  const step = 1e-3 * widthOf(range.colourRange)
  return (evidenceAt(colour + step, colourErr, range) - evidenceAt(colour - step, colourErr, range)) / (2 * step)
}

const widthOf = ([low, high]: ColourRange['colourRange']): number =>
  Math.min(SOFT_END_MAG, SOFT_END_PART * (high - low))
