import { InputError } from '../errors.js'
import type { FitsCard, FitsHeader } from '../formats/fits/index.js'

/**
 * All values of one keyword in the headers of an image. If both lists are empty, the keyword is absent or has no value.
 */
interface HeaderReading {
  /** Different values, in file order. */
  readonly values: readonly (string | number)[]
  /** Texts of value fields that are not valid FITS. */
  readonly unreadable: readonly string[]
}

/** What a header says under a keyword. Both FITS headers and tests provide it. */
export interface HeaderLookup {
  (keyword: string): HeaderReading
  /** Value in the primary header, although the image's own header has one as well. */
  readonly inPrimary?: (keyword: string) => HeaderReading
}

/** One keyword, or several that may hold the same fact. */
type Keywords = string | readonly string[]

/** Texts for an unknown number, in upper or lower case. */
const SAYS_NOTHING = /^(n\/?a|none|null|nan|unknown|undefined|-+)?$/i

/** Searches several headers of one image (amplifiers have one each), and then the primary header. */
export function headerLookup(headers: readonly FitsHeader[], primary?: FitsHeader): HeaderLookup {
  const readingOf = (cards: readonly FitsCard[]): HeaderReading => ({
    values: [...new Set(cards.flatMap(valueOf))],
    unreadable: cards.flatMap((card) => unreadableText(card) ?? []),
  })
  const lookup = (keyword: string) => {
    const cards = headers.flatMap((header) => header.cardsOf(keyword))
    return readingOf(cards.length > 0 ? cards : (primary?.cardsOf(keyword) ?? []))
  }
  return primary
    ? Object.assign(lookup, { inPrimary: (keyword: string) => readingOf(primary.cardsOf(keyword)) })
    : lookup
}

function valueOf({ kind, value }: FitsCard): (string | number)[] {
  if (typeof value === 'bigint') return [Number(value)]
  if (typeof value === 'number') return [value]
  return kind === 'string' ? [(value as string).trim()] : []
}

function unreadableText({ kind, value, comment }: FitsCard): string | undefined {
  if (kind === 'unreadable') return comment
  return kind === 'logical' || kind === 'complex' ? JSON.stringify(value) : undefined
}

/**
 * Reads the keywords of an image header: absent, unreadable and of several values are three outcomes.
 *
 * A keyword that decides a calibration must have one value: several values throw. For a hint, several values are noted
 * and count as absent. Unreadable values are noted in both cases. A fact that may be under several keywords must have
 * the same value under all.
 */
export class KeywordReader {
  /** Sentences about what could not be read. */
  readonly notes: string[] = []

  constructor(
    private readonly header: HeaderLookup,
    /** Of the catalogue, for messages. */
    private readonly file: string,
  ) {}

  /** The first of the keywords that says anything. */
  saying(keywords: readonly string[]): string | undefined {
    const says = (value: string | number) => !SAYS_NOTHING.test(String(value).trim())
    return keywords.find((keyword) => this.header(keyword).values.some(says))
  }

  /** Numbers of the keywords; text that is a number counts as one. */
  numbers(keywords: Keywords): number[] {
    return [keywords].flat().flatMap((keyword) => this.values(keyword, numberOf, 'a number'))
  }

  /** One number; several values are refused if they decide something. */
  number(keywords: Keywords, { decides }: { readonly decides: boolean }): number | undefined {
    return this.one(keywords, this.valuesUnder(keywords, numberOf, 'a number'), decides)
  }

  /** One value that `parse` makes of the keyword's. */
  parsed<T extends string | number>(
    keywords: Keywords,
    parse: (value: string | number) => T | undefined,
    expected: string,
  ): T | undefined {
    return this.one(keywords, this.valuesUnder(keywords, parse, expected), true)
  }

  /** One text; several are refused if they decide something. */
  text(keywords: Keywords, { decides }: { readonly decides: boolean }): string | undefined {
    const texts = this.valuesUnder(keywords, (value) => String(value).trim(), 'text in quotes', /^$/)
    return this.one(keywords, texts, decides)
  }

  /** The one value that `parse` makes of texts which it may not know; several values are refused. */
  known<T extends string>(keywords: Keywords, parse: (text: string) => T | undefined): T | undefined {
    const values = [keywords].flat().flatMap((keyword) => this.header(keyword).values)
    return this.one(keywords, [...new Set(values.flatMap((value) => parse(String(value)) ?? []))], true)
  }

  /** The different values under several keywords. */
  private valuesUnder<T extends string | number>(
    keywords: Keywords,
    ...how: [parse: (value: string | number) => T | undefined, expected: string, nothing?: RegExp]
  ): T[] {
    return [...new Set([keywords].flat().flatMap((keyword) => this.values(keyword, ...how)))]
  }

  private values<T extends string | number>(
    keyword: string,
    parse: (value: string | number) => T | undefined,
    expected: string,
    nothing = SAYS_NOTHING,
  ): T[] {
    const { values, unreadable } = this.header(keyword)
    const parsed = values
      .filter((value) => !nothing.test(String(value).trim()))
      .map((value) => [value, parse(value)] as const)
    const wrong = [...parsed.flatMap(([value, result]) => (result === undefined ? [`'${value}'`] : [])), ...unreadable]
    for (const text of wrong)
      this.notes.push(
        `keyword ${keyword} of the image header cannot be read, ${text} is not ${expected}: it counts for nothing`,
      )
    return [...new Set(parsed.flatMap(([, result]) => result ?? []))] as T[]
  }

  private one<T extends string | number>(keywords: Keywords, values: readonly T[], decides: boolean): T | undefined {
    if (values.length < 2) return values[0]
    const keyword = [keywords].flat().join(', ')
    const found = values.join(' and ')
    if (!decides) {
      this.notes.push(`keyword ${keyword} of the image header has several values, ${found}: it counts for nothing`)
      return undefined
    }
    throw new InputError('header-contradicts', `keyword ${keyword} of the image header has several values`, {
      file: this.file,
      hdu: 'LDAC_IMHEAD',
      found,
      expected: 'one',
    })
  }
}

/** A number, or text that is one. */
export function numberOf(value: string | number): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined
}
