/** Failures of the machine or the network that may be gone a moment later. */
const PASSING = new Set([
  ...['EIO', 'EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'ENOMEM', 'ESTALE', 'ENOLCK', 'EREMOTEIO'],
  ...['ETIMEDOUT', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EHOSTDOWN', 'EAI_AGAIN'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
])

/** Failures that every further exposure would meet too. */
const FATAL = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** System codes of an error and its causes; those of zlib (`Z_`) and of Node's own checks (`ERR_`) speak of contents. */
function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    const { code } = cause as NodeJS.ErrnoException
    if (typeof code === 'string' && !/^(Z|ERR)_/.test(code)) codes.push(code)
  }
  return codes
}

/** Whether trying again may help: an I/O error of the device, too many open files, a network that did not answer. */
export const isPassing = (error: unknown): boolean => codesOf(error).some((code) => PASSING.has(code))

/** Whether nothing more can be written: the disk or the quota is full, the file system read-only. */
export const isDiskFull = (error: unknown): boolean => codesOf(error).some((code) => FATAL.has(code))

/** Whether the machine refused, rather than the content of a file: such a failure is no property of the inputs, and a rerun tries again. */
export const isOfTheMachine = (error: unknown): boolean => codesOf(error).length > 0

/** Waits between the attempts [ms]: one second, then four times as long each time, at most a minute. */
export function retryWaits(retries: number, firstMs = 1000): number[] {
  return Array.from({ length: retries }, (_, k) => Math.min(60_000, firstMs * 4 ** k))
}
