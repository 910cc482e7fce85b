import { InputError } from '../errors.js'
import { beyondLimit, LIMITS } from '../limits.js'
import type { Table } from '../table/columns.js'
import { refuseRepeatedNames } from '../table/repeated-names.js'
import { CsvComments, isClosingComment } from './csv-comments.js'
import { CsvColumns, type CsvField } from './csv-columns.js'
import { fieldsOf, isRule, readCsvHeader, separatorOf, unitsOf } from './csv-header.js'
import { hasReturnsAlone, returnsAlone } from './returns-alone.js'

/** How a CSV file is read. */
export interface CsvOptions {
  /** What error messages call the file. */
  readonly name: string
  /**
   * Chooses fields by the header's names, which come without quotes and blanks, and the lines of comments before it.
   */
  readonly fields: (header: readonly string[], comments: readonly string[]) => readonly CsvField[]
  /** Rows of a table at most; 65,536 by default. */
  readonly rowsPerTable?: number
  /** Names of the fields in order, of a file without a line of names. */
  readonly names?: readonly string[]
}

export const NEWLINE = 10
const RETURN = 13
const QUOTE = 34
const HASH = 35
const BLANK = 32
/** What some editors begin UTF-8 with. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Parses whole lines into columns that grow to one table's rows. */
export class CsvLines {
  rows = 0
  hasHeader = false
  private line = 0
  private readonly comments = new CsvComments()
  private separator = 0
  private units: readonly (string | undefined)[] = []
  /** Whether the lines below the header may be units and a rule. */
  private mayHaveUnits = false
  private held: Uint8Array | undefined
  private header: readonly string[] = []
  private fields: readonly CsvField[] = []
  /** Slot of each field of the line, -1 if it is not wanted. */
  private slots = new Int32Array(0)
  private columns = new CsvColumns([], 0)
  private readonly capacity: number

  constructor(private readonly options: CsvOptions) {
    this.capacity = options.rowsPerTable ?? 65_536
  }

  get full(): boolean {
    return this.rows === this.capacity
  }

  private get place(): { readonly file: string; readonly line: number } {
    return { file: this.options.name, line: this.line }
  }

  /** Reads lines from `at` on until the table is full or `end`, which follows a line feed; returns where it stopped. */
  readLines(bytes: Uint8Array, at: number, end: number): number {
    if (this.line === 0 && BYTE_ORDER_MARK.every((byte, k) => bytes[at + k] === byte)) at += BYTE_ORDER_MARK.length
    while (at < end && !this.full) {
      this.line++
      const first = bytes[at]!
      if (first === NEWLINE || (first === RETURN && bytes[at + 1] === NEWLINE)) {
        at = bytes.indexOf(NEWLINE, at) + 1
      } else if (!this.hasHeader) {
        const lineEnd = bytes.indexOf(NEWLINE, at)
        const content = bytes.subarray(at, lineEnd)
        if (content.length > LIMITS.lineBytes) throw this.longLine(content)
        if (first !== HASH && this.options.names !== undefined) {
          this.beginWith(this.options.names, content)
          continue
        }
        if (first !== HASH) this.readHeader(content)
        else this.readComment(content)
        at = lineEnd + 1
      } else if (first === HASH && this.isClosing(bytes, at)) {
        at = bytes.indexOf(NEWLINE, at) + 1
      } else if (this.mayHaveUnits) {
        at = this.readAfterHeader(bytes, at)
      } else {
        at = this.readRow(bytes, at)
      }
    }
    return at
  }

  /** Whether the comments are lines that end in a carriage return alone. */
  get isOfReturns(): boolean {
    return this.comments.lines.some(hasReturnsAlone)
  }

  take(): Table {
    const table = this.columns.table(this.rows, this.units)
    this.rows = 0
    return table
  }

  /** The refusal of a line that no table has: the current one, or the one `after` it. */
  longLine(bytes: Uint8Array, after = 0): InputError {
    if (!this.hasHeader && hasReturnsAlone(new TextDecoder().decode(bytes))) return returnsAlone(this.options.name)
    const { file, line } = this.place
    return beyondLimit('lineBytes', 'the line is too long', { file, line: line + after }, bytes.length)
  }

  private readComment(bytes: Uint8Array): void {
    this.comments.add(new TextDecoder().decode(bytes), bytes.length + 1, this.place)
  }

  private readHeader(bytes: Uint8Array): void {
    const { names, separator, units, mayHaveUnits } = readCsvHeader(this.headText(bytes), this.comments.lines)
    this.separator = separator.charCodeAt(0)
    this.mayHaveUnits = mayHaveUnits
    this.header = names
    this.units = units
    if (names.length > LIMITS.tableColumns) {
      throw beyondLimit('tableColumns', 'the header names too many columns', this.place, names.length)
    }
    this.setFields()
  }

  private setFields(): void {
    this.fields = this.options.fields(this.header, this.comments.lines)
    const read = new Set(this.fields.map(({ index }) => index))
    const unread = new Set(this.header.filter((_, index) => !read.has(index)))
    // Columns that go by position may share a name, as long as all of them are read.
    refuseRepeatedNames(
      this.header,
      this.fields.map(({ index }) => this.header[index]!).filter((name) => unread.has(name)),
      this.place,
    )
    this.slots = new Int32Array(this.header.length).fill(-1)
    for (const [slot, { index }] of this.fields.entries()) this.slots[index] = slot
    this.columns = new CsvColumns(this.fields, this.capacity)
    this.hasHeader = true
  }

  /** Takes the first line of a file without names for what it is: a row. */
  private beginWith(names: readonly string[], bytes: Uint8Array): void {
    const text = this.headText(bytes)
    const separator = separatorOf(text)
    const found = text.split(separator).length
    if (found !== names.length) {
      throw new InputError('unfit-csv', 'a file without a line of names has another number of columns', {
        ...this.place,
        found,
        expected: `${names.length} columns`,
      })
    }
    this.separator = separator.charCodeAt(0)
    this.header = names
    this.line--
    this.setFields()
  }

  /** The first line that is no comment. */
  private headText(bytes: Uint8Array): string {
    const text = new TextDecoder().decode(bytes).replace(/\r$/, '')
    if (hasReturnsAlone(text)) throw returnsAlone(this.options.name)
    return text
  }

  /** VizieR's tables have a line of units and a line of dashes below the header; some writers have the units alone. */
  private readAfterHeader(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(NEWLINE, at) + 1
    const line = bytes.slice(at, end)
    if (this.held === undefined) {
      this.held = line
      return end
    }
    const held = this.held
    this.mayHaveUnits = false
    const fields = this.fieldsOf(line)
    if (fields.some((field) => field.includes('-')) && isRule(fields)) {
      this.units = this.fieldsOf(held).map((field) => field || undefined)
      return end
    }
    if (this.readUnits(held)) return at
    this.line--
    this.readRow(held, 0)
    this.line++
    if (!this.full) return this.readRow(bytes, at)
    this.line--
    return at
  }

  /** Takes a line as units if it has one for a wanted number, and no number for anything. */
  private readUnits(line: Uint8Array): boolean {
    const fields = this.fieldsOf(line)
    if (fields.length !== this.header.length) return false
    const numbers = this.fields.filter(({ type }) => type === 'f64').map(({ index }) => index)
    const units = unitsOf(fields, numbers)
    if (units === undefined) return false
    this.units = units
    return true
  }

  private fieldsOf(line: Uint8Array): string[] {
    return fieldsOf(line, String.fromCharCode(this.separator))
  }

  /** The line below the header, if no other follows it. */
  finish(): void {
    if (this.mayHaveUnits && this.held !== undefined && !this.readUnits(this.held)) this.readRow(this.held, 0)
  }

  /** Whether a line below the header is one of those that VizieR closes a table with; one may tell that it was cut. */
  private isClosing(bytes: Uint8Array, at: number): boolean {
    return isClosingComment(new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(NEWLINE, at))), this.place)
  }

  private readRow(bytes: Uint8Array, at: number): number {
    const width = this.slots.length
    const separator = this.separator
    const isBlank = separator === BLANK
    if (isBlank) while (bytes[at] === BLANK) at++
    let field = 0
    for (;;) {
      const start = at
      if (bytes[at] === QUOTE) at = this.closingQuote(bytes, at, field)
      while (bytes[at] !== separator && bytes[at] !== NEWLINE) at++
      if (field < width) {
        const slot = this.slots[field]!
        if (slot >= 0) this.columns.store(bytes, start, at, slot, this.rows, this.notANumber)
      }
      field++
      // Any number of blanks separates, and those at the end of a line do not.
      if (isBlank) while (bytes[at] === BLANK && bytes[at + 1]! <= BLANK) at++
      if (bytes[at] === NEWLINE) break
      at++
    }
    if (field !== width) {
      throw new InputError('ragged-csv', 'the line has another number of fields than the header', {
        ...this.place,
        found: field,
        expected: `${width}`,
      })
    }
    this.rows++
    return at + 1
  }

  /** Position after the closing quote; a quoted field may hold commas, but not a line's end. */
  private closingQuote(bytes: Uint8Array, at: number, field: number): number {
    for (at++; bytes[at] !== NEWLINE; at++) {
      if (bytes[at] !== QUOTE) continue
      if (bytes[at + 1] !== QUOTE) return at + 1
      at++
    }
    const place = { ...this.place, column: this.header[field] ?? `${field + 1}` }
    throw new InputError('open-quote', 'a quote is not closed on its line', place)
  }

  private readonly notANumber = (slot: number, found: string, expected: string): InputError => {
    const { index } = this.fields[slot]!
    const column = this.header[index] ?? `${index + 1}`
    const place = { ...this.place, column, found: JSON.stringify(found), expected }
    return new InputError('bad-number', `the field is not ${expected}`, place)
  }
}
