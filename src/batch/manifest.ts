import { refuseRepeatedNames } from '../table/repeated-names.js'
import { refuseLongText } from '../formats/whole-text.js'
import { csvFormatRows, csvParseRows } from 'd3-dsv'
import { CommandError, InputError } from '../errors.js'
import { parseListName } from '../exposure/catalogue-list.js'
import { isDetectionsName } from '../exposure/given/detections-name.js'
import { isPrintable, isUrl, printableUrl } from '../printable.js'

/** What a row of a manifest may say beside its path. */
interface RowFacts {
  /** Line of the manifest, counted from 1. */
  readonly line: number
  /** Directory of its products, if the manifest names one. */
  readonly outdir?: string
  /** Its CCDs (`1,3-60`, `all`), if the manifest names them. */
  readonly ccd?: string
}

/** One exposure of a manifest; paths as they are there, relative to the manifest's own directory. */
export interface ManifestRow extends RowFacts {
  /** Path of the exposure's `*_red_catlist.csv`. */
  readonly list: string
}

/** An image or a catalogue of a manifest. */
export interface ManifestFile extends RowFacts {
  readonly file: string
}

const LIST_COLUMNS = ['list', 'outdir', 'ccd'] as const
const COLUMNS = ['list', 'file', 'outdir', 'ccd'] as const

/**
 * The exposures that a manifest names: CSV with the columns `list` or `file` (or both, one of them in each row) and, if
 * wanted, `outdir` and `ccd`; or one path of a list, an image or a catalogue per line. Empty lines, and lines that
 * begin with `#`, count as nothing.
 *
 * @throws InputError naming the line and column of what cannot be used
 */
export function parseManifest(text: string, file: string): (ManifestRow | ManifestFile)[] {
  refuseLongText(text, file)
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/)
  const written = lines
    .map((line, k) => ({ line: k + 1, text: line.trim() }))
    .filter((row) => row.text !== '' && !row.text.startsWith('#'))
  const unprintable = written.find((row) => !isPrintable(row.text))
  if (unprintable !== undefined) {
    throw new InputError('bad-manifest', 'a line of the manifest holds a control character', {
      file,
      line: unprintable.line,
      found: `'${unprintable.text.slice(0, 80)}'`,
    })
  }
  const header = csvParseRows(written[0]?.text ?? '')[0]?.map((name) => name.trim()) ?? []
  const isTable = header.includes('list') || header.includes('file')
  const rows = isTable
    ? written.slice(1).map((row) => tableRow(row, header, file))
    : written.map(({ line, text }) =>
        isDetectionsName(text) && parseListName(text.replace(/^.*\//, '')) === undefined
          ? { line, file: text }
          : { line, list: text },
      )
  if (isTable) {
    refuseRepeatedNames(header, COLUMNS, { file, line: written[0]!.line })
    const unknown = header.find((name) => !(COLUMNS as readonly string[]).includes(name))
    if (unknown !== undefined) {
      throw new InputError('bad-manifest', 'the manifest has a column that means nothing here', {
        file,
        line: written[0]!.line,
        column: unknown,
        expected: COLUMNS.join(', '),
      })
    }
  }
  for (const row of rows) refuseAddresses(row, file)
  if (rows.length === 0)
    throw new InputError('empty-manifest', 'the manifest names no exposure', {
      file,
      expected: 'the column list or file, or one path of a catalogue list, an image or a catalogue per line',
    })
  return rows
}

/** An address is no path, and would be shown as one, with the password that it may hold. */
function refuseAddresses(row: ManifestRow | ManifestFile, file: string): void {
  for (const [column, text] of Object.entries(row))
    if (typeof text === 'string' && isUrl(text)) {
      const place = { file, line: row.line, column, found: printableUrl(text), expected: 'a path on this machine' }
      throw new InputError('bad-manifest', 'the manifest names an address', place)
    }
}

function tableRow(
  { line, text }: { readonly line: number; readonly text: string },
  header: readonly string[],
  file: string,
): ManifestRow | ManifestFile {
  const cells = csvParseRows(text)[0]!
  if (cells.length !== header.length) {
    throw new InputError('bad-manifest', 'a line of the manifest has another number of cells than its header', {
      file,
      line,
      found: `${cells.length} cells`,
      expected: `${header.length}; a cell with a comma, such as "1,3-60", needs quotes`,
    })
  }
  const cell = (name: (typeof COLUMNS)[number]) => cells[header.indexOf(name)]?.trim() ?? ''
  const [list, path] = [cell('list'), cell('file')]
  if (list === '' && path === '') {
    const column = header.includes('list') ? 'list' : 'file'
    throw new InputError('bad-manifest', `a line of the manifest names no ${column}`, { file, line, column })
  }
  if (list !== '' && path !== '') {
    const expected = 'a line for each'
    const place = { file, line, column: 'file', found: `${list} and ${path}`, expected }
    throw new InputError('bad-manifest', 'a line of the manifest names a list and a file', place)
  }
  return {
    line,
    ...(list === '' ? { file: path } : { list }),
    ...(cell('outdir') === '' ? {} : { outdir: cell('outdir') }),
    ...(cell('ccd') === '' ? {} : { ccd: cell('ccd') }),
  }
}

/**
 * A manifest of these exposures, as `parseManifest` reads it; columns that no row uses are left out.
 *
 * @throws CommandError for a path that begins or ends with a blank: blanks round a cell count as nothing
 */
export function manifestText(rows: readonly Omit<ManifestRow, 'line'>[]): string {
  const trimmed = rows.flatMap(({ list, outdir }) => [list, outdir ?? '']).find((path) => path !== path.trim())
  if (trimmed !== undefined)
    throw new CommandError('unfit-for-manifest', 'a path in a manifest cannot begin or end with a blank', {
      found: `'${trimmed}'`,
    })
  const used = LIST_COLUMNS.filter((name) => name === 'list' || rows.some((row) => row[name] !== undefined))
  return `${csvFormatRows([used, ...rows.map((row) => used.map((name) => row[name] ?? ''))])}\n`
}
