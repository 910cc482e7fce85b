import { headerNames, TYPICAL_NAMES, type HeaderNames } from '../camera/keywords.js'
import { SECONDS_IN, type CameraDescription } from '../camera/description.js'
import { InputError } from '../errors.js'
import { DEG_TO_RAD } from '../math/units.js'
import { julianYearOfMjd, mjdOfDate, mjdOfNite } from './epoch.js'
import { isPerSteradian, ofOnePixel, zeropointOfUnit } from './flux-density.js'
import { fluxUnitOf, type FluxUnit } from '../camera/flux-unit.js'
import { GAIN_KEYWORDS, type GainEvidence } from './gain-of-sky.js'
import { KeywordReader, numberOf, type HeaderLookup } from './image-header.js'

/** The source of the epoch; `option`: only the command line gives it. */
export type EpochSource = 'MJD-OBS' | 'DATE-OBS' | 'NITE' | 'option' | 'catalog'

/** Keyword of a catalogue that was measured here: stars that the model of the PSF was made from. */
export const PSF_STARS_KEYWORD = 'PSF_STAR'

/** A unit that is neither counts nor electrons. */
export interface OtherUnit {
  readonly text: string
  /** AB [mag]; absent if the unit is not known, or is per steradian and the area of a pixel is not. */
  readonly zeropoint?: number
}

/** The keyword that tells the unit of a flux, or the description of the camera. */
export type FluxUnitSource = 'BUNIT' | 'TUNIT' | 'GAIN' | 'camera'

/** Facts of the exposure from the image header; absent if the header does not have them. */
export interface ImageFacts {
  readonly epochYr?: number
  readonly epochFrom?: EpochSource
  /** FILTER, else BAND: the whole value, as it is written. */
  readonly filter?: string
  readonly exposureTimeSec?: number
  readonly airmass?: number
  /** The unit of flux, and the keyword that gives it. */
  readonly fluxUnit?: FluxUnit
  readonly fluxUnitFrom?: FluxUnitSource
  /** Any other unit of the pixels, as written, and the zeropoint that it implies. */
  readonly otherUnit?: OtherUnit
  readonly instrument?: string
  /** Level above which pixels are saturated, in the image's unit. */
  readonly saturation?: number
  /** Of a catalogue that was measured here, as is the next. */
  readonly gainEvidence?: GainEvidence
  /** Stars that the model of the PSF was made from. */
  readonly psfStars?: number
}

/** What an image header says, read once. */
export interface HeaderFacts {
  readonly facts: ImageFacts
  readonly expnum?: number
  readonly ccdnum?: number
  /** MJD-OBS and DATE-OBS as MJD, each as far as it can be read. */
  readonly mjdObs?: number
  readonly dateObs?: number
  /** FILTER and BAND as they are written. */
  readonly filters?: readonly [filter: string | undefined, band: string | undefined]
  /** RA_CENT and DEC_CENT [deg]. */
  readonly centre?: { readonly raDeg: number; readonly decDeg: number }
  /** CRVAL of an equatorial projection [deg]. */
  readonly crval?: { readonly raDeg: number; readonly decDeg: number }
  /** The keyword under which each fact was found. */
  readonly keywords: Readonly<
    Partial<Record<'filter' | 'epoch' | 'exposureTime' | 'airmass' | 'expnum' | 'ccd', string>>
  >
  /** Messages about keywords that are there but could not be read. */
  readonly notes: readonly string[]
}

/** Between the years 1900 and 2100: a Julian Date, a second count or a blank zero is no MJD. */
const isPlausible = (mjd: number | undefined): mjd is number => mjd !== undefined && mjd > 15_020 && mjd < 88_069
/** Of a number, or of a date that is in the keyword of a number: its meaning is one. */
const mjdOf = (value: string | number): number | undefined => {
  const mjd = numberOf(value) ?? mjdOfDate(String(value))
  return isPlausible(mjd) ? mjd : undefined
}

type CameraOfFacts = Pick<CameraDescription, 'keywords' | 'detector' | 'detectors' | 'exposureTimeUnit' | 'pixelUnit'>

/**
 * The facts of an image header (the LDAC_IMHEAD of a SExtractor catalogue). Epoch: MJD-OBS, else DATE-OBS, else the
 * evening date NITE of the list; else none. Keywords are those of the camera if its description names them.
 *
 * @param file of the catalogue, for messages
 * @throws InputError `header-contradicts` if a keyword that decides something has several values; `header-unreadable`
 *   if no keyword of the band can be read although one is there
 */
export function imageFacts(header: HeaderLookup, nite: string, file: string, camera?: CameraOfFacts): HeaderFacts {
  const names = camera === undefined ? TYPICAL_NAMES : headerNames(camera.keywords, camera.detector?.amplifiers)
  const reader = new KeywordReader(header, file)
  const decides = { decides: true }
  const hint = { decides: false }
  const told = (fact: keyof HeaderFacts['keywords'], value: unknown, keywords: readonly string[]) => {
    const keyword = value === undefined ? undefined : reader.saying(keywords)
    return keyword === undefined ? {} : { [fact]: keyword }
  }
  const mjdHeader = reader.parsed(names.mjd, mjdOf, 'an MJD or a date')
  const mjdDate = reader.parsed(names.date, (value) => mjdOfDate(String(value)), 'a date')
  const mjdNite = mjdOfNite(nite)
  const [mjd, epochFrom] = ((): [number | undefined, EpochSource] => {
    if (isPlausible(mjdHeader)) return [mjdHeader, 'MJD-OBS']
    if (isPlausible(mjdDate)) return [mjdDate, 'DATE-OBS']
    return [isPlausible(mjdNite) ? mjdNite : undefined, 'NITE']
  })()
  const filters = [reader.text(names.filter, decides), reader.text('BAND', decides)] as const
  const filter = filterOf(filters, header, file, names)
  const centre = positionIn(reader, 'RA_CENT', 'DEC_CENT')
  const crval = isEquatorial(reader) ? positionIn(reader, 'CRVAL1', 'CRVAL2') : undefined
  const expnum = reader.number(names.exposureNumber, decides)
  const ccdnum = reader.parsed(names.ccd, (value) => numberOf(value) ?? detectorNumber(value, camera, file), 'a number')
  const exposureTime = reader.number(names.exposureTime, hint)
  const exposureTimeSec = exposureTime && exposureTime * SECONDS_IN[camera?.exposureTimeUnit ?? 's']
  const airmass = reader.number(names.airmass, hint)
  const fluxUnit = fluxUnitIn(reader, names, header, camera?.pixelUnit)
  const instrument = reader.text('INSTRUME', hint)
  const [used, bySky] = [GAIN_KEYWORDS.used, GAIN_KEYWORDS.bySky].map((keyword) => reader.number(keyword, hint))
  const psfStars = reader.number(PSF_STARS_KEYWORD, hint)
  const levels = reader.numbers([...names.saturation, ...names.amplifierSaturation]).filter((level) => level > 0)
  return {
    facts: {
      ...(mjd === undefined ? {} : { epochYr: julianYearOfMjd(mjd), epochFrom }),
      ...(filter === undefined ? {} : { filter }),
      ...(exposureTimeSec !== undefined && exposureTimeSec > 0 ? { exposureTimeSec } : {}),
      ...(airmass !== undefined && airmass >= 1 ? { airmass } : {}),
      ...fluxUnit,
      ...(instrument === undefined ? {} : { instrument }),
      ...(levels.length === 0 ? {} : { saturation: levels.reduce((least, level) => Math.min(least, level)) }),
      ...(used !== undefined && used > 0 && bySky !== undefined && bySky > 0 ? { gainEvidence: { used, bySky } } : {}),
      ...(psfStars === undefined ? {} : { psfStars }),
    },
    ...(expnum === undefined ? {} : { expnum }),
    ...(ccdnum === undefined ? {} : { ccdnum }),
    ...(mjdHeader === undefined ? {} : { mjdObs: mjdHeader }),
    ...(isPlausible(mjdDate) ? { dateObs: mjdDate } : {}),
    ...(filter === undefined ? {} : { filters }),
    ...(centre === undefined ? {} : { centre }),
    ...(crval === undefined ? {} : { crval }),
    keywords: {
      ...told('filter', filter, filters[0] === undefined ? ['BAND'] : names.filter),
      ...told('epoch', mjd, epochFrom === 'MJD-OBS' ? names.mjd : epochFrom === 'DATE-OBS' ? names.date : []),
      ...told('exposureTime', exposureTime, names.exposureTime),
      ...told('airmass', airmass, names.airmass),
      ...told('expnum', expnum, names.exposureNumber),
      ...told('ccd', ccdnum, names.ccd),
    },
    notes: reader.notes,
  }
}

/**
 * The number of a detector that the camera's headers call by a name: `CHIP_B`. One that is not among the camera's is
 * refused: it would otherwise count as the next one in the file.
 */
function detectorNumber(value: string | number, camera: CameraOfFacts | undefined, file: string): number | undefined {
  const name = String(value).trim().toUpperCase()
  const detectors = camera?.detectors ?? []
  const found = detectors.find((detector) => detector.name.toUpperCase() === name)
  if (found !== undefined || detectors.length === 0) return found?.ccd
  throw new InputError('unknown-detector', 'the image is of a detector that the description of its camera lacks', {
    file,
    found: `'${value}'`,
    expected: `${detectors
      .slice(0, 8)
      .map((one) => one.name)
      .join(', ')}${detectors.length > 8 ? ', ...' : ''}`,
  })
}

/** FILTER, else BAND. */
function filterOf(
  [filter, band]: NonNullable<HeaderFacts['filters']>,
  header: HeaderLookup,
  file: string,
  names: HeaderNames,
): string | undefined {
  if (filter !== undefined || band !== undefined) return filter ?? band
  const keywords = [...names.filter, 'BAND']
  const unreadable = keywords.flatMap((keyword) => header(keyword).unreadable)
  if (unreadable.length === 0) return undefined
  throw new InputError('header-unreadable', `the band of the image (${keywords.join(', ')}) cannot be read`, {
    file,
    hdu: 'LDAC_IMHEAD',
    found: unreadable.join(', '),
    expected: 'text in quotes',
  })
}

function positionIn(reader: KeywordReader, raKeyword: string, decKeyword: string): HeaderFacts['centre'] {
  const [raDeg, decDeg] = [reader.number(raKeyword, { decides: false }), reader.number(decKeyword, { decides: false })]
  return raDeg === undefined || decDeg === undefined || Math.abs(decDeg) > 90 ? undefined : { raDeg, decDeg }
}

/** Whether the image's first axis is right ascension, the second declination (FITS 4.0, 8.2). */
function isEquatorial(reader: KeywordReader): boolean {
  const [first, second] = [reader.text('CTYPE1', { decides: false }), reader.text('CTYPE2', { decides: false })]
  return first?.startsWith('RA---') === true && second?.startsWith('DEC--') === true
}

/**
 * BUNIT if there is one, else what the camera's description says, else a gain: about 1 electron per count is electrons
 * already. A gain does not say whether the unit is per second. Several headers with two units are refused, because no
 * zeropoint would hold for all the detections. If the primary header names another unit than the image's own, the unit
 * is unknown.
 */
function fluxUnitIn(
  reader: KeywordReader,
  names: HeaderNames,
  header: HeaderLookup,
  ofCamera: FluxUnit | undefined,
): Pick<ImageFacts, 'fluxUnit' | 'fluxUnitFrom' | 'otherUnit'> {
  const named = reader.known(names.unit, fluxUnitOf)
  const other = contradictedUnit(header, names.unit)
  if (other !== undefined) {
    const keywords = names.unit.join(', ')
    reader.notes.push(
      `keyword ${keywords} is ${other.own} in the header of the image and ${other.primary} in the primary header: ` +
        'it counts for nothing',
    )
    return {}
  }
  const unit = named ?? reader.text(names.unit, { decides: false })
  if (named !== undefined) return { fluxUnit: named, fluxUnitFrom: 'BUNIT' }
  if (unit !== undefined) return otherUnitOf(unit, reader)
  if (ofCamera !== undefined) return { fluxUnit: ofCamera, fluxUnitFrom: 'camera' }
  const positive = (keywords: readonly string[]) => reader.numbers(keywords).filter((gain) => gain > 0)
  const [whole, amplifiers] = [positive(names.gain), positive(names.amplifierGain)]
  const gains = whole.length > 0 ? whole : amplifiers
  const electrons = gains.filter((gain) => gain < 1.5).length
  if (gains.length === 0 || (electrons > 0 && electrons < gains.length)) return {}
  return { fluxUnit: electrons > 0 ? 'electrons' : 'counts', fluxUnitFrom: 'GAIN' }
}

function otherUnitOf(text: string, reader: KeywordReader): Pick<ImageFacts, 'otherUnit'> {
  if (fluxUnitOf(ofOnePixel(text)) !== undefined) return {}
  const zeropoint = zeropointOfUnit(text, isPerSteradian(text) ? pixelAreaSr(reader) : undefined)
  return { otherUnit: { text, ...(zeropoint === undefined ? {} : { zeropoint }) } }
}

/** Of PIXAR_SR, else of the matrix CDi_j of the WCS. */
function pixelAreaSr(reader: KeywordReader): number | undefined {
  const number = (keyword: string) => reader.number(keyword, { decides: false })
  const told = number('PIXAR_SR')
  if (told !== undefined) return told
  const [xx, xy, yx, yy] = ['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2'].map(number)
  if (xx === undefined || yy === undefined) return undefined
  return Math.abs(xx * yy - (xy ?? 0) * (yx ?? 0)) * DEG_TO_RAD ** 2
}

/** The units that an image's own header and the primary header name, if they are two. */
export function contradictedUnit(
  header: HeaderLookup,
  keywords: readonly string[],
): { readonly own: FluxUnit; readonly primary: FluxUnit } | undefined {
  const unitIn = (lookup: HeaderLookup) =>
    keywords.flatMap((keyword) => lookup(keyword).values.flatMap((value) => fluxUnitOf(String(value)) ?? []))[0]
  const [own, primary] = [unitIn(header), header.inPrimary && unitIn(header.inPrimary)]
  return own === undefined || primary === undefined || own === primary ? undefined : { own, primary }
}
