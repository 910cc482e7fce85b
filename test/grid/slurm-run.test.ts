import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import { productSums } from './product-sums.js'
import { slurmMissing, startSlurm } from './slurm-cluster.js'
import { smallSurvey } from './small-exposure.js'

const bin = resolve(import.meta.dirname, '../../bin/bliss-calib.js')
const missing = existsSync(resolve(import.meta.dirname, '../../dist/bundle/cli.js'))
  ? slurmMissing()
  : 'the command is not built'
const CCDS = [1, 3, 28, 35, 60]

/**
 * Starts bliss-calib, and stops the first attempt at CCDs 28 and 35 in the middle: a process that hangs until somebody
 * ends it.
 */
const hangingOnce = (directory: string) => `#!/bin/sh
for ccd in 28 35; do
  case " $* " in
    *" --ccd $ccd "*)
      if mkdir "${directory}/begun-$ccd" 2>/dev/null; then
        '${process.execPath}' '${bin}' "$@" &
        sleep 0.3
        kill -STOP $! 2>/dev/null
        : > "${directory}/hangs-$ccd"
        sleep 1000
      fi ;;
  esac
done
exec '${process.execPath}' '${bin}' "$@"
`

const waitFor = async (path: string) => {
  for (const end = Date.now() + 60_000; !existsSync(path); await new Promise((done) => setTimeout(done, 50)))
    if (Date.now() > end) throw new Error(`${path} does not come`)
}

test.skipIf(missing !== undefined)(
  `an exposure on a real Slurm: one task queued again midway, one lost for good and submitted again; the ` +
    `files of a local run${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 300_000 },
  async () => {
    const survey = await smallSurvey(CCDS)
    const alone = temporaryDirectory()
    await run([
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      survey.work,
      '--outdir',
      alone,
      '--catalog',
      survey.catalog,
      '--quiet',
    ])
    const expected = productSums(alone)
    expect(Object.keys(expected)).toHaveLength(5 * CCDS.length + 4)

    const grid = join(survey.root, 'grid')
    const out = join(survey.root, 'out')
    const hangs = join(survey.root, 'hangs')
    mkdirSync(hangs)
    writeFileSync(join(hangs, 'program.sh'), hangingOnce(hangs))
    const planned = await run([
      'grid',
      'slurm',
      survey.work,
      '--to',
      grid,
      '--outdir',
      out,
      '--catalog',
      survey.catalog,
      '--program',
      `sh ${hangs}/program.sh`,
      '--retries',
      '1',
    ])
    expect(planned.out).toMatch(/1 exposure, 5 CCDs, 8 tasks/)

    const cluster = await startSlurm(4)
    try {
      cluster.run('sh', join(grid, 'submit.sh'))
      const taskOf = (ccd: number) =>
        cluster.jobs().find(({ name, task }) => name.startsWith('calibrate') && task === `${CCDS.indexOf(ccd)}`)!
      await waitFor(join(hangs, 'hangs-28'))
      cluster.run('scontrol', 'requeue', taskOf(28).taskId)
      await waitFor(join(hangs, 'hangs-35'))
      cluster.run('scancel', taskOf(35).taskId)
      const first = await cluster.settled(120_000)
      const stateOf = (kind: string) => first.filter(({ name }) => name.startsWith(kind)).map(({ state }) => state)
      expect([taskOf(28).state, taskOf(28).restarts, taskOf(35).state]).toEqual(['COMPLETED', 1, 'CANCELLED'])
      expect([stateOf('prepare'), stateOf('merge'), stateOf('verify')]).toEqual([
        ['COMPLETED'],
        ['COMPLETED'],
        ['FAILED'],
      ])
      const verify = first.find(({ name }) => name.startsWith('verify'))!
      expect(readFileSync(join(grid, `logs/${verify.name}.${verify.id}.0.out`), 'utf8')).toMatch(/CCD 35: no products/)
      expect(Object.keys(productSums(out))).toHaveLength(5 * (CCDS.length - 1) + 4)

      cluster.run('sh', join(grid, 'submit.sh'))
      const second = (await cluster.settled(120_000)).filter(({ id }) => !first.some((job) => job.id === id))
      expect(second.map(({ state }) => state)).toEqual(second.map(() => 'COMPLETED'))
      expect(productSums(out)).toEqual(expected)
    } finally {
      await cluster.stop()
    }
  },
)
