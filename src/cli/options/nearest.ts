/**
 * The name that was probably meant: one of which the other is the beginning, else the one at the smallest distance of
 * Damerau and Levenshtein, if that is at most a third of its letters (at least one). undefined if none is near.
 */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const begun = names.filter((name) => typed.length > 2 && (name.startsWith(typed) || typed.startsWith(name)))
  const scored = names
    .map((name) => ({ name, edits: begun.includes(name) ? 0.5 : distance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = scored[0]
  return best !== undefined && best.edits <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** Letters inserted, left out, replaced or swapped with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const edits = [rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1)]
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits.push(rows[i - 2]![j - 2]! + 1)
      row.push(Math.min(...edits))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
