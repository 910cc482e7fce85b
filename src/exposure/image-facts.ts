import { bandOfFilter } from '../camera/filter-names.js'
import { InputError } from '../errors.js'
import { julianYearOfMjd, mjdOfDate, mjdOfNite } from './epoch.js'
import { fluxUnitOf, type FluxUnit } from './flux-unit.js'
import { KeywordReader, numberOf, type HeaderLookup } from './image-header.js'

export type EpochSource = 'MJD-OBS' | 'DATE-OBS' | 'NITE' | 'catalog'

/** What the image header says of the exposure; absent where it says nothing. */
export interface ImageFacts {
  readonly epochYr?: number
  readonly epochFrom?: EpochSource
  /** FILTER, else BAND: the whole value, as it is written. */
  readonly filter?: string
  readonly exposureTimeSec?: number
  readonly airmass?: number
  /** What one unit of flux is, and the keyword that tells. */
  readonly fluxUnit?: FluxUnit
  readonly fluxUnitFrom?: 'BUNIT' | 'GAIN'
  readonly instrument?: string
  /** Level above which pixels are saturated, in the image's unit. */
  readonly saturation?: number
}

/** What an image header says, read once. */
export interface HeaderFacts {
  readonly facts: ImageFacts
  readonly expnum?: number
  readonly ccdnum?: number
  /** Sentences about keywords that stand there and could not be read. */
  readonly notes: readonly string[]
}

/** Between the years 1900 and 2100: a Julian Date, a second count or a blank zero is no MJD. */
const isPlausible = (mjd: number | undefined): mjd is number => mjd !== undefined && mjd > 15_020 && mjd < 88_069
/** Of a number, or of a date that stands in the keyword of a number: its meaning is one. */
const mjdOf = (value: string | number): number | undefined => {
  const mjd = numberOf(value) ?? mjdOfDate(String(value))
  return isPlausible(mjd) ? mjd : undefined
}

/**
 * The facts of an image header (the LDAC_IMHEAD of a SExtractor catalogue).
 * Epoch: MJD-OBS, else DATE-OBS, else the evening date NITE of the list; else none.
 *
 * @param file of the catalogue, for messages
 * @throws InputError `header-contradicts` if a keyword that decides something has several values; `header-unreadable`
 *   if no keyword of
 *   the band can be read although one is there
 */
export function imageFacts(header: HeaderLookup, nite: string, file: string): HeaderFacts {
  const reader = new KeywordReader(header, file)
  const decides = { decides: true }
  const hint = { decides: false }
  const mjdHeader = reader.parsed('MJD-OBS', mjdOf, 'an MJD or a date')
  const mjdDate = reader.parsed('DATE-OBS', (value) => mjdOfDate(String(value)), 'a date')
  const mjdNite = mjdOfNite(nite)
  const [mjd, epochFrom] = ((): [number | undefined, EpochSource] => {
    if (isPlausible(mjdHeader)) return [mjdHeader, 'MJD-OBS']
    if (isPlausible(mjdDate)) return [mjdDate, 'DATE-OBS']
    return [isPlausible(mjdNite) ? mjdNite : undefined, 'NITE']
  })()
  const filter = filterOf(header, reader, file)
  const expnum = reader.number('EXPNUM', decides)
  const ccdnum = reader.number('CCDNUM', decides)
  const exposureTimeSec = reader.number('EXPTIME', hint)
  const airmass = reader.number('AIRMASS', hint)
  const fluxUnit = fluxUnitIn(reader)
  const instrument = reader.text('INSTRUME', hint)
  const levels = reader.numbers('SATURATE', 'SATURATA', 'SATURATB').filter((level) => level > 0)
  return {
    facts: {
      ...(mjd === undefined ? {} : { epochYr: julianYearOfMjd(mjd), epochFrom }),
      ...(filter === undefined ? {} : { filter }),
      ...(exposureTimeSec !== undefined && exposureTimeSec > 0 ? { exposureTimeSec } : {}),
      ...(airmass !== undefined && airmass >= 1 ? { airmass } : {}),
      ...fluxUnit,
      ...(instrument === undefined ? {} : { instrument }),
      ...(levels.length === 0 ? {} : { saturation: levels.reduce((least, level) => Math.min(least, level)) }),
    },
    ...(expnum === undefined ? {} : { expnum }),
    ...(ccdnum === undefined ? {} : { ccdnum }),
    notes: reader.notes,
  }
}

/** FILTER, else BAND. */
function filterOf(header: HeaderLookup, reader: KeywordReader, file: string): string | undefined {
  const [filter, band] = [reader.text('FILTER', { decides: true }), reader.text('BAND', { decides: true })]
  if (filter !== undefined || band !== undefined) return filter ?? band
  const unreadable = [...header('FILTER').unreadable, ...header('BAND').unreadable]
  if (unreadable.length === 0) return undefined
  throw new InputError('header-unreadable', 'the band of the image (FILTER, BAND) cannot be read', {
    file,
    hdu: 'LDAC_IMHEAD',
    found: unreadable.join(', '),
    expected: 'text in quotes',
  })
}

/**
 * BUNIT if there is one, else a gain: about 1 electron per count is electrons already. Per second or not, no gain
 * says.
 */
function fluxUnitIn(reader: KeywordReader): Pick<ImageFacts, 'fluxUnit' | 'fluxUnitFrom'> {
  const unit = reader.text('BUNIT', { decides: false })
  const named = unit === undefined ? undefined : fluxUnitOf(unit)
  if (named !== undefined) return { fluxUnit: named, fluxUnitFrom: 'BUNIT' }
  const positive = (...keywords: string[]) => reader.numbers(...keywords).filter((gain) => gain > 0)
  const [whole, amplifiers] = [positive('GAIN'), positive('GAINA', 'GAINB')]
  const gains = whole.length > 0 ? whole : amplifiers
  const electrons = gains.filter((gain) => gain < 1.5).length
  if (unit !== undefined || gains.length === 0 || (electrons > 0 && electrons < gains.length)) return {}
  return { fluxUnit: electrons > 0 ? 'electrons' : 'counts', fluxUnitFrom: 'GAIN' }
}

/**
 * Checks the list's EXPNUM and CCDNUM against those of the image header, where it has them: another CCD's catalogue would be matched elsewhere on the sky.
 *
 * @throws InputError naming both places where they disagree
 */
export function checkIdentity(
  row: { readonly expnum: number; readonly ccd: number; readonly fileName: string; readonly line: number },
  listFile: string,
  header: Pick<HeaderFacts, 'expnum' | 'ccdnum'>,
): void {
  const pairs = [['EXPNUM', row.expnum, header.expnum], ['CCDNUM', row.ccd, header.ccdnum]] as const
  for (const [column, listed, found] of pairs) {
    if (found === undefined || found === listed) continue
    throw new InputError('identity-disagrees', `${column} disagrees with the image header of ${row.fileName}`, {
      file: listFile,
      line: row.line,
      column,
      found: `${listed} in the list and ${found} there`,
      expected: 'one number',
    })
  }
}

/**
 * Checks the list's BAND against the token of the file name and the image header's filter: in the AB system
 * of a camera a wrong band costs 0.3 to 1.3 mag. Names are read by one table: `SDSS i` is i, and `V` is V.
 *
 * @throws InputError if two disagree, naming both places; if a name is not known that differs from the others
 */
export function checkBand(row: ListedBand, listFile: string, filter: string | undefined): void {
  const token = /^D\d+_([^_]+)_/.exec(row.fileName)?.[1]
  if (token !== undefined) compareBands(row, listFile, 'the name', token)
  if (filter !== undefined) compareBands(row, listFile, 'the image header (FILTER, BAND)', filter)
}

interface ListedBand {
  readonly bandText: string
  readonly fileName: string
  readonly line: number
}

function compareBands({ bandText, fileName, line }: ListedBand, listFile: string, where: string, value: string): void {
  if (bandText === value) return
  const listed = bandOfFilter(bandText)
  const found = bandOfFilter(value)
  const inList = { file: listFile, line, column: 'BAND' }
  const expected = `a filter's name such as i, ip, 'SDSS i', V or N964`
  if (listed === undefined) {
    const sentence = `BAND of the list is no filter that is known: write the band (u, g, r, i, z, Y) that ${where} of ${fileName} means by '${value}'`
    throw new InputError('unknown-filter', sentence, { ...inList, found: `'${bandText}'`, expected })
  }
  if (found === undefined) {
    const sentence = `the filter in ${where} of ${fileName} is not known: if it is the list's ${bandText}, write that there`
    throw new InputError('unknown-filter', sentence, { ...inList, found: `'${value}'`, expected })
  }
  if (listed === found) return
  throw new InputError('band-disagrees', `BAND disagrees with ${where} of ${fileName}`, {
    ...inList,
    found: `'${bandText}' in the list and '${value}' there`,
    expected: 'one band',
  })
}
