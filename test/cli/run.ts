import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../src/cli/main.js'

/** Runs the command in this process; what it prints comes back as text. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out: string[] = []
  const err: string[] = []
  const exitCode = await main(args, { out: (text) => out.push(text), err: (text) => err.push(text), env })
  return { exitCode, out: out.join(''), err: err.join('') }
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'bliss-calib-test-'))
}
