/** Rows of a table as lines: each column as wide as its widest cell, words to the left, numbers to the right. */
export function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  const isWords = widths.map((_, c) => rows.slice(1).some((row) => /[a-z]/.test(row[c]!)))
  return rows.map((row) =>
    row
      .map((cell, c) => (isWords[c] ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join('  ')
      .trimEnd(),
  )
}
