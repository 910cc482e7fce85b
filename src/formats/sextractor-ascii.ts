import { refuseRepeatedNames } from '../table/repeated-names.js'
import { InputError } from '../errors.js'
import { hasReturnsAlone, returnsAlone } from './returns-alone.js'
import { tableOf, type Column, type Table } from '../table/columns.js'

/** A column of an ASCII_HEAD catalogue: its first field of the line, and how many it takes. */
interface HeadColumn {
  readonly name: string
  readonly first: number
  readonly width: number
  readonly unit?: string
}

const HEAD_LINE = /^#\s*(\d+)\s+([A-Za-z]\w*)(?:\(\d+(?:,\d+)*\))?(.*)$/

/** Whether a text begins as SExtractor's ASCII_HEAD does: `#   1 NUMBER   Running object number`. */
export const beginsAsAsciiHead = (text: string): boolean => HEAD_LINE.exec(firstLine(text))?.[1] === '1'

const firstLine = (text: string): string => /^\s*([^\r\n]*)/.exec(text)![1]!

/**
 * Names of the columns of a SExtractor catalogue in ASCII_HEAD form, in their order.
 *
 * @throws InputError `bad-ascii-head` if a line of the head cannot be read
 */
export const asciiHeadNames = (text: string, file: string): string[] =>
  headOf(text.split(/\r?\n/), file).map(({ name }) => name)

/**
 * Reads columns of a SExtractor catalogue in ASCII_HEAD form: lines `# position NAME comment [unit]`, then one line a
 * detection, its fields between blanks. A vector takes the fields up to the next column's position (SExtractor manual,
 * "ASCII_HEAD"); the last takes what is left. Fields that are no number (`nan`, `inf`) are NaN.
 *
 * @param wanted names; those that the file lacks are left out
 * @throws InputError `bad-ascii-head`, `bad-ascii-line` naming the line
 */
export function readAsciiHead(text: string, file: string, wanted: readonly string[]): Table {
  const lines = text.split(/\r?\n/)
  const head = headOf(lines, file)
  const rows = lines.flatMap((line, k) => {
    const trimmed = line.trim()
    return trimmed === '' || trimmed.startsWith('#') ? [] : [{ fields: trimmed.split(/\s+/), line: k + 1 }]
  })
  const count = rows[0]?.fields.length
  const odd = rows.find(({ fields }) => fields.length !== count)
  const last = head.at(-1)!
  if (odd !== undefined || (count !== undefined && count < last.first + 1)) {
    const { fields, line } = odd ?? rows[0]!
    throw new InputError('bad-ascii-line', 'a line of the catalogue has another number of fields', {
      file,
      line,
      found: `${fields.length} fields`,
      expected: odd === undefined ? `${last.first + 1} at least, by the head` : `${count}`,
    })
  }
  const columns = head.flatMap((column, k): Column[] => {
    if (!wanted.includes(column.name)) return []
    const width = k < head.length - 1 ? column.width : (count ?? column.first + 1) - column.first
    const values = new Float64Array(rows.length * width)
    rows.forEach(({ fields, line }, row) => {
      for (let i = 0; i < width; i++)
        values[row * width + i] = numberIn(fields[column.first + i]!, { file, line, column: column.name })
    })
    const { name, unit } = column
    return [{ name, type: 'f64', values, ...(width === 1 ? {} : { width }), ...(unit === undefined ? {} : { unit }) }]
  })
  return tableOf(columns, rows.length)
}

function headOf(lines: readonly string[], file: string): HeadColumn[] {
  const found: { name: string; first: number; unit?: string }[] = []
  for (const [k, line] of lines.entries()) {
    if (line.trim() === '') continue
    if (!line.startsWith('#')) break
    if (hasReturnsAlone(line)) throw returnsAlone(file)
    const [, position, name, rest = ''] = HEAD_LINE.exec(line) ?? []
    const first = Number(position) - 1
    if (name === undefined || first < (found.length === 0 ? 0 : found.at(-1)!.first + 1)) {
      throw new InputError('bad-ascii-head', 'a line of the head of the catalogue cannot be read', {
        file,
        line: k + 1,
        found: `'${line.slice(0, 60)}'`,
        expected: '# position NAME comment [unit], positions ascending',
      })
    }
    const unit = /\[([^\]]*)\]\s*$/.exec(rest)?.[1]
    found.push({ name, first, ...(unit === undefined ? {} : { unit }) })
  }
  if (found.length === 0)
    throw new InputError('bad-ascii-head', 'the catalogue has no head', { file, expected: '# 1 NUMBER ...' })
  const names = found.map(({ name }) => name)
  refuseRepeatedNames(names, names, { file })
  return found.map((column, k) => ({ ...column, width: (found[k + 1]?.first ?? column.first + 1) - column.first }))
}

function numberIn(field: string, place: { file: string; line: number; column: string }): number {
  const value = Number(field)
  if (!Number.isNaN(value)) return Number.isFinite(value) ? value : NaN
  if (/^[+-]?(nan|inf(inity)?)$/i.test(field)) return NaN
  throw new InputError('bad-ascii-line', 'a field of the catalogue is no number', { ...place, found: `'${field}'` })
}
