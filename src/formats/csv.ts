import { InputError } from '../errors.js'
import { LIMITS } from '../limits.js'
import type { Table } from '../table/columns.js'
import { CsvLines, NEWLINE, type CsvOptions } from './csv-lines.js'
import { returnsAlone } from './returns-alone.js'

export type { CsvField } from './csv-columns.js'

/**
 * Reads the numbers of a CSV file with one header line as tables of typed columns. Fields are separated by what the
 * head of an ECSV names (blanks unless it names another), else by commas, tabs, semicolons or bars as the header has
 * them; the lines of units and dashes that VizieR writes below the header are understood, and its `#` lines at the
 * end. Numbers: 64-bit integers exact, doubles correctly rounded, no string per row. Lines that start with `#` before
 * the header (ECSV) and blank lines are skipped; an empty field, `null` or `nan` is NaN. A file without data lines
 * gives one table without rows. Chunks may be cut anywhere.
 *
 * @throws InputError with the line and the column for a field that is no number, a line with more or fewer fields than
 *   the header, a file without header; `bad-line-ends` if the lines end in a carriage return alone
 */
export async function* readNumericCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<Table> {
  const reader = new CsvLines(options)
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
    if (carried.length > LIMITS.lineBytes) throw reader.longLine(carried, 1)
  }
  if (carried.length > 0) reader.readLines(joined(carried, Uint8Array.of(NEWLINE)), 0, carried.length + 1)
  reader.finish()
  if (!reader.hasHeader)
    throw reader.isOfReturns
      ? returnsAlone(options.name)
      : new InputError('empty-file', 'there is no header line', { file: options.name, expected: 'a CSV file' })
  if (reader.rows > 0 || !yielded) yield reader.take()
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
