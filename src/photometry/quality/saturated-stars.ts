import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky, type SkyPositions } from '../../math/match-sky.js'
import { gather } from '../../math/select.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'
import { chanceOfAtLeast } from './chance.js'

/** Detections that are saturated, and how many of them are stars of the catalogue. */
export interface SaturatedStars {
  readonly detections: number
  readonly paired: number
}

/** SExtractor's flag of an object with a saturated pixel. */
const SATURATED_FLAG = 4
/** Saturated stars are broad and bleed, so that their centres are good to a few pixels only. */
const RADIUS_ARCSEC = 3
const LIKELY_BY_CHANCE = 1e-3

/**
 * The saturated detections (FLAGS, or a peak at the level) if they are stars of the catalogue more often than chance
 * would have it; undefined if not.
 */
export function saturatedStars(
  sources: SourceColumns,
  stars: SkyPositions,
  areaSqDeg: number,
  saturation?: number,
): SaturatedStars | undefined {
  const { raDeg, decDeg, flags, peak } = sources
  const isSaturated = (i: number) =>
    Number.isFinite(raDeg[i]!) &&
    Number.isFinite(decDeg[i]!) &&
    ((flags[i]! & SATURATED_FLAG) !== 0 || (saturation !== undefined && peak !== undefined && peak[i]! >= saturation))
  const rows = [...raDeg.keys()].filter(isSaturated)
  if (rows.length === 0) return undefined
  const positions = { raDeg: gather(raDeg, rows), decDeg: gather(decDeg, rows) }
  const paired = matchSky(positions, stars, RADIUS_ARCSEC, { mode: 'mutual' }).a.length
  const starsPerSqArcsec = stars.raDeg.length / (areaSqDeg * ARCSEC_PER_DEG ** 2)
  const byChance = rows.length * starsPerSqArcsec * Math.PI * RADIUS_ARCSEC ** 2
  return paired > 0 && chanceOfAtLeast(paired, byChance) < LIKELY_BY_CHANCE
    ? { detections: rows.length, paired }
    : undefined
}
