import type { InputError } from '../errors.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import { fieldText, parseFloat64, parseInt64 } from './parse-number.js'

/** One field of every line that is wanted. */
export interface CsvField {
  /** Name of the column in the table. */
  readonly name: string
  /** Position in the line, from 0. */
  readonly index: number
  /**
   * `text` as it is; `label` up to the last blank, as `Gaia DR3` of `Gaia DR3 4472832130942575872`: for columns of
   * few different texts.
   */
  readonly type: 'f64' | 'i64' | 'text' | 'label'
}

const BLANK = 32

/** The wanted fields of the lines read so far, as columns: no string and no object per number. */
export class CsvColumns {
  private readonly doubles: (Float64Array | undefined)[]
  private readonly integers: (BigInt64Array | undefined)[]
  private readonly words: (Uint32Array | undefined)[]
  private readonly texts: (TextColumn | undefined)[]

  /** @param capacity rows that there is room for */
  constructor(
    private readonly fields: readonly CsvField[],
    capacity: number,
  ) {
    this.doubles = fields.map(({ type }) => (type === 'f64' ? new Float64Array(capacity) : undefined))
    this.integers = fields.map(({ type }) => (type === 'i64' ? new BigInt64Array(capacity) : undefined))
    this.words = this.integers.map((column) => (column === undefined ? undefined : new Uint32Array(column.buffer)))
    this.texts = fields.map(({ type }) => (type === 'text' || type === 'label' ? new TextColumn(type) : undefined))
  }

  /**
   * Reads bytes [start, end) as field `slot` of a row.
   *
   * @param refused makes the error for a field that is no number, from its text and what was expected
   */
  store(
    bytes: Uint8Array,
    start: number,
    end: number,
    slot: number,
    row: number,
    refused: (slot: number, found: string, expected: string) => InputError,
  ): void {
    const text = this.texts[slot]
    if (text !== undefined) {
      text.store(bytes, start, end, row)
      return
    }
    const words = this.words[slot]
    if (words !== undefined) {
      if (!parseInt64(bytes, start, end, words, row))
        throw refused(slot, fieldText(bytes, start, end), 'a whole number')
      return
    }
    const value = parseFloat64(bytes, start, end)
    if (value === undefined) throw refused(slot, fieldText(bytes, start, end), 'a number')
    this.doubles[slot]![row] = value
  }

  /**
   * A copy of the first rows.
   *
   * @param units of the line's fields
   */
  table(rows: number, units: readonly (string | undefined)[]): Table {
    return tableOf(
      this.fields.map(({ name, type, index }, slot): Column => {
        const unit = units[index]
        const text = this.texts[slot]
        if (text !== undefined) return { name, type: 'string', values: text.values.slice(0, rows) }
        if (type === 'i64') return { name, type, values: this.integers[slot]!.slice(0, rows) }
        return { name, type: 'f64', values: this.doubles[slot]!.slice(0, rows), ...(unit !== undefined && { unit }) }
      }),
    )
  }
}

/** A column of few different texts: one that repeats its row's predecessor makes no new string. */
class TextColumn {
  readonly values: string[] = []
  private last = new Uint8Array(0)
  private lastText = ''

  constructor(private readonly type: 'text' | 'label') {}

  store(bytes: Uint8Array, start: number, end: number, row: number): void {
    let to = end
    if (this.type === 'label') {
      while (to > start && bytes[to - 1] !== BLANK) to--
    }
    if (!this.isLast(bytes, start, to)) {
      this.last = bytes.slice(start, to)
      this.lastText = fieldText(bytes, start, to).replace(/^"/, '')
    }
    this.values[row] = this.lastText
  }

  private isLast(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.last.length) return false
    for (let i = 0; i < this.last.length; i++) if (bytes[start + i] !== this.last[i]) return false
    return true
  }
}
