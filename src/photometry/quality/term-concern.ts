import type { PhotometricSystem } from '../../camera/photometric-systems.js'
import type { Concern } from '../concern.js'
import type { FittedTerm, TermPrior } from '../system/colour-term.js'

/**
 * What a straight line leaves of the difference between two passbands over BP - RP 0.4 to 2.2 [mag]: SDSS's and PS1's
 * minus DES's, by the relations of DES DR2 and 479 stars, bend by 5 to 15 mmag.
 */
export const LINE_LEAVES_MAG = 0.01

const nameOf = (color: string): string => (color === 'bp-rp' ? 'BP - RP' : color.replace('-', ' - '))

/** Where a zeropoint holds, after the name of its relation. */
export const colourWords = ({ color, c0 }: FittedTerm): string => ` at ${nameOf(color)} ${c0}`

/** k and its error, and what it is added to: `+0.081 ± 0.004 mag per mag of BP - RP, zeropoint at BP - RP 1.2`. */
export const termInWords = (term: FittedTerm): string => `${slopeWords(term)}, zeropoint${colourWords(term)}`

const slopeWords = ({ k, kErr, color }: FittedTerm): string =>
  `${k < 0 ? '-' : '+'}${Math.abs(k).toFixed(3)} ± ${kErr.toFixed(3)} mag per mag of ${nameOf(color)}`

/**
 * That the zeropoint holds at one colour, and how magnitudes of other stars change. A look if nothing but a guess is
 * known of the term, or DES's band was asked for of a filter of which no description says how far it is from that.
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
  return {
    tag: 'passband',
    severity: prior.from === 'unknown' && (from === 'unknown' || system === 'des-ab') ? 'look' : 'hint',
    sentence:
      `${filterName(band, filter)} only resembles the band of ${system}: its ` +
      `colour term, ${who}${few}, is ${slopeWords(fitted)}, and the zeropoint holds at ${nameOf(color)} ${c0}${unused}`,
  }
}

/** Half a magnitude: how far the stars of a field lie from the colour at which nothing would be off. */
const STARS_AWAY_MAG = 0.5

/**
 * Of a filter that only resembles the band, if no colour term can be fitted: what that may do, a known term's whole
 * size included, and a look.
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
