import { CommandError } from '../errors.js'
import type { OptionTable, Values } from './options/option.js'
import { readOptions, type Raw } from './options/read.js'
import { REMOTE_OPTIONS } from './remote-options.js'
import type { ExitCode, Io } from './terminal/io.js'

/** A command line that is shown in the help, without the program's name, and what it does. */
type Example = readonly [line: string, what: string]

/** A command with its options: what the parser, the help and the completion are made of. */
export interface Command {
  /** `batch`, `catalog build`. */
  readonly name: string
  readonly summary: string
  readonly options: OptionTable
  readonly examples: readonly Example[]
  /** Reads the options and does the work. */
  start(raw: Raw, io: Io): Promise<ExitCode>
}

interface Definition<T extends OptionTable> {
  readonly name: string
  readonly summary: string
  readonly options: T
  readonly examples: readonly Example[]
  /** It reads catalogues that may be behind a URL, so that it takes the options of the cache. */
  readonly readsCatalogues?: boolean
  /** Options of which exactly one is needed. */
  readonly oneOf?: readonly (keyof T & string)[]
  /** Heavy parts are imported inside it, so that they cost nothing to the other commands. */
  readonly run: (options: Values<T>, io: Io) => Promise<ExitCode>
}

/** Makes a command; its work gets the options with the types that the table gives them. */
export function defineCommand<T extends OptionTable>(definition: Definition<T>): Command {
  const { name, summary, options, examples, readsCatalogues, oneOf = [], run } = definition
  return {
    name,
    summary,
    options: readsCatalogues === true ? { ...options, ...REMOTE_OPTIONS } : options,
    examples,
    async start(raw, io) {
      const values = readOptions(options, raw)
      const given = oneOf.filter((option) => raw[option] !== undefined)
      if (oneOf.length > 0 && given.length !== 1) {
        const names = oneOf.map((option) => `--${option}`).join(', ')
        throw new CommandError('bad-option', `exactly one of ${names} is needed`, {
          found: given.length === 0 ? 'none' : given.map((option) => `--${option}`).join(' and '),
        })
      }
      return run(values, io)
    },
  }
}
