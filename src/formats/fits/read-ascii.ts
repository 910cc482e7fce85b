import { InputError } from '../../errors.js'
import type { Column } from '../../table/columns.js'
import { asciiText, decodeAscii, type AsciiField } from './ascii.js'
import type { Wanted } from './locate.js'
import { allocate, columnOf, eachChunk, type RowBlock } from './rows.js'

/** Columns of an ASCII table. */
export async function readAscii(block: RowBlock, fields: readonly Wanted<AsciiField>[]): Promise<Column[]> {
  const { hdu, first, rows } = block
  const rowBytes = hdu.header.requireInteger('NAXIS1', 0)
  const outputs = fields.map((field) => ({ field, values: allocate(field.type, rows, hdu, field) }))
  await eachChunk(block, (bytes, done, count) => {
    for (const { field, values } of outputs) {
      const bad = decodeAscii(field, bytes, rowBytes, count, values, done)
      if (bad < 0) continue
      throw new InputError('fits-bad-value', 'the field holds no number of its format', {
        ...hdu.header.place,
        row: first + done + bad + 1,
        column: field.name,
        found: `'${asciiText(field, bytes, rowBytes, bad).replace(/[^ -~]/g, '?')}'`,
        expected: field.format.trim(),
      })
    }
  })
  return outputs.map(({ field, values }) => columnOf(field, values))
}
