import { InputError } from '../../../errors.js'
import type { Column } from '../../../table/columns.js'
import type { ByteSource } from '../../bytes.js'
import { encodeElements } from '../encode.js'
import { binaryFields } from '../fields.js'
import { padded, type FitsHdu } from '../hdus.js'
import { chooseColumns, hasColumn } from '../locate.js'
import { readBinary } from '../read-binary.js'
import { unquantise } from './dither.js'
import { unpackLineList } from './line-list.js'
import { packingOf, type Packing } from './packing.js'
import { unpackRice } from './rice.js'
import { unpackedHeader } from './unpacked-header.js'

/** Unpacks a gzip file in memory; throws if it is damaged. */
export type Gunzip = (packed: Uint8Array, file: string) => Uint8Array

/** The columns of the tiles' table; of those of bytes a tile has one (FITS 4.0, 10.1.3). */
const COLUMNS = ['COMPRESSED_DATA', 'GZIP_COMPRESSED_DATA', 'UNCOMPRESSED_DATA', 'ZSCALE', 'ZZERO', 'ZBLANK']

/** Bytes of the heap in memory at a time. */
const CHUNK_BYTES = 2 ** 22

type TileColumns = ReadonlyMap<string, Column>

/** Pixels as they are stored in an image of the packing's BITPIX. */
type Pixels = Extract<Column, { type: 'u8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64' }>

/**
 * A tile-compressed image as a plain one: header and data as bytes of a FITS file, equal to those of CFITSIO's funpack
 * (FITS 4.0, 10; codes RICE_1, GZIP_1, GZIP_2 and PLIO_1; floats rounded with either dither or none).
 *
 * @param primary as primary HDU, else as an extension
 * @throws InputError as `packingOf`, `fits-truncated`, `fits-bad-tile` that names the row of a tile that is damaged; of
 *   `gunzip`
 */
export async function unpackedImage(
  source: ByteSource,
  hdu: FitsHdu,
  gunzip: Gunzip,
  primary: boolean,
): Promise<{ readonly header: Uint8Array; readonly data: Uint8Array }> {
  const packing = packingOf(hdu)
  const columns = await tileColumns(source, hdu)
  const pixels = emptyPixels(packing)
  for (let row = 0; row < packing.tiles; row++) {
    const box = tileBox(packing, row)
    const place = { ...hdu.header.place, row: row + 1 }
    copyTile(tilePixels({ packing, columns, hdu, gunzip, row, count: box.count, place }), box, packing, pixels)
  }
  const { name: _, values } = pixels
  const data = new Uint8Array(padded(values.byteLength))
  encodeElements(pixels, 0, values.length, new DataView(data.buffer), 0)
  return { header: await unpackedHeader(source, hdu, packing, primary), data }
}

async function tileColumns(source: ByteSource, hdu: FitsHdu): Promise<TileColumns> {
  const fields = binaryFields(hdu.header)
  const names = COLUMNS.filter((name) => hasColumn(fields, name))
  const rows = hdu.header.requireInteger('NAXIS2', 0)
  const block = { source, hdu, first: 0, rows, chunkBytes: CHUNK_BYTES }
  const columns = await readBinary(block, chooseColumns(fields, names, hdu))
  return new Map(columns.map((column) => [column.name.toUpperCase(), column]))
}

function emptyPixels({ bitpix, axes }: Packing): Pixels {
  const count = axes.reduce((product, length) => product * length, 1)
  const name = 'pixels'
  switch (bitpix) {
    case 8:
      return { name, type: 'u8', values: new Uint8Array(count) }
    case 16:
      return { name, type: 'i16', values: new Int16Array(count) }
    case 32:
      return { name, type: 'i32', values: new Int32Array(count) }
    case 64:
      return { name, type: 'i64', values: new BigInt64Array(count) }
    case -32:
      return { name, type: 'f32', values: new Float32Array(count) }
    case -64:
      return { name, type: 'f64', values: new Float64Array(count) }
  }
}

/** Where a tile lies: its first pixel and its length along each axis. */
interface TileBox {
  readonly start: readonly number[]
  readonly length: readonly number[]
  readonly count: number
}

/** The tile of a row: tiles follow each other along the first axis first. */
function tileBox({ axes, tile }: Packing, row: number): TileBox {
  let rest = row
  const start = axes.map((length, k) => {
    const along = Math.ceil(length / tile[k]!)
    const at = rest % along
    rest = Math.floor(rest / along)
    return at * tile[k]!
  })
  const length = axes.map((whole, k) => Math.min(tile[k]!, whole - start[k]!))
  return { start, length, count: length.reduce((product, one) => product * one, 1) }
}

/** What one tile is unpacked from. */
interface Tile {
  readonly packing: Packing
  readonly columns: TileColumns
  readonly hdu: FitsHdu
  readonly gunzip: Gunzip
  readonly row: number
  readonly count: number
  readonly place: { readonly row: number }
}

type TileValues = Int32Array | BigInt64Array | Float32Array | Float64Array

function tilePixels(tile: Tile): TileValues {
  const packed = tileBytes(tile, 'COMPRESSED_DATA')
  if (packed !== undefined) {
    const numbers = unpackNumbers(tile, packed)
    return tile.packing.bitpix < 0 && numbers instanceof Int32Array ? floats(tile, numbers) : numbers
  }
  const raw = tileBytes(tile, 'GZIP_COMPRESSED_DATA')
  if (raw instanceof Uint8Array) return storedValues(tile, tile.gunzip(raw, tile.hdu.header.place.file))
  const plain = tileBytes(tile, 'UNCOMPRESSED_DATA')
  if (plain !== undefined && !(plain instanceof Uint8Array) && plain.length === tile.count) return plain as TileValues
  throw badTile(tile, 'a tile has no pixels', 'no bytes')
}

/** What a column of bytes or numbers holds for the tile; undefined if that is nothing. */
function tileBytes({ columns, row }: Tile, name: string) {
  const column = columns.get(name)
  if (column === undefined || column.type === 'string') return undefined
  const { offsets, width = 1, values } = column
  const [from, to] = offsets ? [offsets[row]!, offsets[row + 1]!] : [row * width, (row + 1) * width]
  return to > from ? values.subarray(from, to) : undefined
}

function unpackNumbers(tile: Tile, packed: ReturnType<typeof tileBytes>): TileValues {
  const { codec, riceBytes, riceBlock, bitpix } = tile.packing
  const numbers = new Int32Array(tile.count)
  if (codec === 'PLIO_1') {
    if (packed instanceof Int16Array && unpackLineList(packed, numbers)) return numbers
    throw badTile(tile, 'a tile is damaged: its line list cannot be read', `${packed?.length} words`)
  }
  if (!(packed instanceof Uint8Array)) throw badTile(tile, 'a tile is damaged: it is not of bytes', 'other elements')
  if (codec === 'RICE_1' || codec === 'RICE_ONE') {
    if (unpackRice(packed, riceBytes, riceBlock, numbers)) return numbers
    throw badTile(tile, "a tile is damaged: its bytes end before its pixels do (Rice's code)", `${packed.length} bytes`)
  }
  const bytes = tile.gunzip(packed, tile.hdu.header.place.file)
  const stored = codec === 'GZIP_2' ? unshuffled(bytes, tile.count) : bytes
  if (bitpix < 0 && !isQuantised(tile)) return storedValues(tile, stored)
  return wholeNumbers(tile, stored)
}

const isQuantised = ({ columns, hdu: { header } }: Tile): boolean => columns.has('ZSCALE') || header.has('ZSCALE')

function floats(tile: Tile, numbers: Int32Array): Float32Array | Float64Array {
  const { packing, row, count } = tile
  const { bitpix, ditherSeed, keepsZeros } = packing
  const scale = numberOf(tile, 'ZSCALE')
  const zero = numberOf(tile, 'ZZERO')
  if (scale === undefined || zero === undefined)
    throw badTile(tile, 'a tile of floats lacks ZSCALE or ZZERO', `ZSCALE ${scale}, ZZERO ${zero}`)
  const blank = numberOf(tile, 'ZBLANK')
  const into = bitpix === -32 ? new Float32Array(count) : new Float64Array(count)
  unquantise(
    numbers,
    {
      scale,
      zero,
      keepsZeros,
      ...(blank === undefined ? {} : { blank }),
      ...(ditherSeed === undefined ? {} : { ditherStart: ditherSeed - 1 + row }),
    },
    into,
  )
  return into
}

/** A number of the tile: of its column, else of the keyword. */
function numberOf({ columns, hdu, row }: Tile, name: string): number | undefined {
  const column = columns.get(name)
  return column === undefined || column.type === 'string' ? hdu.header.number(name) : Number(column.values[row])
}

/** GZIP_2 stores the first bytes of all numbers, then their second ones, and so on. */
function unshuffled(bytes: Uint8Array, count: number): Uint8Array {
  const width = bytes.length / count
  const ordered = new Uint8Array(bytes.length)
  for (let k = 0, at = 0; k < width; k++) for (let i = 0; i < count; i++) ordered[i * width + k] = bytes[at++]!
  return ordered
}

/** Whole numbers as gzip stores them, big-endian, of whatever length divides the bytes by the pixels. */
function wholeNumbers(tile: Tile, bytes: Uint8Array): TileValues {
  const { count } = tile
  const width = bytes.length / count
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 8) return BigInt64Array.from({ length: count }, (_, i) => view.getBigInt64(8 * i))
  const numbers = new Int32Array(count)
  if (width === 1) numbers.set(bytes)
  else if (width === 2) for (let i = 0; i < count; i++) numbers[i] = view.getInt16(2 * i)
  else if (width === 4) for (let i = 0; i < count; i++) numbers[i] = view.getInt32(4 * i)
  else throw badTile(tile, 'a tile is damaged: it unpacks to another length', `${bytes.length} bytes`)
  return numbers
}

/** Pixels that were packed as they are stored: floats without loss. */
function storedValues(tile: Tile, bytes: Uint8Array): TileValues {
  const { count, packing } = tile
  if (packing.bitpix > 0) return wholeNumbers(tile, bytes)
  if (bytes.length !== (count * -packing.bitpix) / 8)
    throw badTile(tile, 'a tile is damaged: it unpacks to another length', `${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (packing.bitpix === -32) {
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i)
    return values
  }
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = view.getFloat64(8 * i)
  return values
}

/** Puts the lines of a tile into the image. */
function copyTile(values: TileValues, { start, length, count }: TileBox, { axes }: Packing, pixels: Pixels): void {
  const line = length[0]!
  for (let from = 0; from < count; from += line) {
    let rest = from / line
    let at = start[0]!
    for (let k = 1, step = axes[0]!; k < axes.length; step *= axes[k]!, k++) {
      at += (start[k]! + (rest % length[k]!)) * step
      rest = Math.floor(rest / length[k]!)
    }
    putLine(values.subarray(from, from + line), at, pixels)
  }
}

function putLine(line: TileValues, at: number, { type, values }: Pixels): void {
  if (type === 'i64') for (let i = 0; i < line.length; i++) values[at + i] = BigInt(line[i]!)
  else if (line instanceof BigInt64Array) for (let i = 0; i < line.length; i++) values[at + i] = Number(line[i]!)
  else values.set(line, at)
}

const badTile = ({ place, count }: Tile, sentence: string, found: string): InputError =>
  new InputError('fits-bad-tile', sentence, { ...place, found, expected: `${count} pixels` })
