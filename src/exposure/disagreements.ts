import { bandOfFilter } from '../camera/filter-names.js'
import { filterOfCamera, type CameraFilter } from '../camera/filters.js'
import { InputError, type Place } from '../errors.js'
import { separationArcsec } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import { ccdShape } from './ccd-shape.js'
import type { Comparison, FiledFacts, ListedFacts } from './comparison.js'
import type { HeaderFacts } from './image-facts.js'

export const degBetween = (a: { raDeg: number; decDeg: number }, b: { raDeg: number; decDeg: number }): number =>
  separationArcsec(a.raDeg, a.decDeg, b.raDeg, b.decDeg) / ARCSEC_PER_DEG

export const disagreement = (tag: string, sentence: string, place: Place): InputError =>
  new InputError(tag, sentence, place)

export function identity(
  { row, listFile }: ListedFacts,
  column: string,
  listed: number,
  found: number | undefined,
): InputError | undefined {
  if (found === undefined || found === listed) return undefined
  return disagreement('identity-disagrees', `${column} disagrees with the image header of ${row.fileName}`, {
    ...{ file: listFile, line: row.line, column },
    found: `${listed} in the list and ${found} there`,
    expected: 'one number',
  })
}

/** Exposure, band and CCD in the name of a catalogue: `D00668439_i_28_r4p5_fullcat.fits`. */
export const NAME = /^D(\d+)_([^_]+)(?:_(\d+)(?=_|\.))?/

/** The name of a file is another exposure's or CCD's: refused unless the image header confirms the list. */
export function nameComparison(column: 'EXPNUM' | 'CCDNUM', follows: 'refusal' | 'note'): Comparison<FiledFacts> {
  return {
    fact: column === 'EXPNUM' ? 'exposure number' : 'CCD number',
    sources: `${column} of the list and the number in the file name`,
    tolerance:
      follows === 'refusal'
        ? 'none, if the image header does not tell'
        : 'any, if the image header agrees with the list',
    follows,
    differs: ({ row, listFile, header }) => {
      const [listed, told, token] =
        column === 'EXPNUM'
          ? [row.expnum, header.expnum, NAME.exec(row.fileName)?.[1]]
          : [row.ccd, header.ccdnum, NAME.exec(row.fileName)?.[3]]
      if (token === undefined || Number(token) === listed || (told === undefined) !== (follows === 'refusal'))
        return undefined
      return disagreement('identity-disagrees', `${column} disagrees with the name of ${row.fileName}`, {
        ...{ file: listFile, line: row.line, column },
        found: `${listed} in the list and ${token} there`,
        expected: told === undefined ? 'one number' : 'one number; the image header confirms the list',
      })
    },
  }
}

/** FILTER and BAND of a header if both are known filters, of two bands; undefined if nothing contradicts. */
export function otherBand(
  [filter, band]: readonly [filter?: string | undefined, band?: string | undefined] = [],
  filters: readonly CameraFilter[] = [],
): string | undefined {
  const [one, other] = [filter, band].map((name) => name && filterOfCamera(name, { filters })?.band)
  return one && other && one !== other ? `FILTER '${filter}' and BAND '${band}'` : undefined
}

export function bandsDiffer(
  { bandText, fileName, line }: ListedFacts['row'],
  listFile: string,
  where: string,
  value: string,
  filters: readonly CameraFilter[] = [],
): InputError | undefined {
  if (bandText === value) return undefined
  const listed = bandOfFilter(bandText)
  const found = filterOfCamera(value, { filters })?.band
  const inList = { file: listFile, line, column: 'BAND' }
  const expected = `a filter's name such as i, ip, 'SDSS i', V or N964`
  if (listed === undefined) {
    const meant = `that ${where} of ${fileName} means by '${value}'`
    const sentence = `BAND of the list is no filter that is known: write the band (u, g, r, i, z, Y) ${meant}`
    return disagreement('unknown-filter', sentence, { ...inList, found: `'${bandText}'`, expected })
  }
  if (found === undefined) {
    const way = `if it is the list's ${bandText}, write that there`
    const sentence = `the filter in ${where} of ${fileName} is not known: ${way}`
    return disagreement('unknown-filter', sentence, { ...inList, found: `'${value}'`, expected })
  }
  if (listed === found) return undefined
  const place = { ...inList, found: `'${bandText}' in the list and '${value}' there`, expected: 'one band' }
  return disagreement('band-disagrees', `BAND disagrees with ${where} of ${fileName}`, place)
}

export function positionsDiffer(
  { row, listFile }: ListedFacts,
  keywords: string,
  position: HeaderFacts['centre'],
  toleranceDeg: number,
): InputError | undefined {
  if (position === undefined) return undefined
  const { middle } = ccdShape(row.corners)
  const offDeg = degBetween(position, middle)
  if (!(offDeg > toleranceDeg)) return undefined
  return disagreement(
    'position-disagrees',
    `${keywords} of the image header of ${row.fileName} are elsewhere than the corners`,
    {
      ...{ file: listFile, line: row.line },
      found: `(${position.raDeg}, ${position.decDeg}), ${offDeg.toPrecision(3)} deg from the middle of the CCD`,
      expected: `at most ${toleranceDeg.toPrecision(3)} deg`,
    },
  )
}
