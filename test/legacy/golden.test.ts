import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runLegacy } from '../../src/legacy/run.js'
import { golden, goldenCases, goldenInputs, goldenRuns, hasGolden, shared, writeAll } from './golden-case.js'

const PYTHON = '/usr/bin/python3'
const COMPARE = join(shared, 'tools/compare_outputs.py')

/** What the judge says of our files against the original's: its lines, empty where all are equal. */
function differences(expected: string, files: readonly { name: string; bytes: Uint8Array }[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bliss-legacy-'))
  try {
    writeAll(folder, files)
    execFileSync(PYTHON, [COMPARE, expected, folder, '--strict-band', '--strict-newline'], { encoding: 'utf8' })
    return []
  } catch (error) {
    return String((error as { stdout?: string }).stdout).split('\n').filter((line) => !line.startsWith('same'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(!hasGolden || !existsSync(PYTHON))('golden runs of the original (../shared/golden, compare_outputs.py)', () => {
  for (const name of goldenCases()) {
    for (const run of goldenRuns(name)) {
      // The original stops for want of FLUX_PSF; the intended twin of the same arguments stands beside it.
      const twin = run.exitCode === 0 ? undefined : goldenRuns(name).find((other) => other.name === `${run.name}_intended`)
      if (twin) continue
      test(`${name}/${run.name}: ${run.exitCode === 0 ? 'the same files and numbers' : 'exit 1 and no files'}`, async () => {
        const { inputs, options } = goldenInputs(name, run)
        const { exitCode, files, messages } = await runLegacy(inputs, options)
        if (run.exitCode !== 0) {
          expect({ exitCode, files }, messages.join('\n')).toEqual({ exitCode: 1, files: [] })
          return
        }
        expect(exitCode, messages.join('\n')).toBe(0)
        expect(differences(join(golden, name, 'expected', run.name), files)).toEqual([])
      })
    }
  }
})
