import { InputError } from '../errors.js'
import { keyedReader, runsOfAnyOrder, type KeyRanges, type NumericArray, type ParquetFile } from '../formats/parquet/index.js'
import { rangesAtOrder, type CellRanges } from '../healpix/index.js'
import { asFloat64, tableOf, type Column } from '../table/columns.js'
import type { CatalogTools } from './catalog-files.js'
import { plannedNames, type ColumnPlan } from './column-plan.js'
import { starsOfTable } from './star-chunk.js'
import { KEY_COLUMN } from './store-columns.js'

/** Stars of one file, in its order. */
export interface HatsStars {
  /** Order-29 NESTED cells, worked out from the positions. */
  readonly keys: BigInt64Array
  readonly sourceId: BigInt64Array
  readonly values: ReadonlyMap<string, Float64Array>
  readonly isMagFloat32: boolean
}

/** One file of a HATS catalogue that another program made. */
export interface HatsPartitionReader {
  readonly file: ParquetFile
  /** The stars whose cell lies in the footprint; their `ref_epoch`, where there is one, must be the description's. */
  select(footprint: CellRanges, plan: ColumnPlan, epochYr: number): Promise<HatsStars>
}

/** A reader of one file; `properties` name its HEALPix column and that column's order. */
export function hatsPartition(file: ParquetFile, properties: ReadonlyMap<string, string>, tools: Pick<CatalogTools, 'gunzip'> & { readonly gapBytes: number }): HatsPartitionReader {
  const key = keyOf(file, properties)
  const reader = keyedReader(file, key?.name, tools)
  return {
    file,
    async select(footprint, plan, epochYr) {
      const names = plannedNames(plan)
      const rows = await reader.select(keysOf(footprint, key?.order ?? 29), names)
      const columns = names.map((name) => columnOf(name, rows.columns.get(name)!))
      checkEpoch(columns.find(({ name }) => name === plan.refEpoch), epochYr, file.source.name)
      const stars = starsOfTable(tableOf(columns), plan, file.source.name, { keptOut: new Map(), placeholders: new Map() }, 'exact')
      const runs = runsOfAnyOrder(stars.key, keysOf(footprint, 29), 0)
      return {
        keys: taken(stars.key, runs),
        sourceId: taken(stars.sourceId, runs),
        values: new Map(Array.from(stars.values, ([star, values]) => [star, Float64Array.from(taken(values, runs))])),
        isMagFloat32: file.columns.some(({ name, type }) => name === plan.stars.get('mag') && type === 'f32'),
      }
    },
  }
}

interface HealpixKey {
  readonly name: string
  readonly order: number
}

/** The HEALPix column that the properties name, else `_healpix_29`; undefined where the file has none that can be used. */
function keyOf(file: ParquetFile, properties: ReadonlyMap<string, string>): HealpixKey | undefined {
  const name = properties.get('hats_col_healpix') ?? KEY_COLUMN
  const order = Number(properties.get('hats_col_healpix_order') ?? /_(\d+)$/.exec(name)?.[1] ?? 29)
  const type = file.columns.find((column) => column.name === name)?.type
  const usable = (type === 'i64' || type === 'i32') && Number.isInteger(order) && order >= 0 && order <= 29
  return usable ? { name, order } : undefined
}

/** The footprint as ranges of a key of cells of an order; coarser cells than the footprint's take in all that it touches. */
function keysOf(footprint: CellRanges, order: number): KeyRanges {
  const set = footprint.order <= order ? footprint : rangesAtOrder(footprint, order)
  return { shiftBits: 2 * (order - set.order), ranges: set.ranges }
}

function columnOf(name: string, values: NumericArray): Column {
  if (values instanceof BigInt64Array) return { name, type: 'i64', values }
  return values instanceof Float32Array ? { name, type: 'f32', values } : { name, type: 'f64', values: Float64Array.from(values) }
}

/** Another epoch means another release, whatever the title says. */
function checkEpoch(column: Column | undefined, epochYr: number, file: string): void {
  const epochs = column === undefined ? undefined : asFloat64(column)
  const other = epochs?.find((epoch) => Math.abs(epoch - epochYr) > 0.01)
  if (other === undefined) return
  const place = { file, column: column!.name, found: other, expected: String(epochYr) }
  throw new InputError('other-release', 'the positions are of another epoch than the release that the catalogue names', place)
}

function taken<T extends BigInt64Array | Float64Array | Float32Array>(values: T, runs: readonly number[]): T {
  const rows = runs.reduce((total, bound, i) => total + (i % 2 === 0 ? -bound : bound), 0)
  const some = new (values.constructor as new (length: number) => T)(rows)
  let at = 0
  for (let i = 0; i < runs.length; i += 2) {
    some.set(values.subarray(runs[i], runs[i + 1]) as never, at)
    at += runs[i + 1]! - runs[i]!
  }
  return some
}
