import type { CatalogDescription } from '../../catalog/description.js'
import type { StarColumns } from '../../catalog/stars.js'
import { interpolated } from './colour-relation.js'

const PAIRS = [
  ['mag', 'magErr'],
  ['bpMag', 'bpMagErr'],
  ['rpMag', 'rpMagErr'],
] as const

/**
 * Stars whose catalogue carries magnitudes without errors get the release's typical error at each magnitude; given
 * errors stay.
 */
export function withTypicalErrors(
  stars: StarColumns,
  { typicalErrors }: Pick<CatalogDescription, 'typicalErrors'>,
): StarColumns {
  if (typicalErrors === undefined) return stars
  const filled: Record<string, Float64Array> = {}
  for (const [magnitude, error] of PAIRS) {
    const values = stars[magnitude]
    if (values === undefined || stars[error] !== undefined) continue
    const { mag, errMag } = typicalErrors[magnitude]
    const log = errMag.map(Math.log)
    // Errors grow by a factor per magnitude: linear in their logarithm.
    filled[error] = values.map((value) => (Number.isFinite(value) ? Math.exp(interpolated(value, mag, log)) : NaN))
  }
  return { ...stars, ...filled }
}
