import { csvParseRows } from 'd3-dsv'
import { InputError } from '../errors.js'
import { parseCatalogueFileName } from './names.js'
import { NO_ZEROPOINT } from '../products/zero.js'

/** One row of `Zero_*.csv` in the field's sign, m = -2.5 log10(flux) + zeropoint; null if there is none. */
export interface ZeroFacts {
  readonly ccd: number
  readonly band: string | null
  readonly matched: number
  readonly used: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly magsType: string | null
  /** Of a file without the column the one that is said of such files. */
  readonly system: string
  readonly catalog: string | null
  readonly outcome: string | null
  /** Of two amplifiers that a tie has given a zeropoint each. */
  readonly amplifiers?: ZeropointPair
}

/** Zeropoints of amplifiers A and B, in the field's sign. */
export interface ZeropointPair {
  readonly a: number
  readonly b: number
}

/** The row of `allZP_*.csv`, in the field's sign. */
export interface AllZpFacts {
  readonly matched: number
  readonly used: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly system: string
  readonly catalog: string | null
  /** `ccd`, `exposure`, or null in files that do not say. */
  readonly scope: string | null
}

/** The original and `--legacy` name no system: theirs is the catalogue's own magnitude. */
const ORIGINALS_SYSTEM = 'catalog'

/**
 * Rows of `Zero_*.csv`; none for a file that holds its header only, as the original leaves one if a catalogue is
 * missing.
 *
 * @param nameCcd the CCD of the file's name, for a FILENAME that does not say one
 * @param unnamedSystem the system of a file that does not name its own
 * @throws InputError naming file, line and column of what is missing or no number
 */
export function zeroRows(
  text: string,
  file: string,
  nameCcd: number | null,
  unnamedSystem: string = ORIGINALS_SYSTEM,
): ZeroFacts[] {
  return csvRows(text, file, ['FILENAME', 'Nall', 'Nclipped', 'ZP', 'ZPrms']).map(({ textOf, numberOf, line }) => {
    const named = parseCatalogueFileName(textOf('FILENAME') ?? '')
    const ccd = named?.ccd ?? nameCcd
    if (ccd === null) {
      throw new InputError('bad-value', 'the CCD of a row cannot be told', {
        file,
        line,
        column: 'FILENAME',
        found: textOf('FILENAME') ?? 'nothing',
        expected: 'D{exposure}_{band}_{ccd}_...',
      })
    }
    if (nameCcd !== null && ccd !== nameCcd) {
      throw new InputError('wrong-ccd', 'the row is of another CCD than the name of the file', {
        file,
        line,
        column: 'FILENAME',
        found: ccd,
        expected: `${nameCcd}`,
      })
    }
    return {
      ccd,
      band: named?.band ?? null,
      matched: numberOf('Nall'),
      used: numberOf('Nclipped'),
      zeropoint: inFieldSign(numberOf('ZP')),
      zeropointErr: knownNumber(numberOf('ZPrms')),
      magsType: textOf('magType'),
      system: textOf('system') ?? unnamedSystem,
      catalog: textOf('catalog'),
      outcome: textOf('outcome'),
      ...amplifiersOf(textOf, numberOf),
    }
  })
}

/** Blank of a CCD whose amplifiers have one zeropoint; absent in files that no tie has written. */
function amplifiersOf(textOf: CsvRow['textOf'], numberOf: CsvRow['numberOf']): Pick<ZeroFacts, 'amplifiers'> {
  if (textOf('ZP_A') === null || textOf('ZP_B') === null) return {}
  const [a, b] = [inFieldSign(numberOf('ZP_A')), inFieldSign(numberOf('ZP_B'))]
  return a === null || b === null ? {} : { amplifiers: { a, b } }
}

/** The row of `allZP_*.csv`, undefined for a header only. Throws as `zeroRows`. */
export function allZpRow(text: string, file: string, unnamedSystem: string = ORIGINALS_SYSTEM): AllZpFacts | undefined {
  return csvRows(text, file, ['NumStarsAll', 'NumStarsClipped', 'sigclipZP', 'stdsigclipzp']).map(
    ({ textOf, numberOf }) => ({
      matched: numberOf('NumStarsAll'),
      used: numberOf('NumStarsClipped'),
      zeropoint: inFieldSign(numberOf('sigclipZP')),
      zeropointErr: knownNumber(numberOf('stdsigclipzp')),
      system: textOf('system') ?? unnamedSystem,
      catalog: textOf('catalog'),
      scope: textOf('scope'),
    }),
  )[0]
}

/** A number of the files, null for -999 and blanks. */
export const knownNumber = (value: number): number | null =>
  Number.isFinite(value) && value !== NO_ZEROPOINT ? value : null

/** The zeropoint of a stored number: the files hold minus the zeropoint. */
export function inFieldSign(value: number): number | null {
  const stored = knownNumber(value)
  return stored === null ? null : 0 - stored
}

interface CsvRow {
  readonly line: number
  textOf(column: string): string | null
  numberOf(column: string): number
}

function csvRows(text: string, file: string, needed: readonly string[]): CsvRow[] {
  const [header, ...body] = csvParseRows(text.replace(/\r\n?/g, '\n'))
  const names = (header ?? []).map((name) => name.trim())
  for (const column of needed) {
    if (!names.includes(column))
      throw new InputError('missing-column', 'the file lacks a column', {
        file,
        line: 1,
        column,
        found: names.join(',').slice(0, 200) || 'an empty file',
      })
  }
  return body.flatMap((cells, k): CsvRow[] => {
    const line = k + 2
    if (cells.every((cell) => cell.trim() === '')) return []
    if (cells.length !== names.length)
      throw new InputError('ragged-csv', 'the line has another number of fields than the header', {
        file,
        line,
        found: cells.length,
        expected: `${names.length}`,
      })
    const textOf = (column: string) => cells[names.indexOf(column)]?.trim() || null
    const numberOf = (column: string) => {
      const cell = textOf(column)
      const value = cell === null ? NaN : Number(cell)
      if (cell === null || (Number.isNaN(value) && cell.toLowerCase() !== 'nan')) {
        throw new InputError('bad-number', 'the field is not a number', {
          file,
          line,
          column,
          found: JSON.stringify(cell ?? ''),
          expected: 'a number',
        })
      }
      return value
    }
    return [{ line, textOf, numberOf }]
  })
}
