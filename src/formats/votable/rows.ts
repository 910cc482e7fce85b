import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { CsvField } from '../csv.js'
import { isText, type Datatype, type VotableField } from './field.js'

/** The id that means a missing one; ids of catalogues are not negative. */
const NO_ID = -(2n ** 63n)
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN: NaN,
  nan: NaN,
  Inf: Infinity,
  '+Inf': Infinity,
  '-Inf': -Infinity,
}

/** Datatypes of which no quantity of a star is. */
const NO_NUMBERS: ReadonlySet<Datatype> = new Set(['boolean', 'bit', 'floatComplex', 'doubleComplex'])

type Place = () => { readonly file: string; readonly line: number }

/** Gathers the wanted fields of rows as columns; hands them over as tables of bounded size. */
export class VotableRows {
  /** Rows of the whole table so far. */
  total = 0
  readonly full: Table[] = []
  private rows = 0
  private readonly slots: Int32Array
  private readonly stores: ColumnStore[]

  constructor(
    private readonly fields: readonly VotableField[],
    wanted: readonly CsvField[],
    private readonly capacity: number,
    private readonly place: Place,
  ) {
    this.slots = new Int32Array(fields.length).fill(-1)
    for (const [slot, { index }] of wanted.entries()) this.slots[index] = slot
    for (const { index } of wanted) {
      const { name, datatype } = fields[index]!
      if (!NO_NUMBERS.has(datatype)) continue
      const place = { ...this.place(), column: name, found: datatype }
      throw new InputError('unfit-column', 'the column holds no numbers', place)
    }
    this.stores = wanted.map(({ name, index, type }) => new ColumnStore(name, type, fields[index]!, capacity))
  }

  isWanted(index: number): boolean {
    return this.slots[index]! >= 0
  }

  missing(index: number): void {
    this.store(index).missing(this.rows)
  }

  number(index: number, value: number): void {
    this.store(index).number(this.rows, value)
  }

  long(index: number, value: bigint): void {
    this.store(index).long(this.rows, value)
  }

  /** Text; that of an id must be its digits. */
  text(index: number, value: string): void {
    const store = this.store(index)
    if (!store.isId) return store.text(this.rows, value)
    if (value.trim() === '') return store.missing(this.rows)
    store.long(this.rows, this.whole(this.fields[index]!, value))
  }

  /**
   * A cell of TABLEDATA: nothing in it is a missing value (VOTable 1.5, section 5.1), and so is what VALUES declares.
   *
   * @throws InputError for a cell that is not of the field's datatype
   */
  cell(index: number, raw: string): void {
    if (!this.isWanted(index)) return
    const field = this.fields[index]!
    if (isText(field)) return this.text(index, raw)
    const text = raw.trim()
    if (text === '' || text === field.nullText) return this.missing(index)
    if (field.length !== 1) return this.refuseArray(index)
    if (field.datatype === 'long') return this.long(index, this.whole(field, raw))
    const value = DECIMAL.test(text) ? Number(text) : NOT_FINITE[text]
    if (value === undefined) throw this.notA(field, 'a number', raw)
    this.number(index, value)
  }

  refuseArray(index: number): never {
    const { name } = this.fields[index]!
    const place = { ...this.place(), column: name, expected: 'one number' }
    throw new InputError('unfit-column', 'the column holds arrays', place)
  }

  endRow(): void {
    this.total++
    if (this.total > LIMITS.tableRows)
      throw beyondLimit('tableRows', 'the table has too many rows', this.place(), this.total)
    if (++this.rows === this.capacity) this.take()
  }

  /** What is gathered becomes a table, also one without rows if it is the only one. */
  end(): void {
    if (this.rows > 0 || this.total === 0) this.take()
  }

  private take(): void {
    this.full.push(tableOf(this.stores.map((store) => store.take(this.rows))))
    this.rows = 0
  }

  private store(index: number): ColumnStore {
    return this.stores[this.slots[index]!]!
  }

  private whole(field: VotableField, raw: string): bigint {
    const text = raw.trim()
    const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text) : undefined
    if (value === undefined || BigInt.asIntN(64, value) !== value) throw this.notA(field, 'a whole number', raw)
    return value
  }

  private notA({ name, datatype }: VotableField, expected: string, found: string): InputError {
    const place = { ...this.place(), column: name, found: JSON.stringify(found), expected: `${expected} (${datatype})` }
    return new InputError('bad-number', `the field is not ${expected}`, place)
  }
}

/** One wanted column. Ids keep 64 bits; other numbers are doubles, missing values NaN. */
class ColumnStore {
  private readonly kind: 'i64' | 'f64' | 'string'
  private integers: BigInt64Array
  private doubles: Float64Array
  private texts: string[] = []
  private hasMissing = false
  private readonly nullLong: bigint | undefined
  private readonly nullNumber: number | undefined

  constructor(
    private readonly name: string,
    private readonly wanted: CsvField['type'],
    private readonly field: VotableField,
    capacity: number,
  ) {
    const { datatype, nullText } = field
    const isWhole = ['long', 'int', 'short', 'unsignedByte'].includes(datatype)
    const isNumber = isWhole || datatype === 'float' || datatype === 'double'
    const isId = wanted === 'i64' && (isWhole || isText(field))
    this.kind = isId ? 'i64' : isNumber ? 'f64' : 'string'
    this.integers = new BigInt64Array(this.kind === 'i64' ? capacity : 0)
    this.doubles = new Float64Array(this.kind === 'f64' ? capacity : 0)
    this.nullLong = nullText !== undefined && /^[+-]?\d+$/.test(nullText) ? BigInt(nullText) : undefined
    this.nullNumber = nullText !== undefined && DECIMAL.test(nullText) ? Number(nullText) : undefined
  }

  get isId(): boolean {
    return this.kind === 'i64'
  }

  missing(row: number): void {
    this.hasMissing = true
    if (this.kind === 'i64') this.integers[row] = NO_ID
    else if (this.kind === 'f64') this.doubles[row] = NaN
    else this.texts[row] = ''
  }

  number(row: number, value: number): void {
    if (value === this.nullNumber) this.missing(row)
    else if (this.kind === 'i64') this.integers[row] = BigInt(value)
    else this.doubles[row] = value
  }

  long(row: number, value: bigint): void {
    if (value === this.nullLong) this.missing(row)
    else if (this.kind === 'i64') this.integers[row] = value
    else this.doubles[row] = Number(value)
  }

  text(row: number, value: string): void {
    const text = value.trimEnd()
    // As in CSV: `Gaia DR3` of `Gaia DR3 4472832130942575872`.
    this.texts[row] = this.wanted === 'label' ? text.slice(0, Math.max(0, text.lastIndexOf(' '))) : text
  }

  take(rows: number): Column {
    const { name, kind } = this
    const unit = this.field.unit
    const withUnit = unit === undefined ? {} : { unit }
    const hasMissing = this.hasMissing
    this.hasMissing = false
    if (kind === 'i64')
      return { name, type: 'i64', values: this.integers.slice(0, rows), ...(hasMissing ? { nullValue: NO_ID } : {}) }
    if (kind === 'f64') return { name, type: 'f64', values: this.doubles.slice(0, rows), ...withUnit }
    const values = this.texts.slice(0, rows)
    this.texts = []
    return { name, type: 'string', values }
  }
}
