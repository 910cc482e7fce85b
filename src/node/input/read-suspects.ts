import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { kindOfContent } from '../../catalog/build/build-input.js'
import { InputError } from '../../errors.js'
import { readNumericCsv, type CsvField } from '../../formats/csv.js'
import type { Suspects } from '../../photometry/match/suspects.js'
import { findColumn, type Column, type Table } from '../../table/columns.js'
import { reasonOf } from '../disk/files.js'
import { isGzip } from '../disk/input-chunks.js'
import { degreesOf, findPositionNames, readPositions } from './read-positions.js'
import { readWhole } from '../disk/regular-file.js'
import { gunzipWhole } from '../disk/unpack.js'

/** A list of variables and AGN, and what the provenance says of it. */
export interface ReadSuspects extends Suspects {
  readonly fileName: string
  readonly sha256: string
}

const NEWLINE = 10
/** Names of the catalogue's ids; `id` may also be the name of a list's own. */
const ID_NAMES = ['source_id', 'gaia_source_id', 'gaia_id', 'id']
const LARGEST_ID = 2n ** 63n

/**
 * Reads a list of objects that make poor standards: a CSV file with the catalogue's ids (`source_id`), with positions
 * in degrees (`ra`, `dec`), or both; the list `allwiseagn`; or a FITS or Parquet table with positions. Also `.gz` of
 * the first two.
 *
 * @throws InputError if the file is missing or damaged, or has neither ids nor positions
 */
export async function readSuspects(path: string): Promise<ReadSuspects> {
  const bytes = await readWhole(path, 'wholeFileBytes').catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the list of suspects cannot be read: ${reasonOf(cause as NodeJS.ErrnoException)}`,
      { file: path },
      { cause },
    )
  })
  const facts = { fileName: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') }
  const unpacked = isGzip(bytes) ? gunzipWhole(bytes, path) : bytes
  if (kindOfContent(unpacked.subarray(0, 512), path) === 'csv')
    return { ...facts, ...(await suspectsOfCsv(unpacked, path)) }
  const { raDeg, decDeg } = await readPositions(path)
  return { ...facts, raDeg, decDeg }
}

/**
 * A line of the list of AGN that expCalib's successor reads (`allwiseagn`), which has blanks and no names:
 * WISEA, RA and Dec [deg], W1-W2, W2-W3, W1.
 */
const ALLWISE_AGN = new RegExp(
  String.raw`^\s*(?:WISEA\s*)?J\d{6}\.\d+[+-]\d{6}\.\d+` +
    String.raw`\s+(\d+(?:\.\d*)?)\s+([+-]?\d+(?:\.\d*)?)(?:\s+\S+){3}\s*$`,
)

/** The positions of a list without names, whose every line is of this form. Undefined for another list. */
function suspectsOfAllwise(bytes: Uint8Array, path: string): Suspects | undefined {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/)
  if (!ALLWISE_AGN.test(lines.find((line) => line.trim() !== '') ?? '')) return undefined
  const places = lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const [, ra, dec] = ALLWISE_AGN.exec(line) ?? []
    if (ra !== undefined && Number(ra) <= 360 && Math.abs(Number(dec)) <= 90)
      return [[Number(ra), Number(dec)] as const]
    const place = { file: path, line: i + 1, found: line.slice(0, 100), expected: 'WISEA RA Dec W1-W2 W2-W3 W1' }
    throw new InputError('no-suspects', 'a line of the list of AGN is not like the first', place)
  })
  return { raDeg: Float64Array.from(places, ([ra]) => ra), decDeg: Float64Array.from(places, ([, dec]) => dec) }
}

async function suspectsOfCsv(bytes: Uint8Array, path: string): Promise<Suspects> {
  const agn = suspectsOfAllwise(bytes, path)
  if (agn !== undefined) return agn
  let [id, ra, dec]: (string | undefined)[] = []
  const fields = (header: readonly string[]): CsvField[] => {
    id = header.find((name) => ID_NAMES.includes(name.toLowerCase()))
    ;[ra, dec] = findPositionNames(header) ?? []
    if (id === undefined && ra === undefined) {
      throw new InputError('no-suspects', 'the list of suspects has neither ids nor positions', {
        file: path,
        line: 1,
        found: header.join(', ').slice(0, 200),
        expected: 'a column source_id, or ra and dec',
      })
    }
    const field = (name: string | undefined, type: CsvField['type']): CsvField[] =>
      name === undefined ? [] : [{ name, index: header.indexOf(name), type }]
    return [
      ...field(id, ra !== undefined && id?.toLowerCase() === 'id' ? 'text' : 'i64'),
      ...field(ra, 'f64'),
      ...field(dec, 'f64'),
    ]
  }
  const lines = bytes.reduce((count, byte) => count + Number(byte === NEWLINE), 1)
  let table: Table | undefined
  for await (const whole of readNumericCsv([bytes], { name: path, fields, rowsPerTable: lines + 1 })) table = whole
  const sourceId = id === undefined ? undefined : idsOf(findColumn(table!, id)!)
  return {
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(ra === undefined
      ? {}
      : {
          raDeg: degreesOf('raDeg', findColumn(table!, ra)!, path),
          decDeg: degreesOf('decDeg', findColumn(table!, dec!)!, path),
        }),
  }
}

/** Ids of the catalogue; undefined for a column `id` of names, which are the list's own. */
function idsOf(column: Column): BigInt64Array | undefined {
  if (column.type === 'i64') return column.values
  const texts = column.values as string[]
  const isIds = texts.every((text) => /^\d{1,19}$/.test(text) && BigInt(text) < LARGEST_ID)
  return isIds ? BigInt64Array.from(texts, BigInt) : undefined
}
