import { InputError } from '../../errors.js'
import {
  CARD_BYTES,
  hierarchName,
  parseCard,
  parseValue,
  STANDARD_KEYWORD,
  type FitsCard,
  type FitsValue,
} from './card.js'

/** Where a header is, for messages. */
export interface HeaderPlace {
  readonly file: string
  readonly hdu: number | string
}

/**
 * The keywords of one HDU, in file order. Names are looked up without regard to case; of a repeated keyword the first
 * counts. `require...` throw InputError (`fits-missing-keyword`, `fits-bad-keyword`) that names file, HDU, keyword,
 * found and expected.
 */
export class FitsHeader {
  private readonly byName = new Map<string, FitsCard>()

  constructor(
    readonly cards: readonly FitsCard[],
    readonly place: HeaderPlace,
  ) {
    for (const card of cards) {
      if (card.kind !== 'comment' && !this.byName.has(card.keyword)) this.byName.set(card.keyword, card)
    }
  }

  card(name: string): FitsCard | undefined {
    const card = this.byName.get(name)
    return card !== undefined || STANDARD_KEYWORD.test(name)
      ? card
      : this.byName.get(hierarchName(name).replace(/^HIERARCH /, ''))
  }

  /** All cards of this name, in file order. */
  cardsOf(name: string): FitsCard[] {
    const first = this.card(name)
    if (first === undefined) return []
    return this.cards.filter(({ keyword, kind }) => keyword === first.keyword && kind !== 'comment')
  }

  has(name: string): boolean {
    return this.card(name) !== undefined
  }

  /** The value; `null` if the keyword has none, undefined if it is absent or unreadable. */
  get(name: string): FitsValue | undefined {
    const card = this.card(name)
    return card === undefined || card.kind === 'unreadable' ? undefined : card.value
  }

  /** The value if it is text or a number, else undefined. Bound, to be handed on as a function. */
  readonly lookup = (name: string): string | number | undefined => this.text(name) ?? this.number(name)

  text(name: string): string | undefined {
    const value = this.get(name)
    return typeof value === 'string' ? value : undefined
  }

  /** A numeric value as a number, integers beyond 2^53 rounded. */
  number(name: string): number | undefined {
    const value = this.get(name)
    return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined
  }

  logical(name: string): boolean | undefined {
    const value = this.get(name)
    return typeof value === 'boolean' ? value : undefined
  }

  /** Text of the COMMENT cards, one element a card. */
  get comments(): string[] {
    return this.commentary('COMMENT')
  }

  get history(): string[] {
    return this.commentary('HISTORY')
  }

  requireText(name: string): string {
    return this.text(name) ?? this.refuse(name, 'a text value')
  }

  requireNumber(name: string): number {
    return this.number(name) ?? this.refuse(name, 'a number')
  }

  requireLogical(name: string): boolean {
    return this.logical(name) ?? this.refuse(name, 'T or F')
  }

  /** A whole number in [least, most]. */
  requireInteger(name: string, least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.get(name)
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    const bounded = least > Number.MIN_SAFE_INTEGER || most < Number.MAX_SAFE_INTEGER
    const upper = most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ' or more'
    return this.refuse(name, bounded ? `a whole number, ${least}${upper}` : 'a whole number')
  }

  /** Throws the failure of a keyword: absent, or with a value that cannot be. */
  refuse(name: string, expected: string): never {
    const card = this.card(name)
    if (card === undefined) {
      throw new InputError('fits-missing-keyword', `keyword ${name} is missing`, { ...this.place, expected })
    }
    throw new InputError('fits-bad-keyword', `keyword ${name} has a wrong value`, {
      ...this.place,
      found: shown(card),
      expected,
    })
  }

  private commentary(keyword: string): string[] {
    return this.cards.filter((card) => card.kind === 'comment' && card.keyword === keyword).map((card) => card.comment)
  }
}

function shown(card: FitsCard): string {
  if (card.kind === 'unreadable') return card.comment
  if (card.value === null) return 'no value'
  if (typeof card.value === 'string') return `'${card.value}'`
  if (typeof card.value === 'object') return `(${card.value.re}, ${card.value.im})`
  return String(card.value)
}

/**
 * A header from its text, 80 characters a card, up to END or the end of the text.
 * Values that end in `&` go on in CONTINUE cards (FITS 4.0, 4.2.1.2).
 */
export function parseHeader(text: string, place: HeaderPlace): FitsHeader {
  const cards: FitsCard[] = []
  let long: LongText | undefined
  const finishLong = () => {
    if (long === undefined) return
    const { values, comments } = long
    const value = values.map((part, i) => (i < values.length - 1 ? part.slice(0, -1) : part)).join('')
    cards.push({ ...cards.pop()!, value, comment: comments.filter((part) => part !== '').join(' ') })
    long = undefined
  }
  for (let at = 0; at < text.length; at += CARD_BYTES) {
    const card = text.slice(at, at + CARD_BYTES)
    if (isEnd(card)) break
    const parsed = parseCard(card)
    const more = parsed.keyword === 'CONTINUE' ? continuation(long ?? cards.at(-1), card) : undefined
    if (more !== undefined) {
      // Joined at the end: a text of many cards is put together once.
      if (long === undefined)
        long = { value: '', values: [cards.at(-1)!.value as string], comments: [cards.at(-1)!.comment] }
      long.values.push(more.value)
      long.comments.push(more.comment)
      long.value = more.value
      continue
    }
    finishLong()
    cards.push(parsed)
  }
  finishLong()
  return new FitsHeader(cards, place)
}

export function isEnd(card: string): boolean {
  return card.startsWith('END') && card.slice(3).trim() === ''
}

/** A text that goes on in CONTINUE cards. */
interface LongText {
  /** The last part, which tells whether another may follow. */
  value: string
  readonly values: string[]
  readonly comments: string[]
}

/** What a CONTINUE card adds; undefined if the text before it does not go on, or the card holds none. */
function continuation(
  before: Pick<FitsCard, 'value'> | undefined,
  text: string,
): { readonly value: string; readonly comment: string } | undefined {
  if (typeof before?.value !== 'string' || !before.value.endsWith('&')) return undefined
  const { kind, value, comment } = parseValue(text.slice(8))
  return kind === 'string' ? { value: value as string, comment } : undefined
}

/** Of characters below 128 only, which are the same in UTF-8: much the fastest. */
const ASCII = new TextDecoder()

/** Bytes as text, one character a byte (ISO 8859-1). */
export function latin1Text(bytes: Uint8Array): string {
  let seen = 0
  for (let i = 0; i < bytes.length; i++) seen |= bytes[i]!
  if (seen < 0x80) return ASCII.decode(bytes)
  let text = ''
  // `apply` takes typed arrays; a spread would walk them by their iterator.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[])
  return text
}
