import type { CatalogDescription } from '../../catalog/description.js'
import { errorColumnOf, type MagnitudeColumn, type StarColumns } from '../../catalog/stars.js'
import { interpolated } from './colour-relation.js'

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
  const { source: _, ...byColumn } = typicalErrors
  for (const [magnitude, { mag, errMag }] of Object.entries(byColumn)) {
    const values = stars[magnitude as MagnitudeColumn]
    const error = errorColumnOf(magnitude as MagnitudeColumn)
    if (values === undefined || stars[error] !== undefined) continue
    const log = errMag.map(Math.log)
    // Errors grow by a factor per magnitude: linear in their logarithm.
    filled[error] = values.map((value) => (Number.isFinite(value) ? Math.exp(interpolated(value, mag, log)) : NaN))
  }
  return { ...stars, ...filled }
}
