import { ecsvHead } from './ecsv-head.js'
import { parseFloat64 } from './parse-number.js'

/** What the line of names says, with the comments before it. */
export interface CsvHeader {
  readonly names: readonly string[]
  readonly separator: string
  /** Of the fields, in the head of an ECSV. */
  readonly units: readonly (string | undefined)[]
  /** Whether the lines below may be units and a rule of dashes: an ECSV has its units in the head. */
  readonly mayHaveUnits: boolean
}

/** What separates the fields of a line: a comma, a tab, a semicolon or a bar. */
export const separatorOf = (line: string): string =>
  [',', '\t', ';', '|'].find((candidate) => line.includes(candidate)) ?? ','

/** Reads the line of names; they come without quotes and blanks. */
export function readCsvHeader(line: string, comments: readonly string[]): CsvHeader {
  const ecsv = ecsvHead(comments)
  // Some writers use commas in an ECSV and do not say so.
  const isBlank = ecsv !== undefined && (/\s/.test(line.trim()) || !line.includes(','))
  const separator = ecsv?.delimiter ?? (isBlank ? ' ' : separatorOf(line))
  const fields = separator === ' ' ? (line.trim().match(/"[^"]*(?:""[^"]*)*"|\S+/g) ?? []) : line.split(separator)
  const names = fields.map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  )
  return { names, separator, units: names.map((name) => ecsv?.units.get(name)), mayHaveUnits: ecsv === undefined }
}

/** The fields of a line as texts, without quotes and blanks. */
export const fieldsOf = (line: Uint8Array, separator: string): string[] =>
  new TextDecoder()
    .decode(line)
    .split(separator)
    .map((field) => field.trim().replace(/^"(.*)"$/, '$1'))

/** Whether fields are a rule of dashes, as VizieR writes it below names and units. */
export const isRule = (fields: readonly string[]): boolean => fields.every((field) => /^-*$/.test(field))

/**
 * The units that fields are; undefined if they are none: a line of units has one for a wanted number, and no number for
 * anything.
 *
 * @param numbers positions of the wanted numbers
 */
export function unitsOf(fields: readonly string[], numbers: readonly number[]): (string | undefined)[] | undefined {
  const hasUnit = numbers.some((index) => /^[^\d\s]/.test(fields[index]!))
  if (!hasUnit || fields.some(isNumber)) return undefined
  return fields.map((text) => (/^(?:|null|nan|--|none|n\/a)$/i.test(text) ? undefined : text))
}

function isNumber(text: string): boolean {
  const bytes = new TextEncoder().encode(text)
  const value = parseFloat64(bytes, 0, bytes.length)
  return value !== undefined && !Number.isNaN(value)
}
