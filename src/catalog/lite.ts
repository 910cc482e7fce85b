/**
 * The lite precision: values rounded to powers of two, so that they stay ordinary doubles and floats that any reader takes,
 * and only the compression sees the zeros. Positions to 0.11 mas, G to 0.12 mmag, BP and RP to 1 mmag, motions to 8 uas a year.
 */
export const LITE_POSITION_DEG = 2 ** -25

const LITE_STEPS: Readonly<Record<string, number>> = {
  mag: 2 ** -13,
  bpMag: 2 ** -10,
  rpMag: 2 ** -10,
  pmRaCosDecMasYr: 2 ** -7,
  pmDecMasYr: 2 ** -7,
}

/** What the values of a column are rounded to; undefined for columns that stay as they are. */
export function liteStepOf(star: string): number | undefined {
  return LITE_STEPS[star]
}

export function litePositionDeg(deg: number): number {
  return Math.round(deg / LITE_POSITION_DEG) * LITE_POSITION_DEG
}

export function roundedTo(values: Float64Array, step: number): Float64Array {
  return values.map((value) => Math.round(value / step) * step)
}
