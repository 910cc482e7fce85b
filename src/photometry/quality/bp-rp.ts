import type { CatalogDescription } from '../../catalog/description.js'
import type { StarColumns } from '../../catalog/stars.js'
import { interpolated } from '../system/colour-relation.js'

/**
 * BP - RP by g - i of main-sequence stars: medians of 196 stars of G < 19 with Gaia DR3's, DES Y6's and PS1's
 * magnitudes at galactic latitude -61. One star lies 0.05 mag about them. SDSS's g - i is within a tenth of DES's.
 */
const G_MINUS_I = [0.3, 0.6, 1, 1.5, 2, 2.5] as const
const BP_RP = { des: [0.69, 0.89, 1.14, 1.52, 1.86, 2.35], ps1: [0.68, 0.89, 1.16, 1.59, 2.03, 2.65] } as const

/**
 * BP - RP of the star in a row: Gaia's, else from g - i; NaN without either.
 *
 * @returns undefined if the catalogue has the columns of neither
 */
export function bpRpOf(
  { bpMag, rpMag, gMag, iMag }: StarColumns,
  { bands }: Pick<CatalogDescription, 'bands'>,
): ((row: number) => number) | undefined {
  const hasGaia = bpMag !== undefined && rpMag !== undefined
  const hasGI = gMag !== undefined && iMag !== undefined
  if (!hasGaia && !hasGI) return undefined
  const bpRp = BP_RP[bands['g']?.system === 'ps1' ? 'ps1' : 'des']
  return (row) => {
    const gaia = hasGaia ? bpMag[row]! - rpMag[row]! : NaN
    if (!Number.isNaN(gaia) || !hasGI) return gaia
    const gMinusI = gMag[row]! - iMag[row]!
    return Number.isNaN(gMinusI) ? NaN : interpolated(gMinusI, G_MINUS_I, bpRp)
  }
}
