import { CommandError } from '../../errors.js'
import { nearest } from './nearest.js'
import type { OptionTable } from './option.js'
import type { Raw } from './read.js'

interface Named {
  readonly name: string
  readonly options: OptionTable
}

/**
 * Refuses what the command does not know: a word, an option, a value of a flag.
 *
 * @param commands all, the default one first
 * @param raw what the parser has made of `args`
 * @param isThere whether a word is the name of a file
 * @throws CommandError that gives the nearest name
 */
export function refuseUnknown(
  command: Named,
  commands: readonly Named[],
  raw: Raw,
  args: readonly string[],
  isThere: (word: string) => boolean,
): void {
  const words = [raw['_'] ?? []].flat().map(String)
  const known = command.name.split(' ')
  const extra = words.filter((word, k) => word !== known[k])[0]
  if (extra !== undefined) throw unknownWord(extra, command, commands)
  // A word that is not a file, and does not look like one, is a mistyped command.
  const [first] = [raw['files'] ?? []].flat().map(String)
  if (first !== undefined && words.length === 0 && !/[./*?[]/.test(first) && !isThere(first))
    throw unknownWord(first, command, commands)

  const options = Object.entries(command.options).flatMap(([name, { facts }]) => [name, ...(facts.alias ?? [])])
  const unknown = Object.keys(raw).find((name) => !['_', '$0', 'help', 'version', ...options].includes(name))
  if (unknown !== undefined) throw unknownOption(unknown, command, options, args)

  for (const [name, { takes }] of Object.entries(command.options)) {
    const given = args.find((word) => word.startsWith(`--${name}=`))
    const value = given?.slice(name.length + 3)
    if (takes === 'nothing' && value !== undefined && value !== 'true' && value !== 'false')
      throw new CommandError('bad-option', `--${name} takes no value`, { option: `--${name}`, found: `'${value}'` })
  }
}

function unknownWord(word: string, { name, options }: Named, commands: readonly Named[]): CommandError {
  // A first word alone is that of several commands; the default command is named by none.
  const isGroup = Object.keys(options).length === 0 && commands.some((command) => command.name.startsWith(`${name} `))
  if (!isGroup && name !== commands[0]?.name)
    return new CommandError('usage', `unexpected argument '${word}'; ${seeHelp(name)}`)
  const candidates = commands.map((command) => command.name.split(' '))
  const known = isGroup
    ? candidates.filter(([first]) => first === name).map(([, second = '']) => second)
    : [...new Set(candidates.map(([first = '']) => first))]
  if (!isGroup && known.includes(word)) return new CommandError('usage', `the command '${word}' must come first`)
  const meant = nearest(word, known)
  const typed = isGroup ? `${name} ${word}` : word
  const hint =
    meant === undefined ? `expected ${known.join(', ')}` : `did you mean '${isGroup ? `${name} ` : ''}${meant}'?`
  return new CommandError('usage', `unknown command '${typed}': ${hint}`)
}

function unknownOption(key: string, { name }: Named, known: readonly string[], args: readonly string[]): CommandError {
  // Of `-expnum` the parser makes an option of each letter.
  const group = key.length === 1 ? args.find((word) => /^-[^-\d.]/.test(word) && word.includes(key)) : undefined
  const typed = group ?? (key.length === 1 ? `-${key}` : `--${key}`)
  const words = known.filter((name) => name.length > 1)
  const meant = nearest(typed.replace(/^-+|=.*$/g, ''), words)
  return new CommandError(
    'usage',
    `unknown option ${typed}${meant === undefined ? '' : `: did you mean --${meant}?`}; ${seeHelp(name)}`,
  )
}

const seeHelp = (name: string): string =>
  `bliss-calib ${name === 'calibrate' ? '' : `${name} `}--help lists the options`
