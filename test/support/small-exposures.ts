import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../src/simulate/index.js'
import { run } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

/** The CCDs of a small exposure: four in the middle of the camera. */
export const SMALL_CCDS = [22, 28, 35, 41]

/** Exposure k of a survey of small ones, some 300 detections a CCD, a degree apart in stripes of 40. */
export function smallSurveyExposure(k: number): SimulatedExposure {
  const pointing = { raDeg: 20 + (k % 40) * 1.1, decDeg: -40 + Math.floor(k / 40) }
  const options = {
    expnum: 700_000 + k,
    pointing,
    ccds: SMALL_CCDS,
    columns: 'slim',
    densityPerSqDeg: 2500,
    galaxiesPerSqDeg: 2500,
    spuriousPerSqDeg: 200,
    padDeg: 0.02,
  } as const
  return simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(k + 1))
}

export interface SmallSurvey {
  readonly work: string
  readonly catalog: string
  /** `expnum ccd` -> zeropoint that was put in. */
  readonly truth: ReadonlyMap<string, number>
}

/** Writes `count` small exposures, each in a directory of its own below `work`, and their catalogue. */
export async function smallSurvey(root: string, count: number): Promise<SmallSurvey> {
  const truth = new Map<string, number>()
  const [work, raw, catalog] = [join(root, 'work'), join(root, 'raw'), join(root, 'catalog')]
  mkdirSync(raw, { recursive: true })
  for (let k = 0; k < count; k++) {
    const exposure = smallSurveyExposure(k)
    const dir = join(work, `night${k % 3}`, String(exposure.options.expnum))
    mkdirSync(dir, { recursive: true })
    for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(dir, name), bytes)
    for (const { ccd, zeropoint } of exposure.ccds) truth.set(`${exposure.options.expnum} ${ccd}`, zeropoint)
    writeFileSync(join(raw, `${k}.csv`), gaiaCsvFile(exposure).bytes)
  }
  await run(['catalog', 'build', '--from', raw, '--to', catalog, '--quiet'])
  return { work, catalog, truth }
}
