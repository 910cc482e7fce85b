import { parseJson } from '../../formats/json-shape.js'
import { LIMITS } from '../../limits.js'
import type { CatalogTools } from '../catalog-files.js'

/**
 * Where a build keeps its files: the work in progress and the new store, by path. A file is there whole or not at all,
 * and what was written stays after a crash; nothing is visible to others before the caller puts the store in place.
 */
export interface BuildFolder {
  write(path: string, parts: readonly Uint8Array[]): Promise<void>
  /** Bytes [start, end) of a file that was written. */
  read(path: string, start: number, end: number): Promise<Uint8Array>
  /** Length of a file; undefined if it is not there. */
  byteLength(path: string): Promise<number | undefined>
}

type Sha256 = CatalogTools['sha256']

const checkOf = (value: unknown, sha256: Sha256): string => sha256(new TextEncoder().encode(JSON.stringify(value)))

/**
 * What `writeJson` wrote; undefined if there is no such file, or if it was torn or changed since: its work is then done
 * again.
 */
export async function readJson<T>(folder: BuildFolder, path: string, sha256: Sha256): Promise<T | undefined> {
  const length = await folder.byteLength(path)
  if (length === undefined || length > LIMITS.manifestBytes) return undefined
  try {
    const { value, check } = parseJson(new TextDecoder().decode(await folder.read(path, 0, length))) as {
      value: T
      check: unknown
    }
    return check === checkOf(value, sha256) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Writes a note of work that is done, with the checksum by which `readJson` knows it. */
export function writeJson(folder: BuildFolder, path: string, value: unknown, sha256: Sha256): Promise<void> {
  return folder.write(path, [new TextEncoder().encode(JSON.stringify({ check: checkOf(value, sha256), value }))])
}

/** Name of what follows from a value alone: the same value gives the same name. */
export const idOf = (value: unknown, sha256: CatalogTools['sha256']): string =>
  sha256(new TextEncoder().encode(JSON.stringify(value))).slice(0, 16)
