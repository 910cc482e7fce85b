/** One place of a pattern: any run of characters, or a test of one. */
export type GlobPart = '*' | ((character: string) => boolean)

/**
 * A name's pattern, part by part, as the shell has it (POSIX, Shell Command Language, 2.13): `*`, `?`, `[abc]`,
 * `[a-z]`, `[!abc]`, and `[^abc]` as bash has it. A range whose ends are reversed holds nothing; a `[` that is not
 * closed is itself, and so is a backslash. Ranges go by code points.
 */
export function globParts(pattern: string): GlobPart[] {
  const characters = [...pattern]
  const parts: GlobPart[] = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === '*') {
      if (parts.at(-1) !== '*') parts.push('*')
      continue
    }
    const close = character === '[' ? closingBracket(characters, at) : -1
    if (close > 0) {
      parts.push(classTest(characters.slice(at + 1, close)))
      at = close
    } else {
      parts.push(character === '?' ? () => true : (other) => other === character)
    }
  }
  return parts
}

/**
 * Whether a whole name fits the parts. A part that fails sends the search back to the last star only, which takes one
 * character more: tests are at most as many as parts times characters.
 */
export function fitsGlob(parts: readonly GlobPart[], name: string): boolean {
  const characters = [...name]
  let [part, at] = [0, 0]
  /** The last star passed, and the character at which what follows it was tried. */
  let [star, tried] = [-1, 0]
  while (at < characters.length) {
    const test = parts[part]
    if (test === '*') {
      star = part++
      tried = at
    } else if (test?.(characters[at]!)) {
      part++
      at++
    } else if (star >= 0) {
      part = star + 1
      at = ++tried
    } else {
      return false
    }
  }
  return parts.slice(part).every((rest) => rest === '*')
}

const isNegation = (character: string | undefined): boolean => character === '!' || character === '^'

/** Where a class that begins at `open` ends, -1 if it does not: a bracket that is its first character belongs to it. */
function closingBracket(characters: readonly string[], open: number): number {
  const first = open + (isNegation(characters[open + 1]) ? 2 : 1)
  return characters.indexOf(']', first + 1)
}

/** The test of a class: what is between its brackets. */
function classTest(inside: readonly string[]): (character: string) => boolean {
  const isNegated = isNegation(inside[0])
  const ranges: [low: number, high: number][] = []
  for (let at = isNegated ? 1 : 0; at < inside.length; at++) {
    const isRange = inside[at + 1] === '-' && at + 2 < inside.length
    const low = inside[at]!.codePointAt(0)!
    ranges.push([low, isRange ? inside[at + 2]!.codePointAt(0)! : low])
    if (isRange) at += 2
  }
  return (character) => {
    const code = character.codePointAt(0)!
    return ranges.some(([low, high]) => low <= code && code <= high) !== isNegated
  }
}
