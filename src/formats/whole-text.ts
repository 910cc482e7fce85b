import { beyondLimit, LIMITS, type Limit } from '../limits.js'
import type { ByteSource } from './bytes.js'

/** All bytes of a source. Throws InputError `beyond-limit` for one that is larger than a limit. */
export async function wholeBytes(source: ByteSource, limit: Limit): Promise<Uint8Array> {
  if (source.byteLength > LIMITS[limit])
    throw beyondLimit(limit, 'the file has too many bytes', { file: source.name }, source.byteLength)
  return source.slice(0, source.byteLength)
}

/** The text of a source. Throws InputError `beyond-limit` for one that is larger than a limit. */
export async function wholeText(source: ByteSource, limit: Limit): Promise<string> {
  return new TextDecoder().decode(await wholeBytes(source, limit))
}

/**
 * Refuses text of rows with more lines, or a longer line, than a table may have.
 *
 * @throws InputError `beyond-limit` with the line
 */
export function refuseLongText(text: string, file: string, lines: Limit = 'listLines'): void {
  let line = 1
  for (let start = 0; start <= text.length; line++) {
    if (line > LIMITS[lines]) throw beyondLimit(lines, 'the file has too many lines', { file })
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    if (end - start > LIMITS.lineBytes)
      throw beyondLimit('lineBytes', 'the line is too long', { file, line }, end - start)
    start = end + 1
  }
}
