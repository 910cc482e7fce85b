import { parseAngleDeg, parseBytes, parseDecimal } from '../../formats/decimal.js'
import { isUrl, printableUrl } from '../../printable.js'
import { kind, needsValue, onlyWord, unfit, type Facts, type Option } from './option.js'

/** The values that a number may have; whole numbers end at 2^31 - 1 unless `max` says otherwise. */
interface Range {
  readonly min?: number
  readonly max?: number
  /** Only what is larger. */
  readonly above?: number
  readonly unit?: string
}

/** The largest whole number: what fits the 32-bit columns of the products. */
const MAX_COUNT = 2 ** 31 - 1

function rangeText({ min, max, above }: Range): string {
  const low = above === undefined ? (min === undefined ? '' : `at least ${min}`) : `above ${above}`
  if (max === undefined || max === MAX_COUNT) return low
  if (low === '') return `at most ${max}`
  return above === undefined ? `${min} to ${max}` : `${low} and at most ${max}`
}

function inRange(value: number, { min, max, above }: Range, named: string, text: string): number {
  if (min !== undefined && value < min) throw unfit(named, `${named} must be at least ${min}`, text)
  if (above !== undefined && value <= above) throw unfit(named, `${named} must be above ${above}`, text)
  if (max !== undefined && value > max) throw unfit(named, `${named} must be at most ${max}`, text)
  return value
}

const numberNote = (range: Range): string => [range.unit ?? '', rangeText(range)].filter(Boolean).join(', ')

/** A decimal number. */
export const number = kind<number, Range>({
  shownAs: 'number',
  note: numberNote,
  read(given, named, range) {
    const text = onlyWord(given, named)
    const value = parseDecimal(text)
    const what = range.unit === undefined ? 'a number' : `a number of ${range.unit}`
    if (value === undefined) throw unfit(named, `${named} must be ${what}`, text, rangeText(range))
    return inRange(value, range, named, text)
  },
})

/** A whole number, digits only; from 0 unless `min` says otherwise. */
export const count = kind<number, Range>({
  shownAs: 'number',
  note: ({ min, max }) =>
    rangeText(max === undefined ? { ...(min === undefined ? {} : { min }) } : { min: min ?? 0, max }),
  read(given, named, { min = 0, max = MAX_COUNT }) {
    const text = onlyWord(given, named)
    const value = /^\d+$/.test(text) ? parseDecimal(text) : undefined
    if (value === undefined) throw unfit(named, `${named} must be a whole number`, text, rangeText({ min, max }))
    return inRange(value, { min, max }, named, text)
  },
})

/** A size in bytes. */
export const size = kind<number>({
  read(given, named) {
    const text = onlyWord(given, named)
    const bytes = parseBytes(text)
    if (bytes === undefined) throw unfit(named, `${named} must be a size`, text, 'bytes, such as 500M or 2G')
    return bytes
  },
})

/** An angle in degrees. */
export const angleDeg = kind<number, Range>({
  read(given, named, range) {
    const text = onlyWord(given, named)
    const angle = parseAngleDeg(text)
    if (angle === undefined) throw unfit(named, `${named} must be an angle`, text, 'degrees or a unit: 1.1, 30arcmin')
    return inRange(angle, range, named, text)
  },
})

/** Any text. */
export const text = kind<string>({ read: onlyWord })

/** A file, a directory, or the URL of one. */
export const path = kind<string>({ completes: 'path', read: onlyWord })

/** A file or directory to write: on this machine, no URL. */
export const output = kind<string>({
  completes: 'path',
  read(given, named) {
    const text = onlyWord(given, named)
    if (isUrl(text)) throw unfit(named, `${named} must be a path on this machine`, printableUrl(text))
    return text
  },
})

/** One of a few words. */
export const choice = <const C extends readonly string[]>(choices: C) =>
  kind<C[number]>({
    choices,
    read(given, named) {
      const text = onlyWord(given, named)
      const chosen = choices.find((choice) => choice === text)
      const expected = choices.join(', ')
      if (chosen === undefined) throw unfit(named, `unknown ${named} '${text}': expected ${expected}`, text, expected)
      return chosen
    },
  })

/** One word or more; the option may be repeated. */
export const list = kind<readonly string[]>({
  takes: 'several',
  completes: 'path',
  read(given, named) {
    if (given.length === 0 || given.includes('')) throw needsValue(named)
    return given
  },
})

/** One word each time that the option is given; it may be repeated. */
export const repeated = kind<readonly string[]>({ read: words })

/** A path each time that the option is given; it may be repeated. */
export const paths = kind<readonly string[]>({ completes: 'path', read: words })

function words(given: readonly string[], named: string): readonly string[] {
  if (given.includes('')) throw needsValue(named)
  return given
}

/** On or off; off unless the default says otherwise, and `--no-NAME` for off. */
export const flag = (describe: string, facts: Facts<boolean> = {}): Option<boolean, true> => ({
  describe,
  facts: { default: false, ...facts },
  known: true,
  takes: 'nothing',
  read: (given, named) => onlyWord(given, named) === 'true',
})
