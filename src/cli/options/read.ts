import { CommandError } from '../../errors.js'
import type { Option, OptionTable, Values } from './option.js'

/** What the parser has made of the command line. */
export type Raw = Readonly<Record<string, unknown>>

/** The options of a table; throws CommandError if one is missing, is unfit, or does not go with another. */
export function readOptions<T extends OptionTable>(table: T, raw: Raw): Values<T>
export function readOptions(table: OptionTable, raw: Raw): Raw {
  const values: Record<string, unknown> = {}
  const isGiven = (name: string) => raw[name] !== undefined && raw[name] !== false
  for (const [name, option] of Object.entries(table)) {
    const { facts } = option
    const named = nameOf(name, option)
    const words = raw[name] === undefined ? undefined : [raw[name]].flat().map(String)
    // Of words by their place the parser gives an empty list if there is none.
    const isAbsent = words === undefined || (facts.positional === true && words.length === 0)
    const value = isAbsent ? facts.default : option.read(words, named)
    if (value === undefined && facts.required === true)
      throw new CommandError('usage', `${named} is required; --help lists the options`)
    if (value !== undefined) values[camel(name)] = value
    if (facts.needs !== undefined && isGiven(name) && !isGiven(facts.needs))
      throw new CommandError('bad-option', `${named} needs --${facts.needs}`, { option: named })
    if (facts.excludes !== undefined && isGiven(name) && isGiven(facts.excludes))
      throw new CommandError('bad-option', `${named} and --${facts.excludes} are mutually exclusive`, { option: named })
  }
  return values
}

/** An option as it is typed. */
const nameOf = (name: string, { facts }: Option): string => (facts.positional ? name : `--${name}`)

const camel = (name: string): string => name.replace(/[-_](.)/g, (_, letter: string) => letter.toUpperCase())
