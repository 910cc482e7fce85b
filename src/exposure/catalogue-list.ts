import { refuseRepeatedNames } from '../table/repeated-names.js'
import { refuseLongText } from '../formats/whole-text.js'
import { csvParseRows } from 'd3-dsv'
import { bandOfFilter } from '../camera/filter-names.js'
import { CommandError, InputError } from '../errors.js'
import { isPrintable } from '../printable.js'
import type { GivenDetections } from './given/given-detections.js'
import type { CcdCorners } from '../wcs/index.js'

export type { CcdCorners }

/**
 * One row of `D*_red_catlist.csv`: a CCD, its catalogue file and where it points. Files that are given without a list
 * get the same row from their headers.
 */
export interface CatalogueListRow {
  /** Of a file that was given: its place among the CCDs of the exposure. */
  readonly line: number
  /** -1 if neither a list nor the image header tells it. */
  readonly expnum: number
  readonly fileName: string
  /** Evening date of the night, YYYYMMDD; empty if unknown. */
  readonly nite: string
  /** The band that BAND means (`ip` is i); its text if that is not a known filter. */
  readonly band: string
  /** BAND as it is written. */
  readonly bandText: string
  readonly ccd: number
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly corners: CcdCorners
  /** EXPTIME and AIRMASS if they are numbers, and not the default values of the original's list maker. */
  readonly exposureTimeSec?: number
  readonly airmass?: number
  /** Lines of other rows that name the same file. */
  readonly sharedWithLines?: readonly number[]
  /**
   * Why this CCD cannot be calibrated: a value that is missing (NaN here) or contradicts another. It concerns no
   * other CCD.
   */
  readonly fault?: InputError
  /** Of a file that was given, without a list: how its detections are read. */
  readonly given?: GivenDetections
}

/** A row without a fault. */
export const isSound = ({ fault }: Pick<CatalogueListRow, 'fault'>): boolean => fault === undefined

/** A list's name, split. The parts keep the text and padding of the name, because every output name has them. */
export interface ListName {
  readonly fileName: string
  readonly expnumText: string
  readonly reqnum: string
  readonly attnum: string
}

const LIST_NAME = /^D(\d+)_r([^,"]+)p(\d+)_red_catlist\.csv$/

/** Splits `D{E}_r{R}p{A}_red_catlist.csv`; undefined for other names. */
export function parseListName(fileName: string): ListName | undefined {
  const parts = LIST_NAME.exec(fileName)
  return parts ? { fileName, expnumText: parts[1]!, reqnum: parts[2]!, attnum: parts[3]! } : undefined
}

/**
 * The list of an exposure among the file names of a directory, padded or not.
 *
 * @throws InputError if there is none, or several that fit
 */
export function chooseList(
  fileNames: readonly string[],
  wanted: { readonly expnum: number; readonly reqnum?: string; readonly attnum?: number },
  directory: string,
): ListName {
  const ofExposure = fileNames
    .map(parseListName)
    .filter((name) => name !== undefined)
    .filter((name) => Number(name.expnumText) === wanted.expnum)
    .sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
  const fitting = ofExposure.filter(
    (name) =>
      (wanted.reqnum === undefined || sameNumberOrText(name.reqnum, wanted.reqnum)) &&
      (wanted.attnum === undefined || Number(name.attnum) === wanted.attnum),
  )
  if (fitting.length === 1) return nameable(fitting[0]!, directory)
  const tag = `r${wanted.reqnum ?? '*'}p${wanted.attnum ?? '*'}`
  const pattern = `D${String(wanted.expnum).padStart(8, '0')}_${tag}_red_catlist.csv`
  if (fitting.length === 0) {
    const others = ofExposure.map((name) => name.fileName)
    throw new InputError('no-list', `no catalogue list ${pattern} in the work directory`, {
      file: directory,
      found: others.length > 0 ? `of this exposure only ${others.join(', ')}` : 'no list of this exposure',
    })
  }
  throw new InputError(
    'several-lists',
    `several catalogue lists fit ${pattern}: choose with --reqnum and --attnum, or move the others away`,
    {
      file: directory,
      found: fitting.map((name) => name.fileName).join(', '),
      expected: 'one',
    },
  )
}

/** Throws InputError if the list's name cannot be part of other names: every product is named after it. */
export function nameable(name: ListName, directory: string): ListName {
  if (isPrintable(name.fileName)) return name
  throw new InputError(
    'bad-list-name',
    'the name of the catalogue list holds a line break or another control character: rename it',
    {
      file: directory,
      found: `'${name.fileName}'`,
      expected: 'D{E}_r{R}p{A}_red_catlist.csv',
    },
  )
}

function sameNumberOrText(a: string, b: string): boolean {
  return a === b || (/^\d+$/.test(a) && /^\d+$/.test(b) && Number(a) === Number(b))
}

const REQUIRED = ['EXPNUM', 'FILENAME', 'BAND', 'CCDNUM', 'RA_CENT', 'DEC_CENT'] as const
const CORNERS = [1, 2, 3, 4] as const
/** Default values of the original's list maker if the header lacks the keyword: they count as missing. */
const INVENTED = { EXPTIME: 90, AIRMASS: 1.3 } as const

/**
 * The rows of a catalogue list, columns found by name. A value that is missing or not a number is a fault of its row,
 * named by file, line and column; the other rows are unaffected. Rows are not compared with one another
 * (`readCatalogueList`).
 *
 * @throws InputError `missing-column`, `empty-list`; `beyond-limit` for a text that is too long
 */
export function parseCatalogueList(text: string, file: string): CatalogueListRow[] {
  refuseLongText(text, file)
  const body = csvParseRows(text.replace(/\r\n?/g, '\n'))
  const header = body.shift()
  const names = (header ?? []).map((name) => name.trim())
  const needed = [...REQUIRED, ...CORNERS.flatMap((k) => [`RAC${k}`, `DECC${k}`])]
  for (const name of needed) {
    if (!names.includes(name)) {
      throw new InputError('missing-column', 'the catalogue list lacks a column', {
        file,
        line: 1,
        column: name,
        found: names.join(',') || 'an empty file',
      })
    }
  }
  refuseRepeatedNames(names, [...needed, 'EXPTIME', 'AIRMASS'], { file, line: 1 })
  const rows: CatalogueListRow[] = []
  body.forEach((cells, k) => {
    const line = k + 2
    if (cells.every((cell) => cell.trim() === '')) return
    let fault: InputError | undefined
    const textOf = (column: string) => cells[names.indexOf(column)]?.trim() ?? ''
    const numberOf = (column: string, [low, high]: readonly [number, number]) => {
      const cell = textOf(column)
      const value = cell === '' ? NaN : Number(cell)
      if (!(value >= low && value <= high)) {
        fault ??= new InputError('bad-value', 'a value of the catalogue list is not usable', {
          file,
          line,
          column,
          found: cell === '' ? 'nothing' : `'${cell}'`,
          expected: `a number from ${low} to ${high}`,
        })
        return NaN
      }
      return value
    }
    if (/[",]/.test(textOf('FILENAME'))) {
      const place = { file, line, column: 'FILENAME', found: textOf('FILENAME') }
      fault = new InputError('bad-value', 'a file name with a comma or a quote cannot stand in the products', place)
    }
    const unprintable = (['FILENAME', 'BAND', 'NITE'] as const).find((column) => !isPrintable(textOf(column)))
    if (unprintable !== undefined) {
      const place = { file, line, column: unprintable, found: `'${textOf(unprintable)}'` }
      fault = new InputError(
        'bad-value',
        'a line break or another control character cannot stand in the products',
        place,
      )
    }
    if (textOf('FILENAME') === '') {
      fault = new InputError('bad-value', 'a file name is missing', { file, line, column: 'FILENAME' })
    }
    const hintOf = (column: keyof typeof INVENTED, least: number) => {
      const value = textOf(column) === '' ? NaN : Number(textOf(column))
      return value >= least && value < Infinity && value !== INVENTED[column] ? value : undefined
    }
    const [exposureTimeSec, airmass] = [hintOf('EXPTIME', Number.MIN_VALUE), hintOf('AIRMASS', 1)]
    const row = {
      line,
      expnum: numberOf('EXPNUM', [0, 2 ** 31 - 1]),
      fileName: textOf('FILENAME'),
      nite: textOf('NITE'),
      band: bandOfFilter(textOf('BAND')) ?? textOf('BAND'),
      bandText: textOf('BAND'),
      ccd: numberOf('CCDNUM', [0, 9999]),
      centre: { raDeg: numberOf('RA_CENT', [-360, 720]), decDeg: numberOf('DEC_CENT', [-90, 90]) },
      corners: {
        raDeg: CORNERS.map((c) => numberOf(`RAC${c}`, [-360, 720])),
        decDeg: CORNERS.map((c) => numberOf(`DECC${c}`, [-90, 90])),
      },
      ...(exposureTimeSec === undefined ? {} : { exposureTimeSec }),
      ...(airmass === undefined ? {} : { airmass }),
    }
    rows.push({ ...row, ...(fault === undefined ? {} : { fault }) })
  })
  if (rows.length === 0) throw new InputError('empty-list', 'the catalogue list has no rows', { file })
  return withSharedFiles(rows)
}

/** Records rows that name the same file: that is right only if the file says which CCD is which. */
function withSharedFiles(rows: readonly CatalogueListRow[]): CatalogueListRow[] {
  const linesOf = new Map<string, number[]>()
  for (const { fileName, line } of rows) linesOf.set(fileName, [...(linesOf.get(fileName) ?? []), line])
  if (linesOf.size === rows.length) return [...rows]
  return rows.map((row) => {
    const sharedWithLines = linesOf.get(row.fileName)!.filter((line) => line !== row.line)
    return sharedWithLines.length > 0 ? { ...row, sharedWithLines } : row
  })
}

/**
 * The rows that `--ccd` asks for, in list order.
 *
 * @param spec a number, a list with ranges (`1,3-60`), or `all`
 * @throws CommandError for a spec that cannot be read; InputError if the list has none of them, or a CCD twice
 */
export function selectCcds(
  rows: readonly CatalogueListRow[],
  spec: string,
  file: string,
): { rows: CatalogueListRow[]; absent: number[] } {
  const wanted = parseCcds(spec)
  const chosen = wanted === 'all' ? [...rows] : rows.filter((row) => wanted.includes(row.ccd))
  if (chosen.length === 0) {
    throw new InputError('ccd-not-in-list', 'no CCD of --ccd is in the catalogue list', {
      file,
      found: `CCDs ${rows.map((row) => row.ccd).join(',')}`,
      expected: spec,
    })
  }
  const seen = new Map<number, CatalogueListRow>()
  for (const row of chosen) {
    const first = seen.get(row.ccd)
    if (first && !Number.isNaN(row.ccd)) {
      throw new InputError('duplicated-ccd', `CCD ${row.ccd} is listed twice in the catalogue list`, {
        file,
        line: row.line,
        column: 'CCDNUM',
        found: `${first.fileName} in line ${first.line} and ${row.fileName} in line ${row.line}`,
        expected: 'one row per CCD',
      })
    }
    seen.set(row.ccd, row)
  }
  return { rows: chosen, absent: wanted === 'all' ? [] : wanted.filter((ccd) => !seen.has(ccd)) }
}

/** Reads `7`, `1,3-60` or `all`; ascending, without repetition. */
export function parseCcds(spec: string, option = '--ccd'): number[] | 'all' {
  if (spec.trim() === 'all') return 'all'
  const ccds = new Set<number>()
  for (const part of spec.split(',')) {
    const range = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$/.exec(part)
    const first = Number(range?.[1])
    const last = Number(range?.[2] ?? range?.[1])
    if (!range || last < first) {
      throw new CommandError('bad-ccd', 'the CCDs cannot be read', {
        option,
        found: `'${spec}'`,
        expected: "a number, a list with ranges such as 1,3-60, or 'all'",
      })
    }
    for (let ccd = first; ccd <= last; ccd++) ccds.add(ccd)
  }
  return [...ccds].sort((a, b) => a - b)
}
