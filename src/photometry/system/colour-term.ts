import { isOwnBand, type ColourTerm } from '../../camera/colour-terms.js'
import type { CameraDescription } from '../../camera/description.js'
import { namedFilter } from '../../camera/filter-names.js'
import type { RelationSystem } from '../../camera/photometric-systems.js'
import type { CatalogDescription } from '../../catalog/description.js'
import { colourBands, type BandRelation } from '../../catalog/relation.js'
import { errorColumnOf, type StarColumn, type StarColumns } from '../../catalog/stars.js'
import { numbersOf } from '../../math/select.js'
import type { MatchColumns } from '../matches.js'
import { evidenceAt, evidenceSlopeAt } from './colour-range.js'
import { bandMagAt } from './band-magnitude.js'
import { relationColumns, STANDARD_CUTS, type StandardMagnitudes } from './colour-relation.js'

/** What is known of a filter's colour term before its stars are looked at. */
export interface TermPrior extends ColourTerm {
  /**
   * `camera`: from its description. `unknown`: no source, and k is 0 within the usual difference of similar passbands.
   */
  readonly from: 'camera' | 'unknown'
  /** The colour of the description's term, if the catalogue does not have it, so that the term cannot be used. */
  readonly unusedColor?: string
}

/** The colour term of a zeropoint: m = -2.5 log10(flux) + zeropoint + k (c - c0). */
export interface FittedTerm {
  readonly k: number
  readonly kErr: number
  /** Two bands of the catalogue, `bp-rp`. */
  readonly color: string
  /** Colour at which the zeropoint holds [mag]. */
  readonly c0: number
  /** Of k and the zeropoint [mag^2 per mag]. */
  readonly covariance: number
  /** Who told k: the stars of this fit, or if they are too few, the prior. */
  readonly from: 'stars' | TermPrior['from']
  readonly prior: Pick<TermPrior, 'k' | 'kErr' | 'from' | 'unusedColor'>
}

/** Passbands of one letter differ by slopes of 0.02 to 0.11 mag per mag of BP - RP (DES, SDSS, PS1). */
const LIKE_PASSBANDS = 0.1
/** Unfiltered light, L or w beside Gaia's G, and u of any two surveys. */
const WIDE_OR_U = 0.3

/** Colours of the stars that decide a zeropoint, in the median at high latitude: the same star, BP - RP = 1.2. */
const TYPICAL_COLOUR: Readonly<Partial<Record<string, number>>> = {
  'bp-rp': 1.2,
  'g-r': 0.6,
  'g-i': 0.9,
  'r-i': 0.3,
  'i-z': 0.15,
}

/**
 * Two passbands differ by a straight line within these colours, to 10 mmag; beyond, molecules bend it (SDSS r minus DES
 * r: 0.045 mag at 1.1, 0.129 at 2, 0.249 at 3).
 */
const LINEAR_BP_RP = [0.4, 2.2] as const

/** The colours in which a term of a colour is a straight line; all if nothing is known of it. */
export const linearColours = (color: string): readonly [number, number] =>
  color === 'bp-rp' ? LINEAR_BP_RP : [-Infinity, Infinity]

const linearRange = (color: string) => ({ colourRange: linearColours(color), sharpRange: true })

/** The colour of a typical star, at which zeropoints hold; undefined for a colour of which it is not known. */
export const typicalColour = (color: string): number | undefined => TYPICAL_COLOUR[color]

/**
 * The prior of the colour term between a camera's filter and the band of a system that it resembles; undefined for a
 * filter that is the system's own, or of which nothing says that it is not DES's.
 *
 * @param band of the camera
 */
export function colourTermPrior(
  camera: CameraDescription | undefined,
  filter: string | undefined,
  system: RelationSystem,
  band: string,
  relation: BandRelation,
  { bands }: Pick<CatalogDescription, 'bands'>,
  columns: ReadonlySet<StarColumn>,
): TermPrior | undefined {
  const described = camera?.name === 'generic' ? undefined : camera
  if (described !== undefined && isOwnBand(described.bands, system, band)) return undefined
  const named = filter === undefined ? undefined : namedFilter(filter)?.system
  const isNamedOther = named !== undefined && named !== 'unnamed' && named !== 'des'
  if (described === undefined && system === 'des-ab' && !isNamedOther) return undefined
  const known = described?.colourTerms?.[system]?.[band]
  const has = (name: string) =>
    bands[name] !== undefined && (bands[name].column === 'mag' || columns.has(bands[name].column))
  if (known !== undefined && known.color.split('-').every(has)) return { ...known, from: 'camera' }
  const { colour, colourRange } = relation
  if (!colourBands(relation).every(has)) return undefined
  const c0 = typicalColour(colour) ?? (colourRange[0] + colourRange[1]) / 2
  const kErr = system === 'gaia-vega' || /^u$/i.test(band) ? WIDE_OR_U : LIKE_PASSBANDS
  const unused = known === undefined ? {} : { unusedColor: known.color }
  return { k: 0, kErr, color: colour, c0, from: 'unknown', ...unused }
}

/** Standards with the term's colour; stars without one, or if the term is no straight line, cannot serve. */
export function withTermColour(
  standards: StandardMagnitudes,
  stars: StarColumns,
  { color }: TermPrior,
  { bands }: Pick<CatalogDescription, 'bands'>,
): StandardMagnitudes {
  const [blue, red] = colourBands({ colour: color }).map((name) => stars[bands[name]!.column])
  const colour = standards.refMag.map((_, i) => (blue?.[i] ?? NaN) - (red?.[i] ?? NaN))
  const linear = linearRange(color)
  const [usable, cut, cuts] = [standards.usable.slice(), standards.cut.slice(), { ...standards.cuts }]
  const evidence = standards.evidence.slice()
  colour.forEach((c, i) => {
    if (usable[i] === 0) return
    evidence[i]! *= evidenceAt(c, 0, linear)
    if (evidence[i]! > 0) return
    const reason = Number.isNaN(c) ? 'missingColour' : 'outsideColour'
    usable[i] = 0
    cut[i] = 1 + STANDARD_CUTS.indexOf(reason)
    cuts[reason]++
  })
  return { ...standards, colour, usable, evidence, cut, cuts }
}

/** The colours of stars for a colour term. */
export interface StarColours {
  readonly colour: Float64Array
  /** Of the colour's error; 0 if the catalogue has no errors [mag^2]. */
  readonly colourVariance: Float64Array
  /** Of the colour's error with that of the standard magnitude, which is made of the same magnitudes [mag^2]. */
  readonly colourCovariance: Float64Array
  /** Derivative of the star's evidence by the colour [1/mag]: near an end its error decides how much a star counts. */
  readonly evidenceSlope: Float64Array
}

/** The same of other rows. */
export const coloursOf = (
  { colour, colourVariance, colourCovariance, evidenceSlope }: StarColours,
  change: (values: Float64Array) => Float64Array,
): StarColours => ({
  colour: change(colour),
  colourVariance: change(colourVariance),
  colourCovariance: change(colourCovariance),
  evidenceSlope: change(evidenceSlope),
})

/** Step of a derivative [mag]. */
const STEP_MAG = 1e-3

/**
 * Errors of the term's colour c = a - b, and their covariance with those of the standard magnitude m(a, b, ...):
 * m_a var(a) - m_b var(b).
 *
 * @param shareOf part of a star's standard magnitude that comes from the catalogue of its colour; all of it by default
 */
export function termColours(
  { colour }: Pick<StandardMagnitudes, 'colour'>,
  stars: StarColumns,
  relation: BandRelation,
  { color }: TermPrior,
  { bands }: Pick<CatalogDescription, 'bands'>,
  shareOf: (star: number) => number = () => 1,
): StarColours {
  const magsOf = (some: StarColumns) => {
    const mags = relationColumns(some, relation)
    return stars.mag.map((_, i) => bandMagAt(relation, mags, i))
  }
  const standard = magsOf(stars)
  const parts = colourBands({ colour: color }).map((name) => {
    const { column } = bands[name]!
    const moved = magsOf({ ...stars, [column]: stars[column]!.map((mag) => mag + STEP_MAG) })
    const errors = stars[errorColumnOf(column)]
    const variance = standard.map((_, i) => (errors?.[i] || 0) ** 2)
    return { variance, covariance: variance.map((v, i) => (v === 0 ? 0 : ((moved[i]! - standard[i]!) / STEP_MAG) * v)) }
  })
  const [blue, red] = parts as [(typeof parts)[0], (typeof parts)[0]]
  const colourVariance = blue.variance.map((v, i) => v + red.variance[i]!)
  const linear = linearRange(color)
  const isOfRelation = relation.colour === color
  return {
    colour,
    colourVariance,
    evidenceSlope: numbersOf(Array.from(colour.keys()), (i) => {
      const [c, err] = [colour[i]!, Math.sqrt(colourVariance[i]!)]
      const ofTerm = evidenceSlopeAt(c, 0, linear)
      if (!isOfRelation) return ofTerm
      return ofTerm * evidenceAt(c, err, relation) + evidenceAt(c, 0, linear) * evidenceSlopeAt(c, err, relation)
    }),
    colourCovariance: blue.covariance.map((v, i) => shareOf(i) * (v - red.covariance[i]!)),
  }
}

/** Magnitudes of stars as the camera's filter sees them: those of the system less k (c - c0), if there is a term. */
export function magsInFilter(
  { refMag, colour }: Pick<MatchColumns, 'refMag' | 'colour'>,
  term: Pick<ColourTerm, 'k' | 'c0'> | undefined,
): Float64Array {
  if (term === undefined) return refMag
  return numbersOf(Array.from(refMag.keys()), (i) => refMag[i]! - term.k * (colour[i]! - term.c0))
}
