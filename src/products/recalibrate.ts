import { InputError } from '../errors.js'
import { memorySource } from '../formats/bytes.js'
import {
  findHdu,
  fitsColumns,
  readFitsHeaders,
  readFitsTable,
  type FieldFacts,
  type FitsHdu,
} from '../formats/fits/index.js'
import { TextBuffer } from '../formats/text-buffer.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import {
  CALIBRATED_COLUMNS,
  calibratedMagnitudes,
  micromag,
  zeropointColumns,
  type AppliedZeropoint,
} from './calibrated-catalogue.js'
import type { CatalogueFiles } from './ccd-products.js'

const COMMA = 0x2c
const NEWLINE = 0x0a
const MAGNITUDES = ['MAG_AUTO', 'MAGERR_AUTO', 'MAG_PSF', 'MAGERR_PSF'] as const
const FIRST_MAGNITUDE = CALIBRATED_COLUMNS.indexOf('MAG_AUTO')
const FIRST_ZEROPOINT = CALIBRATED_COLUMNS.indexOf('ZeroPoint')

/**
 * The calibrated catalogue of a CCD with another zeropoint, from its own two files: magnitudes anew from the fluxes,
 * the zeropoint's columns, and all else byte for byte as it is. The same bytes as from the SExtractor catalogue,
 * whatever zeropoint the files have had. The FITS file is changed in place.
 *
 * @param names of the files, for messages
 * @throws InputError if they are damaged, or are not of one catalogue and this CCD
 */
export async function recalibratedFiles(
  { csv, fits }: CatalogueFiles,
  names: { readonly csv: string; readonly fits: string },
  applied: AppliedZeropoint,
): Promise<RecalibratedFiles> {
  const source = memorySource(names.fits, fits)
  const hdus = await readFitsHeaders(source)
  const hdu = findHdu(hdus, 1, names.fits)
  const fields = fitsColumns(hdu)
  const found = fields.map(({ name }) => name).join(',')
  if (found !== CALIBRATED_COLUMNS.join(','))
    throw new InputError('damaged-catalogue', 'the file is no calibrated catalogue', {
      file: names.fits,
      found,
      expected: 'its 25 columns',
    })
  const table = await readFitsTable(source, { hdus, columns: READ_AGAIN })
  for (const [column, expected] of [
    ['EXPNUM', applied.expnum],
    ['CCDNUM', applied.ccd],
  ] as const) {
    const other = numbers(table, column).find((value) => value !== expected)
    if (other !== undefined)
      throw new InputError('damaged-catalogue', 'the calibrated catalogue is of another CCD', {
        file: names.fits,
        column,
        found: other,
        expected: `${expected}`,
      })
  }
  const raDeg = numbers(table, 'ALPHAWIN_J2000')
  const decDeg = numbers(table, 'DELTAWIN_J2000')
  const { at } = applied
  const ofRows = at === undefined ? applied.zeropoint : raDeg.map((ra, row) => at(ra, decDeg[row]!))
  const magnitudes = (['AUTO', 'PSF'] as const).flatMap((kind) => {
    // A catalogue without the flux has no magnitude, one with it has a number in every row.
    const absent = Number.isNaN(numbers(table, `MAG_${kind}`)[0] ?? 0)
    const { mag, magErr } = calibratedMagnitudes(
      numbers(table, `FLUX_${kind}`),
      numbers(table, `FLUXERR_${kind}`),
      ofRows,
      absent,
    )
    return [mag, magErr]
  })
  const { zeropoint, zeropointErr } = zeropointColumns(applied)
  const written = ofRows instanceof Float64Array ? ofRows.map((value) => micromag(-value)) : zeropoint
  const replaced: Readonly<Record<string, ArrayLike<number> | number>> = {
    ...Object.fromEntries(MAGNITUDES.map((name, k) => [name, magnitudes[k]!])),
    ZeroPoint: written,
    ZeroPoint_rms: zeropointErr,
    ZeroPoint_FLAGS: applied.flag,
  }
  const otherCsv = recalibratedCsv(csv, names.csv, table.rowCount, magnitudes, [written, zeropointErr, applied.flag])
  recalibrateFits(fits, hdu, fields, replaced)
  return { csv: otherCsv, fits, raDeg }
}

/** The two files, and the right ascensions that they are sorted by. */
export type RecalibratedFiles = CatalogueFiles & { readonly raDeg: Float64Array }

const READ_AGAIN = [
  'EXPNUM',
  'CCDNUM',
  'ALPHAWIN_J2000',
  'DELTAWIN_J2000',
  ...(['AUTO', 'PSF'] as const).flatMap((kind) => [`FLUX_${kind}`, `FLUXERR_${kind}`, `MAG_${kind}`]),
]

/**
 * Puts other numbers into some columns of the file, in each row its own or the same in all; its header is as it is.
 */
function recalibrateFits(
  fits: Uint8Array,
  { dataOffset, header }: FitsHdu,
  fields: readonly FieldFacts[],
  replaced: Readonly<Record<string, ArrayLike<number> | number>>,
): void {
  const view = new DataView(fits.buffer, fits.byteOffset, fits.byteLength)
  const rowBytes = header.requireInteger('NAXIS1', 0)
  const rows = header.requireInteger('NAXIS2', 0)
  for (const { name, type, offset } of fields) {
    const values = replaced[name]
    if (values === undefined) continue
    for (let row = 0, at = dataOffset + offset; row < rows; row++, at += rowBytes) {
      const value = typeof values === 'number' ? values : values[row]!
      if (type === 'i32') view.setInt32(at, value)
      else view.setFloat64(at, value)
    }
  }
}

function recalibratedCsv(
  csv: Uint8Array,
  file: string,
  rowCount: number,
  magnitudes: readonly Float32Array[],
  [zeropoint, zeropointErr, flag]: readonly [number | ArrayLike<number>, number, number],
): Uint8Array {
  const damaged = (sentence: string, found: string, expected: string) =>
    new InputError('damaged-catalogue', sentence, { file, found, expected })
  const header = `${CALIBRATED_COLUMNS.join(',')}\n`
  const begins = new TextDecoder().decode(csv.subarray(0, header.length))
  if (begins !== header)
    throw damaged('the file is no calibrated catalogue', `'${begins.split('\n')[0]!.slice(0, 60)}'`, 'its 25 columns')
  const endingWith = (value: number) => {
    const tail = new TextBuffer(64)
    tail.float64(value).comma().float64(zeropointErr).comma().integer(flag).byte(NEWLINE)
    return tail.bytes.slice()
  }
  const ending = typeof zeropoint === 'number' ? endingWith(zeropoint) : null
  const text = new TextBuffer(csv.length + 1024)
  text.ascii(header)
  let at = header.length
  for (let row = 0; row < rowCount; row++) {
    const magnitude = afterCommas(csv, at, FIRST_MAGNITUDE)
    const carried = afterCommas(csv, magnitude, MAGNITUDES.length)
    const last = afterCommas(csv, carried, FIRST_ZEROPOINT - FIRST_MAGNITUDE - MAGNITUDES.length)
    const end = csv.indexOf(NEWLINE, last) + 1
    if (magnitude < 0 || carried < 0 || last < 0 || end === 0)
      throw damaged(
        'the calibrated catalogue ends before its rows do',
        `${row} whole rows`,
        `${rowCount} rows, as in the FITS file`,
      )
    text.copy(csv, at, magnitude)
    for (const column of magnitudes) {
      if (!Number.isNaN(column[row]!)) text.float32(column[row]!)
      text.comma()
    }
    text.copy(csv, carried, last).copy(ending ?? endingWith((zeropoint as ArrayLike<number>)[row]!))
    at = end
  }
  if (at !== csv.length)
    throw damaged(
      'the calibrated catalogue has more rows than the FITS file',
      `${csv.length - at} bytes more`,
      `${rowCount} rows`,
    )
  return text.bytes
}

/** Position after this many commas, within the line; -1 if it has fewer. */
function afterCommas(bytes: Uint8Array, at: number, commas: number): number {
  if (at < 0) return -1
  for (let left = commas; left > 0; at++) {
    if (at >= bytes.length || bytes[at] === NEWLINE) return -1
    if (bytes[at] === COMMA) left--
  }
  return at
}

const numbers = (table: Table, name: string): Float64Array => asFloat64(findColumn(table, name)!)!
