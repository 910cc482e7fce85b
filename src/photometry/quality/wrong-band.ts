import { reddeningOf } from '../system/colour-relation.js'
import { bandScores, type BandEvidence } from './band-evidence.js'

/**
 * What a relation's slope and 0.1 mag of E(B-V) may do [mag per mag of colour]; a band is wrong only if its slope is
 * three times that, by this much evidence [nats].
 */
const SLOPE_DOUBT = 0.03
const SLOPE_DOUBT_PER_EBV = 0.2
const BAND_EVIDENCE = 8
/**
 * A third of blends bends the lines of every band, by up to 0.4 mag per mag at up to 8.7 standard errors (real stars in
 * sets of 20 to 80). Light of a neighbouring band shows 9.8 and more on ten real stars; bands further apart have slopes
 * that no blends make.
 */
const BLENDED_SLOPE = 0.5
const SLOPE_SIGMAS = { blended: 9, beyond: 5 } as const

/**
 * A sentence if the stars' colours follow another band than the list's, of one CCD or of several of one exposure;
 * else null.
 */
export function wrongBandOf(ccds: readonly BandEvidence[], band: string, galacticLatitudeDeg: number): string | null {
  const doubt = Math.hypot(SLOPE_DOUBT, SLOPE_DOUBT_PER_EBV * reddeningOf(galacticLatitudeDeg))
  const scores = bandScores(ccds, doubt)
  const own = scores.get(band)
  if (own === undefined) return null
  const [best, score] = [...scores].reduce((a, b) => (b[1] > a[1] ? b : a))
  const weight = ccds.map((ccd) => 1 / ccd[band]!.colourSlopeErr ** 2)
  const pooled = (of: string) =>
    ccds.reduce((sum, ccd, k) => sum + weight[k]! * ccd[of]!.colourSlope, 0) / weight.reduce((sum, w) => sum + w, 0)
  const [slope, slopeOfBest] = [pooled(band), pooled(best)]
  const err = 1 / Math.sqrt(weight.reduce((sum, w) => sum + w, 0))
  if (best === band || score - own < BAND_EVIDENCE || Math.abs(slope) < 3 * doubt) return null
  // Blends bend every band's line: light of another band follows its own, and strays from the list's by more than
  // chance.
  const sigmas = Math.abs(slope) < BLENDED_SLOPE ? SLOPE_SIGMAS.blended : SLOPE_SIGMAS.beyond
  if (Math.abs(slope) < sigmas * err || Math.abs(slopeOfBest) > Math.abs(slope) / 2) return null
  return (
    `the stars' colours follow band ${best}, not ${band}: under the relation of ${band} the ` +
    `residuals change by ${slope.toFixed(2)} mag per mag of BP - RP`
  )
}
