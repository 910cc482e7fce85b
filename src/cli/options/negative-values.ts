import type { Command } from '../command.js'

/** How a negative number begins: a place (`-10,5`), an angle (`-05:30:00`), a number with an exponent. */
const NEGATIVE = /^-\.?\d/

/**
 * Words of the command line with the negative values of options joined to them: `--target -10,5` becomes
 * `--target=-10,5`, since the parser takes a word with a dash for an option. No option begins with a digit.
 */
export function withNegativeValues(words: readonly string[], commands: readonly Command[]): string[] {
  const taking = new Set<string>()
  const others = new Set<string>()
  for (const { options } of commands) {
    for (const [name, { takes, facts }] of Object.entries(options)) {
      const into = takes === 'one' && facts.positional !== true ? taking : others
      for (const one of [name, ...(facts.alias ?? [])]) into.add(`${one.length === 1 ? '-' : '--'}${one}`)
    }
  }
  const joined: string[] = []
  for (let k = 0; k < words.length; k++) {
    const word = words[k]!
    if (word === '--') return [...joined, ...words.slice(k)]
    const next = words[k + 1]
    const isJoined = taking.has(word) && !others.has(word) && next !== undefined && NEGATIVE.test(next)
    joined.push(isJoined ? `${word}=${next}` : word)
    if (isJoined) k++
  }
  return joined
}
