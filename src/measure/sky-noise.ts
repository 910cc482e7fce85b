import { madScatter, median } from '../math/robust.js'
import { numbersOf } from '../math/select.js'
import type { Frame } from './frame.js'

/** The sky of an image by its pixels without objects, in the image's unit. */
export interface SkyNoise {
  /** Median of the pixels. */
  readonly level: number
  /** Variance of a pixel about the sky near it. */
  readonly variance: number
  /** Correlation of neighbouring pixels, along rows or columns, whichever is farther from 0. */
  readonly correlation: number
}

/** Enough for a variance that is good to 1.5 %; three times as many take a tenth of a second of a large image. */
const SAMPLE = 20_000
/** With fewer the variance is not known to 5 %. */
const LEAST = 2_000
/** Pixels farther from the median than so many standard deviations are of objects. */
const SKY_WITHIN = 4
/** Pixels this far apart share no light of a seeing below 7 pixels, and no kernel of a resampling. */
const FAR = 7
const CLIP = 3
/** Variance of a normal distribution that is cut at 3 standard deviations. */
const LEFT_WITHIN_CLIP = 0.97334
const ROUNDS = 4

/**
 * Level and noise of the sky, by differences of pixels, so that neither a slope of the sky nor the light of objects
 * counts: var(a - b) / 2 of pixels seven apart, and of neighbours for their correlation. Undefined if too few pixels
 * are sky.
 */
export function skyNoise({ columns, rows, pixels, weight }: Frame): SkyNoise | undefined {
  const step = Math.max(1, Math.floor(Math.sqrt((columns * rows) / SAMPLE)))
  const places = new Uint32Array(Math.ceil(rows / step) * Math.ceil(columns / step))
  const isGood = (i: number) => (weight === undefined || weight[i]! > 0) && Number.isFinite(pixels[i])
  let count = 0
  for (let y = 0; y < rows - FAR; y += step)
    for (let i = y * columns; i < (y + 1) * columns - FAR; i += step) if (isGood(i)) places[count++] = i
  const good = places.subarray(0, count)
  const { level, within } = skyRange(numbersOf(good, (i) => pixels[i]!))
  const isSky = (i: number) => isGood(i) && Math.abs(pixels[i]! - level) < within
  const sky = good.filter(isSky)
  const variance = (apart: number): number => {
    const pairs = sky.filter((i) => isSky(i + apart))
    return pairs.length < LEAST ? NaN : varianceOf(numbersOf(pairs, (i) => pixels[i]! - pixels[i + apart]!)) / 2
  }
  const far = (variance(FAR) + variance(FAR * columns)) / 2
  const [alongRow, alongColumn] = [1 - variance(1) / far, 1 - variance(columns) / far]
  const correlation = Math.abs(alongRow) > Math.abs(alongColumn) ? alongRow : alongColumn
  return far > 0 && Number.isFinite(correlation) ? { level, variance: far, correlation } : undefined
}

/** The median of the sky, and how far from it pixels are of the sky. */
function skyRange(values: Float64Array): { level: number; within: number } {
  let kept = values
  let [level, within] = [median(kept), SKY_WITHIN * madScatter(kept)]
  for (let round = 1; round < ROUNDS; round++) {
    kept = kept.filter((value) => Math.abs(value - level) <= within)
    ;[level, within] = [median(kept), SKY_WITHIN * madScatter(kept)]
  }
  return { level, within }
}

/** The variance about 0 without outliers. Whole numbers have a coarse median deviation: it is the beginning only. */
function varianceOf(differences: Float64Array): number {
  let variance = madScatter(differences) ** 2
  for (let round = 0; round < ROUNDS; round++) {
    const within = CLIP * Math.sqrt(variance)
    let [sum, count] = [0, 0]
    for (const difference of differences) {
      if (Math.abs(difference) > within) continue
      sum += difference ** 2
      count++
    }
    variance = sum / count / LEFT_WITHIN_CLIP
  }
  return variance
}
