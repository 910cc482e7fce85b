/**
 * The lite precision: values rounded to powers of two, so that they stay ordinary doubles and floats that any reader
 * takes, and only the compression sees the zeros. Positions to 0.11 mas, motions to 8 uas a year, magnitudes far below
 * their errors.
 *
 * A zeropoint is a mean over some 50 stars: rounding BP and RP of all to 1 mmag moves it by up to 0.09 mmag. So the
 * stars that calibrations use, those up to `brightTo`, are rounded more finely; they are a third of a catalogue to G =
 * 21.
 */
export const LITE_POSITION_DEG = 2 ** -25

interface LiteStep {
  readonly step: number
  /** Values below are rounded to `brightStep`. */
  readonly brightTo?: number
  readonly brightStep?: number
}

const LITE_STEPS: Readonly<Record<string, LiteStep>> = {
  mag: { step: 2 ** -13, brightTo: 19.75, brightStep: 2 ** -16 },
  bpMag: { step: 2 ** -11, brightTo: 20.25, brightStep: 2 ** -15 },
  rpMag: { step: 2 ** -10, brightTo: 19.25, brightStep: 2 ** -15 },
  pmRaCosDecMasYr: { step: 2 ** -7 },
  pmDecMasYr: { step: 2 ** -7 },
}

/** What the values of a column are rounded to; undefined for columns that stay as they are. */
export function liteStepOf(star: string): LiteStep | undefined {
  return LITE_STEPS[star]
}

export function litePositionDeg(deg: number): number {
  return Math.round(deg / LITE_POSITION_DEG) * LITE_POSITION_DEG
}

export function roundedTo(
  values: Float64Array,
  { step, brightTo = -Infinity, brightStep = step }: LiteStep,
): Float64Array {
  return values.map((value) => {
    const unit = value < brightTo ? brightStep : step
    return Math.round(value / unit) * unit
  })
}
