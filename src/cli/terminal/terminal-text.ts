/** Widest line of the summary. */
const TERMINAL_COLUMNS = 80

/**
 * Words in lines of at most this many columns, the first after `head`, the others under its end. A longer word has a
 * line of its own.
 */
export function wrapped(head: string, words: string, columns = TERMINAL_COLUMNS): string {
  const indent = ' '.repeat(Math.min(head.length, 12))
  const lines: string[] = []
  let line = head
  for (const word of words.split(' ')) {
    if (line.length + word.length + 1 > columns && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = indent
    }
    line += line === indent || line === head ? word : ` ${word}`
  }
  return [...lines, line.trimEnd()].join('\n') + '\n'
}

/** Style of a word on a terminal; it never carries information that the text lacks. */
export type Paint = (text: string, tone: 'go' | 'look' | 'stop') => string

const SGR = { go: '32;1', look: '33;1', stop: '31;1' } as const

/** Colours on a terminal unless NO_COLOR is set to anything (no-color.org) or TERM is dumb; else the text as it is. */
export function paintFor(io: {
  readonly outIsTerminal?: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}): Paint {
  const coloured = io.outIsTerminal === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb'
  return coloured ? (text, tone) => `\u001b[${SGR[tone]}m${text}\u001b[0m` : (text) => text
}
