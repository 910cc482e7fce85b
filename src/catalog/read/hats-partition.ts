import { InputError, type Place } from '../../errors.js'
import {
  locateByFooter,
  selectRows,
  type KeyRanges,
  type PageCodecs,
  type ParquetFile,
} from '../../formats/parquet/index.js'
import { rangesAtOrder, type CellRanges } from '../../healpix/index.js'
import { asFloat64, tableOf, type Column } from '../../table/columns.js'
import { plannedNames, type ColumnPlan } from '../rows/column-plan.js'
import { cellsOfPositions, starsOfTable, type StarChunk } from '../rows/star-chunk.js'
import { KEY_COLUMN } from '../store-columns.js'

/** Stars of one file, in its order. */
export interface HatsStars {
  /** Order-29 NESTED cells, worked out from the positions. */
  readonly keys: BigInt64Array
  readonly sourceId: BigInt64Array
  readonly values: StarChunk['values']
  readonly isMagFloat32: boolean
}

/** One file of a HATS catalogue that another program made. */
export interface HatsPartitionReader {
  readonly file: ParquetFile
  /**
   * The stars whose cell lies in the footprint, in pieces; their `ref_epoch`, if there is one, must be the
   * description's.
   */
  select(footprint: CellRanges, plan: ColumnPlan, epochYr: number): Promise<HatsStars[]>
}

/** A reader of one file; `properties` name its HEALPix column and that column's order. */
export function hatsPartition(
  file: ParquetFile,
  properties: ReadonlyMap<string, string>,
  options: PageCodecs & { readonly gapBytes: number },
): HatsPartitionReader {
  const key = keyOf(file, properties)
  const locator = locateByFooter(file, key?.name, options.gapBytes)
  return {
    file,
    async select(footprint, plan, epochYr) {
      const wanted = { byKey: keysOf(footprint, key?.order ?? 29), exact: keysOf(footprint, 29) }
      const columns = [plan.stars.get('raDeg')!, plan.stars.get('decDeg')!] as const
      const cells = { columns, of: cellsOfColumns }
      const pieces = await selectRows(locator, wanted, plannedNames(plan), cells, options)
      return pieces.map((rows) => {
        checkEpoch(plan.refEpoch === undefined ? undefined : rows.columns.get(plan.refEpoch), epochYr, file.source.name)
        const table = tableOf([...rows.columns.values()])
        const stars = starsOfTable(
          table,
          plan,
          file.source.name,
          { keptOut: new Map(), placeholders: new Map() },
          'exact',
          rows.keys,
        )
        const isMagFloat32 = rows.columns.get(plan.stars.get('mag')!)?.type === 'f32'
        return { keys: stars.key, sourceId: stars.sourceId, values: stars.values, isMagFloat32 }
      })
    },
  }
}

function cellsOfColumns(raDeg: Column, decDeg: Column, place: Place): BigInt64Array {
  const [ra, dec] = [raDeg, decDeg].map((column) => {
    const values = asFloat64(column)
    if (values === undefined)
      throw new InputError('unfit-column', 'the column holds no numbers', { ...place, column: column.name })
    return values
  })
  return cellsOfPositions(ra!, dec!)
}

interface HealpixKey {
  readonly name: string
  readonly order: number
}

/**
 * The HEALPix column that the properties name, else `_healpix_29`; undefined if the file has none that can be used.
 */
function keyOf(file: ParquetFile, properties: ReadonlyMap<string, string>): HealpixKey | undefined {
  const name = properties.get('hats_col_healpix') ?? KEY_COLUMN
  const order = Number(properties.get('hats_col_healpix_order') ?? /_(\d+)$/.exec(name)?.[1] ?? 29)
  const type = file.columns.find((column) => column.name === name)?.type
  const usable = (type === 'i64' || type === 'i32') && Number.isInteger(order) && order >= 0 && order <= 29
  return usable ? { name, order } : undefined
}

/**
 * The footprint as ranges of a key of cells of an order; coarser cells than the footprint's take in all that it
 * touches.
 */
function keysOf(footprint: CellRanges, order: number): KeyRanges {
  const set = footprint.order <= order ? footprint : rangesAtOrder(footprint, order)
  return { shiftBits: 2 * (order - set.order), ranges: set.ranges }
}

/** Another epoch means another release, whatever the title says. */
function checkEpoch(column: Column | undefined, epochYr: number, file: string): void {
  const epochs = column === undefined ? undefined : asFloat64(column)
  const other = epochs?.find((epoch) => Math.abs(epoch - epochYr) > 0.01)
  if (other === undefined) return
  const place = { file, column: column!.name, found: other, expected: String(epochYr) }
  throw new InputError(
    'other-release',
    'the positions are of another epoch than the release that the catalogue names',
    place,
  )
}
