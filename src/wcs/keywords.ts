import { InputError } from '../errors.js'
import type { FitsCard, FitsHeader } from '../formats/fits/index.js'

/**
 * Reads the keywords of a WCS. Absent, unreadable and of several values are three outcomes: undefined, InputError
 * `wcs-unreadable`, and InputError `wcs-contradicts`.
 */
export class WcsKeywords {
  constructor(
    private readonly header: FitsHeader,
    readonly file: string,
  ) {}

  /** Names that the header has and that match, each once, in file order. */
  named(pattern: RegExp): string[] {
    const names = this.header.cards.filter(({ kind, keyword }) => kind !== 'comment' && pattern.test(keyword))
    return [...new Set(names.map(({ keyword }) => keyword))]
  }

  /** A number, also one in quotes; undefined if the keyword is absent or has no value. */
  number(keyword: string): number | undefined {
    return this.one(keyword, numberOf, 'a finite number')
  }

  text(keyword: string): string | undefined {
    return this.one(keyword, ({ value }) => (typeof value === 'string' ? value.trim() : undefined), 'text in quotes')
  }

  /** A number, or text of some form that `parse` makes a number of. */
  parsed(keyword: string, parse: (value: string) => number | undefined, expected: string): number | undefined {
    return this.one(keyword, (card) => numberOf(card) ?? parse(String(card.value)), expected)
  }

  private one<T>(keyword: string, read: (card: FitsCard) => T | undefined, expected: string): T | undefined {
    const found = new Map<T, FitsCard>()
    for (const card of this.header.cardsOf(keyword)) {
      if (card.kind === 'undefined') continue
      const value = read(card)
      if (value === undefined) {
        const shown = card.kind === 'unreadable' ? card.comment : `'${String(card.value)}'`
        throw this.refusal('wcs-unreadable', `keyword ${keyword} of the WCS cannot be read`, shown, expected)
      }
      found.set(value, card)
    }
    if (found.size > 1) {
      const sentence = `keyword ${keyword} of the WCS has several values`
      throw this.refusal('wcs-contradicts', sentence, [...found.keys()].join(' and '), 'one')
    }
    return [...found.keys()][0]
  }

  refusal(tag: string, sentence: string, found?: string | number, expected?: string): InputError {
    return new InputError(tag, sentence, {
      file: this.file,
      hdu: this.header.place.hdu,
      ...(found === undefined ? {} : { found }),
      ...(expected === undefined ? {} : { expected }),
    })
  }
}

function numberOf({ value }: FitsCard): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number(value ?? NaN)
  const isOne = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
  return isOne && value !== '' && Number.isFinite(number) ? number : undefined
}
