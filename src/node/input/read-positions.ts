import { stat } from 'node:fs/promises'
import { kindOfContent } from '../../catalog/build/build-input.js'
import { factorOf } from '../../catalog/rows/column-units.js'
import { neighbourCells } from '../../catalog/cell-neighbours.js'
import { InputError } from '../../errors.js'
import { readNumericCsv } from '../../formats/csv.js'
import { fitsColumns, readFitsHeaders, readFitsTable } from '../../formats/fits/index.js'
import { openParquet, readParquet } from '../../formats/parquet/index.js'
import { readVotable } from '../../formats/votable/read.js'
import { nestedIndex, rangesFromCells, type CellRanges } from '../../healpix/index.js'
import type { SkyPositions } from '../../math/match-sky.js'
import { asFloat64, findColumn, type Column, type Table } from '../../table/columns.js'
import { catalogTools } from '../store/catalog-files.js'
import { fileSource, openInput, reasonOf } from '../disk/files.js'
import { firstBytes, inputChunks, isGzip } from '../disk/input-chunks.js'
import { openCatalog } from '../store/open-catalog.js'

/** Names of right ascension and declination in degrees, the better first; compared without regard to case. */
const POSITION_NAMES = [
  ['ALPHAWIN_J2000', 'DELTAWIN_J2000'],
  ['ALPHA_J2000', 'DELTA_J2000'],
  ['ra', 'dec'],
  ['raj2000', 'dej2000'],
  ['ra_icrs', 'de_icrs'],
  ['ra_deg', 'dec_deg'],
] as const

/** Positions of a local catalogue, and where they were found. */
export interface ReadPositions extends SkyPositions {
  readonly file: string
  /** What the positions are called there. */
  readonly columns: readonly [ra: string, dec: string]
}

/**
 * Positions of a FITS table (also LDAC), CSV, VOTable, Parquet file (each but the last also `.gz`) or reference
 * catalogue.
 *
 * @param within limits a reference catalogue to what lies near these positions; without it the whole catalogue is read
 * @throws InputError if the file is missing or damaged or has no columns of positions
 */
export async function readPositions(path: string, within?: SkyPositions): Promise<ReadPositions> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the catalogue cannot be read: ${reasonOf(cause)}`,
      { file: path },
      { cause },
    )
  })
  if (facts.isDirectory()) {
    const catalog = await openCatalog(path)
    const { raDeg, decDeg } = await catalog.read(within === undefined ? catalog.coverage : cellsNear(within), [])
    return { file: path, raDeg, decDeg, columns: ['ra', 'dec'] }
  }
  const kind = await kindOfFile(path)
  if (kind === 'csv') return csvPositions(path)
  if (kind === 'parquet') return parquetPositions(path)
  if (kind === 'votable') return votablePositions(path)
  return fitsPositions(path)
}

/** Whether a path is a FITS file, plain or `.gz`; not if it is a directory, or not there. */
export async function isFitsFile(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined)
  return facts?.isFile() === true && (await kindOfFile(path)) === 'fits'
}

async function kindOfFile(path: string): Promise<ReturnType<typeof kindOfContent>> {
  const head = await firstBytes(path, 512)
  return kindOfContent(isGzip(head) ? await firstUnpacked(path) : head, path)
}

async function firstUnpacked(path: string): Promise<Uint8Array> {
  for await (const chunk of inputChunks(path)) return chunk
  return new Uint8Array(0)
}

async function csvPositions(path: string): Promise<ReadPositions> {
  let names: readonly [string, string] = ['', '']
  const pieces: Table[] = []
  const fields = (header: readonly string[]) => {
    names = positionNames(header, path)
    return names.map((name) => ({ name, index: header.indexOf(name), type: 'f64' as const }))
  }
  for await (const table of readNumericCsv(inputChunks(path), { name: path, fields })) pieces.push(table)
  return { file: path, ...positionsOf(pieces, names, path), columns: names }
}

/** Of the first table that has positions; a second one is refused. */
async function votablePositions(path: string): Promise<ReadPositions> {
  let names: readonly [string, string] = ['', '']
  let present: readonly string[] = []
  const pieces: Table[] = []
  const fields = (header: readonly string[]) => {
    present = header.length > present.length ? header : present
    const found = findPositionNames(header)
    if (found === undefined) return undefined
    names = found
    return names.map((name) => ({ name, index: header.indexOf(name), type: 'f64' as const }))
  }
  const onNone = () => positionNames(present, path)
  for await (const table of readVotable(inputChunks(path), { name: path, fields, onNone })) pieces.push(table)
  return { file: path, ...positionsOf(pieces, names, path), columns: names }
}

async function parquetPositions(path: string): Promise<ReadPositions> {
  const source = await fileSource(path)
  const file = await openParquet(source)
  const readable = file.columns.map(({ name }) => name)
  const names =
    findPositionNames(readable) ??
    positionNames(
      file.schema.children.map(({ element }) => element.name),
      path,
    )
  return { file: path, ...positionsOf([await readParquet(source, catalogTools, names)], names, path), columns: names }
}

async function fitsPositions(path: string): Promise<ReadPositions> {
  const source = await openInput(path)
  const hdus = await readFitsHeaders(source)
  const tables = hdus.filter(({ kind }) => kind === 'binary table' || kind === 'ASCII table')
  const named = tables.map((hdu) => ({ hdu, columns: fitsColumns(hdu).map(({ name }) => name) }))
  const { hdu, columns } = named.find(({ columns }) => findPositionNames(columns) !== undefined) ?? {
    hdu: undefined,
    columns: named.flatMap(({ columns }) => columns),
  }
  const names = positionNames(columns, path)
  return {
    file: path,
    ...positionsOf([await readFitsTable(source, { hdus, hdu: hdu!.index, columns: [...names] })], names, path),
    columns: names,
  }
}

/** The columns of right ascension and declination among names; undefined if there are none. */
export function findPositionNames(present: readonly string[]): readonly [string, string] | undefined {
  const known = new Map(present.map((name) => [name.toLowerCase(), name]))
  for (const [ra, dec] of POSITION_NAMES) {
    const [foundRa, foundDec] = [known.get(ra.toLowerCase()), known.get(dec.toLowerCase())]
    if (foundRa !== undefined && foundDec !== undefined) return [foundRa, foundDec]
  }
  return undefined
}

function positionNames(present: readonly string[], file: string): readonly [string, string] {
  const names = findPositionNames(present)
  if (names !== undefined) return names
  const expected = POSITION_NAMES.map((pair) => pair.join(' and ')).join(', or ')
  throw new InputError('no-positions', 'the catalogue has no columns of positions', {
    file,
    found: present.join(', ').slice(0, 200) || 'no columns',
    expected,
  })
}

function positionsOf(pieces: readonly Table[], [ra, dec]: readonly [string, string], file: string): SkyPositions {
  const joined = (star: 'raDeg' | 'decDeg', name: string) => {
    const parts = pieces.map((piece) => degreesOf(star, findColumn(piece, name)!, file))
    const whole = new Float64Array(parts.reduce((total, part) => total + part.length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
  return { raDeg: joined('raDeg', ra), decDeg: joined('decDeg', dec) }
}

/**
 * A column of positions in degrees, from the unit that the file declares. Throws InputError for text, for a unit of
 * something else and for a declination beyond the poles, as of swapped columns.
 */
export function degreesOf(star: 'raDeg' | 'decDeg', column: Column, file: string): Float64Array {
  const values = asFloat64(column)
  if (values === undefined)
    throw new InputError('unfit-column', 'the column holds no numbers', { file, column: column.name })
  const factor = factorOf(star, column.unit, { file, column: column.name })
  const degrees = factor === 1 ? values : values.map((value) => value * factor)
  const beyond = star === 'decDeg' ? degrees.find((dec) => Math.abs(dec) > 90) : undefined
  if (beyond === undefined) return degrees
  throw new InputError('unfit-column', 'the column holds no declinations', {
    file,
    column: column.name,
    found: beyond,
    expected: '-90 to 90 degrees',
  })
}

/** Cells of 0.86 arcmin: wide against any match radius of use, and a field's positions share them. */
const NEAR_ORDER = 12

/** The cells of the positions, and those round them. */
function cellsNear({ raDeg, decDeg }: SkyPositions): CellRanges {
  const cells = new Set<number>()
  for (let i = 0; i < raDeg.length; i++) {
    if (Number.isFinite(raDeg[i]!) && Math.abs(decDeg[i]!) <= 90)
      cells.add(nestedIndex(NEAR_ORDER, raDeg[i]!, decDeg[i]!))
  }
  return rangesFromCells(
    NEAR_ORDER,
    [...cells].flatMap((cell) => [cell, ...neighbourCells(NEAR_ORDER, cell)]),
  )
}
