import { kindOfContent } from '../../catalog/build/build-input.js'
import { InputError } from '../../errors.js'
import { foundColumns, ownProduct, type NamedColumns } from '../../exposure/given/given-columns.js'
import type { GivenDetections, GivenForm } from '../../exposure/given/given-detections.js'
import type { GivenTable } from '../../exposure/given/given-image.js'
import { placedOf } from '../../exposure/given/fits-tables.js'
import { imageColumns } from '../../exposure/given/one-image.js'
import { renamed, sourceNames } from '../../exposure/given/renamed-columns.js'
import { plainColumns } from '../../exposure/detection-columns.js'
import type { ByteSource } from '../../formats/bytes.js'
import { readNumericCsv } from '../../formats/csv.js'
import { compressionOf, openFitsSource } from '../../formats/fits/index.js'
import { openParquet, readParquet } from '../../formats/parquet/index.js'
import { asciiHeadNames, beginsAsAsciiHead, readAsciiHead } from '../../formats/sextractor-ascii.js'
import { isOurText } from '../../products/own-text.js'
import { tableOf, type Table } from '../../table/columns.js'
import { gunzipWhole } from '../disk/unpack.js'
import { catalogTools } from '../store/catalog-files.js'

const HEAD_BYTES = 512

/** What a file is that is not FITS; undefined of FITS, and of what only a reader of FITS can name. */
async function otherForm(source: ByteSource): Promise<Exclude<GivenForm, 'fits'> | undefined> {
  const head = await source.slice(0, Math.min(HEAD_BYTES, source.byteLength))
  if (head.length === 0) throw new InputError('empty-file', 'the file is empty', { file: source.name })
  const text = new TextDecoder().decode(head)
  if (text.startsWith('SIMPLE')) return undefined
  if (isOurText(text)) throw ownProduct({ file: source.name })
  if (beginsAsAsciiHead(text)) return 'ascii-head'
  const kind = kindOf(head, source.name, text)
  if (kind !== 'votable') return kind === 'fits' ? undefined : kind
  const way = 'write it as FITS (stilts tcopy in.vot out.fits)'
  throw new InputError('votable', `the file is a VOTable, of which no detections are read: ${way}`, {
    file: source.name,
    expected: 'FITS, ASCII_HEAD of SExtractor, CSV or Parquet',
  })
}

function kindOf(head: Uint8Array, file: string, text: string): ReturnType<typeof kindOfContent> {
  try {
    return kindOfContent(head, file)
  } catch (error) {
    if (error instanceof InputError && error.tag !== 'unknown-format') throw error
    throw new InputError('unknown-format', 'the file is no catalogue that is read', {
      file,
      found: `'${text.slice(0, 24).replace(/[^ -~]/g, '?')}'`,
      expected: 'FITS, ASCII_HEAD of SExtractor, CSV or Parquet, the first three also in gzip',
    })
  }
}

/**
 * A table of detections that is no FITS, as one CCD without a header of its image; undefined of FITS.
 *
 * @throws InputError `no-objects` if it has no positions or no flux
 */
export async function otherTable(source: ByteSource, named: NamedColumns): Promise<GivenTable | undefined> {
  const form = await otherForm(source)
  if (form === undefined) return undefined
  const names = await namesIn(source, form)
  const found = foundColumns(names, named, { file: source.name })
  if (!found.hasPositions || (found.fluxes.length === 0 && found.chosen === undefined)) {
    const lacks = found.hasPositions ? 'flux with its error' : 'positions on the sky'
    throw new InputError('no-objects', `the table has no ${lacks}: say which columns they are with --columns`, {
      file: source.name,
      found: names.join(' ').slice(0, 300) || 'no columns',
      expected: '--columns ra=...,dec=...,flux=...,fluxErr=...',
    })
  }
  const { columns } = found
  return {
    path: source.name,
    form,
    tables: [],
    imageHeaders: [],
    headers: [],
    found,
    placed: async () => {
      const wanted = ['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'ALPHA_J2000', 'DELTA_J2000', 'ALPHAPSF_J2000']
      const pixels = ['DELTAPSF_J2000', 'XWIN_IMAGE', 'YWIN_IMAGE', 'X_IMAGE', 'Y_IMAGE']
      const table = await readColumns(source, form, sourceNames([...wanted, ...pixels], columns))
      return placedOf(plainColumns(renamed(table, columns), [], { file: source.name }).table)
    },
    ofImage: async () => {
      const wanted = imageColumns(names)
      return wanted.length === 0 ? tableOf([]) : readColumns(source, form, wanted, 'text')
    },
  }
}

/** Reads columns of a file that is no FITS; those that it lacks are left out. */
export const readOtherTable =
  (source: ByteSource) =>
  ({ form }: GivenDetections, wanted: readonly string[]): Promise<Table> =>
    readColumns(source, form as Exclude<GivenForm, 'fits'>, wanted)

/** The bytes of a file: by ranges, of one in gzip, or of tables by fpack (`.fz`), all of them. */
export async function unpackedSource(file: ByteSource): Promise<ByteSource> {
  const compression = compressionOf(await file.slice(0, Math.min(6, file.byteLength)))
  if (compression !== undefined) return openFitsSource(file, gunzipWhole)
  return /\.fz$/i.test(file.name) ? (await import('./unpacked-table.js')).unpackedTables(file) : file
}

async function namesIn(source: ByteSource, form: Exclude<GivenForm, 'fits'>): Promise<readonly string[]> {
  if (form === 'parquet') return (await openParquet(source)).columns.map(({ name }) => name)
  const bytes = await source.slice(0, source.byteLength)
  if (form === 'ascii-head') return asciiHeadNames(new TextDecoder().decode(bytes), source.name)
  let names: readonly string[] = []
  const fields = (header: readonly string[]) => ((names = [...header]), [])
  for await (const _rows of readNumericCsv([bytes], { name: source.name, fields })) break
  return names
}

async function readColumns(
  source: ByteSource,
  form: Exclude<GivenForm, 'fits'>,
  wanted: readonly string[],
  type: 'f64' | 'text' = 'f64',
): Promise<Table> {
  if (form === 'parquet') {
    const present = new Set((await openParquet(source)).columns.map(({ name }) => name))
    return readParquet(
      source,
      catalogTools,
      wanted.filter((name) => present.has(name)),
    )
  }
  const bytes = await source.slice(0, source.byteLength)
  if (form === 'ascii-head') return readAsciiHead(new TextDecoder().decode(bytes), source.name, wanted)
  const fields = (header: readonly string[]) =>
    wanted.flatMap((name) => (header.includes(name) ? [{ name, index: header.indexOf(name), type }] : []))
  const lines = bytes.reduce((count, byte) => count + Number(byte === NEWLINE), 1)
  let table: Table | undefined
  for await (const whole of readNumericCsv([bytes], { name: source.name, fields, rowsPerTable: lines + 1 }))
    table = whole
  return table!
}

const NEWLINE = 10
