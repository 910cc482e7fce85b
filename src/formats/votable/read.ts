import { refuseRepeatedNames } from '../../table/repeated-names.js'
import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { Table } from '../../table/columns.js'
import type { CsvField } from '../csv.js'
import { Base64Decoder } from './base64.js'
import { BinaryRows, type Serialization } from './binary-rows.js'
import { votableField, type VotableField } from './field.js'
import { Markup, type MarkupListener } from './markup.js'
import { VotableRows } from './rows.js'

interface VotableOptions {
  /** What error messages call the file. */
  readonly name: string
  /**
   * Chooses the fields that are wanted of a table by its names, and the texts before its data (names of tables,
   * descriptions, INFO, epochs); undefined for a table that is none of those looked for.
   */
  readonly fields: (header: readonly string[], texts: readonly string[]) => readonly CsvField[] | undefined
  /** Called if no table is one that is looked for, to say what is missing. */
  readonly onNone?: () => unknown
  /** Rows of a table at most; 65,536 by default. */
  readonly rowsPerTable?: number
}

/**
 * Reads one table of a VOTable (IVOA, versions 1.0 to 1.5): TABLEDATA, BINARY and BINARY2, in pieces cut anywhere.
 * Missing values are those of each form: empty cells, the null of VALUES, the bits of BINARY2.
 *
 * @throws InputError for XML that is damaged or cut short, a root that is not VOTABLE, an answer of a server that says
 *   ERROR or OVERFLOW, more rows or fewer than `nrows` says, data in another file or as FITS, no table that is looked
 *   for, or a second one
 */
export async function* readVotable(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: VotableOptions,
): AsyncGenerator<Table> {
  const document = new VotableDocument(options)
  const markup = await Markup.open(options.name, document)
  document.place = () => markup.place()
  for await (const chunk of chunks) {
    markup.write(chunk)
    yield* document.taken()
  }
  markup.close()
  document.end()
  yield* document.taken()
}

/** What is read of the table that is open. */
interface OpenTable {
  readonly name: string
  readonly rowCount: number | undefined
  readonly fields: VotableField[]
  rows?: VotableRows
  binary?: BinaryRows
  base64?: Base64Decoder
  /** Whether it is one that is looked for. */
  isWanted: boolean
}

class VotableDocument implements MarkupListener {
  place: () => { readonly file: string; readonly line: number }
  takesRawText = false
  private path: string[] = []
  private readonly texts: string[] = []
  private textLength = 0
  private table: OpenTable | undefined
  private chosen: OpenTable | undefined
  private text_ = ''
  private cell = 0
  private info: Readonly<Record<string, string>> = {}
  private serialization: Serialization = 'BINARY'

  constructor(private readonly options: VotableOptions) {
    this.place = () => ({ file: options.name, line: 1 })
  }

  /** Tables that are full, or the last. */
  *taken(): Generator<Table> {
    const full = this.chosen?.rows?.full ?? []
    while (full.length > 0) yield full.shift()!
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.path.length === 0 && name !== 'VOTABLE') {
      const place = { ...this.place(), found: `<${name}>`, expected: '<VOTABLE>' }
      throw new InputError('bad-votable', 'the file is XML, but no VOTable', place)
    }
    this.path.push(name)
    this.text_ = ''
    const table = this.table
    switch (name) {
      case 'TABLE':
        this.table = {
          name: attributes['name'] ?? attributes['ID'] ?? '',
          rowCount: /^\d+$/.test(attributes['nrows'] ?? '') ? Number(attributes['nrows']) : undefined,
          fields: [],
          isWanted: false,
        }
        this.note(`${attributes['name'] ?? ''} ${attributes['ID'] ?? ''}`)
        break
      case 'FIELD':
        if (table === undefined) break
        table.fields.push(votableField(attributes, this.options.name, table.fields.length))
        if (table.fields.length > LIMITS.tableColumns)
          throw beyondLimit('tableColumns', 'the table has too many columns', this.place(), table.fields.length)
        break
      case 'VALUES':
        if (this.path.at(-2) === 'FIELD' && attributes['null'] !== undefined)
          table!.fields.at(-1)!.nullText = attributes['null'].trim()
        break
      case 'COOSYS':
        if (attributes['epoch'] !== undefined) this.note(`Ep=${attributes['epoch']}`)
        break
      case 'INFO':
        this.info = attributes
        break
      case 'DATA':
        if (table !== undefined) this.openData(table)
        break
      case 'TR':
        this.cell = 0
        break
      case 'BINARY':
      case 'BINARY2':
        this.serialization = name
        break
      case 'FITS':
        throw this.refusal('the data of the VOTable are FITS within it, which is not read: write them as a FITS file')
      case 'STREAM':
        this.openStream(attributes)
        break
    }
  }

  text(text: string): void {
    const table = this.table
    if (this.path.at(-1) === 'STREAM') {
      const bytes = table?.base64?.decode(text)
      if (bytes !== undefined) table!.binary!.write(bytes)
      else if (table?.base64 !== undefined) throw this.refusal('the stream holds what is not base64')
      return
    }
    this.text_ += text
    if (this.text_.length > LIMITS.lineBytes)
      throw beyondLimit('lineBytes', 'the text of one element is too long', this.place(), this.text_.length)
  }

  close(name: string): void {
    const text = this.text_
    this.text_ = ''
    this.path.pop()
    const table = this.table
    switch (name) {
      case 'TD':
        this.closeCell(text)
        break
      case 'TR':
        this.closeRow()
        break
      case 'STREAM':
        this.takesRawText = false
        if (table?.base64?.isWhole === false) throw this.refusal('the base64 of the stream is cut short')
        table?.binary?.end()
        break
      case 'INFO':
        this.closeInfo(this.info, text)
        break
      case 'DESCRIPTION':
        this.note(text)
        break
      case 'TABLE':
        this.closeTable()
        break
    }
  }

  end(): void {
    if (this.chosen !== undefined) return
    this.options.onNone?.()
    throw this.refusal('the VOTable holds no table with data')
  }

  /** The first table that is looked for; another after it is as good, so that none is taken in silence. */
  private openData(table: OpenTable): void {
    const header = table.fields.map(({ name }) => name)
    const wanted = this.options.fields(header, this.texts)
    if (wanted === undefined) return
    if (this.chosen !== undefined) {
      const place = { ...this.place(), found: `${this.chosen.name || 'the first'} and ${table.name || 'another'}` }
      const sentence = 'the file holds several tables that could be meant: write the one to read as a file of its own'
      throw new InputError('several-tables', sentence, place)
    }
    const used = wanted.map(({ index }) => header[index]!)
    refuseRepeatedNames(header, used, this.place())
    table.isWanted = true
    table.rows = new VotableRows(table.fields, wanted, this.options.rowsPerTable ?? 65_536, this.place)
    this.chosen = table
  }

  private openStream(attributes: Readonly<Record<string, string>>): void {
    const table = this.table
    this.takesRawText = true
    if (table?.isWanted !== true) return
    if (attributes['href'] !== undefined)
      throw this.refusal(
        'the data of the VOTable lie elsewhere (STREAM href), which is not followed',
        attributes['href'],
      )
    if (attributes['encoding'] !== 'base64')
      throw this.refusal('the stream has another encoding than base64', attributes['encoding'] ?? 'none')
    table.binary = new BinaryRows(this.serialization, table.fields, table.rows!, this.place)
    table.base64 = new Base64Decoder()
  }

  private closeCell(text: string): void {
    const table = this.table
    if (table?.rows === undefined) return
    if (this.cell >= table.fields.length) throw this.ragged(table, `more than ${table.fields.length} cells`)
    table.rows.cell(this.cell++, text)
  }

  private closeRow(): void {
    const table = this.table
    if (table?.rows === undefined) return
    if (this.cell !== table.fields.length) throw this.ragged(table, `${this.cell} cells`)
    table.rows.endRow()
  }

  private closeTable(): void {
    const table = this.table
    this.table = undefined
    if (table?.rows === undefined) return
    const { total } = table.rows
    if (table.rowCount !== undefined && table.rowCount !== total) {
      const place = { ...this.place(), found: `${total} rows`, expected: `${table.rowCount}, as nrows says` }
      throw new InputError('bad-votable', 'the table has another number of rows than it says: it was cut', place)
    }
    table.rows.end()
  }

  /** What a server says of its answer (DALI 1.1, section 4.4); anything else is a note. */
  private closeInfo({ name, value = '' }: Readonly<Record<string, string>>, text: string): void {
    if (name?.toUpperCase() !== 'QUERY_STATUS') {
      if (name?.toUpperCase() === 'QUERY') this.note(value || text)
      return
    }
    const status = value.toUpperCase()
    const said = text.trim().replace(/\s+/g, ' ').slice(0, 500) || 'it does not say why'
    if (status === 'ERROR') {
      const sentence = `the file is the answer of a server that could not do the query: ${said}`
      throw new InputError('query-error', sentence, this.place())
    }
    if (status === 'OVERFLOW') {
      const rows = this.chosen?.rows?.total
      const sentence = 'the answer was cut at a limit of rows (QUERY_STATUS OVERFLOW): ask for smaller parts of the sky'
      const found = rows === undefined || rows === 0 ? {} : { found: `${rows} rows` }
      throw new InputError('query-overflow', sentence, { ...this.place(), ...found })
    }
  }

  private note(text: string): void {
    if (text.trim() === '') return
    this.textLength += text.length
    if (this.textLength > LIMITS.smallTextBytes)
      throw beyondLimit('smallTextBytes', 'the descriptions before the data are too long', this.place())
    this.texts.push(text)
  }

  private ragged({ fields, rows }: OpenTable, found: string): InputError {
    const place = { ...this.place(), row: rows!.total + 1, found, expected: `${fields.length}` }
    return new InputError('bad-votable', 'the row has another number of cells than the table has fields', place)
  }

  private refusal(sentence: string, found?: string): InputError {
    return new InputError('bad-votable', sentence, { ...this.place(), ...(found === undefined ? {} : { found }) })
  }
}
