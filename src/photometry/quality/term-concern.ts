import type { PhotometricSystem } from '../../camera/photometric-systems.js'
import type { Concern } from '../concern.js'
import type { FittedTerm, TermPrior } from '../system/colour-term.js'

/**
 * What a straight line leaves of the difference between two passbands over BP - RP 0.4 to 2.2 [mag]: SDSS's and PS1's
 * minus DES's, by the relations of DES DR2 and 479 stars, bend by 5 to 15 mmag.
 */
export const LINE_LEAVES_MAG = 0.01

const nameOf = (color: string): string => (color === 'bp-rp' ? 'BP - RP' : color.replace('-', ' - '))

/** The colour at which a zeropoint holds, to follow the name of its relation. */
export const colourWords = ({ color, c0 }: FittedTerm): string => ` at ${nameOf(color)} ${c0}`

/** k and its error, and what it is added to: `+0.081 ± 0.004 mag per mag of BP - RP, zeropoint at BP - RP 1.2`. */
export const termInWords = (term: FittedTerm): string => `${slopeWords(term)}, zeropoint${colourWords(term)}`

const slopeWords = ({ k, kErr, color }: FittedTerm): string =>
  `${k < 0 ? '-' : '+'}${Math.abs(k).toFixed(3)} ± ${kErr.toFixed(3)} mag per mag of ${nameOf(color)}`

/**
 * A fitted term further off than this is of another band [errors of what is expected]: DES i called V has 0.93, where
 * 0 ± 0.1 is expected.
 */
const FAR_SIGMAS = 4
/** How far filters of one letter differ [mag per mag]: a described term is known better, but may be of another sky. */
const LIKE_PASSBANDS = 0.1

/**
 * The concern that the zeropoint holds at one colour, with the change for other stars. It is a look if the term is only
 * a guess, or far from what is expected, or if DES's band was asked for and no description gives the term of the
 * filter.
 */
export function termConcern(
  fitted: FittedTerm,
  { band, filter }: { readonly band: string; readonly filter: string | null },
  system: PhotometricSystem,
): Concern {
  const { color, c0, from, prior } = fitted
  const unused =
    prior.unusedColor === undefined
      ? ''
      : `; the camera's own term is in ${nameOf(prior.unusedColor)}, which the catalogue does not have`
  const who = { stars: 'fitted with the zeropoint', camera: "the camera's", unknown: 'not known' }[from]
  const few = from === 'stars' ? '' : ', for too few stars tell it'
  const isFar = Math.abs(fitted.k - prior.k) > FAR_SIGMAS * Math.max(LIKE_PASSBANDS, prior.kErr)
  const expected = `${prior.k.toFixed(2)} ± ${prior.kErr.toFixed(2)}`
  const far = isFar ? `; ${expected} was expected: is the light of another band?` : ''
  return {
    tag: 'passband',
    severity: isFar || (prior.from === 'unknown' && (from === 'unknown' || system === 'des-ab')) ? 'look' : 'hint',
    sentence:
      `${filterName(band, filter)} only resembles the band of ${system}: its ` +
      `colour term, ${who}${few}, is ${slopeWords(fitted)}, and the zeropoint holds at ${nameOf(color)} ${c0}` +
      unused +
      far,
  }
}

/** Half a magnitude: how far the stars of a field lie from the colour at which nothing would be off. */
const STARS_AWAY_MAG = 0.5

/**
 * The concern of a filter that only resembles the band if no colour term can be fitted: a look, with the possible
 * error, which includes the full size of a known term.
 */
export function unfittedJudgement(
  { k, kErr }: TermPrior,
  { band, filter }: { readonly band: string; readonly filter: string | null },
  system: PhotometricSystem,
): { readonly coverMag: number; readonly concern: Concern } {
  const coverMag = STARS_AWAY_MAG * Math.hypot(k, kErr)
  const sentence =
    `${filterName(band, filter)} only resembles the band of ${system}, and colours of several catalogues give no ` +
    `colour term: the systematic error holds ${(1000 * coverMag).toFixed(0)} mmag for it; one --catalog fits it`
  return { coverMag, concern: { tag: 'passband', severity: 'look', sentence } }
}

const filterName = (band: string, filter: string | null): string =>
  filter === null ? `the camera's ${band}` : `FILTER '${filter}'`
