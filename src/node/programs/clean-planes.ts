import type { BadPixels } from '../../camera/masks.js'

/** Weight and flags of an image whose pixels have been put in order. */
export interface CleanPlanes {
  readonly weight?: Float32Array
  readonly flags?: Int32Array
  /** NaN pixels, or zeros that mean no data. */
  readonly bad: number
}

/** Enough pixels for a median that is good to a hundredth of the noise. */
const SKY_SAMPLE = 100_003
/** Set in the flags where a pixel is no number. */
const NOT_A_NUMBER_FLAG = 1

/**
 * Puts the planes in order, in place where they exist: weights are 0 or more, masked pixels have weight 0, and pixels
 * without light get the level of the sky, weight 0 and a flag.
 */
export function cleanPlanes(
  science: Float32Array,
  weight: Float32Array | undefined,
  mask: Int32Array | undefined,
  bad: BadPixels,
): CleanPlanes {
  if (weight) positiveOrZero(weight)
  const masked = mask ? weightOutside(mask, bad, weight) : weight
  return withoutDarkness(science, masked, mask)
}

function positiveOrZero(weight: Float32Array): void {
  for (let i = 0; i < weight.length; i++) if (!(weight[i]! > 0)) weight[i] = 0
}

const allOnes = (count: number) => new Float32Array(count).fill(1)

/** The weight, 0 at the pixels that are bad by the mask; undefined if there was none and no pixel is. */
function weightOutside(mask: Int32Array, { bits = 0, codes = [] }: BadPixels, weight: Float32Array | undefined) {
  const isCode = new Set(codes)
  const isZeroBad = isCode.has(0)
  for (let i = 0; i < mask.length; i++) {
    // Most pixels, of which a set need not be asked.
    if (mask[i] === 0 && !isZeroBad) continue
    if ((mask[i]! & bits) !== 0 || isCode.has(mask[i]!)) (weight ??= allOnes(mask.length))[i] = 0
  }
  return weight
}

/** Fills pixels without light: NaN, infinite, or zeros that were not read. */
function withoutDarkness(
  science: Float32Array,
  given: Float32Array | undefined,
  mask: Int32Array | undefined,
): CleanPlanes {
  const sample = sampleOf(science)
  const isZeroFilled = areZerosFilled(sample)
  const isDark = (value: number) => value - value !== 0 || (isZeroFilled && value === 0)
  let first = 0
  while (first < science.length && !isDark(science[first]!)) first++
  if (first === science.length) return { ...(given ? { weight: given } : {}), ...(mask ? { flags: mask } : {}), bad: 0 }
  const weight = given ?? allOnes(science.length)
  const flags = mask ?? new Int32Array(science.length)
  const sky = medianOf(sample.filter((value) => !isDark(value)))
  let bad = 0
  for (let i = first; i < science.length; i++) {
    if (!isDark(science[i]!)) continue
    bad++
    science[i] = sky
    weight[i] = 0
    flags[i]! |= NOT_A_NUMBER_FLAG
  }
  return { weight, flags, bad }
}

/** Pixels all over the image that are numbers. */
function sampleOf(science: Float32Array): Float32Array {
  const step = Math.max(1, Math.floor(science.length / SKY_SAMPLE))
  const sample = new Float32Array(Math.ceil(science.length / step))
  let count = 0
  for (let i = 0; i < science.length; i += step) if (!Number.isNaN(science[i])) sample[count++] = science[i]!
  return sample.subarray(0, count)
}

const medianOf = (values: Float32Array): number => (values.length === 0 ? 0 : values.sort()[values.length >> 1]!)

/** Zeros that are more than a thousandth of the pixels, and ten times as many as any other value, hold no light. */
const FILLED_SHARE = 1e-3
const FILLED_RATIO = 10

/**
 * Whether zeros mean pixels that were not read: a dead amplifier, the rim of a resampled image. Of pixels with noise no
 * value is that much more frequent than all others, whole numbers included.
 */
function areZerosFilled(sample: Float32Array): boolean {
  let zeros = 0
  for (const value of sample) if (value === 0) zeros++
  if (zeros <= FILLED_SHARE * sample.length) return false
  const sorted = sample.sort()
  let most = 0
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    if (sorted[from] !== 0) most = Math.max(most, to - from)
  }
  // An image of one value is another fault, which is told by itself.
  return most > 0 && zeros > FILLED_RATIO * most
}
