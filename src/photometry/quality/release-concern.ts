import type { Concern } from '../concern.js'
import type { PositionEpoch } from '../match/position-epoch.js'
import type { CcdResult } from '../result.js'

/** Epochs of the positions of Gaia's releases with proper motions of all stars (Lindegren et al. 2018, 2021). */
const RELEASE_EPOCHS_YR: Readonly<Record<string, number>> = { gaia_dr2: 2015.5, gaia_dr3: 2016 }

/** An epoch that is off by fewer of its errors may be chance. */
const OFF_SIGMAS = 5
/**
 * So near to the other release's epoch the positions are taken to be of it. Mean positions of PS1, whose dates differ
 * from star to star, give it to 0.1 and 0.14 yr on two skies.
 */
const NEAR_YR = 0.15

/**
 * Rows of one release that were built as another: the epoch of their positions tells, by the stars' motions to the date
 * of the image. Undefined if the epoch fits the catalogue, or fits no other release either.
 *
 * @param ccds of one image, calibrated with the same catalogues; the first of these is judged
 */
export function releaseConcern(
  ccds: readonly Pick<CcdResult, 'catalog' | 'references' | 'diagnostics'>[],
): Concern | undefined {
  const release = ccds[0]?.references?.[0]?.catalog ?? ccds[0]?.catalog
  const statedYr = release === undefined ? undefined : RELEASE_EPOCHS_YR[release]
  const epochs = ccds.flatMap(({ diagnostics }) => diagnostics.positionEpoch ?? [])
  if (statedYr === undefined || epochs.length === 0) return undefined
  const { epochYr, errYr } = meanEpoch(epochs)
  if (Math.abs(epochYr - statedYr) < OFF_SIGMAS * errYr) return undefined
  const other = Object.entries(RELEASE_EPOCHS_YR).find(([, yr]) => Math.abs(epochYr - yr) < NEAR_YR)
  if (other === undefined || other[0] === release) return undefined
  return {
    tag: 'catalogues',
    severity: 'look',
    sentence:
      `by the stars' motions the catalogue's positions are of ${epochYr.toFixed(2)} ± ${errYr.toFixed(2)}, as those ` +
      `of ${other[0]} are, not of ${statedYr.toFixed(1)} as those of ${release!}: are its rows of another release, ` +
      'or is the date of the image wrong?',
  }
}

/** Weighted mean; the error is wider by as much as the CCDs differ more than their errors say. */
function meanEpoch(epochs: readonly PositionEpoch[]): { epochYr: number; errYr: number } {
  const weights = epochs.map(({ errYr }) => errYr ** -2)
  const total = weights.reduce((sum, w) => sum + w, 0)
  const epochYr = epochs.reduce((sum, one, k) => sum + weights[k]! * one.epochYr, 0) / total
  const chi2 = epochs.reduce((sum, one, k) => sum + weights[k]! * (one.epochYr - epochYr) ** 2, 0)
  const wider = Math.max(1, chi2 / Math.max(1, epochs.length - 1))
  return { epochYr, errYr: Math.sqrt(wider / total) }
}
