import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../src/cli/main.js'

/** Runs the command in this process; what it prints comes back as text. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out: string[] = []
  const bytes: Uint8Array[] = []
  const err: string[] = []
  const outBytes = (piece: Uint8Array) => {
    bytes.push(piece)
    out.push(new TextDecoder().decode(piece))
    return Promise.resolve(true)
  }
  const exitCode = await main(args, { out: (text) => out.push(text), outBytes, err: (text) => err.push(text), env })
  const printed = { exitCode, out: out.join(''), err: err.join('') }
  // Not enumerable, so that what is printed can be compared as a whole.
  return Object.defineProperty(printed, 'bytes', { value: Buffer.concat(bytes) }) as typeof printed & {
    readonly bytes: Buffer
  }
}

const made: string[] = []
process.on('exit', () => made.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

/** Removed when the tests of the file are done. */
export function temporaryDirectory(): string {
  made.push(mkdtempSync(join(tmpdir(), 'bliss-calib-test-')))
  return made.at(-1)!
}
