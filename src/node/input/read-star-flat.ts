import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { StarFlat } from '../../exposure/star-flat.js'
import { readStarFlat } from '../../exposure/star-flat-file.js'
import { memorySource } from '../../formats/bytes.js'
import { readInput } from './read-exposure.js'

/** A star flat from a file, and what the provenance says of it. */
export interface ReadStarFlat extends StarFlat {
  /** For messages. */
  readonly file: string
  readonly fileName: string
  readonly sha256: string
}

/** Reads a star flat. Throws InputError for a file that cannot be read or is none. */
export async function readStarFlatFile(path: string): Promise<ReadStarFlat> {
  const bytes = await readInput(path)
  return {
    ...(await readStarFlat(memorySource(path, bytes))),
    ...{ file: path, fileName: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') },
  }
}
