import { CommandError } from '../../errors.js'

/** An option, declared once: the parser, the type of its value, the help and the completion come from it. */
export interface Option<T = unknown, Known extends boolean = boolean> {
  readonly describe: string
  readonly facts: Facts<T>
  /** Whether a value is always there: it is required, or has a default. */
  readonly known: Known
  /** How many words it takes: none, one, or all up to the next option. */
  readonly takes: 'nothing' | 'one' | 'several'
  /** What the help calls the value, if not a string. */
  readonly shownAs?: 'number'
  readonly choices?: readonly string[]
  /** What a shell completes its value with. */
  readonly completes?: 'path'
  /** The value. Throws CommandError that names the option as `named`. */
  read(given: readonly string[], named: string): T
}

/** What may be said of an option of any kind. */
export interface Facts<T> {
  readonly alias?: readonly string[]
  /** Heading in the help. */
  readonly group?: string
  readonly required?: boolean
  /** The value if the option is not given. */
  readonly default?: T
  /** What the help says instead of the default's own text. */
  readonly defaultText?: string
  /** A positional argument of the command line. */
  readonly positional?: boolean
  /** The option without which this one has no effect. */
  readonly needs?: string
  /** The option that contradicts this one. */
  readonly excludes?: string
  /** '' is a value. */
  readonly mayBeEmpty?: boolean
}

export type OptionTable = Readonly<Record<string, Option>>

type Present<T> = { readonly required: true } | { readonly default: T }
type Camel<S> = S extends `${infer A}-${infer B}` | `${infer A}_${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S
type Flat<T> = { readonly [K in keyof T]: T[K] }

/** The values of a table, by their names in camel case; an option that may be absent is an optional property. */
export type Values<T extends OptionTable> = Flat<
  {
    [K in keyof T as T[K]['known'] extends true ? Camel<K> : never]: ReturnType<T[K]['read']>
  } & {
    [K in keyof T as T[K]['known'] extends true ? never : Camel<K>]?: ReturnType<T[K]['read']>
  }
>

/** Declares an option of one kind: a line for the help, then what else is to be said. */
export interface Declare<T, Extra> {
  (describe: string, facts: Facts<T> & Extra & Present<T>): Option<T, true>
  (describe: string, facts?: Facts<T> & Extra): Option<T, false>
}

/** What makes a kind: how words are read, and what the help and a shell can say of it. */
export interface Kind<T, Extra> extends Pick<Option, 'shownAs' | 'choices' | 'completes'> {
  readonly takes?: 'several'
  read(given: readonly string[], named: string, facts: Facts<T> & Partial<Extra>): T
  /** Unit and range, for the help. */
  note?(facts: Partial<Extra>): string
}

/** A kind of option: a function that declares options of it. */
export function kind<T, Extra = unknown>({ read, note, takes, ...shown }: Kind<T, Extra>): Declare<T, Extra> {
  function declare(describe: string, facts: Facts<T> & Extra & Present<T>): Option<T, true>
  function declare(describe: string, facts?: Facts<T> & Partial<Extra>): Option<T, false>
  function declare(describe: string, facts: Facts<T> & Partial<Extra> = {}): Option<T> {
    const noted = note?.(facts) ?? ''
    return {
      ...shown,
      describe: noted === '' ? describe : `${describe} (${noted})`,
      facts,
      known: facts.required === true || facts.default !== undefined,
      takes: takes ?? 'one',
      read: (given, named) => read(given, named, facts),
    }
  }
  return declare
}

/** The one word of an option that takes one: "given twice" and "empty" are said here, for every kind. */
export function onlyWord(given: readonly string[], named: string, { mayBeEmpty = false }: Facts<unknown> = {}): string {
  if (given.length > 1)
    throw new CommandError('repeated-option', `${named} is given more than once`, {
      option: named,
      found: given.join(' and '),
    })
  const [word = ''] = given
  if (word === '' && !mayBeEmpty) throw needsValue(named)
  return word
}

export const needsValue = (named: string): CommandError =>
  new CommandError('bad-option', `${named} needs a value`, { option: named, found: "''" })

/** A value that is not of the option's kind; the sentence names the option. */
export const unfit = (named: string, sentence: string, text: string, expected = ''): CommandError =>
  new CommandError('bad-option', sentence, {
    option: named,
    found: `'${text}'`,
    ...(expected === '' ? {} : { expected }),
  })
