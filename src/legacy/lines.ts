import type { TextBuffer } from '../formats/text-buffer.js'

export const NEWLINE = 0x0a
const COMMA = 0x2c

/** Lines of text end to end: line i is bytes [starts[i], starts[i + 1]), without its line end. */
export interface LineTable {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
}

/** Appends line i; a cell that says `nan` comes out blank, as from a table that pandas has read and written again. */
export function copyWithBlanks(text: TextBuffer, { bytes, starts }: LineTable, i: number): void {
  const end = starts[i + 1]!
  for (let at = starts[i]!; at < end;) {
    let cellEnd = at
    while (cellEnd < end && bytes[cellEnd] !== COMMA) cellEnd++
    const isNan = cellEnd - at === 3 && bytes[at] === 0x6e && bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6e
    if (!isNan) text.copy(bytes, at, cellEnd)
    if (cellEnd < end) text.comma()
    at = cellEnd + 1
  }
}
