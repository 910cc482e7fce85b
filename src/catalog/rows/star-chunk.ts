import { InputError } from '../../errors.js'
import { nestedIndices29 } from '../../healpix/index.js'
import { gather, numbersOf } from '../../math/select.js'
import { asFloat64, findColumn, type Table } from '../../table/columns.js'
import type { ColumnPlan } from './column-plan.js'
import { gatherIntegers } from '../gather.js'
import { factorOf } from './column-units.js'
import { withoutPlaceholders } from './placeholders.js'
import type { StarColumn } from '../stars.js'
import { litePositionDeg, liteStepOf, roundedTo } from './lite.js'
import type { Precision } from '../store-columns.js'

/** Sound rows of one piece of an input, with their order-29 NESTED cells. */
export interface StarChunk {
  readonly rowCount: number
  readonly key: BigInt64Array
  readonly sourceId: BigInt64Array
  /** By star column (`raDeg`, `decDeg` and `mag` are always there), or by the raw name of a further column. */
  readonly values: ReadonlyMap<string, Float64Array | Float32Array>
}

/** Rows that were kept out, by reason. */
export type KeptOut = Map<string, number>

export function countKeptOut(keptOut: KeptOut, reason: string, rows = 1): void {
  if (rows > 0) keptOut.set(reason, (keptOut.get(reason) ?? 0) + rows)
}

/** What is counted while rows are read. */
interface BadValues {
  readonly keptOut: KeptOut
  /** Values that stood for a missing one, by column. */
  readonly placeholders: KeptOut
}

/** Magnitude error of a flux known to a fraction: 2.5 / ln 10. */
const MAG_PER_FRACTION = 2.5 / Math.LN10

/** A flux is never known better; a smaller fraction comes of a placeholder such as 1e20. */
const MIN_FRACTION = 1e-9

/** Magnitudes beyond are placeholders (99, -999, 1e30), not stars. */
const BRIGHTEST_MAG = -5
const FAINTEST_MAG = 35

/** Doubles hold whole numbers up to here. */
const LARGEST_WHOLE = 2 ** 53

/**
 * Turns a raw table into stars: rows that cannot be right are counted and left out, right ascensions of [-180, 0) and
 * 360 are brought to [0, 360), magnitude errors made from fluxes if the file has none. A magnitude may be missing
 * (NaN). Values of the lite precision are rounded here, so that a star is stored in the cell of the position that is
 * stored.
 *
 * @param cells order-29 cells of the positions, as `cellsOfPositions` gives them, if they are known
 */
export function starsOfTable(
  table: Table,
  plan: ColumnPlan,
  file: string,
  counts: BadValues,
  precision: Precision = 'full',
  cells?: BigInt64Array,
): StarChunk {
  const doubles = (name: string): Float64Array => {
    const column = findColumn(table, name)
    const values = column === undefined || (column.width ?? 1) !== 1 ? undefined : asFloat64(column)
    if (values === undefined)
      throw new InputError('unfit-column', 'the column holds no numbers', { file, column: name })
    return values
  }
  const names = plan.stars
  /** In the unit that the store has. */
  const inUnit = (star: StarColumn): Float64Array => {
    const column = names.get(star)!
    const raw = findColumn(table, column)
    if (raw?.type === 'bool') {
      throw new InputError('unfit-column', 'the column holds no numbers', { file, column, found: 'true and false' })
    }
    const factor = factorOf(star, raw?.unit, { file, column })
    return factor === 1 ? doubles(column) : doubles(column).map((value) => value * factor)
  }
  const raRaw = inUnit('raDeg')
  const decRaw = inUnit('decDeg')
  const magRaw = inUnit('mag')
  const rows = soundRows(raRaw, decRaw, magRaw, counts.keptOut)
  const take = (values: Float64Array): Float64Array => (rows.length === values.length ? values : gather(values, rows))
  const lite = precision === 'lite'
  const raDeg = take(raRaw).map((ra) => onTheCircle(lite ? litePositionDeg(ra) : ra))
  const decDeg = lite ? take(decRaw).map(litePositionDeg) : take(decRaw)
  const values = new Map<string, Float64Array | Float32Array>([
    ['raDeg', raDeg],
    ['decDeg', decDeg],
  ])
  const add = (name: string, quantity: Float64Array): void => {
    const step = lite ? liteStepOf(name) : undefined
    const stored = step === undefined ? quantity : roundedTo(quantity, step)
    values.set(name, name === 'mag' || precision === 'exact' ? stored : Float32Array.from(stored))
  }
  add('mag', take(magRaw))
  for (const [star, name] of names) {
    if (star === 'sourceId' || values.has(star)) continue
    const { values: sound, placeholders } = withoutPlaceholders(star, take(inUnit(star)))
    countKeptOut(counts.placeholders, name, placeholders)
    add(star, sound)
  }
  for (const [star, columns] of plan.errors) {
    const fraction =
      'fluxOverError' in columns
        ? doubles(columns.fluxOverError).map((ratio) => 1 / ratio)
        : ratioOf(doubles(columns.fluxError), doubles(columns.flux))
    values.set(
      star,
      new Float32Array(
        numbersOf(take(fraction), (value) =>
          value > MIN_FRACTION && value < Infinity ? MAG_PER_FRACTION * value : NaN,
        ),
      ),
    )
  }
  for (const [name, raw] of plan.further) values.set(name, wholeWithoutLoss(take(doubles(raw)), file, raw))
  const ids = integerIds(table, names.get('sourceId')!, file)
  const some = (values: BigInt64Array) => (rows.length === values.length ? values : gatherIntegers(values, rows))
  return {
    rowCount: rows.length,
    key: cells === undefined ? nestedIndices29(raDeg, decDeg) : some(cells),
    sourceId: some(ids),
    values,
  }
}

const onTheCircle = (raDeg: number): number => (raDeg < 0 ? raDeg + 360 : raDeg === 360 ? 0 : raDeg)

/**
 * Order-29 cells of positions as files have them; -1 for those that are nowhere on the sky, which `starsOfTable` leaves
 * out.
 */
export function cellsOfPositions(raDeg: Float64Array, decDeg: Float64Array): BigInt64Array {
  const isSound = raDeg.map((ra, row) => Number(isOnSky(ra, decDeg[row]!)))
  const cells = nestedIndices29(
    raDeg.map((ra, row) => (isSound[row] === 1 ? onTheCircle(ra) : 0)),
    decDeg.map((dec, row) => (isSound[row] === 1 ? dec : 0)),
  )
  for (let row = 0; row < cells.length; row++) if (isSound[row] === 0) cells[row] = -1n
  return cells
}

const isOnSky = (raDeg: number, decDeg: number): boolean =>
  raDeg >= -180 && raDeg <= 360 && decDeg >= -90 && decDeg <= 90

function soundRows(raDeg: Float64Array, decDeg: Float64Array, mag: Float64Array, keptOut: KeptOut): Uint32Array {
  const rows = new Uint32Array(raDeg.length)
  let count = 0
  for (let row = 0; row < raDeg.length; row++) {
    const ra = raDeg[row]!
    const dec = decDeg[row]!
    if (Number.isNaN(ra) || Number.isNaN(dec)) countKeptOut(keptOut, 'position missing')
    else if (!(dec >= -90 && dec <= 90)) countKeptOut(keptOut, 'declination outside -90 to 90')
    else if (!(ra >= -180 && ra <= 360)) countKeptOut(keptOut, 'right ascension outside 0 to 360')
    else if (mag[row]! < BRIGHTEST_MAG || mag[row]! > FAINTEST_MAG)
      countKeptOut(keptOut, `magnitude outside ${BRIGHTEST_MAG} to ${FAINTEST_MAG}`)
    else rows[count++] = row
  }
  return rows.slice(0, count)
}

function ratioOf(numerator: Float64Array, denominator: Float64Array): Float64Array {
  return numerator.map((value, row) => value / denominator[row]!)
}

/** Whole numbers beyond 2^53 have lost digits on their way into a double; no quantity is that large. */
function wholeWithoutLoss(values: Float64Array, file: string, column: string): Float64Array {
  const tooLarge = values.find((value) => Math.abs(value) >= LARGEST_WHOLE && Number.isInteger(value))
  if (tooLarge === undefined) return values
  throw new InputError('unfit-column', 'the column holds whole numbers that a double cannot keep', {
    file,
    column,
    found: tooLarge,
    expected: 'a measured quantity',
  })
}

/** Ids as they are: text and 64-bit integers keep every digit, a float column has lost them already. */
export function integerIds(table: Table, name: string, file: string): BigInt64Array {
  const column = findColumn(table, name)
  const missing = column?.nullValue
  const row = missing === undefined ? -1 : (column!.values as BigInt64Array).indexOf(missing as bigint)
  if (row >= 0) throw new InputError('unfit-column', 'an id is missing', { file, column: name, row })
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
