import { bandOfFilter } from '../camera/filter-names.js'
import { InputError } from '../errors.js'
import { julianYearOfMjd, mjdOfDate, mjdOfNite } from './epoch.js'

/** A header's value by keyword; undefined where it is absent or blank. Both FITS headers and tests provide it. */
export type HeaderLookup = (keyword: string) => string | number | undefined

export type EpochSource = 'MJD-OBS' | 'DATE-OBS' | 'NITE' | 'catalog'

/** What the image header says of the exposure; absent where it says nothing. */
export interface ImageFacts {
  readonly epochYr?: number
  readonly epochFrom?: EpochSource
  /** FILTER, else BAND: the whole value, as it is written. */
  readonly filter?: string
  readonly exposureTimeSec?: number
  readonly airmass?: number
  /** What one unit of flux is, from BUNIT, else from the gain. */
  readonly fluxUnit?: 'counts' | 'electrons'
  readonly instrument?: string
  /** Level above which pixels are saturated, in the image's unit. */
  readonly saturation?: number
}

const number = (value: string | number | undefined): number | undefined => {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined
}

/** Between the years 1900 and 2100: a Julian Date, a second count or a blank zero is no MJD. */
const isPlausible = (mjd: number | undefined): mjd is number => mjd !== undefined && mjd > 15_020 && mjd < 88_069

/**
 * The facts of an image header (the LDAC_IMHEAD of a SExtractor catalogue).
 * Epoch: MJD-OBS, else DATE-OBS, else the evening date NITE of the list; else none.
 */
export function imageFacts(header: HeaderLookup, nite: string): ImageFacts {
  const mjdHeader = number(header('MJD-OBS'))
  const mjdDate = mjdOfDate(String(header('DATE-OBS') ?? ''))
  const mjdNite = mjdOfNite(nite)
  const [mjd, epochFrom] = ((): [number | undefined, EpochSource] => {
    if (isPlausible(mjdHeader)) return [mjdHeader, 'MJD-OBS']
    if (isPlausible(mjdDate)) return [mjdDate, 'DATE-OBS']
    return [isPlausible(mjdNite) ? mjdNite : undefined, 'NITE']
  })()
  const filter = [header('FILTER'), header('BAND')].map((value) => String(value ?? '').trim()).find((text) => text !== '')
  const exposureTimeSec = number(header('EXPTIME'))
  const airmass = number(header('AIRMASS'))
  const fluxUnit = fluxUnitOf(header)
  const instrument = String(header('INSTRUME') ?? '').trim()
  const levels = ['SATURATE', 'SATURATA', 'SATURATB'].map((keyword) => number(header(keyword))).filter((level) => level !== undefined && level > 0)
  return {
    ...(mjd === undefined ? {} : { epochYr: julianYearOfMjd(mjd), epochFrom }),
    ...(filter === undefined ? {} : { filter }),
    ...(exposureTimeSec !== undefined && exposureTimeSec > 0 ? { exposureTimeSec } : {}),
    ...(airmass !== undefined && airmass >= 1 ? { airmass } : {}),
    ...(fluxUnit === undefined ? {} : { fluxUnit }),
    ...(instrument === '' ? {} : { instrument }),
    ...(levels.length === 0 ? {} : { saturation: Math.min(...(levels as number[])) }),
  }
}

/** BUNIT where it names one of the two, else a gain: about 1 electron per count is electrons already. Per second or not, no keyword says. */
function fluxUnitOf(header: HeaderLookup): ImageFacts['fluxUnit'] {
  const unit = String(header('BUNIT') ?? '').trim().toLowerCase()
  if (/^(electrons?|e-?)$/.test(unit)) return 'electrons'
  if (/^(adu|counts?|dn)s?$/.test(unit)) return 'counts'
  const gain = ['GAIN', 'GAINA', 'GAINB'].map((keyword) => number(header(keyword))).find((value) => value !== undefined && value > 0)
  if (gain === undefined) return undefined
  return gain < 1.5 ? 'electrons' : 'counts'
}

/**
 * Checks the list's EXPNUM and CCDNUM against those of the image header, where it has them: another CCD's catalogue would be matched elsewhere on the sky.
 *
 * @throws InputError naming both places where they disagree
 */
export function checkIdentity(row: { readonly expnum: number; readonly ccd: number; readonly fileName: string; readonly line: number }, listFile: string, header: HeaderLookup): void {
  for (const [column, listed] of [['EXPNUM', row.expnum], ['CCDNUM', row.ccd]] as const) {
    const found = number(header(column))
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
