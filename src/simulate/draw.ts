import { seededRandom, type Random } from '../math/random.js'

/** Independent streams of one seed: the draws of one do not move when another draws more. */
export function streams(random: Random): (key: number) => Random {
  const base = random.below(2 ** 32)
  return (key) => seededRandom(Math.imul(base ^ Math.imul(key + 1, 0x9e3779b1), 0x85ebca6b))
}

/** A magnitude between two limits from counts that grow as 10^(slope m). */
export function powerLawMagnitude(random: Random, brightMag: number, faintMag: number, slope: number): number {
  const bright = 10 ** (slope * brightMag)
  return Math.log10(bright + random.uniform() * (10 ** (slope * faintMag) - bright)) / slope
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.uniform())
}

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform()

export const clamped = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
