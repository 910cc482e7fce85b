import { InputError } from '../errors.js'
import { beyondLimit, LIMITS } from '../limits.js'

interface LinePlace {
  readonly file: string
  readonly line: number
}

/** The lines of comments before a header: few enough to be kept. */
export class CsvComments {
  readonly lines: string[] = []
  private bytes = 0

  /** @throws InputError if the comments are too long, or say that the table was cut */
  add(text: string, byteLength: number, place: LinePlace): void {
    this.lines.push(text)
    refuseCutTable(text, place)
    this.bytes += byteLength
    if (this.bytes > LIMITS.smallTextBytes)
      throw beyondLimit('smallTextBytes', 'the comments before the header are too long', place)
  }
}

/**
 * Whether a comment below the header is one of those that VizieR closes a table with.
 *
 * @throws InputError if it says that the table was cut
 */
export function isClosingComment(text: string, place: LinePlace): boolean {
  refuseCutTable(text.trim(), place)
  return /^#(?:$|END#|INFO\b)/.test(text.trim())
}

/** TAP services (QUERY_STATUS, DALI 1.1) and VizieR say in a comment that an answer was cut at a limit of rows. */
function refuseCutTable(text: string, place: LinePlace): void {
  if (!/QUERY_STATUS\W+OVERFLOW|truncated result/i.test(text)) return
  throw new InputError('query-overflow', 'the table was cut at a limit of rows: ask for smaller parts of the sky', {
    ...place,
    found: text.replace(/^[#\s]+/, '').slice(0, 200),
  })
}
