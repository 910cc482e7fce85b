import { CommandError } from '../../errors.js'
import { nestedIndices29 } from '../../healpix/index.js'
import { indicesWhere } from '../../math/select.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { Catalog } from '../catalog.js'
import { gatherDoubles, gatherFloats, gatherIntegers } from '../gather.js'
import { readInPieces } from './region-pieces.js'
import type { SkyRegion } from './sky-region.js'
import { KEY_COLUMN, storeColumns, type StoreColumn } from '../store-columns.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type ReadStars, type StarColumns } from '../stars.js'

/** A column of the answer: one of the catalogue's, or the order-29 NESTED cell of the position. */
export type QueryColumn = StoreColumn | { readonly star: 'cell'; readonly name: string; readonly type: 'i64' }

/** The catalogue's columns in the types that they are kept in, so that all digits are kept and none is invented. */
function columnsOf({ description, columns, doubles }: Catalog): StoreColumn[] {
  return storeColumns(description, columns, (star) => !(doubles as ReadonlySet<string>).has(star))
}

/**
 * The columns that a query names, by their names in the files; all that the catalogue has if none is named.
 *
 * @throws CommandError if the catalogue has no column of a name
 */
export function chooseColumns(catalog: Catalog, names: readonly string[] | undefined): QueryColumn[] {
  const known: QueryColumn[] = columnsOf(catalog)
  if (names === undefined) return known
  known.push({ star: 'cell', name: KEY_COLUMN, type: 'i64' })
  return names.map((wanted) => {
    const column = known.find(({ name }) => name === wanted)
    if (column !== undefined) return column
    throw new CommandError('unknown-column', 'the catalogue has no column of this name', {
      option: '--columns',
      found: wanted,
      expected: known.map(({ name }) => name).join(', '),
    })
  })
}

/**
 * The columns of a copy: id, position and magnitude, and those named; all if none is. Throws CommandError as
 * `chooseColumns`.
 */
export function chooseCopyColumns(catalog: Catalog, names: readonly string[] | undefined): StoreColumn[] {
  const named = new Set(chooseColumns(catalog, names).map(({ name }) => name))
  const isRequired = ({ star }: StoreColumn) => !(OPTIONAL_STAR_COLUMNS as readonly string[]).includes(star)
  return columnsOf(catalog).filter((column) => isRequired(column) || named.has(column.name))
}

/**
 * The rows of a catalogue that lie in a region, rim included, in the order of their order-29 cells, as tables of at
 * most some 200,000 rows; if there is no row, one table without rows. Values are the catalogue's own: 64-bit ids,
 * float32 magnitudes.
 */
export async function* queryRows(
  catalog: Catalog,
  region: SkyRegion,
  columns: readonly QueryColumn[],
): AsyncGenerator<Table> {
  const optional = columns
    .map(({ star }) => star)
    .filter((star): star is OptionalStarColumn => (OPTIONAL_STAR_COLUMNS as readonly string[]).includes(star))
  let isEmpty = true
  for await (const stars of readInPieces(catalog, region.cells, optional)) {
    const rows = indicesWhere(
      stars.sourceId.length,
      (row) => region.contains?.(stars.raDeg[row]!, stars.decDeg[row]!) ?? true,
    )
    if (rows.length === 0) continue
    isEmpty = false
    yield tableOf(columns.map((column) => gathered(stars, column, rows)))
  }
  if (isEmpty) yield tableOf(columns.map((column) => gathered(NO_STARS, column, new Uint32Array(0))))
}

const NO_STARS: StarColumns = {
  sourceId: new BigInt64Array(0),
  raDeg: new Float64Array(0),
  decDeg: new Float64Array(0),
  epochYr: NaN,
  mag: new Float64Array(0),
}

function gathered(stars: ReadStars, { star, name, type }: QueryColumn, rows: Uint32Array): Column {
  if (star === 'cell')
    return {
      name,
      type: 'i64',
      values: gatherIntegers(stars.cell29 ?? nestedIndices29(stars.raDeg, stars.decDeg), rows),
    }
  if (star === 'sourceId') return { name, type: 'i64', values: gatherIntegers(stars.sourceId, rows) }
  const values = stars[star] ?? new Float64Array(stars.mag.length).fill(NaN)
  if (type === 'f64') return { name, type, values: gatherDoubles(values, rows) }
  return { name, type: 'f32', values: gatherFloats(values, rows) }
}

/** Tables of the same columns, one after the other. */
export function joinTables(tables: readonly Table[]): Table {
  const [first] = tables
  if (first === undefined || tables.length === 1) return first ?? tableOf([])
  const rowCount = tables.reduce((total, table) => total + table.rowCount, 0)
  return tableOf(
    first.columns.map(({ name, type }, c) => {
      const values =
        type === 'i64'
          ? new BigInt64Array(rowCount)
          : type === 'f32'
            ? new Float32Array(rowCount)
            : new Float64Array(rowCount)
      let at = 0
      for (const table of tables) {
        values.set(table.columns[c]!.values as never, at)
        at += table.rowCount
      }
      return { name, type, values } as Column
    }),
  )
}
