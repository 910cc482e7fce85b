import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import {
  fitsColumns,
  axesInWords,
  imageSize,
  LDAC_OBJECTS,
  ldacImageHeaders,
  readFitsHeaders,
  readFitsTable,
  type FitsHdu,
  type FitsHeader,
  type LdacImageHeader,
} from '../../formats/fits/index.js'
import { asFloat64, findColumn, type Column, type Table } from '../../table/columns.js'
import { stackTables } from '../../table/stack.js'
import { plainColumns } from '../detection-columns.js'
import { positionNames } from '../fullcat.js'
import { headerLookup, numberOf } from '../image-header.js'
import type { PlacedDetections } from './detections-outline.js'
import { FLUX_CATALOGUE, foundColumns, ownProduct, type FoundColumns, type NamedColumns } from './given-columns.js'
import type { GivenTable } from './given-image.js'
import { imageColumns } from './one-image.js'
import { renamed, sourceNames } from './renamed-columns.js'
import { MEASURER_KEYWORD, OWN_ENGINE } from './measurer.js'

/** What a FITS file is to the command: tables of detections, one entry for each CCD, or an image. */
export type GivenFits =
  | { readonly kind: 'tables'; readonly tables: readonly GivenTable[] }
  | { readonly kind: 'image'; readonly hdus: readonly FitsHdu[]; readonly primary: FitsHeader }

/**
 * The CCDs whose detections a FITS file holds. SExtractor writes a pair of LDAC_IMHEAD and LDAC_OBJECTS for each
 * extension of an image: pairs of one CCDNUM are amplifiers of one CCD, every other pair is a CCD. In a file without
 * LDAC_OBJECTS every table with positions and a flux is a CCD; its image header is that of the file's only image, else
 * its own and the primary one.
 *
 * @throws InputError `no-objects` if the file holds neither detections nor an image; `several-tables` if headers and
 *   tables cannot be paired; as `readFitsHeaders` for a damaged file
 */
export async function givenFits(source: ByteSource, named: NamedColumns): Promise<GivenFits> {
  const hdus = await readFitsHeaders(source)
  const file = source.name
  const primary = hdus[0]!.header
  const own = hdus.find(({ name }) => name === FLUX_CATALOGUE)
  if (own !== undefined) throw ownProduct({ file, hdu: own.index, found: `EXTNAME '${FLUX_CATALOGUE}'` })
  const objects = hdus.filter(({ name }) => name?.trim().toUpperCase() === LDAC_OBJECTS)
  const tables = objects.length > 0 ? objects : hdus.filter(isTable)
  const images = hdus.filter((hdu) => imageSize(hdu) !== undefined)
  if (objects.length === 0 && tables.every((hdu) => !holdsDetections(hdu, named, file))) {
    // Tables without positions are about the image: BANZAI's of a frame that it could not place, amplifiers, the PSF.
    const isNamed = Object.keys(named).length > 0
    const arePlaceless = tables.every((hdu) => !columnsOf(hdu, {}, { file, hdu: hdu.index }).hasPositions)
    if (images.length > 0 && (tables.length === 0 || (!isNamed && arePlaceless)))
      return { kind: 'image', hdus: images, primary }
    throw noDetections(file, hdus, tables)
  }
  const place = (hdu: FitsHdu) => ({ file, hdu: hdu.index })
  const found = new Map(tables.map((hdu) => [hdu, columnsOf(hdu, named, place(hdu))]))
  const tableOf = (
    members: readonly FitsHdu[],
    headers: readonly FitsHeader[],
    imageHeaders: readonly number[],
  ): GivenTable => ({
    path: file,
    form: 'fits',
    tables: members.map(({ index }) => index),
    imageHeaders,
    headers,
    primary,
    isMeasuredHere: primary.text(MEASURER_KEYWORD) === OWN_ENGINE,
    found: found.get(members[0]!)!,
    placed: () => placedIn(source, hdus, members, found.get(members[0]!)!.columns),
    ofImage: () => ofImageIn(source, hdus, members),
  })
  if (objects.length === 0) {
    const [image, another] = images.length === 1 ? images : images.filter(({ name }) => name?.toUpperCase() === 'SCI')
    const isOnly = image !== undefined && another === undefined
    const detections = tables.filter((hdu) => holdsDetections(hdu, named, file))
    return {
      kind: 'tables',
      tables: detections.map((hdu) => {
        const own = isOnly && detections.length === 1 ? image : hdu
        return tableOf([hdu], [own.header], [own.index])
      }),
    }
  }
  const headers = await ldacImageHeaders(source, hdus)
  return {
    kind: 'tables',
    tables: pairs(file, objects, headers, primary).map(({ members, own }) =>
      tableOf(
        members,
        own.map(({ header }) => header),
        own.map(({ hdu }) => hdu.index),
      ),
    ),
  }
}

interface Pair {
  readonly members: readonly FitsHdu[]
  readonly own: readonly LdacImageHeader[]
}

/** Tables with their image headers; amplifiers of one CCD together. */
function pairs(
  file: string,
  objects: readonly FitsHdu[],
  headers: readonly LdacImageHeader[],
  primary: FitsHeader,
): Pair[] {
  // Several headers of one table are those of one image; what they contradict each other in is refused later.
  if (objects.length === 1) return [{ members: objects, own: headers }]
  if (headers.length !== objects.length) {
    throw new InputError('several-tables', `the file holds several tables of detections (${LDAC_OBJECTS})`, {
      file,
      found: `${objects.length} tables and ${headers.length} image headers`,
      expected: 'an LDAC_IMHEAD before each',
    })
  }
  const byCcd = new Map<string, { members: FitsHdu[]; own: LdacImageHeader[] }>()
  objects.forEach((hdu, k) => {
    const { values } = headerLookup([headers[k]!.header], primary)('CCDNUM')
    const ccdnum = values.length === 1 ? numberOf(values[0]!) : undefined
    const key = ccdnum === undefined ? `HDU ${hdu.index}` : String(ccdnum)
    const pair = byCcd.get(key) ?? { members: [], own: [] }
    pair.members.push(hdu)
    pair.own.push(headers[k]!)
    byCcd.set(key, pair)
  })
  return [...byCcd.values()]
}

const isTable = ({ kind, name }: FitsHdu): boolean =>
  (kind === 'binary table' || kind === 'ASCII table') && name?.toUpperCase() !== 'LDAC_IMHEAD'

const columnsOf = (hdu: FitsHdu, named: NamedColumns, place: { file: string; hdu: number }): FoundColumns =>
  foundColumns(
    fitsColumns(hdu).map(({ name }) => name),
    named,
    place,
  )

function holdsDetections(hdu: FitsHdu, named: NamedColumns, file: string): boolean {
  const { fluxes, chosen, hasPositions } = columnsOf(hdu, lenient(hdu, named), { file, hdu: hdu.index })
  return hasPositions && (fluxes.length > 0 || chosen !== undefined)
}

/** Of the columns that the command names those that the table has. */
function lenient(hdu: FitsHdu, named: NamedColumns): NamedColumns {
  const names = new Set(fitsColumns(hdu).map(({ name }) => name.toLowerCase()))
  return Object.fromEntries(
    Object.entries(named).filter(([, name]) => [name].flat().some((one) => names.has(one.toLowerCase()))),
  )
}

function noDetections(file: string, hdus: readonly FitsHdu[], tables: readonly FitsHdu[]): InputError {
  const compressed = hdus.find(({ kind }) => kind === 'tile-compressed table')
  // Says that the file is cut short, or that the table has to be unpacked, if so.
  if (compressed !== undefined) fitsColumns(compressed)
  for (const table of tables) fitsColumns(table)
  const names = tables.flatMap((table) => fitsColumns(table).map(({ name }) => name))
  const sentence =
    tables.length === 0
      ? 'the file holds neither a table of detections nor an image'
      : 'no table of the file has positions and a flux with its error: say which columns they are with --columns'
  return new InputError('no-objects', sentence, {
    file,
    found: tables.length === 0 ? hdus.map(inWords).join(', ') : `columns ${names.join(' ').slice(0, 300)}`,
    expected: 'ALPHA_J2000, DELTA_J2000 and FLUX_x with FLUXERR_x, or --columns ra=...,dec=...,flux=...',
  })
}

/** An HDU by its number and name, with the axes of its pixels. */
function inWords(hdu: FitsHdu): string {
  const axes = axesInWords(hdu)
  return `HDU ${hdu.index} ${hdu.name ?? `(${hdu.kind})`}${axes === undefined ? '' : ` of ${axes}`}`
}

/** Where the detections of a CCD are. */
async function placedIn(
  source: ByteSource,
  hdus: readonly FitsHdu[],
  members: readonly FitsHdu[],
  columns: FoundColumns['columns'],
): Promise<PlacedDetections> {
  const wanted = [
    ...['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'ALPHA_J2000', 'DELTA_J2000', 'ALPHAPSF_J2000', 'DELTAPSF_J2000'],
    ...(members.length === 1 ? ['XWIN_IMAGE', 'YWIN_IMAGE', 'X_IMAGE', 'Y_IMAGE'] : []),
  ]
  const parts: Table[] = []
  for (const { index } of members) {
    const table = await readFitsTable(source, { hdus, hdu: index, wanted: sourceNames(wanted, columns) })
    parts.push(plainColumns(renamed(table, columns), [], { file: source.name, hdu: index }).table)
  }
  return placedOf(
    stackTables(
      parts,
      source.name,
      members.map(({ index }) => index),
    ),
  )
}

/** The columns that say which image a row is of. */
async function ofImageIn(source: ByteSource, hdus: readonly FitsHdu[], members: readonly FitsHdu[]): Promise<Table> {
  const columns: Column[] = []
  for (const { index } of members) {
    const wanted = imageColumns(fitsColumns(hdus[index]!).map(({ name }) => name))
    if (wanted.length > 0) columns.push(...(await readFitsTable(source, { hdus, hdu: index, wanted })).columns)
  }
  return { rowCount: 0, columns }
}

/** Where the detections of a table are, its columns by SExtractor's names. */
export function placedOf(table: Table): PlacedDetections {
  const values = (name: string | undefined) => {
    const column = name === undefined ? undefined : findColumn(table, name)
    return column === undefined ? undefined : asFloat64(column)
  }
  const [ra, dec] = positionNames(table) ?? []
  const none = new Float64Array(table.rowCount).fill(NaN)
  const [x, y] = ['XWIN_IMAGE', 'YWIN_IMAGE'].map(values)
  const [xPlain, yPlain] = ['X_IMAGE', 'Y_IMAGE'].map(values)
  const pixels = x && y ? { x, y } : xPlain && yPlain ? { x: xPlain, y: yPlain } : {}
  return { raDeg: values(ra) ?? none, decDeg: values(dec) ?? none, ...pixels }
}
