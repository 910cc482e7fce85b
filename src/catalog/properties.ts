const BACKSLASH = 92

/**
 * A Java properties file, as HATS has them: `key=value`, `key: value` or `key value`, comments by # or !, lines that a
 * backslash continues, and the escapes \t \n \r \f \uXXXX. Of a key that comes twice the last value counts. Each
 * character is looked at once or twice, however long a line is.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  const lines = text.split(/\r\n|\r|\n/)
  for (let i = 0; i < lines.length; i++) {
    const first = withoutIndent(lines[i]!)
    if (first === '' || first.startsWith('#') || first.startsWith('!')) continue
    const parts = [first]
    while (isContinued(parts.at(-1)!) && i + 1 < lines.length) {
      parts.push(parts.pop()!.slice(0, -1), withoutIndent(lines[++i]!))
    }
    const line = parts.join('')
    const keyEnd = endOfKey(line)
    const separator = afterBlanks(line, keyEnd)
    const hasSign = line[separator] === '=' || line[separator] === ':'
    const value = hasSign ? afterBlanks(line, separator + 1) : separator
    properties.set(unescaped(line.slice(0, keyEnd)), unescaped(line.slice(value)))
  }
  return properties
}

const isBlank = (sign: string | undefined): boolean => sign === ' ' || sign === '\t' || sign === '\f'

function afterBlanks(line: string, from: number): number {
  let at = from
  while (isBlank(line[at])) at++
  return at
}

const withoutIndent = (line: string): string => line.slice(afterBlanks(line, 0))

/** Whether the line ends with a backslash that no other one escapes. */
function isContinued(line: string): boolean {
  let start = line.length
  while (start > 0 && line.charCodeAt(start - 1) === BACKSLASH) start--
  return (line.length - start) % 2 === 1
}

function endOfKey(line: string): number {
  let at = 0
  for (; at < line.length && line[at] !== '=' && line[at] !== ':' && !isBlank(line[at]); at++)
    if (line.charCodeAt(at) === BACKSLASH) at++
  return Math.min(at, line.length)
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escape: string) =>
    escape.length === 5 ? String.fromCharCode(parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  )
}
