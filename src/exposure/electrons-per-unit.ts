import type { CameraDescription } from '../camera/description.js'
import { headerNames, silentAmplifiers } from '../camera/keywords.js'
import type { FluxUnit } from '../camera/flux-unit.js'
import { KeywordReader, type HeaderLookup } from './image-header.js'
import type { SkyNoise } from '../measure/sky-noise.js'
import { areOneGain, gainOfSky, type SkyOfHeader } from './gain-of-sky.js'
import { imageFacts } from './image-facts.js'

/** The quantities that decide flux errors and saturation, with their sources. */
export interface PixelFacts {
  /** Electrons of one unit of the image; undefined if nothing tells: photon noise of objects is left out then. */
  readonly electronsPerUnit?: number
  /** Level from which pixels are saturated, in the image's unit. */
  readonly saturation?: number
  /** The same if the gain of an image per second is of one unit of it already, not of a count. */
  readonly ifPerSecond?: number
  /** Values to check the electrons per unit with, and the result of the check. */
  readonly sky: SkyOfHeader
  readonly electronsBySky?: number
  /** Messages on their sources. */
  readonly notes: readonly string[]
}

/**
 * Electrons per unit of an image: the gain for counts, 1 for electrons, and the exposure time as often for what is
 * given per second. Undefined for a gain or time that is needed and not known.
 */
export function electronsPerUnit(
  unit: FluxUnit,
  gainElectronsPerCount: number | undefined,
  exposureTimeSec: number | undefined,
): number | undefined {
  const perQuantity = unit.startsWith('electrons') ? 1 : gainElectronsPerCount
  const seconds = unit.endsWith('per second') ? exposureTimeSec : 1
  return perQuantity === undefined || seconds === undefined ? undefined : perQuantity * seconds
}

/** Values of the caller, which override the header. */
export interface KnownPixelFacts {
  /** Electrons per count (ADU). */
  readonly gainElectronsPerCount?: number
  readonly fluxUnit?: FluxUnit
  readonly exposureTimeSec?: number
  readonly saturation?: number
}

/** Level of the sky of the images of the Community Pipeline and of DESDM, of which it was taken away or not. */
const SKY_KEYWORDS = ['AVSKY', 'SKYBRITE']

/**
 * The facts of an image's pixels from its header (GAIN, else the mean of GAINA and GAINB; BUNIT; EXPTIME; SATURATE and
 * those of the amplifiers, the lowest; or under the keywords of the camera), or as the caller knows them. Without a
 * unit the gain counts as electrons of one unit of the image, whatever that is.
 *
 * @throws InputError as `imageFacts`
 */
export function pixelFacts(
  header: HeaderLookup,
  file: string,
  known: KnownPixelFacts = {},
  camera?: CameraDescription,
): PixelFacts {
  const { facts } = imageFacts(header, '', file, camera)
  const names = headerNames(camera?.keywords, camera?.detector?.amplifiers)
  const reader = new KeywordReader(header, file)
  const positive = (keywords: readonly string[]) => reader.numbers(keywords).filter((value) => value > 0)
  const whole = positive(names.gain)
  const gains = whole.length > 0 ? whole : positive(names.amplifierGain)
  const mean = gains.length === 0 ? undefined : gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const gain = known.gainElectronsPerCount ?? mean
  // A unit that only the gain suggests does not count.
  const unit = known.fluxUnit ?? (facts.fluxUnitFrom === 'GAIN' ? undefined : facts.fluxUnit)
  const electrons = electronsPerUnit(unit ?? 'counts', gain, known.exposureTimeSec ?? facts.exposureTimeSec)
  const saturation = known.saturation ?? facts.saturation
  const notes = [
    ...(whole.length > 0
      ? []
      : silentAmplifiers(
          camera?.detector?.amplifiers?.map(({ gain }) => (gain === undefined ? {} : { gain })),
          (keyword) => reader.saying([keyword]) !== undefined,
        )),
    ...(electrons === undefined
      ? ['no gain is known: the errors of fluxes hold the noise of the sky, not that of the light of the objects']
      : []),
    ...(electrons !== undefined && unit === undefined
      ? [`the header names no known unit (BUNIT): the gain counts as electrons of one unit of the image, ${electrons}`]
      : []),
    ...(saturation !== undefined && known.saturation === undefined && unit?.endsWith('per second') === true
      ? [`the saturation level of the header, ${saturation}, counts as in ${unit}: in another unit it flags no star`]
      : []),
    ...(saturation === undefined ? ['no saturation level is known: saturated stars are not flagged as such'] : []),
  ]
  const readNoises = [names.readNoise, names.amplifierReadNoise].map(positive).find((found) => found.length > 0)
  return {
    sky: {
      ...(readNoises ? { readNoiseElectrons: readNoises.reduce((sum, noise) => sum + noise) / readNoises.length } : {}),
      levels: SKY_KEYWORDS.flatMap((keyword) => positive([keyword])),
    },
    ...(electrons === undefined ? {} : { electronsPerUnit: electrons }),
    ...(unit === 'counts per second' && electrons !== undefined ? { ifPerSecond: gain! } : {}),
    ...(saturation === undefined ? {} : { saturation }),
    notes: [...reader.notes, ...notes],
  }
}

/**
 * The facts with what level and noise of the sky tell of the electrons. The gain of an image per second is written in
 * two ways, of a count (the Community Pipeline) or of one unit of the image: the sky decides, else it is of a count.
 */
export function withGainOfSky(facts: PixelFacts, noise: SkyNoise | undefined): PixelFacts {
  const { electronsPerUnit: used, ifPerSecond, sky } = facts
  const bySky = noise && gainOfSky(noise, sky)
  const known = bySky === undefined ? {} : { electronsBySky: bySky }
  if (used === undefined || ifPerSecond === undefined) return { ...facts, ...known }
  const isOfUnit = bySky !== undefined && !areOneGain(used, bySky) && areOneGain(ifPerSecond, bySky)
  const reading = isOfUnit ? 'of one unit of the image, by the noise of the sky' : 'of a count, times EXPTIME'
  const note = `the image is per second, and its gain ${ifPerSecond} counts as electrons ${reading}`
  return { ...facts, ...known, ...(isOfUnit ? { electronsPerUnit: ifPerSecond } : {}), notes: [...facts.notes, note] }
}
