import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

/** A field that several exposures see, each with its own zeropoints and noise, and the catalogue of it. */
export interface DitheredField {
  readonly catalog: string
  /** Simulates an exposure of the field. */
  observe(plan: Visit): SimulatedExposure
  /** Simulates and calibrates one; gives the directory of its products. */
  calibrate(plan: Visit, words?: readonly string[]): Promise<string>
}

export interface Visit {
  readonly expnum: number
  readonly ditherDeg?: readonly [number, number]
  readonly band?: string
  readonly zeropoint?: number
  readonly exposureTimeSec?: number
  readonly ccds?: readonly number[]
}

const gaia = describeCatalogue('gaia_dr3')

/** A field of `ccds`, with Gaia DR3 of it. */
export async function ditheredField(ccds: readonly number[], densityPerSqDeg = 6000): Promise<DitheredField> {
  const observe = (plan: Visit) =>
    simulateExposure({ ccds, columns: 'slim', densityPerSqDeg, ...plan, skySeed: 5 }, gaia, seededRandom(plan.expnum))
  const home = temporaryDirectory()
  const raw = gaiaCsvFile(observe({ expnum: 1 }))
  writeFileSync(join(home, raw.name), raw.bytes)
  const catalog = join(home, 'catalog')
  const words = [
    'catalog',
    'build',
    '--from',
    join(home, raw.name),
    '--to',
    catalog,
    '--release',
    'gaia_dr3',
    '--quiet',
  ]
  expect(await run(words)).toMatchObject({ exitCode: 0 })
  return {
    catalog,
    observe,
    async calibrate(plan, further = []) {
      const [work, products] = [temporaryDirectory(), temporaryDirectory()]
      for (const { name, bytes } of workFiles(observe(plan))) writeFileSync(join(work, name), bytes)
      const where = ['--workdir', work, '--outdir', products, '--catalog', catalog]
      const { exitCode, err } = await run([
        '--expnum',
        `${plan.expnum}`,
        '--ccd',
        'all',
        ...where,
        '--quiet',
        ...further,
      ])
      expect([exitCode, err]).toEqual([0, ''])
      return products
    },
  }
}
