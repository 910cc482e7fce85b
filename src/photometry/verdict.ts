import type { AstrometricOffset } from './astrometric-offset.js'
import type { CcdResult } from './result.js'

/** Fewer stars than this say little about their own scatter. */
const FEW_STARS = 10
/** Larger errors than this spoil difference imaging. */
const LARGE_ERROR_MAG = 0.03
const MANY_OUTLIERS = 0.35
/** A field of point sources inside the catalogue's range finds most of its bright stars again. */
const LOW_MATCH_FRACTION = 0.1

/** What a person should know of the result, in plain words; `good` where nothing is off. */
export function verdictOf(result: Omit<CcdResult, 'verdict'>): string {
  const { cuts, lost, zeropointErr, astrometry } = result
  if (result.outcome === 'none') return `no zeropoint: ${result.reason}`
  const remarks: string[] = []
  if (cuts.used < FEW_STARS) remarks.push(`only ${cuts.used} stars`)
  if (zeropointErr !== null && zeropointErr > LARGE_ERROR_MAG) remarks.push(`the error is large (${(1000 * zeropointErr).toFixed(0)} mmag)`)
  const fitted = cuts.used + lost.outlier
  if (fitted >= FEW_STARS && lost.outlier > MANY_OUTLIERS * fitted) remarks.push(`${lost.outlier} of ${fitted} stars disagree: crowding, wrong matches or clouds`)
  if (astrometry.applied) remarks.push(shiftRemark(astrometry))
  if (cuts.selected >= 50 && cuts.matched < LOW_MATCH_FRACTION * cuts.selected) {
    remarks.push(`${cuts.matched} of ${cuts.selected} selected detections match: check the astrometry`)
  }
  return remarks.length === 0 ? 'good' : remarks.join('; ')
}

function shiftRemark({ raOffsetArcsec, decOffsetArcsec }: AstrometricOffset): string {
  const [east, north] = [raOffsetArcsec!, decOffsetArcsec!]
  const along = (value: number, positive: string, negative: string) => `${Math.abs(value).toFixed(2)} ${value < 0 ? negative : positive}`
  const parts = `${along(east, 'east', 'west')}, ${along(north, 'north', 'south')}`
  return `the positions are off by ${Math.hypot(east, north).toFixed(2)} arcsec (${parts}): taken out before the match`
}
