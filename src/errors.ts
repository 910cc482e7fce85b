import { printableText, printableUrl, withoutPasswords } from './printable.js'

/**
 * The three families of expected failure. Anything else that is thrown is a bug.
 *
 * - `command`: the command line or the caller's options are wrong (exit code 2)
 * - `input`: a file or the machine's file system is missing, damaged or unfit (exit code 3)
 * - `data`: the inputs are sound but cannot support what was asked (exit code 3)
 *
 * A CCD without a zeropoint is none of these: it is an outcome in the result.
 */
type Family = 'command' | 'input' | 'data'

/** The place of the error in the inputs, and what was found there. All known parts are given. */
export interface Place {
  readonly file?: string
  readonly hdu?: number | string
  readonly rowGroup?: number
  readonly line?: number
  readonly row?: number
  readonly column?: string
  readonly option?: string
  readonly found?: string | number
  readonly expected?: string
}

/** Base of the expected failures; `tag` is for programs, `message` for people. */
export abstract class BlissError extends Error {
  abstract readonly family: Family
  constructor(
    readonly tag: string,
    sentence: string,
    readonly place: Place = {},
    options?: ErrorOptions,
  ) {
    super(compose(sentence, place), options)
  }
}

/** The command, or an option of the library call, is wrong. */
export class CommandError extends BlissError {
  override readonly name = 'CommandError'
  readonly family = 'command'
}

/** An input or output file is missing, damaged, unreadable or unfit. */
export class InputError extends BlissError {
  override readonly name = 'InputError'
  readonly family = 'input'
}

/** The inputs are sound, but cannot support the answer that was asked for. */
export class DataError extends BlissError {
  override readonly name = 'DataError'
  readonly family = 'data'
}

export function isBlissError(error: unknown): error is BlissError {
  return error instanceof BlissError
}

/** An error as plain data, so that it can pass from one thread to another. */
export interface PlainError {
  readonly family?: Family
  readonly tag?: string
  readonly place?: Place
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** Of the system: `ENOSPC`. */
  readonly code?: string
  readonly cause?: PlainError
}

export function plainError(error: unknown): PlainError {
  const { name, message, stack, cause, code } = (error instanceof Error ? error : new Error(String(error))) as Error & {
    code?: unknown
  }
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause instanceof Error ? { cause: plainError(cause) } : {}),
    ...(isBlissError(error) ? { family: error.family, tag: error.tag, place: error.place } : {}),
  }
}

/** The error that became plain data: of its own family, with its message, stack and causes. */
export function errorFromPlain({ family, tag, place, message, stack, code, cause }: PlainError): Error {
  const families = { command: CommandError, input: InputError, data: DataError }
  const options = cause === undefined ? {} : { cause: errorFromPlain(cause) }
  const error = family === undefined ? new Error(message, options) : new families[family](tag!, message, {}, options)
  if (place !== undefined) Object.defineProperty(error, 'place', { value: place, enumerable: true })
  if (code !== undefined) Object.assign(error, { code })
  if (stack !== undefined) error.stack = stack
  return error
}

/** Exit code of a failure: 2 the command, 3 an input or the data, 70 a bug. */
export function exitCodeOf(error: unknown): 2 | 3 | 70 {
  if (!isBlissError(error)) return 70
  return error.family === 'command' ? 2 : 3
}

/**
 * What a run ends with. 1 is the original's, in its own mode only; 129, 130 and 143 follow a SIGHUP, SIGINT or SIGTERM
 * that stopped it.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 70 | 129 | 130 | 143

/** Of several exit codes the one that counts: 70, 2, 3, 4 in that order. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return ([70, 2, 3, 4] as const).find((code) => codes.includes(code)) ?? 0
}

/**
 * The message; whatever the inputs put into it is shown as one line, and a URL without its password. A sentence that
 * begins with the option is not headed by it, and what such a sentence says of what was found and expected is not
 * repeated.
 */
function compose(sentence: string, place: Place): string {
  const named = place.option !== undefined && sentence.replace(/^unknown /, '').startsWith(place.option)
  const isSaid = (part: string) => named && sentence.includes(part)
  const where = [
    place.file === undefined ? undefined : printableUrl(place.file),
    place.hdu === undefined ? undefined : `HDU ${place.hdu}`,
    place.rowGroup === undefined ? undefined : `row group ${place.rowGroup}`,
    place.line === undefined ? undefined : `line ${place.line}`,
    place.row === undefined ? undefined : `row ${place.row}`,
    place.column === undefined ? undefined : `column ${place.column}`,
    named ? undefined : place.option,
  ].filter((part) => part !== undefined)
  const facts = [
    place.found === undefined || isSaid(String(place.found)) ? undefined : `found ${printableUrl(String(place.found))}`,
    place.expected === undefined || isSaid(place.expected) ? undefined : `expected ${printableUrl(place.expected)}`,
  ].filter((part) => part !== undefined)
  const head = where.length > 0 ? `${where.join(', ')}: ` : ''
  const tail = facts.length > 0 ? ` (${facts.join(', ')})` : ''
  return printableText(withoutPasswords(head + sentence + tail))
}
