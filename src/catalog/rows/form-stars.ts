import { InputError } from '../../errors.js'
import { gather } from '../../math/select.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../../table/columns.js'
import { NJY_PER, type QualityCut } from '../raw-form.js'
import { gatherIntegers } from '../gather.js'
import { errorColumnOf, type MagnitudeColumn, type StarColumn } from '../stars.js'
import { factorOf } from './column-units.js'
import type { ColumnPlan } from './column-plan.js'
import type { FormPlan } from './form-plan.js'
import { withoutPlaceholders } from './placeholders.js'
import { cellsOfPositions, countKeptOut, integerIds, type KeptOut } from './star-chunk.js'

/** Positions of stars by their ids, of catalogues whose files have none. */
export interface PositionList {
  /** Ascending. */
  readonly ids: BigInt64Array
  readonly columns: ReadonlyMap<StarColumn, Float64Array>
  /** For messages. */
  readonly file: string
}

/** Magnitude error of a flux known to a fraction: 2.5 / ln 10. */
const MAG_PER_FRACTION = 2.5 / Math.LN10
/** AB magnitude of 1 nJy. */
const AB_OF_1_NJY = 31.4

interface Counts {
  readonly keptOut: KeptOut
  readonly placeholders: KeptOut
}

/**
 * A table of a form as one in the units of the store: magnitudes of fluxes, missing values NaN, what the cuts of the
 * form take away counted and gone. Columns go by the names of their quantities; a row without a magnitude is left out.
 *
 * @throws InputError for a column of another type, or a unit that is not understood
 */
export function tableOfForm(
  table: Table,
  plan: FormPlan,
  file: string,
  counts: Counts,
  positions?: PositionList,
): { readonly table: Table; readonly plan: ColumnPlan } {
  const { form } = plan
  if (!plan.stars.has('raDeg') && positions === undefined) {
    const place = {
      file,
      expected: '--positions with gaia_source files of these stars, or the table joined with theirs',
    }
    throw new InputError('no-positions', `the rows have ids and no positions, as ${form.title} has`, place)
  }
  const numbers = (name: string): Float64Array => {
    const column = findColumn(table, name)
    const values = column === undefined || (column.width ?? 1) !== 1 ? undefined : asFloat64(column)
    if (values === undefined)
      throw new InputError('unfit-column', 'the column holds no numbers', { file, column: name })
    return values
  }
  const values = new Map<StarColumn, Float64Array>()
  for (const [star, name] of plan.stars) {
    if (star === 'sourceId') continue
    const unit = findColumn(table, name)?.unit ?? form.units?.[star]
    const factor = factorOf(star, unit, { file, column: name }) * (form.scale?.[star] ?? 1)
    const raw = numbers(name)
    const isMag = MAGNITUDE.test(star)
    const known = isMag && form.missing ? blanked(raw, form.missing, name, counts) : raw
    const scaled = factor === 1 ? known : known.map((value) => value * factor)
    values.set(star, isMag ? sound(star, scaled, name, counts) : scaled)
  }
  for (const [star, { mag, flux, fluxErr, njyPer }] of plan.fluxes) {
    const [fluxes, errors] = [numbers(flux), numbers(fluxErr)]
    const ofFlux = fluxes.map((value) => (value > 0 ? AB_OF_1_NJY - 2.5 * Math.log10(value * NJY_PER[njyPer]) : NaN))
    const magnitudes = mag === undefined ? ofFlux : numbers(mag)
    countKeptOut(counts.placeholders, flux, fluxes.filter((value) => value <= 0).length)
    values.set(star, sound(star, magnitudes, mag ?? flux, counts))
    const ofError = fluxes.map((value, row) =>
      value > 0 && errors[row]! > 0 ? (MAG_PER_FRACTION * errors[row]!) / value : NaN,
    )
    values.set(errorColumnOf(star), sound(errorColumnOf(star), ofError, fluxErr, counts))
  }
  const rows = rowsKept(plan, numbers, values, table.rowCount, counts)
  const idName = plan.stars.get('sourceId')
  const ids = idName === undefined ? undefined : integerIds(table, idName, file)
  const hasPlaces = plan.stars.has('raDeg') || positions === undefined
  const joined = hasPlaces || ids === undefined ? rows : joinedRows(rows, ids, positions, values, counts)
  const take = (column: Float64Array) => gather(column, joined)
  const sourceId =
    ids === undefined
      ? cellsOfPositions(take(values.get('raDeg')!), take(values.get('decDeg')!))
      : gatherIntegers(ids, joined)
  const columns: Column[] = [
    { name: 'sourceId', type: 'i64', values: sourceId },
    ...[...values].map(([name, column]): Column => ({ name, type: 'f64', values: take(column) })),
    ...[...plan.further].map(([name, raw]): Column => ({ name, type: 'f64', values: take(numbers(raw)) })),
  ]
  return { table: tableOf(columns), plan: ownPlan(values, plan.further) }
}

const MAGNITUDE = /mag(?:err)?$/i

function ownPlan(values: ReadonlyMap<StarColumn, Float64Array>, further: ReadonlyMap<string, string>): ColumnPlan {
  return {
    stars: new Map<StarColumn, string>([
      ['sourceId', 'sourceId'],
      ...[...values.keys()].map((star) => [star, star] as const),
    ]),
    errors: new Map(),
    refEpoch: undefined,
    designation: undefined,
    further: new Map([...further.keys()].map((name) => [name, name])),
  }
}

function blanked(values: Float64Array, missing: readonly number[], name: string, counts: Counts): Float64Array {
  let count = 0
  const known = values.map((value) => (missing.includes(value) ? (count++, NaN) : value))
  countKeptOut(counts.placeholders, name, count)
  return known
}

/** The own magnitude is checked as the others are. */
function sound(star: StarColumn, values: Float64Array, name: string, counts: Counts): Float64Array {
  const { values: known, placeholders } = withoutPlaceholders(star === 'mag' ? 'gMag' : star, values)
  countKeptOut(counts.placeholders, name, placeholders)
  return known
}

/** Rows that pass the cuts; magnitudes that do not are blanked in `values`. */
function rowsKept(
  { cuts, fluxes, stars }: FormPlan,
  numbers: (name: string) => Float64Array,
  values: ReadonlyMap<StarColumn, Float64Array>,
  rowCount: number,
  { keptOut }: Counts,
): Uint32Array {
  const isKept = new Uint8Array(rowCount).fill(1)
  for (const cut of cuts) {
    const column = numbers(cut.column)
    const blanks = cut.blanks
    const [mag, err] =
      blanks === undefined ? [] : [values.get(blanks)!.slice(), values.get(errorColumnOf(blanks))?.slice()]
    let count = 0
    for (let row = 0; row < rowCount; row++) {
      if (isKept[row] === 0 || passes(cut, column[row]!)) continue
      if (mag === undefined) isKept[row] = 0
      else if (Number.isNaN(mag[row])) continue
      else {
        mag[row] = NaN
        if (err) err[row] = NaN
      }
      count++
    }
    if (blanks !== undefined) {
      ;(values as Map<StarColumn, Float64Array>).set(blanks, mag!)
      if (err) (values as Map<StarColumn, Float64Array>).set(errorColumnOf(blanks), err)
    }
    countKeptOut(keptOut, cut.of === undefined ? cut.says : `their ${cut.of} alone: ${cut.says}`, count)
  }
  const magnitudes = [...fluxes.keys(), ...stars.keys()].filter((star): star is MagnitudeColumn => /mag$/i.test(star))
  let empty = 0
  const kept = Uint32Array.from({ length: rowCount }, (_, row) => row).filter((row) => {
    if (isKept[row] === 0) return false
    const has = magnitudes.some((star) => !Number.isNaN(values.get(star)![row]))
    if (!has) empty++
    return has
  })
  countKeptOut(keptOut, 'no magnitude left', empty)
  return kept
}

function passes({ above, atLeast, below, atMost, oneOf }: QualityCut, value: number): boolean {
  return (
    (above === undefined || value > above) &&
    (atLeast === undefined || value >= atLeast) &&
    (below === undefined || value < below) &&
    (atMost === undefined || value <= atMost) &&
    (oneOf === undefined || oneOf.includes(value))
  )
}

/** Rows whose id has a position, which is put into `values`. */
function joinedRows(
  rows: Uint32Array,
  ids: BigInt64Array,
  { ids: known, columns }: PositionList,
  values: Map<StarColumn, Float64Array>,
  { keptOut }: Counts,
): Uint32Array {
  const places = new Map<number, number>()
  for (const row of rows) {
    const at = rowOf(known, ids[row]!)
    if (at >= 0) places.set(row, at)
  }
  for (const [star, column] of columns) {
    const joined = new Float64Array(ids.length).fill(NaN)
    for (const [row, at] of places) joined[row] = column[at]!
    values.set(star, joined)
  }
  countKeptOut(keptOut, 'no position of this id in the file of positions', rows.length - places.size)
  return rows.filter((row) => places.has(row))
}

function rowOf(ids: BigInt64Array, id: bigint): number {
  let [low, high] = [0, ids.length - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (ids[middle] === id) return middle
    if (ids[middle]! < id) low = middle + 1
    else high = middle - 1
  }
  return -1
}
