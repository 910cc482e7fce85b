/** A catalogue's level as the overlapping stars give it, and how far it is trusted beforehand. */
interface StatedLevel {
  /** Where its magnitudes lie on a scale that all catalogues share [mag]. */
  readonly offsetMag: number
  /** One sigma of its level [mag], as the relation to the photometric system states it. */
  readonly systematicErrMag: number
}

/** The level that several catalogues agree on, or do not. */
export interface CommonLevel {
  /** On the scale of the offsets [mag]. */
  readonly levelMag: number
  /** Half the width of the central 68 % [mag]. */
  readonly levelErrMag: number
  /** d level / d offset of each catalogue: how far the level goes with it. They add up to 1. */
  readonly parts: readonly number[]
}

/** Quantile of a Cauchy distribution that bounds its central 68.27 %, in units of its half width at half maximum. */
const CAUCHY_ONE_SIGMA = 1.8373

/** Steps of the integral across the narrowest of the distributions: the level is then good to 0.01 of its error. */
const STEPS_PER_WIDTH = 40

/** Offsets are moved so far for the derivatives, in units of the smallest stated error: as far as their errors go. */
const DERIVATIVE_STEP = 0.2

/**
 * Where the photometric system lies, by catalogues whose offsets from one another are known: the median of
 * prod_k C((offset_k - level) / gamma_k), C a Cauchy density of which 68 % lie within the stated error.
 *
 * Stated errors are wrong at times by much more than a normal distribution allows (another release, another filter),
 * so a normal one would let the odd catalogue pull the level. With heavy tails two that agree outvote a third (three of
 * 10 mmag, one 30 mmag off: it moves the level by 1 mmag), one of 5 mmag outvotes one of 50, and two equals that
 * disagree give the middle, with an error of half their difference.
 *
 * The error is never smaller than the smallest stated one: relations share their truth, so that catalogues are not
 * independent of one another.
 */
export function commonLevel(levels: readonly StatedLevel[]): CommonLevel {
  const smallest = Math.min(...levels.map(({ systematicErrMag }) => systematicErrMag))
  if (levels.length === 1) return { levelMag: levels[0]!.offsetMag, levelErrMag: smallest, parts: [1] }
  const { median, halfWidth } = distributionOf(levels)
  const step = DERIVATIVE_STEP * smallest
  const medianWith = (moved: number, byMag: number) =>
    distributionOf(levels.map((level, k) => (k === moved ? { ...level, offsetMag: level.offsetMag + byMag } : level)))
      .median
  const slopes = levels.map((_, k) => (medianWith(k, step) - medianWith(k, -step)) / (2 * step))
  const sum = slopes.reduce((total, slope) => total + slope, 0)
  return {
    levelMag: median,
    levelErrMag: Math.max(smallest, halfWidth),
    parts: slopes.map((slope) => slope / sum),
  }
}

/** Median and half the width of the central 68 % of the product of the Cauchy distributions [mag]. */
function distributionOf(levels: readonly StatedLevel[]): { median: number; halfWidth: number } {
  const smallest = Math.min(...levels.map(({ systematicErrMag }) => systematicErrMag))
  const largest = Math.max(...levels.map(({ systematicErrMag }) => systematicErrMag))
  const offsets = levels.map(({ offsetMag }) => offsetMag)
  const step = smallest / STEPS_PER_WIDTH
  const from = Math.min(...offsets) - 10 * largest
  const count = Math.ceil((Math.max(...offsets) + 10 * largest - from) / step) + 1
  const cumulative = new Float64Array(count)
  let sum = 0
  for (let i = 0; i < count; i++) {
    let density = 1
    for (const { offsetMag, systematicErrMag } of levels) {
      const x = ((offsetMag - from - i * step) * CAUCHY_ONE_SIGMA) / systematicErrMag
      density /= 1 + x * x
    }
    cumulative[i] = sum += density
  }
  const quantile = (part: number) => {
    let i = 0
    while (cumulative[i]! < part * sum) i++
    const before = i === 0 ? 0 : cumulative[i - 1]!
    return from + (i - 0.5 + (part * sum - before) / (cumulative[i]! - before)) * step
  }
  return { median: quantile(0.5), halfWidth: (quantile(0.84135) - quantile(0.15865)) / 2 }
}
