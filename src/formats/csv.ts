import { refuseRepeatedNames } from '../table/repeated-names.js'
import { InputError } from '../errors.js'
import { beyondLimit, LIMITS } from '../limits.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import { ecsvHead } from './ecsv-head.js'
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

interface CsvOptions {
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

const NEWLINE = 10
const RETURN = 13
const QUOTE = 34
const HASH = 35
const BLANK = 32
const DASH = 45

/**
 * Reads the numbers of a CSV file with one header line as tables of typed columns. Fields are separated by what the
 * head of an ECSV names (blanks unless it names another), else by commas, tabs, semicolons or bars as the header has
 * them; the lines of units and dashes that VizieR writes below the header are understood, and its `#` lines at the
 * end. Numbers: 64-bit integers exact, doubles correctly
 * rounded, no string per row. Lines that start with `#` before the header (ECSV) and blank lines are skipped; an empty
 * field, `null` or `nan` is NaN. A file without data lines gives one table without rows. Chunks may be cut anywhere.
 *
 * @throws InputError with the line and the column for a field that is no number, a line with more or fewer fields than
 *   the header, a file without header
 */
export async function* readNumericCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<Table> {
  const reader = new LineReader(options)
  let carried = new Uint8Array(0)
  let yielded = false
  for await (const chunk of chunks) {
    const bytes = carried.length === 0 ? chunk : joined(carried, chunk)
    const end = bytes.lastIndexOf(NEWLINE) + 1
    for (let at = 0; at < end;) {
      at = reader.readLines(bytes, at, end)
      if (reader.full) {
        yield reader.take()
        yielded = true
      }
    }
    carried = bytes.slice(end)
    if (carried.length > LIMITS.lineBytes) throw reader.longLine(carried.length)
  }
  if (carried.length > 0) reader.readLines(joined(carried, Uint8Array.of(NEWLINE)), 0, carried.length + 1)
  reader.finish()
  if (!reader.hasHeader)
    throw new InputError('empty-file', 'there is no header line', { file: options.name, expected: 'a CSV file' })
  if (reader.rows > 0 || !yielded) yield reader.take()
}

/** Parses whole lines into columns that grow to one table's rows. */
class LineReader {
  rows = 0
  hasHeader = false
  private line = 0
  private readonly comments: string[] = []
  private commentBytes = 0
  private separator = 0
  private units: readonly (string | undefined)[] = []
  /** Whether the lines below the header may be units and a rule. */
  private mayHaveUnits = false
  private held: Uint8Array | undefined
  private header: readonly string[] = []
  private fields: readonly CsvField[] = []
  /** Slot of each field of the line, -1 if it is not wanted. */
  private slots = new Int32Array(0)
  private doubles: (Float64Array | undefined)[] = []
  private integers: (BigInt64Array | undefined)[] = []
  private words: (Uint32Array | undefined)[] = []
  private texts: (TextColumn | undefined)[] = []
  private readonly capacity: number

  constructor(private readonly options: CsvOptions) {
    this.capacity = options.rowsPerTable ?? 65_536
  }

  get full(): boolean {
    return this.rows === this.capacity
  }

  /** Reads lines from `at` on until the table is full or `end`, which follows a line feed; returns where it stopped. */
  readLines(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && !this.full) {
      this.line++
      const first = bytes[at]!
      if (first === NEWLINE || (first === RETURN && bytes[at + 1] === NEWLINE)) {
        at = bytes.indexOf(NEWLINE, at) + 1
      } else if (!this.hasHeader) {
        const lineEnd = bytes.indexOf(NEWLINE, at)
        const content = bytes.subarray(at, lineEnd)
        if (content.length > LIMITS.lineBytes) throw this.longLine(content.length)
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

  take(): Table {
    const columns = this.fields.map(({ name, type, index }, slot): Column => {
      const unit = this.units[index]
      const text = this.texts[slot]
      if (text !== undefined) return { name, type: 'string', values: text.values.slice(0, this.rows) }
      if (type === 'i64') return { name, type, values: this.integers[slot]!.slice(0, this.rows) }
      return { name, type: 'f64', values: this.doubles[slot]!.slice(0, this.rows), ...(unit !== undefined && { unit }) }
    })
    this.rows = 0
    return tableOf(columns)
  }

  /** The refusal of a line that no table has. */
  longLine(bytes: number): InputError {
    return beyondLimit('lineBytes', 'the line is too long', { file: this.options.name, line: this.line }, bytes)
  }

  private readComment(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes)
    this.comments.push(text)
    if (/QUERY_STATUS\W+OVERFLOW|truncated result/i.test(text)) throw cutAtLimit(this.options.name, this.line, text)
    this.commentBytes += bytes.length + 1
    if (this.commentBytes <= LIMITS.smallTextBytes) return
    throw beyondLimit('smallTextBytes', 'the comments before the header are too long', {
      file: this.options.name,
      line: this.line,
    })
  }

  private readHeader(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes).replace(/\r$/, '')
    const ecsv = ecsvHead(this.comments)
    // Some writers use commas in an ECSV and do not say so.
    const isBlank = ecsv !== undefined && (/\s/.test(text.trim()) || !text.includes(','))
    const separator = ecsv?.delimiter ?? (isBlank ? ' ' : this.separatorOf(text))
    this.separator = separator.charCodeAt(0)
    this.mayHaveUnits = ecsv === undefined
    const names = separator === ' ' ? (text.trim().match(/"[^"]*(?:""[^"]*)*"|\S+/g) ?? []) : text.split(separator)
    this.header = names.map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    )
    if (names.length > LIMITS.tableColumns) {
      throw beyondLimit(
        'tableColumns',
        'the header names too many columns',
        { file: this.options.name, line: this.line },
        names.length,
      )
    }
    this.units = this.header.map((name) => ecsv?.units.get(name))
    this.setFields()
  }

  private setFields(): void {
    this.fields = this.options.fields(this.header, this.comments)
    const read = new Set(this.fields.map(({ index }) => index))
    const unread = new Set(this.header.filter((_, index) => !read.has(index)))
    // Columns that go by position may share a name, as long as all of them are read.
    refuseRepeatedNames(
      this.header,
      this.fields.map(({ index }) => this.header[index]!).filter((name) => unread.has(name)),
      { file: this.options.name, line: this.line },
    )
    this.slots = new Int32Array(this.header.length).fill(-1)
    for (const [slot, { index }] of this.fields.entries()) this.slots[index] = slot
    this.doubles = this.fields.map(({ type }) => (type === 'f64' ? new Float64Array(this.capacity) : undefined))
    this.integers = this.fields.map(({ type }) => (type === 'i64' ? new BigInt64Array(this.capacity) : undefined))
    this.words = this.integers.map((column) => (column === undefined ? undefined : new Uint32Array(column.buffer)))
    this.texts = this.fields.map(({ type }) => (type === 'text' || type === 'label' ? new TextColumn(type) : undefined))
    this.hasHeader = true
  }

  /** Takes the first line of a file without names for what it is: a row. */
  private beginWith(names: readonly string[], bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes).replace(/\r$/, '')
    const found = text.split(this.separatorOf(text)).length
    if (found !== names.length) {
      throw new InputError('unfit-csv', 'a file without a line of names has another number of columns', {
        file: this.options.name,
        line: this.line,
        found,
        expected: `${names.length} columns`,
      })
    }
    this.separator = this.separatorOf(text).charCodeAt(0)
    this.header = names
    this.line--
    this.setFields()
  }

  /** What separates the names of the header: a comma, a tab, a semicolon or a bar. */
  private separatorOf(header: string): string {
    return [',', '\t', ';', '|'].find((candidate) => header.includes(candidate)) ?? ','
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
    if (line.includes(DASH) && this.textsOf(line).every((field) => /^-*$/.test(field))) {
      this.units = this.textsOf(held).map((field) => field || undefined)
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
    const texts = this.textsOf(line)
    if (texts.length !== this.header.length) return false
    const bytes = new TextEncoder()
    const isValue = (text: string): boolean => {
      const encoded = bytes.encode(text)
      const value = parseFloat64(encoded, 0, encoded.length)
      return value !== undefined && !Number.isNaN(value)
    }
    const hasUnit = this.fields.some(({ index, type }) => type === 'f64' && /^[^\d\s]/.test(texts[index]!))
    if (!hasUnit || texts.some(isValue)) return false
    this.units = texts.map((text) => (/^(?:|null|nan|--|none|n\/a)$/i.test(text) ? undefined : text))
    return true
  }

  private textsOf(line: Uint8Array): string[] {
    return new TextDecoder()
      .decode(line)
      .split(String.fromCharCode(this.separator))
      .map((field) => field.trim().replace(/^"(.*)"$/, '$1'))
  }

  /** The line below the header, if no other follows it. */
  finish(): void {
    if (this.mayHaveUnits && this.held !== undefined && !this.readUnits(this.held)) this.readRow(this.held, 0)
  }

  /** Whether a line below the header is one of those that VizieR closes a table with; one may tell that it was cut. */
  private isClosing(bytes: Uint8Array, at: number): boolean {
    const text = new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(NEWLINE, at))).trim()
    if (/QUERY_STATUS\W+OVERFLOW|truncated result/i.test(text)) throw cutAtLimit(this.options.name, this.line, text)
    return /^#(?:$|END#|INFO\b)/.test(text)
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
        if (slot >= 0) this.store(bytes, start, at, slot)
      }
      field++
      // Any number of blanks separates, and those at the end of a line do not.
      if (isBlank) while (bytes[at] === BLANK && bytes[at + 1]! <= BLANK) at++
      if (bytes[at] === NEWLINE) break
      at++
    }
    if (field !== width) {
      throw new InputError('ragged-csv', 'the line has another number of fields than the header', {
        file: this.options.name,
        line: this.line,
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
    const place = { file: this.options.name, line: this.line, column: this.header[field] ?? `${field + 1}` }
    throw new InputError('open-quote', 'a quote is not closed on its line', place)
  }

  private store(bytes: Uint8Array, start: number, end: number, slot: number): void {
    const text = this.texts[slot]
    if (text !== undefined) {
      text.store(bytes, start, end, this.rows)
      return
    }
    const words = this.words[slot]
    if (words !== undefined) {
      if (!parseInt64(bytes, start, end, words, this.rows))
        throw this.notANumber(this.fields[slot]!.index, fieldText(bytes, start, end), 'a whole number')
      return
    }
    const value = parseFloat64(bytes, start, end)
    if (value === undefined) throw this.notANumber(this.fields[slot]!.index, fieldText(bytes, start, end), 'a number')
    this.doubles[slot]![this.rows] = value
  }

  private notANumber(field: number, found: string, expected: string): InputError {
    const column = this.header[field] ?? `${field + 1}`
    const place = { file: this.options.name, line: this.line, column, found: JSON.stringify(found), expected }
    return new InputError('bad-number', `the field is not ${expected}`, place)
  }
}

function cutAtLimit(file: string, line: number, text: string): InputError {
  const sentence = 'the table was cut at a limit of rows: ask for smaller parts of the sky'
  return new InputError('query-overflow', sentence, { file, line, found: text.replace(/^[#\s]+/, '').slice(0, 200) })
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

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
