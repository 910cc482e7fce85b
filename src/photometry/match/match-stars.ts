import { gatherIntegers } from '../../catalog/gather.js'
import type { StarColumns } from '../../catalog/stars.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky, type SkyIndex, type SkyPositions } from '../../math/match-sky.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../../math/units.js'
import { STANDARD_CUTS, type StandardMagnitudes } from '../system/colour-relation.js'
import type { Pairs } from './match-evidence.js'
import type { MatchColumns, MatchFate } from '../matches.js'

/** Matched stars before the fit. */
export interface StarMatches extends Pairs {
  /** Without residuals and weights. */
  readonly columns: Omit<MatchColumns, 'residual' | 'weight' | 'matchProbability' | 'inlierPrior'>
  /** As `fitZeropoint` takes it. */
  readonly refScatter: Float64Array
  /** Fraction of the star's evidence that counts, by its colour. */
  readonly evidence: Float64Array
  /** Whether the catalogue gives errors of its magnitudes. */
  readonly errorsKnown: boolean
}

/**
 * Selected detections, paired one to one with stars: mutual nearest within the radius.
 *
 * @param aligned where the detections are once the CCD's astrometric offset is taken out; separations are from there
 * @param selected shape (sources), 1 if a detection may be used
 * @param stars at the exposure's epoch
 * @param indexed the same
 */
export function matchStars(
  sources: SourceColumns,
  aligned: SkyPositions,
  selected: Uint8Array,
  stars: StarColumns,
  indexed: SkyIndex,
  standards: StandardMagnitudes,
  radiusArcsec: number,
): StarMatches {
  const candidates = indicesWhere(selected.length, (i) => selected[i] === 1)
  const positions = { raDeg: gather(aligned.raDeg, candidates), decDeg: gather(aligned.decDeg, candidates) }
  const pairs = matchSky(positions, indexed, radiusArcsec, { mode: 'mutual' })
  const rows = pairs.a.map((k) => candidates[k]!)
  const star = pairs.b
  const instMag = numbersOf(rows, (i) => -2.5 * Math.log10(sources.flux[i]!))
  const nan = new Float64Array(rows.length).fill(NaN)
  const columns: StarMatches['columns'] = {
    number: gather(sources.number, rows),
    sourceId: gatherIntegers(stars.sourceId, star),
    raDeg: gather(sources.raDeg, rows),
    decDeg: gather(sources.decDeg, rows),
    xImage: sources.xImage ? gather(sources.xImage, rows) : nan,
    yImage: sources.yImage ? gather(sources.yImage, rows) : nan,
    starRaDeg: gather(stars.raDeg, star),
    starDecDeg: gather(stars.decDeg, star),
    separationArcsec: pairs.separationArcsec,
    instMag,
    instMagErr: numbersOf(rows, (i) => (MAG_PER_RELATIVE_FLUX * sources.fluxErr[i]!) / sources.flux[i]!),
    catalogMag: gather(stars.mag, star),
    refMag: gather(standards.refMag, star),
    refMagErr: standards.refMagErr ? gather(standards.refMagErr, star) : nan,
    colour: gather(standards.colour, star),
    fate: Array.from(star, (j): MatchFate =>
      standards.usable[j] === 1 ? 'used' : STANDARD_CUTS[standards.cut[j]! - 1]!,
    ),
  }
  return {
    detectionRow: rows,
    starRow: star,
    separationArcsec: pairs.separationArcsec,
    columns,
    refScatter: gather(standards.refScatter, star),
    evidence: gather(standards.evidence, star),
    errorsKnown: standards.refMagErr !== undefined,
  }
}
