import type { SkyNoise } from '../measure/sky-noise.js'

/** Electrons per unit of an image, from two sources. */
export interface GainEvidence {
  /** By the header: what the errors of fluxes were made with. */
  readonly used: number
  /** By level and noise of the sky. */
  readonly bySky: number
}

/**
 * Header over sky is 0.95 to 1.18 on real images whose neighbouring pixels are not correlated (docs/sensitivity.md):
 * what is left out of it (flat fields, faint objects, fringes) makes a tenth. Half as much again is another gain.
 */
const SAME_GAIN = 1.5

/** Whether two gains may be one. */
export const areOneGain = (a: number, b: number): boolean => Math.max(a / b, b / a) <= SAME_GAIN

/** Keywords of a catalogue that was measured here. */
export const GAIN_KEYWORDS = { used: 'GAINUSED', bySky: 'GAINSKY' } as const

/** What the header says of the sky of the image, and of the noise of its readout. */
export interface SkyOfHeader {
  readonly readNoiseElectrons?: number | undefined
  /** Level of the sky that was taken away, by each keyword that says it, in the image's unit. */
  readonly levels: readonly number[]
}

/**
 * Neighbours of images as they were read agree less: 0.10 at most of thirteen images of six cameras. Of resampled ones
 * it is 0.19 to 0.78, and their noise is no longer that of the light.
 */
const MAX_CORRELATION = 0.12
/** An image whose level is less than this many standard deviations has no sky: 5 of them are 25 electrons. */
const MIN_LEVEL = 5
/** Two keywords of the level of one sky differ by up to 7 %. */
const SAME_LEVEL = 1.25
/** Light that makes as much of the variance as the readout: what the header says of that may be wrong by a fifth. */
const MIN_LIGHT = 1
/** If the header says nothing of the readout, the light has to be three times what 20 electrons make [electron]. */
const MIN_LIGHT_ALONE = 3 * 20 ** 2

/**
 * Electrons of one unit of an image by its photons: with g electrons a unit, g^2 variance = g level + readout noise^2
 * (the photon transfer curve; Janesick 2001, "Scientific Charge-Coupled Devices", section 2.2).
 *
 * The level is the image's, or what the header says if the sky was taken away. Undefined if neither is known, if
 * neighbouring pixels are correlated, or if the readout makes most of the noise.
 */
export function gainOfSky(noise: SkyNoise, { readNoiseElectrons, levels }: SkyOfHeader): number | undefined {
  const { variance, correlation } = noise
  if (Math.abs(correlation) > MAX_CORRELATION) return undefined
  const level = noise.level > MIN_LEVEL * Math.sqrt(variance) ? noise.level : levelTakenAway(noise, levels)
  if (level === undefined) return undefined
  const readout = (readNoiseElectrons ?? 0) ** 2
  const gain = (level + Math.sqrt(level ** 2 + 4 * variance * readout)) / (2 * variance)
  const least = readNoiseElectrons === undefined ? MIN_LIGHT_ALONE : MIN_LIGHT * readout
  return gain * level >= least ? gain : undefined
}

/** The level by the header, if the image's own is about 0. */
function levelTakenAway({ level, variance }: SkyNoise, levels: readonly number[]): number | undefined {
  const isAway = Math.abs(level) < Math.sqrt(variance)
  const [least, most] = [Math.min(...levels), Math.max(...levels)]
  return isAway && least > 0 && most < SAME_LEVEL * least ? (least + most) / 2 : undefined
}
