import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../cli/run.js'

/** Simulated exposures in a directory each, and a catalogue that covers them. */
export interface SmallSurvey {
  readonly root: string
  readonly work: string
  readonly catalog: string
}

/** Exposures of the given CCDs, a few hundred detections a CCD, one beside the other along RA. */
export async function smallSurvey(
  ccds: readonly number[],
  expnums: readonly number[] = [668439],
): Promise<SmallSurvey> {
  const root = temporaryDirectory()
  const work = join(root, 'work')
  const raw = join(root, 'raw')
  mkdirSync(raw)
  for (const [k, expnum] of expnums.entries()) {
    const pointing = { raDeg: 53.1 + 3 * k, decDeg: -27.8 }
    const exposure = simulateExposure(
      { expnum, pointing, ccds: [...ccds], columns: 'slim', galaxiesPerSqDeg: 3000, spuriousPerSqDeg: 200 },
      describeCatalogue('gaia_dr2'),
      seededRandom(expnum),
    )
    const directory = expnums.length === 1 ? work : join(work, `${expnum}`)
    mkdirSync(directory, { recursive: true })
    for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(directory, name), bytes)
    const { name, bytes } = gaiaCsvFile(exposure)
    writeFileSync(join(raw, `${expnum}_${name}`), bytes)
  }
  const catalog = join(root, 'catalog')
  const built = await run(['catalog', 'build', '--from', raw, '--to', catalog, '--quiet'])
  if (built.exitCode !== 0) throw new Error(built.err)
  return { root, work, catalog }
}
