/** Bytes of a header card and of the block that every FITS structure is padded to (FITS 4.0, 3.1). */
export const CARD_BYTES = 80
export const BLOCK_BYTES = 2880

export interface FitsComplex {
  readonly re: number
  readonly im: number
}

/** A keyword's value. Integers beyond 2^53 are bigint; `null` means a keyword without a value. */
export type FitsValue = string | number | bigint | boolean | FitsComplex | null

/** What a card holds. `unreadable`: a value field that no FITS type fits; its text is kept in `comment`. */
export type CardKind = 'string' | 'integer' | 'real' | 'logical' | 'complex' | 'undefined' | 'unreadable' | 'comment'

/** One keyword of a header, long strings joined. HIERARCH keywords are named without that word. */
export interface FitsCard {
  /** Upper case. `COMMENT`, `HISTORY` or empty for commentary. */
  readonly keyword: string
  readonly kind: CardKind
  readonly value: FitsValue
  /** Text after the slash, or the whole text of commentary. */
  readonly comment: string
}

/** A keyword of the standard's own form (FITS 4.0, 4.1.2.1). */
export const STANDARD_KEYWORD = /^[A-Z0-9_-]{1,8}$/

const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?$/
const INTEGER = /^[+-]?\d+$/
const COMPLEX = /^\(\s*([^,\s]+)\s*,\s*([^,\s]+)\s*\)\s*(?:\/(.*))?$/

/** Reads one 80-character card (FITS 4.0, 4.1 and 4.2; HIERARCH is the ESO convention). Never throws. */
export function parseCard(text: string): FitsCard {
  const keyword = text.slice(0, 8).trimEnd().toUpperCase()
  if (keyword === 'HIERARCH') {
    const equals = text.indexOf('=', 9)
    if (equals > 0) return { keyword: hierarchName(text.slice(9, equals)), ...parseValue(text.slice(equals + 1)) }
  } else if (text.startsWith('= ', 8) && keyword !== '' && keyword !== 'COMMENT' && keyword !== 'HISTORY') {
    return { keyword, ...parseValue(text.slice(10)) }
  }
  return { keyword, kind: 'comment', value: null, comment: text.slice(8).trimEnd() }
}

/** `ESO  DET gain ` -> `ESO DET GAIN`: how HIERARCH keywords are compared. */
export function hierarchName(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase()
}

type ParsedValue = Omit<FitsCard, 'keyword'>

/** The value field and comment of a card, fixed or free format. */
export function parseValue(field: string): ParsedValue {
  const text = field.trimStart()
  if (text.startsWith("'")) return parseString(text)
  const complex = COMPLEX.exec(text)
  if (complex !== null && REAL.test(complex[1]!) && REAL.test(complex[2]!)) {
    return {
      kind: 'complex',
      value: { re: decimal(complex[1]!), im: decimal(complex[2]!) },
      comment: (complex[3] ?? '').trim(),
    }
  }
  const slash = text.indexOf('/')
  const token = (slash < 0 ? text : text.slice(0, slash)).trimEnd()
  const comment = slash < 0 ? '' : text.slice(slash + 1).trim()
  if (token === '') return { kind: 'undefined', value: null, comment }
  if (token === 'T' || token === 'F') return { kind: 'logical', value: token === 'T', comment }
  if (INTEGER.test(token)) return { kind: 'integer', value: integer(token), comment }
  if (REAL.test(token)) return { kind: 'real', value: decimal(token), comment }
  return { kind: 'unreadable', value: null, comment: text.trimEnd() }
}

/** `'it''s  ' / comment`: quotes are doubled, trailing blanks do not count. */
function parseString(text: string): ParsedValue {
  let end = text.indexOf("'", 1)
  while (end >= 0 && text[end + 1] === "'") end = text.indexOf("'", end + 2)
  if (end < 0) return { kind: 'unreadable', value: null, comment: text.trimEnd() }
  const value = text.slice(1, end).replaceAll("''", "'").trimEnd()
  const slash = text.indexOf('/', end)
  return { kind: 'string', value, comment: slash < 0 ? '' : text.slice(slash + 1).trim() }
}

function integer(token: string): number | bigint {
  const value = Number(token)
  return Number.isSafeInteger(value) ? value + 0 : BigInt(token.replace(/^\+/, ''))
}

/** A FITS real as a number; the exponent letter may be D (FITS 4.0, 4.2.4). */
function decimal(token: string): number {
  return Number(token.replace(/[dD]/, 'E'))
}
