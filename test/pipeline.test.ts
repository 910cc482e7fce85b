import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { each } from '../src/each.js'
import { calibrateCcd, calibrateExposure, type ExposureInput } from '../src/index.js'
import { seededRandom } from '../src/math/random.js'
import type { CcdResult } from '../src/photometry/result.js'
import { runExposure, type Commit, type CcdSteps, type ExposureSteps } from '../src/pipeline.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../src/simulate/index.js'
import { run, temporaryDirectory } from './cli/run.js'
import { describeCatalogue } from './simulate/describe-catalogue.js'
import { memoryCatalog } from './support/memory-catalog.js'

vi.mock('../src/pipeline.js', async (original) => {
  const all = await original<{ runExposure: typeof runExposure }>()
  return { ...all, runExposure: vi.fn(all.runExposure) }
})

const description = describeCatalogue('gaia_dr2')
const simulated = simulateExposure({ ccds: [1, 14, 28], columns: 'slim' }, description, seededRandom(8))
const input: ExposureInput = {
  ccds: simulated.ccds.map(({ ccd, centre, corners, sources }) => ({ ccd, band: 'i', centre, corners, sources })),
}
const stars = memoryCatalog(simulated.stars, description)

describe('whoever calibrates goes through the flow, once for each exposure', () => {
  const work = temporaryDirectory()
  const catalog = join(work, 'catalog')
  const exposure = ['--expnum', '668439', '--workdir', work, '--outdir', work]
  beforeAll(async () => {
    for (const { name, bytes } of [...workFiles(simulated), gaiaCsvFile(simulated)])
      writeFileSync(join(work, name), bytes)
    await run(['catalog', 'build', '--from', join(work, gaiaCsvFile(simulated).name), '--to', catalog, '--quiet'])
  })
  beforeEach(() => void vi.mocked(runExposure).mockClear())

  test.each([
    ['one CCD', ['--ccd', '1', '--catalog', catalog, ...exposure], false],
    ['all CCDs', ['--ccd', 'all', '--catalog', catalog, ...exposure], true],
    ['merge', ['merge', ...exposure], true],
    ['batch', ['batch', work, '--catalog', catalog, '--outdir', join(work, 'batch')], true],
  ] as const)('%s', async (_, args, together) => {
    mkdirSync(join(work, 'batch'), { recursive: true })
    expect((await run([...args])).exitCode).toBe(0)
    expect(vi.mocked(runExposure).mock.calls.map(([steps]) => steps.together)).toEqual([together])
  })

  test('the library, one CCD and several, in one thread and in two', async () => {
    await calibrateCcd(input.ccds[0]!, stars)
    await calibrateExposure(input, stars)
    const six = simulateExposure({ ccds: [1, 14, 28, 31, 44, 60], columns: 'slim' }, description, seededRandom(8))
    const ccds = six.ccds.map(({ ccd, centre, corners, sources }) => ({ ccd, band: 'i', centre, corners, sources }))
    await calibrateExposure({ ccds }, memoryCatalog(six.stars, description), { workers: 2 })
    expect(vi.mocked(runExposure).mock.calls.map(([steps]) => steps.together)).toEqual([false, true, true])
  })
})

describe('what a failure of one CCD does to the others', () => {
  let own: ReadonlyMap<number, CcdResult>
  beforeAll(async () => {
    own = new Map(await Promise.all(input.ccds.map(async (ccd) => [ccd.ccd, await calibrateCcd(ccd, stars)] as const)))
  })

  type Step = 'read' | 'calibrate' | 'stage' | 'commit'

  /** The flow with CCD 14 failing at a step; what happened, in its order. */
  async function flow(failing?: Step, change: Partial<ExposureSteps<CcdSteps, number>> = {}) {
    const log: string[] = []
    const at = (step: Step, ccd: number) => {
      log.push(`${step} ${ccd}`)
      if (step === failing && ccd === 14) throw new Error(`14 fails at ${step}`)
    }
    const ccds = input.ccds.map(({ ccd, centre, corners }): CcdSteps => ({
      ccd,
      centre,
      corners,
      async read() {
        at('read', ccd)
        return Promise.resolve({ sibling: { ccd, band: 'i' } })
      },
      async calibrate() {
        at('calibrate', ccd)
        return Promise.resolve(own.get(ccd)!)
      },
    }))
    const outcome = await runExposure<CcdSteps, number>({
      ccds,
      each: (items, work) => each(items, 1, work),
      together: true,
      failedCcd: 'is left out',
      writer: {
        async stage({ ccd: { ccd } }) {
          at('stage', ccd)
          return Promise.resolve(ccd)
        },
        commit({ solution }, staged, failures): Promise<Commit<CcdSteps>> {
          log.push(`commit ${staged.join(' ')} of ${solution!.nPresent}, ${failures.length} failed`)
          if (failing !== 'commit' || !staged.includes(14)) return Promise.resolve({ committed: true, failures: [] })
          return Promise.resolve({
            committed: false,
            unwritten: new Map([[ccds[1]!, new Error('14 fails at commit')]]),
          })
        },
        discard() {
          log.push('discard')
          return Promise.resolve()
        },
      },
      ...change,
    })
    const failures = outcome.failures.map(({ ccd, error }) => `${ccd}: ${(error as Error).message}`)
    return { log: log.join(', '), failures, ccds: outcome.ccds.map(({ result }) => result.ccd), outcome }
  }

  const measured = 'read 1, calibrate 1, read 14, calibrate 14, read 28, calibrate 28'

  test('nothing: each is read and calibrated, all are solved, each is written, all committed', async () => {
    expect(await flow()).toMatchObject({
      log: `${measured}, stage 1, stage 14, stage 28, commit 1 14 28 of 3, 0 failed`,
      failures: [],
      ccds: [1, 14, 28],
    })
  })

  test.each([
    ['read', 'read 1, calibrate 1, read 14, read 28, calibrate 28, stage 1, stage 28, commit 1 28 of 2, 1 failed'],
    ['calibrate', `${measured}, stage 1, stage 28, commit 1 28 of 2, 1 failed`],
    ['stage', `${measured}, stage 1, stage 14, stage 28, discard, stage 1, stage 28, commit 1 28 of 2, 1 failed`],
    [
      'commit',
      `${measured}, stage 1, stage 14, stage 28, commit 1 14 28 of 3, 0 failed, ` +
        'stage 1, stage 28, commit 1 28 of 2, 1 failed',
    ],
  ] as const)('%s: it is left out, and the others are solved without it', async (step, log) => {
    expect(await flow(step)).toMatchObject({ log, failures: [`14: 14 fails at ${step}`], ccds: [1, 28] })
  })

  test('it ends a run that needs all: nothing is written', async () => {
    const steps = { failedCcd: 'ends the run' } as const
    await expect(flow('calibrate', steps)).rejects.toThrow('14 fails at calibrate')
    // What cannot be written is left out all the same.
    expect((await flow('stage', steps)).ccds).toEqual([1, 28])
  })

  test("the exposure's own products: the CCDs are written", async () => {
    const error = new Error('a directory is in the way')
    const { failures, ccds } = await flow(undefined, {
      writer: {
        stage: ({ ccd }) => Promise.resolve(ccd.ccd),
        commit: () => Promise.resolve({ committed: true, failures: [{ error }] }),
        discard: () => Promise.reject(new Error('nothing to discard')),
      },
    })
    expect([failures, ccds]).toEqual([['undefined: a directory is in the way'], [1, 14, 28]])
  })

  test('a run that is stopped while it writes discards what is staged', async () => {
    const stop = new AbortController()
    const discard = vi.fn(() => Promise.resolve())
    const stopped = flow(undefined, {
      each: (items, work) => each(items, 1, work, stop.signal),
      writer: {
        stage: ({ ccd }) => Promise.resolve((stop.abort(new Error('enough')), ccd.ccd)),
        commit: () => Promise.reject(new Error('stopped before')),
        discard,
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(discard).toHaveBeenCalledTimes(1)
  })
})
