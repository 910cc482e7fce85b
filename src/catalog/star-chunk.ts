import { InputError } from '../errors.js'
import { nestedIndices29 } from '../healpix/index.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import type { ColumnPlan } from './column-plan.js'
import type { OptionalStarColumn } from './stars.js'

/** Sound rows of one piece of an input, with their order-29 NESTED cells. */
export interface StarChunk {
  readonly rowCount: number
  readonly key: BigInt64Array
  readonly sourceId: BigInt64Array
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly mag: Float64Array
  readonly optional: ReadonlyMap<OptionalStarColumn, Float32Array>
}

/** Rows that were kept out, by reason. */
export type KeptOut = Map<string, number>

export function countKeptOut(keptOut: KeptOut, reason: string, rows = 1): void {
  keptOut.set(reason, (keptOut.get(reason) ?? 0) + rows)
}

/** Magnitude error of a flux known to a fraction: 2.5 / ln 10. */
const MAG_PER_FRACTION = 2.5 / Math.LN10

/**
 * Turns a raw table into stars: rows without a position on the sky are counted and left out, right ascensions of [-180, 0) and 360 are
 * brought to [0, 360), magnitude errors made from fluxes where the file has none. A magnitude may be missing (NaN).
 */
export function starsOfTable(table: Table, plan: ColumnPlan, file: string, keptOut: KeptOut): StarChunk {
  const doubles = (name: string): Float64Array => {
    const column = findColumn(table, name)
    const values = column === undefined || (column.width ?? 1) !== 1 ? undefined : asFloat64(column)
    if (values === undefined) throw new InputError('unfit-column', 'the column holds no numbers', { file, column: name })
    return values
  }
  const names = plan.stars
  const raRaw = doubles(names.get('raDeg')!)
  const decRaw = doubles(names.get('decDeg')!)
  const rows = soundRows(raRaw, decRaw, keptOut)
  const take = (values: Float64Array): Float64Array => (rows.length === values.length ? values : Float64Array.from(rows, (row) => values[row]!))
  const raDeg = take(raRaw).map((ra) => (ra < 0 ? ra + 360 : ra === 360 ? 0 : ra))
  const decDeg = take(decRaw)
  const ids = idsOf(table, names.get('sourceId')!, file)
  const optional = new Map<OptionalStarColumn, Float32Array>()
  for (const [star, name] of names) {
    if (star !== 'sourceId' && star !== 'raDeg' && star !== 'decDeg' && star !== 'mag') optional.set(star, Float32Array.from(take(doubles(name))))
  }
  for (const [star, columns] of plan.errors) {
    const fraction =
      'fluxOverError' in columns ? doubles(columns.fluxOverError).map((ratio) => 1 / ratio) : ratioOf(doubles(columns.fluxError), doubles(columns.flux))
    optional.set(star, Float32Array.from(take(fraction), (value) => (value > 0 && value < Infinity ? MAG_PER_FRACTION * value : NaN)))
  }
  return {
    rowCount: rows.length,
    key: nestedIndices29(raDeg, decDeg),
    sourceId: rows.length === ids.length ? ids : BigInt64Array.from(rows, (row) => ids[row]!),
    raDeg,
    decDeg,
    mag: take(doubles(names.get('mag')!)),
    optional,
  }
}

function soundRows(raDeg: Float64Array, decDeg: Float64Array, keptOut: KeptOut): Uint32Array {
  const rows = new Uint32Array(raDeg.length)
  let count = 0
  for (let row = 0; row < raDeg.length; row++) {
    const ra = raDeg[row]!
    const dec = decDeg[row]!
    if (Number.isNaN(ra) || Number.isNaN(dec)) countKeptOut(keptOut, 'position missing')
    else if (!(dec >= -90 && dec <= 90)) countKeptOut(keptOut, 'declination outside -90 to 90')
    else if (!(ra >= -180 && ra <= 360)) countKeptOut(keptOut, 'right ascension outside 0 to 360')
    else rows[count++] = row
  }
  return rows.slice(0, count)
}

function ratioOf(numerator: Float64Array, denominator: Float64Array): Float64Array {
  return numerator.map((value, row) => value / denominator[row]!)
}

/** Ids as they are: text and 64-bit integers keep every digit, a float column has lost them already. */
function idsOf(table: Table, name: string, file: string): BigInt64Array {
  const column = findColumn(table, name)
  switch (column?.type) {
    case 'i64':
      return column.values
    case 'u64':
      return new BigInt64Array(column.values.buffer, column.values.byteOffset, column.values.length)
    case 'i32':
    case 'u32':
    case 'i16':
    case 'u16':
    case 'i8':
    case 'u8':
      return BigInt64Array.from(column.values as Int32Array, BigInt)
    case 'f32':
    case 'f64':
    case 'bool':
    case 'string':
    case undefined:
      throw new InputError('unfit-column', 'the column of ids must hold whole numbers of up to 64 bits', {
        file,
        column: name,
        found: column?.type ?? 'nothing',
      })
  }
}
