import yargs, { type Argv, type Options } from 'yargs'
import { CommandError } from '../errors.js'
import { packageVersion } from '../node/package.js'
import type { Command } from './command.js'
import type { Option, OptionTable } from './options/option.js'
import type { Raw } from './options/read.js'

/** What the parser calls once it has split the command line. */
type Run = (command: Command, raw: Raw) => Promise<void>

/** Commands of two words, by the first: what the help says of it. */
const GROUPS: Readonly<Record<string, string>> = {
  camera: 'the cameras that are described; fit a colour term of your own',
  catalog: 'make and inspect reference catalogues',
  grid: 'hand exposures to HTCondor or Slurm',
  relation: 'fit or check relations from a catalogue to a photometric system',
}

/**
 * The parser and the help, made from the tables of the commands. It splits the command line into words and options;
 * what they have to be is said by `readOptions` and `refuseUnknown` alone, so that each refusal has one wording.
 *
 * @param commands the default one first
 */
export function parserOf(commands: readonly Command[], args: readonly string[], run: Run): Argv {
  const forHelp = args.includes('--help')
  const add = (parser: Argv, command: Command, words: string) =>
    parser.command(
      [words, ...(command === commands[0] ? ['$0'] : [])].map((word) => word + positionals(command.options, forHelp)),
      command.summary,
      (of) =>
        command.examples.reduce(
          (all, [line, what]) => all.example(`$0 ${line}`, what),
          declare(of, command.options, forHelp),
        ),
      (raw) => run(command, raw),
    )
  const parser: Argv = yargs([...args])
    .scriptName('bliss-calib')
    .usage('$0 FILE...\n$0 --expnum E --ccd N\n\nPhotometric zeropoints of CCD images from a reference catalogue.')
    .locale('en')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
    })
  const firstWords = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]
  for (const first of firstWords) {
    const verbs = commands.filter(({ name }) => name.startsWith(`${first} `))
    if (verbs.length === 0)
      add(
        parser,
        commands.find(({ name }) => name === first)!,
        first,
      )
    else
      parser.command(
        first,
        GROUPS[first] ?? '',
        (of) => verbs.reduce<Argv>((all, verb) => add(all, verb, verb.name.slice(first.length + 1)), of),
        (raw) => run(groupOf(first, verbs), raw),
      )
  }
  return parser
    .version('version', 'show the version', packageVersion())
    .help('help', 'show this help; also -h')
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandError('usage', `${message}; bliss-calib --help lists the options`)
    })
}

/** A first word alone: it needs a second. */
function groupOf(name: string, verbs: readonly Command[]): Command {
  const words = verbs.map((verb) => verb.name.slice(name.length + 1)).join(', ')
  return {
    name,
    summary: '',
    options: {},
    examples: [],
    start: () => Promise.reject(new CommandError('usage', `${name} needs a second word: ${words}`)),
  }
}

/** Words of the command line by their place, as the parser writes them; what is required is told by the reader. */
function positionals(options: OptionTable, forHelp: boolean): string {
  return Object.entries(options)
    .filter(([, { facts }]) => facts.positional === true)
    .map(([name, { facts, takes }]) => {
      const word = takes === 'several' ? `${name}..` : name
      return forHelp && facts.required === true ? ` <${word}>` : ` [${word}]`
    })
    .join('')
}

function declare(parser: Argv, options: OptionTable, forHelp: boolean): Argv {
  // The groups of the help are in the order of their first mention.
  return Object.entries(options).reduce<Argv>(
    (all, [name, option]) => {
      if (!option.facts.positional) return all.option(name, optionOf(option, forHelp))
      const { describe, choices } = option
      return all.positional(name, { type: 'string', describe, ...(forHelp && choices ? { choices } : {}) })
    },
    parser.group([], 'Options:'),
  )
}

/** An option as yargs declares it. Its requirements and default are for the help: to the parser, absent is absent. */
function optionOf({ describe, takes, facts, choices, shownAs }: Option, forHelp: boolean): Options {
  const { alias = [], group, required = false, default: value, defaultText = value } = facts
  const isShown = defaultText !== undefined && defaultText !== false && String(defaultText) !== ''
  return {
    type: takes === 'nothing' ? 'boolean' : forHelp && shownAs ? shownAs : 'string',
    describe,
    alias: [...alias],
    group: group ?? 'Options:',
    array: takes === 'several',
    ...(forHelp ? { demandOption: required } : {}),
    ...(forHelp && choices ? { choices } : {}),
    ...(forHelp && isShown ? { defaultDescription: String(defaultText) } : {}),
  }
}
