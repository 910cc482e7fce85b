import { float64Text } from '../formats/number-text.js'
import { median } from '../math/robust.js'
import type { LegacyList } from './list.js'
import { statisticText, type Statistic } from './matches.js'

/** One line of `Zero_*.csv`. */
export interface ZeroRow {
  readonly fileName: string
  readonly statistic: Statistic
}

/** What the calibrated catalogue of a file is made with. */
export interface AppliedRow {
  readonly fileName: string
  /** As the table prints them. */
  readonly expnum: string
  readonly ccd: string
  /** NaN for a CCD that was not run. */
  readonly newZp: number
  readonly newZpRms: number
  readonly flag: number
}

/** The tables of the flag step. */
interface Merged {
  readonly mergedCsv: string
  readonly mergAllZpCsv: string
  readonly applied: readonly AppliedRow[]
}

const ZERO_HEADER = ['FILENAME', 'Nall', 'Nclipped', 'ZP', 'ZPrms', 'magType']

/** `Zero_*.csv`: the text and the cells that later steps read back from it. */
export function zeroCsv(rows: readonly ZeroRow[], magType: string): string {
  return [ZERO_HEADER.join(','), ...rows.map((row) => zeroCells(row, magType).join(','))].join('\n') + '\n'
}

const zeroCells = ({ fileName, statistic }: ZeroRow, magType: string): string[] => [
  fileName,
  ...statisticText(statistic).split(','),
  magType,
]

/**
 * Joins the whole list with the Zero rows by FILENAME and sets the flags. The values are those of the six-decimal
 * texts.
 *
 * - NewZP, NewZPrms: the exposure's if Nclipped < 4, ZP < -100 or ZPrms > 0.3 (then NewZPFlag1 = 1), else the CCD's
 *   own
 * - NewZPFlag2: 0 if NewZP lies within 0.15 of the median, else -1000 (also without a NewZP)
 * - NewZPFlag3: -9999 for all rows if at least 20 % have Flag2
 * - NewZPFlag: their sum
 */
export function mergeAndFlag(
  list: LegacyList,
  zeroRows: readonly ZeroRow[],
  exposure: Statistic,
  magType: string,
): Merged {
  const records = new Map<string, Map<string, string>>()
  const add = (fileName: string, header: readonly string[], cells: readonly string[]) => {
    const record = records.get(fileName) ?? new Map<string, string>()
    header.forEach((name, k) => record.set(name, cells[k] ?? ''))
    records.set(fileName, record)
  }
  for (const row of list.rows) add(row.fileName, list.header, row.cells)
  for (const row of zeroRows) add(row.fileName, ZERO_HEADER, zeroCells(row, magType))

  const names = [...list.header, ...ZERO_HEADER.filter((name) => !list.header.includes(name))]
  const rows = [...records.values()]
  const columns = new Map(names.map((name) => [name, rereadColumn(rows.map((row) => row.get(name) ?? ''))]))
  const numbers = (name: string) => columns.get(name)!.map((cell) => (cell === '' ? NaN : Number(cell)))
  const nClipped = numbers('Nclipped')
  const zp = numbers('ZP')
  const zpRms = numbers('ZPrms')
  const [, , exposureZp, exposureRms] = statisticText(exposure).split(',').map(Number)

  const borrows = zp.map((value, i) => nClipped[i]! < 4 || value < -100 || zpRms[i]! > 0.3)
  const newZp = zp.map((value, i) => (borrows[i] ? exposureZp! : value))
  const newZpRms = zpRms.map((value, i) => (borrows[i] ? exposureRms! : value))
  const centre = median(newZp.filter((value) => !Number.isNaN(value)))
  const difference = newZp.map((value) => value - centre)
  const flag1 = borrows.map(Number)
  const flag2 = difference.map((value) => (Math.abs(value) < 0.15 ? 0 : -1000))
  const percent = (100 * flag2.filter((flag) => flag !== 0).length) / rows.length
  const flag3 = percent >= 20 ? -9999 : 0
  const flag = flag1.map((value, i) => value + flag2[i]! + flag3)

  const floats = (values: readonly number[]) => values.map((value) => (Number.isNaN(value) ? '' : float64Text(value)))
  const appended: [string, string[]][] = [
    ['NewZP', floats(newZp)],
    ['NewZPrms', floats(newZpRms)],
    ['NewZPFlag1', flag1.map(String)],
    ['DiffZP', floats(difference)],
    ['NewZPFlag2', flag2.map(String)],
    ['Percent1', floats(rows.map(() => percent))],
    ['NewZPFlag3', rows.map(() => String(flag3))],
    ['NewZPFlag', flag.map(String)],
    ['DiffZP1', floats(difference.map((value) => value * 1000))],
  ]
  for (const [name, cells] of appended) columns.set(name, cells)
  const csv = (chosen: readonly string[]) =>
    [chosen.join(','), ...rows.map((_, i) => chosen.map((name) => columns.get(name)![i]!).join(','))].join('\n') + '\n'
  return {
    mergedCsv: csv([...columns.keys()]),
    mergAllZpCsv: csv(['FILENAME', 'EXPNUM', 'CCDNUM', 'NewZP', 'NewZPrms', 'NewZPFlag']),
    applied: rows.map((_, i) => ({
      fileName: columns.get('FILENAME')![i]!,
      expnum: columns.get('EXPNUM')![i]!,
      ccd: columns.get('CCDNUM')![i]!,
      newZp: newZp[i]!,
      newZpRms: newZpRms[i]!,
      flag: flag[i]!,
    })),
  }
}

/** Cells that pandas takes for a missing value. */
const MISSING = new Set(
  '|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|n/a|nan|null'.split('|'),
)
const INTEGER = /^\s*[-+]?\d+\s*$/
const FLOAT = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/

/**
 * A text column as pandas writes it after reading it: whole numbers, else shortest decimals, else the text; with a
 * blank, whole numbers become decimals.
 */
export function rereadColumn(cells: readonly string[]): string[] {
  const present = cells.filter((cell) => !MISSING.has(cell))
  const blankOr = (form: (cell: string) => string) => cells.map((cell) => (MISSING.has(cell) ? '' : form(cell)))
  if (present.length === cells.length && cells.every((cell) => INTEGER.test(cell)))
    return cells.map((cell) => String(BigInt(cell.trim().replace(/^\+/, ''))))
  if (present.every((cell) => FLOAT.test(cell))) return blankOr((cell) => float64Text(Number(cell)))
  return blankOr((cell) => cell)
}
