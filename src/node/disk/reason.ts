import { basename } from 'node:path'
import { InputError, isBlissError } from '../../errors.js'
import { printableText } from '../../printable.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is exceeded',
  EMFILE: 'too many files are open',
  // A socket cannot even be opened.
  ENXIO: 'it is a socket or a device, and must be a regular file',
  EIO: 'the device failed',
}

/** Why the machine refused, as words. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return (code === undefined ? undefined : REASONS[code]) ?? message
}

/** The error of a file that the machine does not let us read. */
export const unreadableFile = (path: string, cause: unknown): InputError =>
  new InputError('unreadable-file', `the file cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })

/** An error's sentence with the name of its file alone: what is written does not depend on where the files are. */
export function reasonWithoutPath(error: unknown): string {
  const { message } = error as Error
  const file = isBlissError(error) ? error.place.file : undefined
  return file === undefined ? message : message.replaceAll(printableText(file), basename(printableText(file)))
}
