import { isPrintable } from '../printable.js'

/** Words that a POSIX shell passes on as they are, in any place but the first of a command. */
const PLAIN = /^[\w@%+=:,./-]+$/

/**
 * One word of a command line, quoted so that a POSIX shell takes it as it is. A word with control characters, but for
 * line breaks, has the form `$'...'` (POSIX.1-2024, 2.2.4; bash, zsh, ksh), which a terminal can show.
 */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word
  if (isPrintable(word.replaceAll('\n', ' '))) return `'${word.replaceAll("'", `'\\''`)}'`
  return `$'${Array.from(word, escapedCharacter).join('')}'`
}

/** A command as a person can paste it into a shell. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

/** A path as an argument: one that begins with a dash is not to be taken for an option. */
export function pathWord(path: string): string {
  return path.startsWith('-') ? `./${path}` : path
}

/** An option with its value, as one word if the value would be taken for an option itself. */
export function optionWords(name: string, value: string): string[] {
  return value.startsWith('-') ? [`${name}=${value}`] : [name, value]
}

function escapedCharacter(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`
  if (isPrintable(character)) return character
  // Bytes of UTF-8 in octal: the one form that all shells with $'...' read alike.
  return Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
