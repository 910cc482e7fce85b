import type { PhotometricSystem } from '../../camera/photometric-systems.js'
import type { Concern } from '../concern.js'
import type { FittedTerm } from '../system/colour-term.js'

/**
 * What a straight line leaves of the difference between two passbands over BP - RP 0.4 to 2.2 [mag]: SDSS's and PS1's
 * minus DES's, by the relations of DES DR2 and 479 stars, bend by 5 to 15 mmag.
 */
export const LINE_LEAVES_MAG = 0.01

const nameOf = (color: string): string => (color === 'bp-rp' ? 'BP - RP' : color.replace('-', ' - '))

/** Where a zeropoint holds, after the name of its relation. */
export const colourWords = ({ color, c0 }: FittedTerm): string => ` at ${nameOf(color)} ${c0}`

/**
 * That the zeropoint holds at one colour, and how magnitudes of other stars change. A look if nothing but a guess is
 * known of the term, or DES's band was asked for of a filter of which no description says how far it is from that.
 */
export function termConcern(
  { k, kErr, color, c0, from, prior }: FittedTerm,
  { band, filter }: { readonly band: string; readonly filter: string | null },
  system: PhotometricSystem,
): Concern {
  const term = `${k < 0 ? '-' : '+'}${Math.abs(k).toFixed(3)} ± ${kErr.toFixed(3)} mag per mag of ${nameOf(color)}`
  const who = { stars: 'fitted with the zeropoint', camera: "the camera's", unknown: 'not known' }[from]
  const few = from === 'stars' ? '' : ', for too few stars tell it'
  return {
    tag: 'passband',
    severity: prior.from === 'unknown' && (from === 'unknown' || system === 'des-ab') ? 'look' : 'hint',
    sentence:
      `${filter === null ? `the camera's ${band}` : `FILTER '${filter}'`} only resembles the band of ${system}: its ` +
      `colour term, ${who}${few}, is ${term}, and the zeropoint holds at ${nameOf(color)} ${c0}`,
  }
}
