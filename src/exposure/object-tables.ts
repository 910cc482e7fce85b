import { InputError } from '../errors.js'
import {
  findHdu,
  fitsColumns,
  LDAC_IMHEAD,
  LDAC_OBJECTS,
  type FitsHdu,
  type FitsHeader,
  type LdacImageHeader,
} from '../formats/fits/index.js'
import { POSITION_PAIRS } from './detection-columns.js'
import type { FluxChoice } from './fullcat.js'
import { headerLookup, numberOf } from './image-header.js'

/** The tables of a file that hold the detections of one CCD, and the headers of their image. */
interface ObjectTables {
  readonly tables: readonly FitsHdu[]
  readonly headers: readonly FitsHeader[]
}

/**
 * The tables of detections that a row of the list means.
 *
 * SExtractor writes a pair of LDAC_IMHEAD and LDAC_OBJECTS for each extension of an image, so that a file may hold
 * several amplifiers of one CCD, or several CCDs. The pairs whose headers have the row's CCDNUM (and EXPNUM, if they
 * say it) are meant. A file without LDAC_OBJECTS may have one other table with the needed columns.
 *
 * @param imageHeaders of the file, in its order
 * @throws InputError `several-tables` if it cannot be told which tables are meant, `no-objects` if none can be
 */
export function objectTables(
  file: string,
  hdus: readonly FitsHdu[],
  imageHeaders: readonly LdacImageHeader[],
  flux: FluxChoice,
  row: { readonly ccd: number; readonly expnum: number },
): ObjectTables {
  const tables = tablesOfObjects(file, hdus, flux)
  const primary = hdus[0]?.header
  const isMeant = ({ header }: LdacImageHeader): boolean | undefined => {
    const lookup = headerLookup([header], primary)
    const [ccdnum, expnum] = ['CCDNUM', 'EXPNUM'].map((keyword) => lookup(keyword).values.map(numberOf))
    if (ccdnum!.length !== 1 || ccdnum![0] === undefined) return undefined
    return ccdnum![0] === row.ccd && expnum!.every((value) => value === undefined || value === row.expnum)
  }
  if (tables.length === 1) {
    // Several headers of one table: those of this CCD, else all, and what they contradict each other in is refused
    // later.
    const own = imageHeaders.filter((header) => isMeant(header) === true)
    return { tables, headers: (own.length > 0 ? own : imageHeaders).map(({ header }) => header) }
  }
  const meant = imageHeaders.map(isMeant)
  const paired = imageHeaders.length === tables.length && meant.every((answer) => answer !== undefined)
  const chosen = tables.filter((_, k) => paired && meant[k])
  if (chosen.length > 0)
    return { tables: chosen, headers: imageHeaders.flatMap(({ header }, k) => (meant[k] ? [header] : [])) }
  const why = paired
    ? `none of them is of CCD ${row.ccd} by its image header`
    : `their image headers do not tell which are of CCD ${row.ccd}`
  throw new InputError('several-tables', `the file holds several tables of detections (${LDAC_OBJECTS}), and ${why}`, {
    file,
    found: tables
      .map((hdu, k) => `HDU ${hdu.index} of ${hdu.header.number('NAXIS2')} rows${saidBy(imageHeaders[k])}`)
      .join(', '),
    expected: `one ${LDAC_OBJECTS}, or before each an ${LDAC_IMHEAD} with CCDNUM`,
  })
}

function saidBy(header: LdacImageHeader | undefined): string {
  const ccdnum = header?.header.lookup('CCDNUM')
  return ccdnum === undefined ? '' : ` with CCDNUM ${ccdnum}`
}

function tablesOfObjects(file: string, hdus: readonly FitsHdu[], flux: FluxChoice): readonly FitsHdu[] {
  const named = hdus.filter(({ name }) => name?.trim().toUpperCase() === LDAC_OBJECTS)
  if (named.length > 0) return named
  // Says that the file is cut short, if it is.
  if ((hdus.at(-1)?.missingBytes ?? 0) > 0) findHdu(hdus, LDAC_OBJECTS, file)
  const others = hdus.filter(
    ({ kind, name }) => (kind === 'binary table' || kind === 'ASCII table') && name?.toUpperCase() !== LDAC_IMHEAD,
  )
  const fitting = others.filter((hdu) => hasNeeded(hdu, flux))
  if (fitting.length === 1) return fitting
  // The only table is read, so that the column that it lacks is named.
  if (others.length === 1) return others
  const names = hdus
    .slice(1)
    .map(({ index, name, kind }) => `${name ?? 'unnamed'} (HDU ${index}, ${kind})`)
    .join(', ')
  const how = fitting.length > 1 ? 'several others' : 'no other'
  throw new InputError(
    fitting.length > 1 ? 'several-tables' : 'no-objects',
    `the file has no table ${LDAC_OBJECTS}, and ${how} with the columns of detections`,
    {
      file,
      found: names === '' ? 'no extension' : names,
      expected: LDAC_OBJECTS,
    },
  )
}

/** NUMBER, FLAGS, a position and the chosen flux with its error. */
function hasNeeded(hdu: FitsHdu, { fluxNames, fluxErrNames }: FluxChoice): boolean {
  const names = new Set(fitsColumns(hdu).map(({ name }) => name.toUpperCase()))
  const any = (wanted: readonly string[]) => wanted.some((name) => names.has(name))
  return (
    names.has('NUMBER') &&
    names.has('FLAGS') &&
    any(fluxNames) &&
    any(fluxErrNames) &&
    POSITION_PAIRS.some((pair) => pair.every((name) => names.has(name)))
  )
}
