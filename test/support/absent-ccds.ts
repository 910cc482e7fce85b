import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'

/** Which CCDs the exposure's JSON says took no part. */
export function absentCcds(dir: string): { failed: { ccd: number; reason: string }[]; missing: number[] } {
  const name = readdirSync(dir).find((file) => /^zeropoint_D\d+_r[^_]+\.json$/.test(file))!
  const { failed = [], missing = [] } = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Partial<
    ReturnType<typeof absentCcds>
  >
  return { failed, missing }
}

/**
 * SHA-256 of the files of a directory; of the exposure's JSON without the CCDs that took no part, which a run of just
 * the others does not know.
 */
export function sumsWithoutAbsent(dir: string): Record<string, string> {
  const contentOf = (name: string) => {
    const bytes = readFileSync(join(dir, name))
    if (!/^zeropoint_D\d+_r[^_]+\.json$/.test(name)) return bytes
    const { failed: _failed, missing: _missing, ...rest } = JSON.parse(bytes.toString()) as Record<string, unknown>
    return Buffer.from(JSON.stringify(rest))
  }
  const names = readdirSync(dir).sort()
  return Object.fromEntries(names.map((name) => [name, createHash('sha256').update(contentOf(name)).digest('hex')]))
}
