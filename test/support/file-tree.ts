import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of the files below a directory, in order. */
export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort()
}

/** SHA-256 of the files below a directory whose path is wanted. */
export function sumsBelow(dir: string, wanted: (path: string) => boolean = () => true): Record<string, string> {
  const sum = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(dir, path)))
      .digest('hex')
  return Object.fromEntries(
    filesBelow(dir)
      .filter(wanted)
      .map((path) => [path, sum(path)]),
  )
}

/** Which file stands under each path, and since when: another one, or one that was written again, differs. */
export function identitiesBelow(dir: string, wanted: (path: string) => boolean = () => true): Record<string, string> {
  const identity = (path: string) => {
    const { ino, mtimeNs } = statSync(join(dir, path), { bigint: true })
    return `${ino}:${mtimeNs}`
  }
  return Object.fromEntries(
    filesBelow(dir)
      .filter(wanted)
      .map((path) => [path, identity(path)]),
  )
}
