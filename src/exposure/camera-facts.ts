import type { CameraDescription } from '../camera/description.js'
import type { NamedFilter } from '../camera/filter-names.js'
import { filterOfCamera } from '../camera/filters.js'
import { headerNames, silentAmplifiers } from '../camera/keywords.js'
import { maskOf } from '../camera/masks.js'
import type { RecognisedCamera } from '../camera/recognise.js'
import { imageFacts } from './image-facts.js'
import { KeywordReader, type HeaderLookup } from './image-header.js'

/** One fact that is looked for in an image header. */
export interface CameraFactFound {
  readonly fact: string
  /** As it is shown; undefined if the header does not tell it. */
  readonly value?: string
  /** The keywords that are searched. */
  readonly keywords: readonly string[]
  /** A calibration needs it. */
  readonly needed: boolean
}

/**
 * The facts that the description of a camera finds in the header of an image.
 *
 * @param file for messages
 * @throws InputError as `imageFacts`, for keywords that contradict each other
 */
export function cameraFacts(
  header: HeaderLookup,
  { description }: RecognisedCamera,
  file: string,
): { readonly facts: readonly CameraFactFound[]; readonly notes: readonly string[] } {
  const names = headerNames(description.keywords, description.detector?.amplifiers)
  const { facts, ccdnum, expnum, notes } = imageFacts(header, '', file, description)
  const reader = new KeywordReader(header, file)
  const amplified = (whole: readonly string[], amplifiers: readonly string[]) => {
    const numbers = reader.numbers(whole)
    return numbers.length > 0 ? numbers : reader.numbers(amplifiers)
  }
  const gains = amplified(names.gain, names.amplifierGain).filter((gain) => gain > 0)
  const noises = amplified(names.readNoise, names.amplifierReadNoise).filter((noise) => noise > 0)
  const filter = facts.filter === undefined ? undefined : filterOfCamera(facts.filter, description)
  const { detectors = [] } = description
  const detector = detectors.find(({ ccd }) => ccd === ccdnum)?.name ?? ''
  const mask = maskOf(description.masks, (keyword) => header(keyword).values)
  const found = (fact: string, keywords: readonly string[], value: string | undefined, needed = false) => ({
    ...{ fact, keywords, needed },
    ...(value === undefined ? {} : { value }),
  })
  const unitFrom =
    facts.fluxUnitFrom === 'BUNIT'
      ? reader.saying(names.unit)
      : facts.fluxUnitFrom === 'camera'
        ? "the camera's description"
        : facts.fluxUnitFrom
  const list = (numbers: readonly number[]) => (numbers.length === 0 ? undefined : numbers.join(', '))
  return {
    facts: [
      found(
        'filter',
        [...names.filter, 'BAND'],
        filter && `'${facts.filter}' is band ${filter.band}, ${systemText(filter.system)}`,
        true,
      ),
      found('exposure time', names.exposureTime, withUnit(facts.exposureTimeSec, 's')),
      found('epoch', [...names.mjd, ...names.date], facts.epochYr?.toFixed(5)),
      found('detector', names.ccd, ccdnum === undefined ? undefined : `${ccdnum} ${detector}`.trim()),
      found('exposure number', names.exposureNumber, expnum?.toString()),
      found('airmass', names.airmass, facts.airmass?.toString()),
      found('gain', [...names.gain, ...names.amplifierGain], list(gains)),
      found('read noise', [...names.readNoise, ...names.amplifierReadNoise], list(noises)),
      found('saturation', [...names.saturation, ...names.amplifierSaturation], facts.saturation?.toString()),
      found('unit of the pixels', names.unit, facts.fluxUnit && `${facts.fluxUnit} (${unitFrom})`),
      ...(description.masks === undefined ? [] : [found('mask', whenOf(description.masks), mask?.form)]),
    ],
    notes: [
      ...notes,
      ...unknownFilter(facts.filter, filter),
      ...unclaimedBand(description, filter),
      ...silentAmplifiers(description.detector?.amplifiers, (keyword) => reader.numbers(keyword).length > 0),
    ],
  }
}

const withUnit = (value: number | undefined, unit: string) => (value === undefined ? undefined : `${value} ${unit}`)

const systemText = (system: string): string => (system === 'unnamed' ? 'whose system nothing says' : `system ${system}`)

const whenOf = (masks: readonly { readonly when?: Readonly<Record<string, string>> }[]): string[] => [
  ...new Set(masks.flatMap(({ when = {} }) => Object.keys(when))),
]

function unknownFilter(written: string | undefined, filter: object | undefined): string[] {
  return written === undefined || filter !== undefined
    ? []
    : [`filter '${written}' is not known: put it into the description's filters`]
}

/** A band that the description does not claim for the system of its filter: the calibration then warns of it. */
function unclaimedBand({ bands }: CameraDescription, filter: NamedFilter | undefined): string[] {
  if (filter?.system !== 'des' || bands['des-ab']?.includes(filter.band) === true) return []
  return [`band ${filter.band} is not in the description's bands.des-ab: its passband will not count as DES's`]
}
