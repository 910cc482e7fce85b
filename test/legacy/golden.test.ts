import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LegacyOutcome } from '../../src/legacy/contract.js'
import { runLegacy } from '../../src/legacy/run.js'
import { golden, goldenCases, goldenInputs, goldenRuns, hasGolden, shared, writeAll } from './golden-case.js'

const PYTHON = '/usr/bin/python3'

/** Runs compare_outputs.py on pairs of directories in one process; prints what it says of each as JSON. */
const COMPARE_ALL = `
import contextlib, io, json, sys
sys.path.insert(0, ${JSON.stringify(join(shared, 'tools'))})
import compare_outputs
said = []
for expected, candidate in json.loads(sys.argv[1]):
    sys.argv = ['compare_outputs.py', expected, candidate, '--strict-band', '--strict-newline']
    with contextlib.redirect_stdout(io.StringIO()) as text:
        code = compare_outputs.main()
    said.append([x for x in text.getvalue().splitlines() if code and not x.startswith('same')])
print(json.dumps(said))
`

const runs = goldenCases().flatMap((name) => {
  const all = goldenRuns(name)
  // Where the original stops for want of FLUX_PSF, the intended twin of the same arguments stands beside it.
  return all
    .filter((run) => !all.some((other) => other.name === `${run.name}_intended`))
    .map((run) => ({ name, run, label: `${name}/${run.name}` }))
})

describe.skipIf(!hasGolden || !existsSync(PYTHON))(
  'golden runs of the original (../shared/golden, compare_outputs.py)',
  () => {
    const outcomes = new Map<string, LegacyOutcome>()
    const differences = new Map<string, string[]>()
    let folder = ''

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'bliss-legacy-'))
      for (const { name, run, label } of runs) {
        const { inputs, options } = goldenInputs(name, run)
        const outcome = await runLegacy(inputs, options)
        outcomes.set(label, outcome)
        writeAll(join(folder, label), outcome.files)
      }
      const compared = runs.filter(({ run }) => run.exitCode === 0)
      const pairs = compared.map(({ name, run, label }) => [
        join(golden, name, 'expected', run.name),
        join(folder, label),
      ])
      const said = JSON.parse(
        execFileSync(PYTHON, ['-c', COMPARE_ALL, JSON.stringify(pairs)], { encoding: 'utf8', maxBuffer: 1 << 28 }),
      ) as string[][]
      compared.forEach(({ label }, k) => differences.set(label, said[k]!))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    for (const { run, label } of runs) {
      if (run.exitCode === 0) {
        test(`${label}: the same files and numbers`, () => {
          expect(outcomes.get(label)!.exitCode, outcomes.get(label)!.messages.join('\n')).toBe(0)
          expect(differences.get(label)).toEqual([])
        })
      } else {
        test(`${label}: exit 1 and no files`, () => {
          const { exitCode, files, messages } = outcomes.get(label)!
          expect({ exitCode, files }, messages.join('\n')).toEqual({ exitCode: 1, files: [] })
          expect(messages).toHaveLength(1)
        })
      }
    }
  },
)
