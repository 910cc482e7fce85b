import { seededRandom, type Random } from '../../../src/math/random.js'

/** One simulated CCD: truth is zeropoint 25. */
export interface Field {
  readonly refMag: Float64Array
  readonly refMagErr: Float64Array
  readonly instMag: Float64Array
  readonly instMagErr: Float64Array
  readonly isOutlier: Uint8Array
  /** Cramer-Rao bound with the contaminants known [mag]. */
  readonly bound: number
}

export interface Recipe {
  readonly scatterMag?: number
  /** Sign of the blends: +1 light added (the fixed recipe), -1 light missing, 0 either. */
  readonly blendSign?: 1 | 0 | -1
  /** Factor on all measurement errors. */
  readonly errorScale?: number
}

const G_MAG = [13, 15, 17, 18, 19, 20, 20.5]
const G_ERR_MMAG = [0.25, 0.36, 0.98, 1.68, 3.12, 5.98, 8.4]
const COLOUR_MAG = [13, 15, 17, 18, 19, 20]
const COLOUR_ERR_MMAG = [1.1, 2.8, 11.7, 25, 54, 119]

function logInterpolated(x: number, nodes: readonly number[], values: readonly number[]): number {
  let i = 1
  while (i < nodes.length - 1 && x > nodes[i]!) i++
  const share = (x - nodes[i - 1]!) / (nodes[i]! - nodes[i - 1]!)
  return values[i - 1]! * (values[i]! / values[i - 1]!) ** share
}

/**
 * The contamination recipe that estimators are compared on: magnitudes 15.8 to 20, rising; source error 3 mmag and
 * growing; Gaia's errors, the colour's carried over at one tenth; 10 mmag of intrinsic scatter. A share of the stars is
 * off: 40 % mismatches (0.8 mag), 30 % variables (0.15 mag), 30 % blends (exponential, 0.12 mag, one-sided).
 */
export function contaminatedField(
  random: Random,
  n: number,
  fraction: number,
  { scatterMag = 0.01, blendSign = 1, errorScale = 1 }: Recipe = {},
): Field {
  const columns = () => new Float64Array(n)
  const refMag = columns()
  const refMagErr = columns()
  const instMag = columns()
  const instMagErr = columns()
  const isOutlier = new Uint8Array(n)
  const exponential = (scale: number) => -scale * Math.log(1 - random.uniform())
  let information = 0
  for (let i = 0; i < n; i++) {
    const mag = Math.min(20, Math.max(15.8, 20 - exponential(1.6)))
    instMagErr[i] = errorScale * Math.hypot(0.003, 0.0035 * 10 ** (0.4 * (mag - 17)))
    refMagErr[i] =
      (errorScale *
        Math.hypot(logInterpolated(mag, G_MAG, G_ERR_MMAG), 0.1 * logInterpolated(mag, COLOUR_MAG, COLOUR_ERR_MMAG))) /
      1000
    const sigma = Math.hypot(instMagErr[i]!, refMagErr[i]!, scatterMag)
    let excess = sigma * random.normal()
    if (random.uniform() < fraction) {
      isOutlier[i] = 1
      const kind = random.uniform()
      const sign = blendSign === 0 ? (random.uniform() < 0.5 ? 1 : -1) : blendSign
      excess += kind < 0.4 ? 0.8 * random.normal() : kind < 0.7 ? 0.15 * random.normal() : sign * exponential(0.12)
    } else information += sigma ** -2
    refMag[i] = mag
    instMag[i] = mag - 25 - excess
  }
  return { refMag, refMagErr, instMag, instMagErr, isOutlier, bound: information > 0 ? information ** -0.5 : NaN }
}

export interface Score {
  readonly trials: number
  readonly biasMmag: number
  readonly rmsMmag: number
  readonly efficiency: number
  readonly pull: number
  readonly coverage68: number
}

/** Scores an estimator over many simulated CCDs. */
export function score(
  fit: (field: Field) => { zeropoint: number; zeropointErr: number },
  n: number,
  fraction: number,
  trials: number,
  seed: number,
  recipe: Recipe = {},
): Score {
  const random = seededRandom(seed)
  const sums = { k: 0, e: 0, e2: 0, p2: 0, b2: 0, inside: 0 }
  for (let trial = 0; trial < trials; trial++) {
    const field = contaminatedField(random, n, fraction, recipe)
    if (!Number.isFinite(field.bound)) continue
    const { zeropoint, zeropointErr } = fit(field)
    const error = 1000 * (zeropoint - 25)
    const pull = error / (1000 * zeropointErr)
    sums.k++
    sums.e += error
    sums.e2 += error * error
    sums.p2 += pull * pull
    sums.b2 += (1000 * field.bound) ** 2
    sums.inside += Number(Math.abs(pull) < 1)
  }
  return {
    trials: sums.k,
    biasMmag: sums.e / sums.k,
    rmsMmag: Math.sqrt(sums.e2 / sums.k),
    efficiency: sums.b2 / sums.e2,
    pull: Math.sqrt(sums.p2 / sums.k),
    coverage68: sums.inside / sums.k,
  }
}
