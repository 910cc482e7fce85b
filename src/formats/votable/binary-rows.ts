import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import { bytesOf, isText, type VotableField } from './field.js'
import type { VotableRows } from './rows.js'

/** `BINARY` has no mark for a missing value but that of VALUES; `BINARY2` begins each row with a bit for each field. */
export type Serialization = 'BINARY' | 'BINARY2'

/** Rows of the binary serializations (VOTable 1.5, sections 5.3 and 5.4): big-endian, one field after the other. */
export class BinaryRows {
  private left = new Uint8Array(0)

  constructor(
    private readonly serialization: Serialization,
    private readonly fields: readonly VotableField[],
    private readonly rows: VotableRows,
    private readonly place: () => { readonly file: string; readonly line: number },
  ) {
    // How the count of `3x*` is meant, elements or rows of three, is read in two ways.
    const unclear = fields.find(({ length, rowsOf }) => length === undefined && rowsOf > 1)
    if (unclear !== undefined) {
      const sentence = 'an array of a varying number of rows is not read in a binary VOTable: write it as TABLEDATA'
      throw new InputError('bad-votable', sentence, { ...place(), column: unclear.name })
    }
  }

  write(bytes: Uint8Array): void {
    const all = new Uint8Array(this.left.length + bytes.length)
    all.set(this.left)
    all.set(bytes, this.left.length)
    const view = new DataView(all.buffer)
    let at = 0
    for (let next = this.rowAt(view, at); next !== undefined; next = this.rowAt(view, at)) at = next
    this.left = all.slice(at)
    if (this.left.length > LIMITS.lineBytes)
      throw beyondLimit('lineBytes', 'one row of the stream is too long', this.place(), this.left.length)
  }

  /** Throws InputError if the stream ends within a row. */
  end(): void {
    if (this.left.length === 0) return
    const found = `${this.left.length} bytes after row ${this.rows.total}`
    throw new InputError('bad-votable', 'the stream ends within a row: it is cut short', { ...this.place(), found })
  }

  /** Reads the row at an offset; gives where it ends, or undefined if not all of it is there. */
  private rowAt(view: DataView, start: number): number | undefined {
    const { fields, rows } = this
    let at = start
    const flags = at
    if (this.serialization === 'BINARY2') at += Math.ceil(fields.length / 8)
    const places: number[] = []
    const counts: number[] = []
    if (fields.length === 0) return undefined
    for (const field of fields) {
      let count = field.length
      if (count === undefined) {
        if (at + 4 > view.byteLength) return undefined
        count = view.getInt32(at)
        if (count < 0)
          throw new InputError('bad-votable', 'an array has a negative length', this.fieldPlace(field, count))
        at += 4
      }
      places.push(at)
      counts.push(count)
      at += bytesOf(field, count)
      if (at - start > LIMITS.lineBytes)
        throw beyondLimit('lineBytes', 'one row of the stream is too long', this.place(), at - start)
    }
    if (at > view.byteLength) return undefined
    for (const [index, field] of fields.entries()) {
      if (!rows.isWanted(index)) continue
      const isNull =
        this.serialization === 'BINARY2' && (view.getUint8(flags + (index >> 3)) & (0x80 >> (index & 7))) !== 0
      const place = places[index]!
      if (isNull || counts[index] === 0) rows.missing(index)
      else if (isText(field)) rows.text(index, textAt(view, place, field, counts[index]!))
      else if (counts[index] !== 1) rows.refuseArray(index)
      else if (field.datatype === 'long') rows.long(index, view.getBigInt64(place))
      else rows.number(index, numberAt(view, place, field))
    }
    rows.endRow()
    return at
  }

  private fieldPlace({ name }: VotableField, found: number) {
    return { ...this.place(), row: this.rows.total + 1, column: name, found }
  }
}

function textAt(view: DataView, at: number, { datatype }: VotableField, count: number): string {
  const codes = Array.from({ length: count }, (_, i) =>
    datatype === 'char' ? view.getUint8(at + i) : view.getUint16(at + 2 * i),
  )
  const end = codes.indexOf(0)
  return String.fromCharCode(...(end < 0 ? codes : codes.slice(0, end)))
}

function numberAt(view: DataView, at: number, { datatype }: VotableField): number {
  switch (datatype) {
    case 'double':
      return view.getFloat64(at)
    case 'float':
      return view.getFloat32(at)
    case 'int':
      return view.getInt32(at)
    case 'short':
      return view.getInt16(at)
    default:
      return view.getUint8(at)
  }
}
