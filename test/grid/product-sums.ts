import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name -> SHA-256 of every product in a directory and below it; logs, inputs and done-markers are none. */
export function productSums(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) =>
      /(^|\/)(D\d+_.*_ZP\.(csv|fits)|Zero_.*\.csv|allZP_.*\.csv|zeropoint_.*\.json|matches_.*\.parquet)$/.test(name),
    )
    .sort()
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  )
}

/** Temporary files that were left lying about. */
export function leftovers(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.bliss-tmp'))
}
