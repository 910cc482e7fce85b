import { MAD_TO_SIGMA } from '../math/units.js'
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
export function skyNoise(frame: Frame): SkyNoise | undefined {
  const { columns, pixels } = frame
  const good = sampleOf(frame)
  const { level, within } = skyRange(numbersOf(good, (i) => pixels[i]!))
  const sky = good.filter((i) => Math.abs(pixels[i]! - level) < within)
  const variance = (apart: number): number => {
    const sizes = new Float64Array(sky.length)
    let count = 0
    for (let s = 0; s < sky.length; s++) {
      const [i, j] = [sky[s]!, sky[s]! + apart]
      if (isGood(frame, j) && Math.abs(pixels[j]! - level) < within) sizes[count++] = Math.abs(pixels[i]! - pixels[j]!)
    }
    return count < LEAST ? NaN : varianceOf(sizes.subarray(0, count).sort()) / 2
  }
  const far = (variance(FAR) + variance(FAR * columns)) / 2
  const [alongRow, alongColumn] = [1 - variance(1) / far, 1 - variance(columns) / far]
  const correlation = Math.abs(alongRow) > Math.abs(alongColumn) ? alongRow : alongColumn
  return far > 0 && Number.isFinite(correlation) ? { level, variance: far, correlation } : undefined
}

const isGood = ({ pixels, weight }: Frame, i: number): boolean =>
  (weight === undefined || weight[i]! > 0) && Number.isFinite(pixels[i])

/** Pixels on a lattice, not too near to the last row and column. */
function sampleOf(frame: Frame): Uint32Array {
  const { columns, rows } = frame
  const step = Math.max(1, Math.floor(Math.sqrt((columns * rows) / SAMPLE)))
  const places = new Uint32Array(Math.ceil(rows / step) * Math.ceil(columns / step))
  let count = 0
  for (let y = 0; y < rows - FAR; y += step)
    for (let i = y * columns; i < (y + 1) * columns - FAR; i += step) if (isGood(frame, i)) places[count++] = i
  return places.subarray(0, count)
}

/** Middle of sorted values. Sorting them all, natively, is faster than code that selects and runs only a few times. */
const middleOf = (sorted: Float64Array): number =>
  sorted.length === 0 ? NaN : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2

/** The median of the sky, and how far from it pixels are of the sky. */
function skyRange(values: Float64Array): { level: number; within: number } {
  let kept = values.sort()
  let [level, within] = [NaN, Infinity]
  for (let round = 0; round < ROUNDS; round++) {
    let [from, to] = [0, kept.length]
    while (from < to && level - kept[from]! > within) from++
    while (from < to && kept[to - 1]! - level > within) to--
    kept = kept.subarray(from, to)
    level = middleOf(kept)
    within = SKY_WITHIN * MAD_TO_SIGMA * middleDistance(kept, level)
  }
  return { level, within }
}

/** Median of the distances of sorted values from a level: the farthest, at either end, go until half are left. */
function middleDistance(sorted: Float64Array, level: number): number {
  let first = 0
  let last = sorted.length - 1
  let [upper, lower] = [NaN, NaN]
  for (let rank = last; rank >= (sorted.length - 1) >> 1; rank--) {
    const [below, above] = [level - sorted[first]!, sorted[last]! - level]
    upper = lower
    lower = Math.max(below, above)
    if (below > above) first++
    else last--
  }
  return sorted.length % 2 === 0 ? (upper + lower) / 2 : lower
}

/**
 * The variance about 0 without outliers, of sizes in ascending order. Whole numbers have a coarse median size: it is
 * the beginning only.
 */
function varianceOf(sizes: Float64Array): number {
  let variance = (MAD_TO_SIGMA * middleOf(sizes)) ** 2
  for (let round = 0; round < ROUNDS; round++) {
    const within = CLIP * Math.sqrt(variance)
    let [sum, count] = [0, 0]
    for (; count < sizes.length && sizes[count]! <= within; count++) sum += sizes[count]! ** 2
    variance = sum / count / LEFT_WITHIN_CLIP
  }
  return variance
}
