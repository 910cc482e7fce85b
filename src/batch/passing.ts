import { isBlissError } from '../errors.js'

/** Failures of the machine or the network that may be gone a moment later. */
const PASSING = new Set([
  ...['EIO', 'EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'ENOMEM', 'ESTALE', 'ENOLCK', 'EREMOTEIO'],
  ...[
    'ETIMEDOUT',
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'EPIPE',
    'ENETUNREACH',
    'ENETDOWN',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'EAI_AGAIN',
  ],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
])

/**
 * Failures of a catalogue behind a URL, which that side has tried again a few times already, or that was replaced while
 * it was read.
 */
const PASSING_TAGS = new Set(['unreadable-url', 'bad-answer', 'changed-file'])

/** A program that failed on an image may have been killed, or lacked memory: the image does not tell. */
const PROGRAM_TAGS = new Set(['program-failed', 'program-missing'])

/** Failures that every further exposure would meet too. */
const FATAL = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/**
 * System codes of an error and its causes; those of zlib (`Z_`) and of Node's own checks (`ERR_`) speak of contents.
 */
function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    const { code } = cause as NodeJS.ErrnoException
    if (typeof code === 'string' && !/^(Z|ERR)_/.test(code)) codes.push(code)
  }
  return codes
}

/** Whether trying again may help: an I/O error of the device, too many open files, a network that did not answer. */
export const isPassing = (error: unknown): boolean =>
  codesOf(error).some((code) => PASSING.has(code)) || (isBlissError(error) && PASSING_TAGS.has(error.tag))

/** Whether nothing more can be written: the disk or the quota is full, the file system read-only. */
export const isDiskFull = (error: unknown): boolean => codesOf(error).some((code) => FATAL.has(code))

/**
 * Whether a failure lies in the inputs, so that it would come again: in the content of one of these files, or in what
 * the catalogue and the options cannot give. One of the machine, the network or the catalogue's own files may be gone
 * at a rerun, though no input has changed.
 */
export function isOfTheInputs(error: unknown, inputs: ReadonlySet<string>): boolean {
  if (!isBlissError(error) || codesOf(error).length > 0 || PROGRAM_TAGS.has(error.tag)) return false
  return error.family === 'data' || inputs.has(error.place.file?.replace(/^.*\//, '') ?? '')
}

/** Waits between the attempts [ms]: one second, then four times as long each time, at most a minute. */
export function retryWaits(retries: number, firstMs = 1000): number[] {
  return Array.from({ length: retries }, (_, k) => Math.min(60_000, firstMs * 4 ** k))
}
