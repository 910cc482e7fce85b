import { expect, test } from 'vitest'
import { tieExposures } from '../../src/tie/tie-exposures.js'
import { judgeTie, mean, rms, type TieJudgement } from './judge-tie.js'
import { simulateTie, type SkyPlan } from './simulated-sky.js'

/** The whole camera, 20 skies a cell: `BLISS_SOAK=1 npx vitest run test/tie/table.test.ts`; a quarter hour. */
const SOAK = process.env['BLISS_SOAK'] === '1'
const SEEDS = 20
const G = 0.03
const I = 0.01

const CELLS: readonly (readonly [name: string, plan: Omit<SkyPlan, 'seed'>, ratioMmag: number])[] = [
  ['g, 2 exposures', { exposures: 2, scatterMag: G }, 2.4],
  ['i, 2 exposures', { exposures: 2, scatterMag: I }, 2.4],
  ['g, 10 exposures', { exposures: 10, scatterMag: G }, 1.3],
  ['i, 10 exposures', { exposures: 10, scatterMag: I }, 1.3],
  ['g, 2 exposures, no pattern', { exposures: 2, scatterMag: G, patternMag: 0 }, 0.7],
  ['i, 2 exposures, no pattern', { exposures: 2, scatterMag: I, patternMag: 0 }, 0.7],
  ['g, 10 exposures, no pattern', { exposures: 10, scatterMag: G, patternMag: 0 }, 0.5],
  ['i, 10 exposures, no pattern', { exposures: 10, scatterMag: I, patternMag: 0 }, 0.5],
  ['g, 10 exposures, another catalogue too', { exposures: 10, scatterMag: G, otherCatalog: true }, 1.3],
  ['i, 4 exposures, search 2 mag shallower', { exposures: 4, scatterMag: I, searchShallowerMag: 2 }, 2.4],
]

test.runIf(SOAK).each(CELLS)('%s', { timeout: 3_600_000 }, (name, plan, ratioMmag) => {
  const judged = Array.from({ length: SEEDS }, (_, seed): TieJudgement => {
    const sim = simulateTie({ ...plan, seed })
    return judgeTie(sim, tieExposures(sim.input))
  })
  const over = (value: (one: TieJudgement) => number) => rms(judged.map(value))
  const ratioRms = over((one) => one.ratioRms)
  const ratioPull = over((one) => one.ratioPull)
  const bias = mean(judged.map((one) => one.ratioBias))
  console.log(
    `${name}: ratio ${ratioRms.toFixed(2)} mmag, bias ${bias.toFixed(2)}, pull ${ratioPull.toFixed(2)}; zeropoint ` +
      `${over((one) => one.zeropointRms).toFixed(2)}, pull ${over((one) => one.zeropointPull).toFixed(2)}; common ` +
      `${over((one) => one.absolute).toFixed(2)}; stars' pull ${over((one) => one.starPull).toFixed(2)}`,
  )
  expect(ratioRms).toBeLessThan(ratioMmag)
  expect(ratioPull).toBeGreaterThan(0.9)
  expect(ratioPull).toBeLessThan(1.15)
  expect(Math.abs(bias)).toBeLessThan(0.3)
})
