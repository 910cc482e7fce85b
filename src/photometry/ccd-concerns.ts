import type { AstrometricOffset } from './astrometric-offset.js'
import type { Concern } from './concern.js'
import type { CcdResult } from './result.js'

/** Fewer stars than this say little about their own scatter. */
const FEW_STARS = 10
/** Larger errors than this spoil difference imaging. */
const LARGE_ERROR_MAG = 0.03
const MANY_OUTLIERS = 0.35
/** A field of point sources inside the catalogue's range finds most of its bright stars again. */
const LOW_MATCH_FRACTION = 0.1

/** What a person should know of a CCD that stands alone. */
export function concernsOf(result: Omit<CcdResult, 'verdict' | 'concerns'>): Concern[] {
  const { cuts, lost, zeropointErr, astrometry } = result
  if (result.outcome === 'none') return [{ tag: 'no-zeropoint', severity: 'stop', sentence: `no zeropoint: ${result.reason}` }]
  const concerns: Concern[] = []
  const look = (tag: Concern['tag'], sentence: string) => concerns.push({ tag, severity: 'look', sentence })
  if (cuts.used < FEW_STARS) look('too-few-stars', `only ${cuts.used} stars`)
  if (zeropointErr !== null && zeropointErr > LARGE_ERROR_MAG) look('large-error', `the error is large (${(1000 * zeropointErr).toFixed(0)} mmag)`)
  const fitted = cuts.used + lost.outlier
  if (fitted >= FEW_STARS && lost.outlier > MANY_OUTLIERS * fitted) look('outliers', `${lost.outlier} of ${fitted} stars disagree: crowding, wrong matches or clouds`)
  if (astrometry.applied) look('astrometry', shiftRemark(astrometry))
  if (cuts.selected >= 50 && cuts.matched < LOW_MATCH_FRACTION * cuts.selected) {
    look('astrometry', `${cuts.matched} of ${cuts.selected} selected detections match: check the astrometry`)
  }
  return concerns
}

function shiftRemark({ raOffsetArcsec, decOffsetArcsec }: AstrometricOffset): string {
  const [east, north] = [raOffsetArcsec!, decOffsetArcsec!]
  const along = (value: number, positive: string, negative: string) => `${Math.abs(value).toFixed(2)} ${value < 0 ? negative : positive}`
  const parts = `${along(east, 'east', 'west')}, ${along(north, 'north', 'south')}`
  return `the positions are off by ${Math.hypot(east, north).toFixed(2)} arcsec (${parts}): taken out before the match`
}
