import type { TieResult } from '../../src/tie/result.js'
import type { SimulatedTie } from './simulated-sky.js'

/** What a tie is worth beside the truth; magnitudes in mmag. */
export interface TieJudgement {
  /** Pairs of search (exposure 0) and template CCDs with more than `many` stars in common. */
  readonly ratioRms: number
  readonly ratioBias: number
  readonly ratioErr: number
  readonly ratioPull: number
  /** Zeropoints against the mean of the network. */
  readonly zeropointRms: number
  readonly zeropointPull: number
  /** The network's mean. */
  readonly absolute: number
  /** Of constant stars that two exposures have or more. */
  readonly starPull: number
}

export function judgeTie(sim: SimulatedTie, result: TieResult, many = 100): TieJudgement {
  const { observations } = sim.input
  const truth = new Map<number, number>()
  const error: number[] = []
  const pulls: number[] = []
  const tied = result.zeropoints.flatMap((one, row) => {
    truth.set(one.exposure * 1000 + one.ccd, sim.zeropoint[row]!)
    return one.outcome === 'tied' ? [{ err: one.zeropointErr, off: one.zeropoint - sim.zeropoint[row]! }] : []
  })
  const absolute = mean(tied.map(({ off }) => off))
  for (const { err, off } of tied) {
    error.push(off - absolute)
    pulls.push((off - absolute) / err)
  }
  const pairs = result.pairs
    .filter(({ exposureA, exposureB, nCommon }) => (exposureA === 0 || exposureB === 0) && nCommon > many)
    .map(({ exposureA, ccdA, exposureB, ccdB, ratioMag, ratioErr }) => {
      const off = ratioMag - (truth.get(exposureA * 1000 + ccdA)! - truth.get(exposureB * 1000 + ccdB)!)
      return { off, ratioErr }
    })
  const seen = new Uint16Array(sim.input.stars.count)
  for (const star of observations.star) seen[star]!++
  const stars: number[] = []
  result.stars.mag.forEach((mag, star) => {
    const pull = (mag - sim.starMag[star]! + -absolute) / result.stars.magErr[star]!
    if (seen[star]! > 1 && result.stars.inlierProbability[star]! > 0.9 && Number.isFinite(pull)) stars.push(pull)
  })
  return {
    ratioRms: 1000 * rms(pairs.map(({ off }) => off)),
    ratioBias: 1000 * mean(pairs.map(({ off }) => off)),
    ratioErr: 1000 * rms(pairs.map(({ ratioErr }) => ratioErr)),
    ratioPull: rms(pairs.map(({ off, ratioErr }) => off / ratioErr)),
    zeropointRms: 1000 * rms(error),
    zeropointPull: rms(pulls),
    absolute: 1000 * absolute,
    starPull: central(stars),
  }
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
export const rms = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)))

/** Half width of the central 68.3 %: pulls of stars have tails of outliers that no error can know. */
function central(values: readonly number[]): number {
  const sorted = values.map(Math.abs).sort((a, b) => a - b)
  return sorted[Math.floor(0.6827 * sorted.length)]!
}
