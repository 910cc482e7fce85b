import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { slurmFiles } from '../../src/grid/slurm.js'
import { measuredRequests } from '../../src/grid/requests.js'
import type { Workflow } from '../../src/grid/workflow.js'
import { slurmMissing, startSlurm, type SlurmCluster } from './slurm-cluster.js'
import { temporaryDirectory } from '../cli/run.js'

const missing = slurmMissing()

/** A workflow of stand-in jobs; node.sh in its directory decides what they do. */
function standIn(calibrate: number, options: { maxArraySize?: number; node: string }): { directory: string } {
  const directory = temporaryDirectory()
  const job = (name: string) => ({ name, args: [name] })
  const workflow: Workflow = {
    name: 'bliss',
    prepare: job('prepare'),
    units: [
      {
        calibrate: Array.from({ length: calibrate }, (_, k) => job(`calibrate_${k}`)),
        merge: job('merge_1'),
        verify: [job('verify_1')],
      },
    ],
    finish: job('finish'),
  }
  const requests = measuredRequests('ccd', 1, {})
  for (const { name, text } of slurmFiles(workflow, {
    directory,
    maxArraySize: options.maxArraySize ?? 1001,
    together: 8,
    retries: 2,
    requests,
  }))
    writeFileSync(join(directory, name), text)
  writeFileSync(join(directory, 'node.sh'), options.node)
  mkdirSync(join(directory, 'logs'))
  return { directory }
}

describe.skipIf(missing !== undefined)(`jobs of Slurm${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let cluster: SlurmCluster
  beforeAll(async () => {
    cluster = await startSlurm(8)
  }, 60_000)
  afterAll(() => cluster?.stop())

  const last = (directory: string) => readFileSync(join(directory, 'ran'), 'utf8').trim().split('\n')

  test(
    'every job runs once, merge after the last CCD, verify after merge; arrays are no larger than allowed',
    { timeout: 60_000 },
    async () => {
      const { directory } = standIn(7, { maxArraySize: 3, node: 'echo "$1" >> ran\n' })
      const verify = cluster.run('sh', join(directory, 'submit.sh')).trim()
      const jobs = await cluster.settled(40_000)
      expect(last(directory).slice(0, 1)).toEqual(['prepare'])
      expect(last(directory).slice(1, 8).sort()).toEqual(Array.from({ length: 7 }, (_, k) => `calibrate_${k}`))
      expect(last(directory).slice(8)).toEqual(['merge_1', 'verify_1'])
      expect(new Set(jobs.filter(({ name }) => name.startsWith('calibrate')).map(({ task }) => task))).toEqual(
        new Set(['0', '1', '2']),
      )
      expect(jobs.some(({ id }) => id === verify)).toBe(true)
      expect(jobs.every(({ state }) => state === 'COMPLETED')).toBe(true)
    },
  )

  test(
    'exit code 3 is queued again until it passes, 2 is not; merge runs all the same',
    { timeout: 90_000 },
    async () => {
      const { directory } = standIn(3, {
        node:
          'echo "$1" >> ran\n[ "$1" = calibrate_0 ] && [ "$(grep -c calibrate_0 ran)" -lt 3 ' +
          '] && exit 3\n[ "$1" = calibrate_1 ] && exit 2\nexit 0\n',
      })
      cluster.run('sh', join(directory, 'submit.sh'))
      await cluster.settled(80_000)
      const ran = last(directory)
      expect(ran.filter((name) => name === 'calibrate_0')).toHaveLength(3)
      expect(ran.filter((name) => name === 'calibrate_1')).toHaveLength(1)
      expect(ran.slice(-2)).toEqual(['merge_1', 'verify_1'])
      expect(ran.lastIndexOf('calibrate_0')).toBeLessThan(ran.indexOf('merge_1'))
    },
  )

  test('where prepare fails nothing else runs', { timeout: 60_000 }, async () => {
    const { directory } = standIn(3, { node: 'echo "$1" >> ran\nexit 2\n' })
    cluster.run('sh', join(directory, 'submit.sh'))
    const jobs = await cluster.settled(40_000)
    expect(last(directory)).toEqual(['prepare'])
    expect(jobs.filter(({ state }) => state === 'CANCELLED').length).toBeGreaterThan(0)
  })
})
