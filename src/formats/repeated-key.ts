const [QUOTE, BACKSLASH, COLON, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 58, 123, 125]
const NEWLINE = 10

/**
 * The first key that an object of a JSON text holds twice, as a sentence with its line; undefined if there is none.
 *
 * @param text that is sound JSON
 */
export function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = []
  let line = 1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === NEWLINE) line++
    else if (code === OPEN_OBJECT) objects.push(new Set())
    else if (code === CLOSE_OBJECT) objects.pop()
    if (code !== QUOTE) continue
    const start = i
    for (i++; text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++
    if (!isKey(text, i + 1)) continue
    const key = JSON.parse(text.slice(start, i + 1)) as string
    const keys = objects.at(-1)!
    if (keys.has(key)) return `line ${line}: the key ${JSON.stringify(key.slice(0, 60))} is twice in one object`
    keys.add(key)
  }
  return undefined
}

/** Whether a colon follows, behind blanks. */
function isKey(text: string, from: number): boolean {
  let at = from
  while (/\s/.test(text[at] ?? '')) at++
  return text.charCodeAt(at) === COLON
}
