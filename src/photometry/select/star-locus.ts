import { madScatter, median } from '../../math/robust.js'

/** The size that stars have in an image: point sources of any brightness share one, galaxies are spread above it. */
export interface StarLocus {
  /** Natural logarithm of the size, in the unit of the column. */
  readonly logSize: number
  /** Half-width in it that holds stars of high signal. */
  readonly halfWidth: number
}

/** Stars of high signal first: their sizes are sharp, and galaxies are few among them. */
const SIGNAL_TO_NOISE_STEPS = [50, 20] as const
/** Fewer sizes than this show no locus. */
const MIN_SIZES = 10
/** The densest stretch of sizes of 10 %; a locus has to hold half as many as are needed to look for one. */
const STRETCH = 0.1
/** Sizes within 20 % of it belong to the locus or its wings: a PSF varies by 10 % over a wide field. */
const WINGS = 0.2
const MIN_HALF_WIDTH = 0.1
/** SExtractor's sizes scatter by some 2 / (signal to noise) in the logarithm (simulated stars). */
const NOISE_FACTOR = 2

/**
 * Finds the stellar locus in size (Kron 1980; as psfex selects its stars, Bertin 2011): the densest stretch of 10 % in
 * size of sound detections of high signal, centred by their median, as wide as three times their own scatter.
 *
 * @param size of each detection, in any unit
 * @param isSound detections that are neither blended nor saturated
 * @returns undefined if there are too few detections, or no size stands out
 */
export function starLocus(
  size: ArrayLike<number>,
  signalToNoise: (row: number) => number,
  isSound: (row: number) => boolean,
): StarLocus | undefined {
  for (const least of SIGNAL_TO_NOISE_STEPS) {
    const logs: number[] = []
    for (let i = 0; i < size.length; i++)
      if (size[i]! > 0 && signalToNoise(i) >= least && isSound(i)) logs.push(Math.log(size[i]!))
    if (logs.length >= MIN_SIZES) return locusOf(logs.sort((a, b) => a - b))
  }
  return undefined
}

/** Whether a detection has the size of a star, as far as its noise lets one tell. */
export function isOnLocus({ logSize, halfWidth }: StarLocus, size: number, signalToNoise: number): boolean {
  return Math.abs(Math.log(size) - logSize) <= halfWidth + NOISE_FACTOR / signalToNoise
}

function locusOf(ascending: readonly number[]): StarLocus | undefined {
  let [first, count] = [0, 0]
  for (let from = 0, to = 0; from < ascending.length; from++) {
    while (to < ascending.length && ascending[to]! <= ascending[from]! + STRETCH) to++
    if (to - from > count) [first, count] = [from, to - from]
  }
  if (count < MIN_SIZES / 2) return undefined
  const centre = median(ascending.slice(first, first + count))
  const near = ascending.filter((log) => Math.abs(log - centre) <= WINGS)
  const logSize = median(near)
  return { logSize, halfWidth: Math.max(MIN_HALF_WIDTH, 3 * madScatter(near)) }
}
