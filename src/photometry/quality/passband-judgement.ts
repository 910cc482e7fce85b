import { largestOf } from '../../math/extremes.js'
import { CAMERA_SOURCES, type CameraSource } from '../../camera/recognise.js'
import { namedFilter, type FilterSystem } from '../../camera/filter-names.js'
import type { BandFit, PassbandFit } from './band-evidence.js'
import { reddeningOf } from '../system/colour-relation.js'
import type { Concern } from '../concern.js'
import { otherPassbandsOf } from './other-passbands.js'
import type { CcdResult } from '../result.js'

/** What is known of the passband, apart from the stars. */
interface PassbandContext {
  readonly band: string
  readonly galacticLatitudeDeg: number
  /** Whether the camera is known to have the band on DES's system, and where it is known from which camera it is. */
  readonly ownBand: boolean
  /** Name of the camera's description. */
  readonly camera: string
  readonly cameraFrom: CameraSource
  readonly filter: string | null
  /** The system of the filter, if known. */
  readonly named: FilterSystem | undefined
}

/** One CCD's own stars. */
interface PassbandStars {
  /** Of the list's band; undefined: too few stars. */
  readonly own: BandFit | undefined
  /** By the name of the other passband. */
  readonly others: Readonly<Record<string, PassbandFit>>
}

/** Effect on a zeropoint of a passband that is not known for certain. */
interface PassbandJudgement {
  /**
   * Largest error from the passbands that the stars' colours allow [mag]; 0 if the camera is known to have the band.
   */
  readonly coverMag: number
  readonly concern: Concern | null
}

/**
 * Slope of residuals that a relation's own error may show [mag per mag of BP - RP]: 0.000 to 0.009 in five bands on two
 * tiles of DES Y6.
 */
const SLOPE_DOUBT = 0.006
/** And what dust adds [per mag of E(B-V)]: 0.1 to 0.3 by band (CCM, R_V 3.1). */
const SLOPE_DOUBT_PER_EBV = 0.2
/** A passband whose slope lies further off than this may be left out [standard errors]. */
const EXCLUDED = 3
/** Published relations between the same two passbands differ by a fifth of their slope and offset, and by 10 mmag. */
const RELATIONS_DIFFER = 0.2
const RELATIONS_DIFFER_MAG = 0.01
/** Of a passband that none of the known ones explains: offset per slope. SDSS and PS1 have 0.3 to 1.3. */
const OFFSET_PER_SLOPE_MAG = 1.5
/**
 * Stars that spread by more fall apart into groups of colour, of which the zeropoint follows one: up to two standard
 * deviations from the mean.
 */
const GROUPS_SPREAD_MAG = 0.1
/** Nats by which another passband must explain the slope better: with a header that names the camera, and without. */
const EVIDENCE_AGAINST_HEADER = 8
const EVIDENCE = 1.5
/** With a header that names the camera, a slope that the relation of a hurried release shows is no passband. */
const HEADER_SLOPE_DOUBT = 0.03

/** Systems of the names that one filter's light may go by: a bare letter may be anybody's. */
const mayBe = (named: FilterSystem | undefined, system: FilterSystem): boolean =>
  system !== 'johnson-cousins' || named === undefined

/**
 * The system of a filter, from the camera's description, else from its name; undefined for a bare letter or an unknown
 * name.
 */
function systemNamed({ filter, diagnostics }: Pick<JudgedCcd, 'filter' | 'diagnostics'>): FilterSystem | undefined {
  const system = diagnostics.filterSystem ?? (filter === null ? undefined : namedFilter(filter)?.system)
  return system === 'unnamed' ? undefined : system
}

/**
 * Whether the light came through DES's passband: by the camera, and by the slope of the stars' residuals with colour,
 * which light of SDSS, PS1 and Johnson-Cousins shows in each band. For a camera that the header names and that has the
 * band, only strong evidence is reported.
 *
 * @param ccds under one sky
 */
function judgePassband(ccds: readonly PassbandStars[], context: PassbandContext): PassbandJudgement {
  const { band, ownBand, cameraFrom, named } = context
  const known = ownBand && (named === undefined || named === 'des')
  const byHeader = known && cameraFrom === 'header'
  const doubt = Math.hypot(
    byHeader ? HEADER_SLOPE_DOUBT : SLOPE_DOUBT,
    SLOPE_DOUBT_PER_EBV * reddeningOf(context.galacticLatitudeDeg),
  )
  const pooled = pooledSlope(ccds)
  // Too few stars for a slope: Johnson-Cousins's light would make them scatter by tenths, which the statistical error
  // holds.
  const others = otherPassbandsOf(band).filter(({ system }) => mayBe(pooled === null ? 'des' : named, system))
  const fits = others.map(({ name, system }) => {
    const { colourSlope, offset: mean, spread } = pooledFit(ccds, name)
    const offset = Math.abs(mean) + (spread > GROUPS_SPREAD_MAG ? 2 * spread : 0)
    const far =
      pooled === null ? 0 : (pooled.slope - colourSlope) / Math.hypot(pooled.err, doubt, RELATIONS_DIFFER * colourSlope)
    return { name, system, offset, far }
  })
  const own = pooled === null ? 0 : pooled.slope / Math.hypot(pooled.err, doubt)
  const allowed = fits.filter(({ far, system }) => Math.abs(far) <= EXCLUDED || system === named)
  const largest = Math.max(0, ...allowed.map(({ offset }) => offset))
  const unexplained = Math.abs(own) > EXCLUDED && allowed.length === 0 && pooled !== null
  const offsetMag = unexplained ? OFFSET_PER_SLOPE_MAG * Math.abs(pooled.slope) : largest
  const coverMag = byHeader || offsetMag === 0 ? 0 : (1 + RELATIONS_DIFFER) * offsetMag + RELATIONS_DIFFER_MAG
  const best = fits.reduce<(typeof fits)[number] | undefined>(
    (a, b) => (a === undefined || Math.abs(b.far) < Math.abs(a.far) ? b : a),
    undefined,
  )
  const evidence = best === undefined ? 0 : (own ** 2 - best.far ** 2) / 2
  const isOther = evidence > (byHeader ? EVIDENCE_AGAINST_HEADER : EVIDENCE)
  return {
    coverMag,
    concern: concernOf(
      context,
      known,
      isOther ? { name: best!.name, slope: pooled!.slope, err: pooled!.err } : null,
      coverMag,
    ),
  }
}

/**
 * The judgement of CCDs of one exposure, from what is kept of them; null if no band is claimed. A fact of the camera
 * counts as known only if all CCDs agree on it.
 */
export function passbandOf(ccds: readonly JudgedCcd[], galacticLatitudeDeg: number): PassbandJudgement | null {
  const claimed = ccds.filter(({ system, colourTerm }) => system === 'des-ab' && colourTerm === undefined)
  const first = claimed[0]
  if (first === undefined) return null
  const stars = claimed.map(({ band, diagnostics: { bands, passbands } }) => ({
    own: bands?.[band],
    others: passbands,
  }))
  const weakest = largestOf(claimed.map(({ cameraFrom }) => CAMERA_SOURCES.indexOf(cameraFrom)))
  const other = claimed.find((ccd) => ![undefined, 'des'].includes(systemNamed(ccd)))
  return judgePassband(stars, {
    band: first.band,
    galacticLatitudeDeg,
    ownBand: claimed.every(({ diagnostics }) => diagnostics.ownBand),
    camera: claimed.every(({ camera }) => camera === first.camera) ? first.camera : 'generic',
    cameraFrom: CAMERA_SOURCES[weakest]!,
    filter: (other ?? first).filter,
    named: systemNamed(other ?? first),
  })
}

type JudgedCcd = Pick<CcdResult, 'band' | 'system' | 'camera' | 'cameraFrom' | 'filter' | 'colourTerm'> & {
  readonly diagnostics: Pick<CcdResult['diagnostics'], 'bands' | 'passbands' | 'ownBand' | 'filterSystem'>
}

function concernOf(
  { band, camera, cameraFrom, filter, named }: PassbandContext,
  known: boolean,
  other: { readonly name: string; readonly slope: number; readonly err: number } | null,
  coverMag: number,
): Concern | null {
  const cover = coverMag === 0 ? '' : `; the systematic error holds ${(1000 * coverMag).toFixed(0)} mmag for it`
  const slope =
    other &&
    `the residuals change by ${other.slope.toFixed(
      3,
    )} ± ${other.err.toFixed(3)} mag per mag of BP - RP, as in light of ${other.name}`
  if (known)
    return slope ? { tag: 'passband', severity: 'look', sentence: `${slope}, not of DES ${band}${cover}` } : null
  const who =
    named !== undefined && named !== 'des'
      ? `FILTER '${filter}' is not DES's ${band}`
      : cameraFrom === 'none'
        ? `nothing says which camera took the image, so that its ${band} need not be DES's`
        : camera === 'generic'
          ? `INSTRUME names no camera that is known to have DES's ${band}`
          : `the description of the camera, ${camera}, does not claim DES's ${band} (bands.des-ab)`
  return { tag: 'passband', severity: 'look', sentence: `${who}${slope ? `: ${slope}` : ''}${cover}` }
}

/** One slope for all CCDs; null if no CCD has enough stars. */
function pooledSlope(ccds: readonly PassbandStars[]): { readonly slope: number; readonly err: number } | null {
  let [weights, moment] = [0, 0]
  for (const { own } of ccds) {
    if (own === undefined) continue
    weights += 1 / own.colourSlopeErr ** 2
    moment += own.colourSlope / own.colourSlopeErr ** 2
  }
  return weights === 0 ? null : { slope: moment / weights, err: 1 / Math.sqrt(weights) }
}

/** The same of the light of another passband: weighted as the CCDs' own slopes are. */
function pooledFit(ccds: readonly PassbandStars[], name: string): PassbandFit {
  let [weights, slope, offset, spread] = [0, 0, 0, 0]
  for (const { own, others } of ccds) {
    const fit = others[name]
    if (fit === undefined) continue
    const weight = own === undefined ? 1e-9 : 1 / own.colourSlopeErr ** 2
    weights += weight
    slope += weight * fit.colourSlope
    offset += weight * fit.offset
    spread += weight * fit.spread
  }
  if (weights === 0) return { colourSlope: 0, offset: 0, spread: 0 }
  return { colourSlope: slope / weights, offset: offset / weights, spread: spread / weights }
}
