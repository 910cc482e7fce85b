import { InputError } from '../errors.js'
import type { ReadySource } from '../formats/bytes.js'
import {
  fitsColumns,
  fitsPadding,
  fitsTableStart,
  readFitsHeaders,
  type FieldFacts,
  type FitsHdu,
} from '../formats/fits/index.js'
import { TextBuffer } from '../formats/text-buffer.js'
import { sharedHeader } from './catalogue-header.js'
import { tableOf, type Column } from '../table/columns.js'

const PIECE_BYTES = 1 << 20
const MAX_ROW_BYTES = 1 << 10
/** Of all parts together, and of one at least. The parts have just been written, so that reading waits for no disk. */
const MAX_READ_BYTES = 4 << 20
const MIN_READ_BYTES = 1 << 16
const COMMA = 0x2c
const NEWLINE = 0x0a

/*
 * The catalogues of an exposure's CCDs as one, by right ascension, rows without one last, ID counted anew; rows of one
 * right ascension in the order of the CCDs. A row is that of its CCD byte for byte but for the ID: no number is printed
 * again. Both files come piece by piece, each piece in the memory of the one before the last: it is valid until the
 * second one after it is asked for. No more than a piece of each CCD's is in memory.
 */

/**
 * Which list the next value comes from, when ascending lists are merged; NaN goes last, ties in the order of the lists.
 */
export function mergedOrder(lists: readonly Float64Array[]): Uint32Array {
  const merge = (first: number, end: number): { values: Float64Array; list: Uint32Array } => {
    if (end - first === 1) return { values: lists[first]!, list: new Uint32Array(lists[first]!.length).fill(first) }
    const middle = (first + end) >>> 1
    const [a, b] = [merge(first, middle), merge(middle, end)]
    const values = new Float64Array(a.values.length + b.values.length)
    const list = new Uint32Array(values.length)
    let i = 0
    let j = 0
    for (let k = 0; k < values.length; k++) {
      const x = a.values[i]!
      const y = b.values[j]!
      if (i === a.values.length || (j < b.values.length && (y < x || (Number.isNaN(x) && !Number.isNaN(y))))) {
        values[k] = y
        list[k] = b.list[j++]!
      } else {
        values[k] = x
        list[k] = a.list[i++]!
      }
    }
    return { values, list }
  }
  return lists.length === 0 ? new Uint32Array(0) : merge(0, lists.length).list
}

/**
 * The combined CSV from those of the CCDs.
 *
 * @param order which CCD each row comes from, by `mergedOrder` of their right ascensions
 */
export function* combinedCsv(sources: readonly ReadySource[], order: Uint32Array): Generator<Uint8Array> {
  const pieceBytes = readBytes(sources)
  const readers = sources.map((source) => new RowReader(source, 0, source.byteLength, pieceBytes))
  for (const reader of readers) reader.nextLine()
  let [text, other] = [new TextBuffer(PIECE_BYTES + MAX_ROW_BYTES), new TextBuffer(PIECE_BYTES + MAX_ROW_BYTES)]
  const header = readers[0]
  if (header) text.copy(header.bytes, header.start, header.end)
  for (let i = 0; i < order.length; i++) {
    const reader = readers[order[i]!]!
    reader.nextLine()
    text.integer(i + 1).copy(reader.bytes, reader.bytes.indexOf(COMMA, reader.start), reader.end)
    if (text.length < PIECE_BYTES) continue
    yield text.bytes
    ;[text, other] = [other, text]
    text.clear()
  }
  yield text.bytes
}

interface OpenPart {
  readonly source: ReadySource
  readonly hdu: FitsHdu
  readonly fields: readonly FieldFacts[]
}

async function openPart(source: ReadySource): Promise<OpenPart> {
  const hdu = (await readFitsHeaders(source))[1]!
  return { source, hdu, fields: fitsColumns(hdu) }
}

/** The combined FITS table from those of the CCDs, with the same `order` as the CSV. */
export async function* combinedFits(sources: readonly ReadySource[], order: Uint32Array): AsyncGenerator<Uint8Array> {
  const parts = await Promise.all(sources.map(openPart))
  const columns = combinedColumns(parts.map(({ fields }) => fields))
  yield fitsTableStart(
    tableOf(columns.map(emptyColumn)),
    order.length,
    sharedHeader(parts.map(({ hdu }) => hdu.header)),
  )
  const rowBytes = bytesOfRow(columns)
  const copy = parts.map((part) => rowCopier(part, columns))
  const pieceBytes = readBytes(sources)
  const readers = parts.map(
    ({ source, hdu, fields }) =>
      new RowReader(source, hdu.dataOffset, hdu.dataOffset + hdu.dataBytes, pieceBytes, bytesOfRow(fields)),
  )
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
  let [piece, other] = [new Uint8Array(perPiece * rowBytes), new Uint8Array(perPiece * rowBytes)]
  for (let first = 0; first < order.length; first += perPiece) {
    const rows = Math.min(perPiece, order.length - first)
    const view = new DataView(piece.buffer)
    for (let r = 0; r < rows; r++) {
      const k = order[first + r]!
      const reader = readers[k]!
      reader.nextFixed()
      copy[k]!(reader, piece, view, r * rowBytes)
      view.setInt32(r * rowBytes, first + r + 1)
    }
    yield piece.subarray(0, rows * rowBytes)
    ;[piece, other] = [other, piece]
  }
  yield fitsPadding(order.length * rowBytes)
}

const STORED_BYTES = { i32: 4, i64: 8, u64: 8, f64: 8 }
type StoredType = keyof typeof STORED_BYTES
/** A 64-bit column without a sign is stored with TZERO = 2^63. */
const UNSIGNED_ZERO = 2n ** 63n

type Field = Pick<FieldFacts, 'name' | 'type' | 'unit' | 'doc'>

const bytesOfRow = (fields: readonly Field[]): number =>
  fields.reduce((bytes, { type }) => bytes + STORED_BYTES[type as StoredType], 0)

const emptyColumn = ({ name, type, unit, doc }: Field): Column =>
  ({ name, type, values: [], ...(unit ? { unit } : {}), ...(doc ? { doc } : {}) }) as unknown as Column

/** The columns of the whole: a column is as wide as its widest part; if it is no whole number in one, it is none. */
function combinedColumns([first, ...others]: readonly (readonly Field[])[]): Field[] {
  return first!.map((field, c) => {
    const types = new Set([field, ...others.map((other) => other[c]!)].map(({ type }) => type))
    return { ...field, type: (['f64', 'u64', 'i64'] as const).find((type) => types.has(type)) ?? field.type }
  })
}

/** Copies the row at hand of a part into the whole, column by column only if their types differ. */
function rowCopier(
  { fields }: OpenPart,
  whole: readonly Field[],
): (from: RowReader, to: Uint8Array, view: DataView, at: number) => void {
  if (whole.every(({ type }, c) => type === fields[c]!.type))
    return ({ bytes, start, end }, to, _, at) => to.set(bytes.subarray(start, end), at)
  return ({ bytes, start }, _, view, at) => {
    const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const [c, { type }] of whole.entries()) {
      const o = start + fields[c]!.offset
      if (type === 'i32') view.setInt32(at, from.getInt32(o))
      else if (type === 'f64') view.setFloat64(at, Number(storedValue(from, o, fields[c]!.type)))
      else view.setBigInt64(at, BigInt(storedValue(from, o, fields[c]!.type)) - (type === 'u64' ? UNSIGNED_ZERO : 0n))
      at += STORED_BYTES[type as StoredType]
    }
  }
}

function storedValue(view: DataView, at: number, type: Field['type']): number | bigint {
  if (type === 'i32') return view.getInt32(at)
  if (type === 'f64') return view.getFloat64(at)
  return view.getBigInt64(at) + (type === 'u64' ? UNSIGNED_ZERO : 0n)
}

/** How much of each part is read at a time: all of it if the parts are as small as those of most exposures. */
const readBytes = (sources: readonly ReadySource[]): number =>
  Math.max(MIN_READ_BYTES, Math.floor(MAX_READ_BYTES / Math.max(1, sources.length)))

/** Rows of a source one after the other: lines, or rows of a fixed length. The row at hand is `bytes[start, end)`. */
class RowReader {
  bytes: Uint8Array
  start = 0
  end = 0
  /** Of `bytes` those that hold what was read last. */
  private filled = 0

  constructor(
    private readonly source: ReadySource,
    private at: number,
    private readonly last: number,
    pieceBytes: number,
    private readonly rowBytes = 0,
  ) {
    this.bytes = new Uint8Array(Math.max(pieceBytes, rowBytes))
  }

  /** Moves to the next line, its end of line included. */
  nextLine(): void {
    if (this.line()) return
    this.fill()
    if (!this.line()) this.ended()
  }

  /** Moves to the next row of fixed length. */
  nextFixed(): void {
    if (this.end + this.rowBytes > this.filled) this.fill()
    this.start = this.end
    this.end += this.rowBytes
    if (this.end > this.filled) this.ended()
  }

  /** False if the next line is not in memory to its end. */
  private line(): boolean {
    const newline = this.bytes.indexOf(NEWLINE, this.end)
    if (newline < 0 || newline >= this.filled) return false
    this.start = this.end
    this.end = newline + 1
    return true
  }

  private ended(): never {
    throw new InputError('short-catalogue', 'the calibrated catalogue ends before its rows do', {
      file: this.source.name,
    })
  }

  /** Reads on from the first byte of the row that is not whole in memory. */
  private fill(): void {
    this.at -= this.filled - this.end
    const wanted = Math.min(this.bytes.length, this.last - this.at)
    this.filled = this.source.readNow(this.bytes.subarray(0, wanted), this.at)
    this.at += this.filled
    this.start = this.end = 0
  }
}
