/**
 * Regular expressions of a camera's description, which may be anybody's: matching by backtracking can take longer than
 * the age of the universe. Texts are short, and an expression is refused if it could need too many attempts on one.
 */

/** Longest text that is compared: a file's name has 255 characters at most, a card of a header 68. */
const LONGEST_TEXT = 255
/** Longest expression: those of the package have 60 characters. */
const LONGEST_PATTERN = 500
/**
 * Attempts at most on the longest text, by an upper bound: `.*a.*b.*` has 7e8 and takes 0.4 s at its worst (Node 22);
 * the largest of the package has 3e6.
 */
const MAX_ATTEMPTS = 1e9
/** A count above this is as good as no limit. */
const MANY = 20

/** Ways to match a text of n characters, at most: `coefficient` times n + degree over degree. */
interface Ways {
  readonly coefficient: number
  /** Repetitions without an end that share the text among them. */
  readonly degree: number
}

const ONE: Ways = { coefficient: 1, degree: 0 }
const NO_BOUND: Ways = { coefficient: Infinity, degree: 0 }

/** What is wrong with a regular expression, in words; undefined of one that may be used. */
export function patternFault(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || pattern === '') return 'a regular expression'
  if (pattern.length > LONGEST_PATTERN) return `a regular expression of at most ${LONGEST_PATTERN} characters`
  try {
    new RegExp(pattern)
  } catch {
    return 'a regular expression'
  }
  const { coefficient, degree } = new PatternReader(pattern).alternatives()
  const isAnchored = pattern.startsWith('^') && !pattern.includes('|')
  const starts = isAnchored ? 1 : LONGEST_TEXT
  let attempts = coefficient * starts
  for (let k = 1; k <= degree; k++) attempts *= (LONGEST_TEXT + k) / k
  return attempts <= MAX_ATTEMPTS
    ? undefined
    : 'a regular expression whose search has an end: no + or * of a group that may match one text in several ways, ' +
        'as in (a+)+ or (a|b)*, and few of them one behind the other'
}

/**
 * Compares a text with a regular expression, without regard to the case of letters and blanks round it; null if it does
 * not fit. A text that is longer than any file's name fits nothing.
 *
 * @param isWhole the expression is of the whole text
 */
export function matchPattern(pattern: string, value: string | number, isWhole = false): RegExpExecArray | null {
  const text = String(value).trim()
  if (text.length > LONGEST_TEXT) return null
  return new RegExp(isWhole ? `^(?:${pattern})$` : pattern, 'i').exec(text)
}

/** Reads a regular expression that is sound (ECMAScript) and counts the ways in which it can match. */
class PatternReader {
  private at = 0

  constructor(private readonly pattern: string) {}

  alternatives(): Ways {
    let { coefficient, degree } = this.sequence()
    while (this.take('|')) {
      const next = this.sequence()
      coefficient += next.coefficient
      degree = Math.max(degree, next.degree)
    }
    return { coefficient, degree }
  }

  private sequence(): Ways {
    let { coefficient, degree } = ONE
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at]!)) {
      const ways = this.repeated(this.atom())
      coefficient *= ways.coefficient
      degree += ways.degree
    }
    return { coefficient, degree }
  }

  private atom(): Ways {
    if (this.take('(')) {
      this.match(/\?(?:[:=!]|<[=!]|<\w+>)/y)
      const ways = this.alternatives()
      this.take(')')
      return ways
    }
    // A class, an escape, or any character.
    this.match(/\[(?:\\.|[^\]\\])*\]|\\(?:u\{\w+\}|.)|./suy)
    return ONE
  }

  private repeated(ways: Ways): Ways {
    const found = this.match(/[*+?]|\{(\d+)(,(\d*))?\}/y)
    if (found === null) return ways
    this.take('?')
    const [sign, least = '', comma, most = ''] = found
    if (sign === '?') return { coefficient: ways.coefficient + 1, degree: ways.degree }
    const min = sign === '+' ? 1 : Number(least)
    const max = comma === undefined && least !== '' ? min : most === '' ? Infinity : Number(most)
    const isSingle = ways.coefficient === 1 && ways.degree === 0
    if (isSingle)
      return min === max ? ONE : max > MANY ? { coefficient: 1, degree: 1 } : { coefficient: max - min + 1, degree: 0 }
    if (max > MANY) return NO_BOUND
    let coefficient = 0
    for (let k = min; k <= max; k++) coefficient += ways.coefficient ** k
    return { coefficient, degree: ways.degree * max }
  }

  private take(character: string): boolean {
    if (this.pattern[this.at] !== character) return false
    this.at++
    return true
  }

  private match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at
    const found = expression.exec(this.pattern)
    if (found !== null) this.at = expression.lastIndex
    return found
  }
}
