import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../src/math/random.js'
import {
  gaiaCsvFile,
  simulateExposure,
  workFiles,
  type ExposureOptions,
  type SimulatedExposure,
} from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

/** A quick exposure: few galaxies, the columns that the calibration reads. */
export const QUICK = { columns: 'slim', galaxiesPerSqDeg: 3000, spuriousPerSqDeg: 300 } as const

/** A directory with a simulated exposure in `work`, and a catalogue built for it. */
export interface Scene {
  readonly exposure: SimulatedExposure
  readonly work: string
  readonly catalog: string
}

export async function sceneOf(options: Partial<ExposureOptions>, seed = 3): Promise<Scene> {
  const exposure = simulateExposure({ ...QUICK, ...options }, describeCatalogue('gaia_dr2'), seededRandom(seed))
  const dir = temporaryDirectory()
  const work = join(dir, 'work')
  mkdirSync(work)
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  const catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])
  return { exposure, work, catalog }
}

/** Calibrates a scene into a new directory; gives the directory and what was said. */
export async function calibrated({ work, catalog }: Scene, ...options: string[]) {
  const outdir = temporaryDirectory()
  const said = await run([
    '--expnum',
    '668439',
    '--workdir',
    work,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    ...options,
  ])
  return { ...said, outdir }
}
