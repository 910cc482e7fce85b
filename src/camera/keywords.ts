/** Facts of an image header that a camera may write under keywords of its own. */
export const CAMERA_FACTS = [
  'filter',
  'exposureTime',
  'airmass',
  'mjd',
  'date',
  'gain',
  'readNoise',
  'saturation',
  'unit',
  'ccd',
  'exposureNumber',
] as const
export type CameraFact = (typeof CAMERA_FACTS)[number]

/** Keywords of one amplifier of a detector. */
export interface AmplifierKeywords {
  readonly gain?: string
  readonly readNoise?: string
  readonly saturation?: string
}

/** Where each fact is looked for; several keywords have to say the same. */
export interface HeaderNames extends Readonly<Record<CameraFact, readonly string[]>> {
  /** Of the amplifiers, one value each. */
  readonly amplifierGain: readonly string[]
  readonly amplifierReadNoise: readonly string[]
  readonly amplifierSaturation: readonly string[]
}

/** What most cameras write: FITS 4.0, the survey's two amplifiers A and B. */
export const TYPICAL_NAMES: HeaderNames = {
  filter: ['FILTER'],
  exposureTime: ['EXPTIME'],
  airmass: ['AIRMASS'],
  mjd: ['MJD-OBS'],
  date: ['DATE-OBS'],
  gain: ['GAIN'],
  readNoise: ['RDNOISE'],
  saturation: ['SATURATE'],
  unit: ['BUNIT'],
  ccd: ['CCDNUM'],
  exposureNumber: ['EXPNUM'],
  amplifierGain: ['GAINA', 'GAINB'],
  amplifierReadNoise: ['RDNOISEA', 'RDNOISEB'],
  amplifierSaturation: ['SATURATA', 'SATURATB'],
}

/** The keywords of a camera: its own where its description names them, the usual ones for the rest. */
export function headerNames(
  own: Readonly<Partial<Record<CameraFact, readonly string[]>>> = {},
  amplifiers: readonly AmplifierKeywords[] = [],
): HeaderNames {
  const ofAmplifiers = (key: keyof AmplifierKeywords, usual: readonly string[]) => {
    const named = amplifiers.flatMap(({ [key]: keyword }) => keyword ?? [])
    return named.length > 0 ? named : usual
  }
  return {
    ...TYPICAL_NAMES,
    ...own,
    amplifierGain: ofAmplifiers('gain', TYPICAL_NAMES.amplifierGain),
    amplifierReadNoise: ofAmplifiers('readNoise', TYPICAL_NAMES.amplifierReadNoise),
    amplifierSaturation: ofAmplifiers('saturation', TYPICAL_NAMES.amplifierSaturation),
  }
}

/**
 * Sentences about keywords of amplifiers that a header lacks while it has those of other amplifiers: the others then
 * speak for all.
 *
 * @param isSaid whether the header says anything under a keyword
 */
export function silentAmplifiers(
  amplifiers: readonly AmplifierKeywords[] = [],
  isSaid: (keyword: string) => boolean,
): string[] {
  return (['gain', 'readNoise', 'saturation'] as const).flatMap((fact) => {
    const named = amplifiers.flatMap(({ [fact]: keyword }) => keyword ?? [])
    const silent = named.filter((keyword) => !isSaid(keyword))
    return silent.length === 0 || silent.length === named.length
      ? []
      : [`${silent.join(', ')} of an amplifier is not in the header: the other amplifiers count for it`]
  })
}
