import type { RowColumns, RowRules, RowGroup } from './row-group.js'
import { readRowGroup, type PageCodecs, type ParquetFile } from '../../formats/parquet/index.js'
import { nestedIndices29 } from '../../healpix/index.js'
import { asFloat64, findColumn, type Column } from '../../table/columns.js'
import { liesOnBorderOf } from './borders.js'
import type { Findings } from './findings.js'
import type { HatsPartition } from '../read/hats-lists.js'
import { checkKeys, type LastKey } from './keys.js'

/**
 * Checks the rows of one file: positions on the sky, the file's cell, the HEALPix column against the position, its
 * order and statistics, repeated stars, infinite numbers, the count of missing ones. Gives the number of rows. Throws
 * InputError if the file cannot be read.
 */
export async function verifyRows(
  file: ParquetFile,
  partition: HatsPartition,
  rules: RowRules,
  codecs: PageCodecs,
  findings: Findings,
): Promise<number> {
  const { key, raDeg, decDeg, sourceId, others } = rules.columns
  const names = [key?.name, raDeg, decDeg, sourceId, ...others].filter((name) => name !== undefined)
  const missing = names.filter((name) => !file.columns.some((column) => column.name === name))
  for (const column of missing)
    findings.add('structure', 'missing-column', 'the file has no such column that can be read', {
      file: file.source.name,
      column,
    })
  if (missing.length > 0) return file.rowCount
  let last: LastKey | undefined
  let first = 0
  for (const number of file.metadata.row_groups.keys()) {
    const table = await readRowGroup(file, number, names, codecs)
    const group = rowGroupOf({ file, table, number, first }, rules.columns, findings)
    if (group !== undefined) {
      checkPlaces(group, partition, rules, findings)
      checkFinite(group, others, findings)
      if (rules.missingValues === 'NULL') checkMissing(group, others, findings)
      last = checkKeys(group, rules, last, findings)
    }
    first += table.rowCount
  }
  return first
}

/** Looks at the positions; undefined if they are no numbers at all. */
function rowGroupOf(
  read: Pick<RowGroup, 'file' | 'table' | 'number' | 'first'>,
  columns: RowColumns,
  findings: Findings,
): RowGroup | undefined {
  const [raDeg, decDeg] = [columns.raDeg, columns.decDeg].map((column) => {
    const values = asFloat64(findColumn(read.table, column)!)
    if (values === undefined)
      findings.add('structure', 'unfit-column', 'a position column holds no numbers', {
        file: read.file.source.name,
        rowGroup: read.number,
        column,
      })
    return values
  })
  if (raDeg === undefined || decDeg === undefined) return undefined
  const lost = new Set<number>()
  const check = (values: Float64Array, column: string, isFine: (value: number) => boolean, expected: string): void => {
    for (let row = 0; row < values.length; row++) {
      if (isFine(values[row]!)) continue
      lost.add(row)
      findings.add('rows', 'bad-position', 'the position is not on the sky', {
        file: read.file.source.name,
        rowGroup: read.number,
        row: read.first + row,
        column,
        found: String(values[row]),
        expected,
      })
    }
  }
  check(raDeg, columns.raDeg, (ra) => ra >= 0 && ra < 360, 'a number in [0, 360) deg')
  check(decDeg, columns.decDeg, (dec) => dec >= -90 && dec <= 90, 'a number in [-90, 90] deg')
  const onSky = (values: Float64Array) =>
    lost.size === 0 ? values : values.map((value, row) => (lost.has(row) ? 0 : value))
  return { ...read, raDeg, decDeg, cells: nestedIndices29(onSky(raDeg), onSky(decDeg)), lost }
}

/** Every star in the cell of its file; in a margin, none. */
function checkPlaces(
  { file, number, first, raDeg, decDeg, cells, lost }: RowGroup,
  partition: HatsPartition,
  { place, exactCells }: RowRules,
  findings: Findings,
): void {
  const shift = BigInt(2 * (29 - partition.order))
  const from = BigInt(partition.cell) << shift
  const to = BigInt(partition.cell + 1) << shift
  const isWrong = (cell: bigint) => (cell >= from && cell < to) !== (place === 'inside')
  const sentence =
    place === 'inside' ? "the star lies outside the file's cell" : "the star of a margin lies in the file's own cell"
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!
    if (!isWrong(cell) || lost.has(row) || (!exactCells && liesOnBorderOf(partition, raDeg[row]!, decDeg[row]!)))
      continue
    const expected = `${place === 'inside' ? '' : 'not '}cell ${partition.cell} of order ${partition.order}`
    findings.add('rows', 'wrong-cell', sentence, {
      file: file.source.name,
      rowGroup: number,
      row: first + row,
      found: `RA ${raDeg[row]}, Dec ${decDeg[row]}: cell ${cell >> shift}`,
      expected,
    })
  }
}

function checkFinite({ file, table, number, first }: RowGroup, names: readonly string[], findings: Findings): void {
  for (const column of names) {
    const { values } = findColumn(table, column) as Column
    for (let row = 0; row < values.length; row++) {
      if (values[row] !== Infinity && values[row] !== -Infinity) continue
      findings.add('rows', 'infinite', 'a value is infinite; what is missing is NULL, or NaN in stores of schema 3', {
        file: file.source.name,
        rowGroup: number,
        row: first + row,
        column,
        found: String(values[row]),
      })
    }
  }
}

/** What is missing is NULL, and counted: a NaN that is a value would lie beyond every magnitude. */
function checkMissing({ file, table, number }: RowGroup, names: readonly string[], findings: Findings): void {
  for (const name of names) {
    const values = findColumn(table, name)!.values as Float64Array
    let nans = 0
    for (let row = 0; row < values.length; row++) nans += Number(Number.isNaN(values[row]!))
    const chunk = file.metadata.row_groups[number]!.columns.find(
      ({ meta_data: meta }) => meta!.path_in_schema[0] === name,
    )
    const nulls = Number(chunk?.meta_data?.statistics?.null_count ?? NaN)
    if (nulls === nans) continue
    const place = {
      file: file.source.name,
      rowGroup: number,
      column: name,
      found: `${nans} rows without a number`,
      expected: `${nulls} that are NULL`,
    }
    findings.add('rows', 'wrong-null-count', 'the column lacks other values than its statistics count', place)
  }
}
