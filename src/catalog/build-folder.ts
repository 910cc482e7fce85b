import type { CatalogTools } from './catalog-files.js'

/**
 * Where a build keeps its files: the work in progress and the new store, by path. A file is there whole or not at all, and what was written
 * stays after a crash; nothing is visible to others before the caller puts the store in place.
 */
export interface BuildFolder {
  write(path: string, parts: readonly Uint8Array[]): Promise<void>
  /** Bytes [start, end) of a file that was written. */
  read(path: string, start: number, end: number): Promise<Uint8Array>
  /** Length of a file; undefined where it is not there. */
  byteLength(path: string): Promise<number | undefined>
}

/** A folder in memory, for small builds and tests. */
export function memoryFolder(files: Map<string, Uint8Array> = new Map()): BuildFolder {
  return {
    write(path, parts) {
      const whole = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0))
      let at = 0
      for (const part of parts) {
        whole.set(part, at)
        at += part.byteLength
      }
      files.set(path, whole)
      return Promise.resolve()
    },
    read: (path, start, end) => Promise.resolve(files.get(path)!.slice(start, end)),
    byteLength: (path) => Promise.resolve(files.get(path)?.byteLength),
  }
}

export async function readJson<T>(folder: BuildFolder, path: string): Promise<T | undefined> {
  const length = await folder.byteLength(path)
  if (length === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(await folder.read(path, 0, length))) as T
  } catch (error) {
    // A crash of the machine may leave a file torn: its work is done again.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function writeJson(folder: BuildFolder, path: string, value: unknown): Promise<void> {
  return folder.write(path, [new TextEncoder().encode(JSON.stringify(value))])
}

/** Name of what follows from a value alone: the same value gives the same name. */
export const idOf = (value: unknown, sha256: CatalogTools['sha256']): string => sha256(new TextEncoder().encode(JSON.stringify(value))).slice(0, 16)
