import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { Column } from '../../table/columns.js'
import { decoderOf } from './decode.js'
import { ELEMENT_BYTES, type BinaryField } from './fields.js'
import type { FitsHdu } from './hdus.js'
import { checkedOffsets, readDescriptors, visitHeap, type Descriptors } from './heap.js'
import type { Wanted } from './locate.js'
import { allocate, columnOf, eachChunk, type RowBlock } from './rows.js'
import { decodeStrings } from './strings.js'

/** Columns of a binary table: first the fixed ones and the descriptors, row by row, then the heap, column by column. */
export async function readBinary(block: RowBlock, fields: readonly Wanted<BinaryField>[]): Promise<Column[]> {
  const { hdu, first, rows } = block
  const stride = hdu.header.requireInteger('NAXIS1', 0)
  // Text of no characters takes no place in the file, and eight bytes of memory a row.
  const texts = fields.reduce((sum, { code, width }) => sum + (code === 'A' ? rows * (width ?? 1) : 0), 0)
  if (texts > hdu.dataBytes + LIMITS.listLines) {
    const sentence = 'the columns of text hold more texts than the table has bytes'
    throw beyondLimit('listLines', sentence, hdu.header.place, texts)
  }
  const fixed = fields
    .filter(({ descriptor }) => descriptor === undefined)
    .map((field) => {
      const values = allocate(field.type, rows * field.width!, hdu, field)
      return { field, values, decode: decoderOf(field, values) }
    })
  const varying = fields
    .filter(({ descriptor }) => descriptor !== undefined)
    .map((field) => ({
      field,
      descriptors: { counts: new Float64Array(rows), pointers: new Float64Array(rows) },
    }))
  await eachChunk(block, (bytes, done, count) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const { field, decode } of fixed) {
      const width = field.width!
      const bad = decode({ view, base: field.offset, stride, rows: count, width }, done * width)
      if (bad >= 0)
        throw badLogical(
          hdu,
          field,
          first + done + Math.floor(bad / width),
          view.getUint8(field.offset + Math.floor(bad / width) * stride + (bad % width)),
        )
    }
    for (const { field, descriptors } of varying)
      readDescriptors(view, field.offset, stride, count, field.descriptor!, descriptors, done)
  })
  const columns = new Map<BinaryField, Column>(
    fixed.map(({ field, values }) => [field, columnOf(field, values, nulls(field))]),
  )
  for (const { field, descriptors } of varying) columns.set(field, await readVarying(block, field, descriptors))
  return fields.map((field) => columns.get(field)!)
}

async function readVarying(
  { source, hdu, first, chunkBytes }: RowBlock,
  field: Wanted<BinaryField>,
  descriptors: Descriptors,
): Promise<Column> {
  const { counts } = descriptors
  const bytesOf = (count: number) => Math.ceil(count * ELEMENT_BYTES[field.code])
  const offsets = checkedOffsets(hdu, field.name, first, descriptors, bytesOf)
  if (field.code === 'A') {
    const texts = new Array<string>(counts.length).fill('')
    await visitHeap(source, hdu, descriptors, bytesOf, chunkBytes, (view, base, row) => {
      decodeStrings({ view, base, stride: 0, rows: 1, width: 1 }, counts[row]!, texts, row)
    })
    return columnOf(field, texts)
  }
  const each = field.code === 'C' || field.code === 'M' ? 2 : 1
  if (each === 2) for (let r = 0; r < offsets.length; r++) offsets[r]! *= 2
  const values = allocate(field.type, offsets[counts.length]!, hdu, field)
  const decode = decoderOf(field, values)
  await visitHeap(source, hdu, descriptors, bytesOf, chunkBytes, (view, base, row) => {
    const bad = decode({ view, base, stride: 0, rows: 1, width: counts[row]! * each }, offsets[row]!)
    if (bad >= 0) throw badLogical(hdu, field, first + row, view.getUint8(base + bad))
  })
  return columnOf(field, values, { offsets, ...nulls(field) })
}

function badLogical(hdu: FitsHdu, field: BinaryField, row: number, byte: number): InputError {
  return new InputError('fits-bad-value', 'the value is not a logical one', {
    ...hdu.header.place,
    row: row + 1,
    column: field.name,
    found: `byte 0x${byte.toString(16).padStart(2, '0')}`,
    expected: 'T, F or a zero byte',
  })
}

/** TNULL of a 64-bit column in terms of its values. */
function nulls({ type, missing }: BinaryField): { nullValue?: bigint } {
  if (missing === undefined || missing !== BigInt.asIntN(64, missing) || (type !== 'i64' && type !== 'u64')) return {}
  return { nullValue: type === 'i64' ? missing : missing + 2n ** 63n }
}
