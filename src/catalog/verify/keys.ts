import { findColumn } from '../../table/columns.js'
import { liesNearCell } from './borders.js'
import type { Findings } from './findings.js'
import type { RowGroup, RowRules } from './row-group.js'

/** The key of the row before, and the stars that share it: hardly ever two. */
export interface LastKey {
  readonly key: bigint
  readonly stars: (readonly [id: unknown, raDeg: number, decDeg: number])[]
}

/**
 * The HEALPix column of a row group: the cells of the positions, ascending from the group before on, within the
 * statistics by which readers choose row groups; and no star twice, with one id at one position, which is to say in one
 * cell.
 */
export function checkKeys(
  { file, table, number, first, raDeg, decDeg, cells, lost }: RowGroup,
  { columns, exactCells }: RowRules,
  before: LastKey | undefined,
  findings: Findings,
): LastKey | undefined {
  const column = columns.key === undefined ? undefined : findColumn(table, columns.key.name)!
  const place = (row: number) => ({
    file: file.source.name,
    rowGroup: number,
    row: first + row,
    ...(column === undefined ? {} : { column: column.name }),
  })
  if (column !== undefined && column.type !== 'i64' && column.type !== 'i32') {
    findings.add('structure', 'unfit-column', 'the HEALPix column holds no whole numbers', {
      file: file.source.name,
      rowGroup: number,
      column: column.name,
      found: column.type,
    })
    return before
  }
  const order = columns.key?.order ?? 29
  const shift = BigInt(2 * (29 - order))
  const ids = columns.sourceId === undefined ? undefined : findColumn(table, columns.sourceId)!.values
  const [least, most] = statisticsOf(file, number, column?.name)
  let last = before
  for (let row = 0; row < cells.length; row++) {
    const recomputed = cells[row]! >> shift
    const value = column === undefined ? recomputed : BigInt(column.values[row]!)
    if (
      value !== recomputed &&
      !lost.has(row) &&
      (exactCells || !liesNearCell(order, value, raDeg[row]!, decDeg[row]!))
    ) {
      findings.add('rows', 'wrong-key', 'the HEALPix column is not the cell of the position', {
        ...place(row),
        found: String(value),
        expected: String(recomputed),
      })
    }
    if (column !== undefined && last !== undefined && value < last.key) {
      findings.add('rows', 'unsorted', 'the rows do not ascend', {
        ...place(row),
        found: String(value),
        expected: `${last.key} or more`,
      })
    }
    if ((least !== undefined && value < least) || (most !== undefined && value > most)) {
      findings.add(
        'rows',
        'bad-statistics',
        'the row lies outside the statistics of its row group, so that readers miss it',
        { ...place(row), found: String(value), expected: `${least} to ${most}` },
      )
    }
    const star = [ids?.[row], raDeg[row]!, decDeg[row]!] as const
    if (last?.key !== value) {
      last = { key: value, stars: [star] }
      continue
    }
    if (ids !== undefined && last.stars.some(([id, ra, dec]) => id === star[0] && ra === star[1] && dec === star[2])) {
      findings.add('rows', 'repeated', 'the star is there twice', { ...place(row), found: `id ${String(star[0])}` })
    }
    last.stars.push(star)
  }
  return last
}

function statisticsOf(
  file: RowGroup['file'],
  rowGroup: number,
  column: string | undefined,
): [least: bigint | undefined, most: bigint | undefined] {
  const chunk = file.metadata.row_groups[rowGroup]!.columns.find(
    ({ meta_data: meta }) => meta!.path_in_schema[0] === column,
  )
  const whole = (value: unknown) =>
    typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : undefined
  return [whole(chunk?.meta_data?.statistics?.min_value), whole(chunk?.meta_data?.statistics?.max_value)]
}
