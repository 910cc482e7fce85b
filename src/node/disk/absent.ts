import { lstat } from 'node:fs/promises'

/** Whether an error, or its cause, says that there is nothing of this name: it does not if something cannot be read. */
export function isAbsent(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' || (cause !== undefined && isAbsent(cause))
}

/** For `catch`: undefined if there is nothing of this name; throws every other error again. */
export function undefinedIfAbsent(cause: unknown): undefined {
  if (isAbsent(cause)) return undefined
  throw cause
}

/** Whether something has this name; true also if that cannot be told, so that reading it says why. */
export const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (cause: unknown) => !isAbsent(cause),
  )
