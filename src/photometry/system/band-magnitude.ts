import { bandsRead, colourBands, type BandRelation, type SplineTerm } from '../../catalog/relation.js'
import { naturalSpline, type Spline } from '../../math/natural-spline.js'

/**
 * The columns of the stars' magnitudes by the part that they have in a relation; absent ones count as NaN. They are
 * found by name once, not for every star: that took half of the time that a CCD's colours take.
 */
export interface StarMags {
  readonly base: ArrayLike<number> | undefined
  readonly blue: ArrayLike<number> | undefined
  readonly red: ArrayLike<number> | undefined
  /** Of the second colour. */
  readonly g: ArrayLike<number> | undefined
  readonly bp: ArrayLike<number> | undefined
  readonly rp: ArrayLike<number> | undefined
  /** Of the faint term. */
  readonly faint: ArrayLike<number> | undefined
}

const magIn = (column: ArrayLike<number> | undefined, row: number): number => column?.[row] ?? NaN

/** The parts of a relation, made of its bands. */
export function partsOf<T>(relation: BandRelation, of: (band: string) => T): Readonly<Record<keyof StarMags, T>> {
  const [blue, red] = colourBands(relation)
  return {
    base: of(relation.base),
    blue: of(blue),
    red: of(red),
    g: of('G'),
    bp: of('bp'),
    rp: of('rp'),
    faint: of(relation.faintTerm?.of ?? ''),
  }
}

/** The bands that a relation reads, the base first, and then those of its colour if the colour is optional. */
export const bandsOf = (relation: BandRelation): readonly string[] => [
  ...new Set([...bandsRead(relation), ...colourBands(relation)]),
]

/** Value of a relation's curve at a colour [mag]. */
export function curveAt(relation: BandRelation, colour: number): number {
  const { curve, pivot, coefficients, spline } = relation
  if (curve === 'spline') return splineMag(spline!, colour)
  const x = colour - pivot
  if (curve === 'broken-line') return coefficients[0]! + coefficients[x <= 0 ? 1 : 2]! * x
  // A constant does not need a colour, which may be NaN.
  let value = coefficients.at(-1)!
  for (let n = coefficients.length - 2; n >= 0; n--) value = value * x + coefficients[n]!
  return value
}

/** Derivative of a relation's curve by the colour. */
export function slopeAt(relation: BandRelation, colour: number): number {
  const { curve, pivot, coefficients, spline } = relation
  if (curve === 'spline') return splineSlope(spline!, colour)
  const x = colour - pivot
  if (curve === 'broken-line') return coefficients[x <= 0 ? 1 : 2]!
  let slope = 0
  for (let n = coefficients.length - 1; n >= 1; n--) slope = slope * x + n * coefficients[n]!
  return slope
}

/** Colour of a star in the relation's own index [mag]; NaN if a magnitude of it is. */
export const colourOf = ({ blue, red }: StarMags, row: number): number => magIn(blue, row) - magIn(red, row)

/**
 * What the terms of Gaia's magnitudes beside the curve add [mag]: 0 without them, NaN if a magnitude that they need is
 * NaN.
 */
export function furtherTermsAt(relation: BandRelation, stars: StarMags, row: number): number {
  const { secondColour: second } = relation
  if (second === undefined) return faintTermAt(relation, stars, row)
  const g = magIn(stars.g, row)
  const bp = magIn(stars.bp, row)
  const rp = magIn(stars.rp, row)
  return second.coefficient * (g - rp - second.slope * (bp - rp + second.shift)) + faintTermAt(relation, stars, row)
}

/** Magnitude of a star in the relation's band [mag]: base + curve(colour) + further terms. */
export function bandMagAt(relation: BandRelation, stars: StarMags, row: number): number {
  const mag = magIn(stars.base, row) + curveAt(relation, colourOf(stars, row)) + furtherTermsAt(relation, stars, row)
  const { magnitudeTerm, fluxOffsetNJy } = relation
  const offset = fluxOffsetNJy === undefined ? mag : AB_OF_1_NJY - 2.5 * Math.log10(fluxNJy(mag) - fluxOffsetNJy)
  return magnitudeTerm === undefined ? offset : offset + splineMag(magnitudeTerm, withinNodes(magnitudeTerm, offset))
}

/**
 * Gives the error of a star's magnitude in the relation's band [mag] from the errors of the catalogue's. They are
 * independent of one another; the colours are not, having magnitudes in common, so each magnitude goes through the
 * whole relation once. An error of a magnitude that the relation does not use takes no part, whatever its value.
 *
 * @param errorAt error of the magnitude in the k-th of `bandsOf`
 */
export function bandMagErrOf(
  relation: BandRelation,
  errorAt: (k: number, row: number) => number,
): (stars: StarMags, row: number) => number {
  const { secondColour, faintTerm, magnitudeTerm, fluxOffsetNJy } = relation
  const bands = bandsOf(relation)
  const { base, blue, red, g, bp, rp, faint } = partsOf(relation, (band) => bands.indexOf(band))
  const slopes = new Float64Array(bands.length)
  const isLinear = fluxOffsetNJy === undefined && magnitudeTerm === undefined
  return (stars, row) => {
    slopes.fill(0)
    slopes[base]! += 1
    const byColour = slopeAt(relation, colourOf(stars, row))
    slopes[blue]! += byColour
    slopes[red]! -= byColour
    if (secondColour !== undefined) {
      const { coefficient, slope } = secondColour
      slopes[g]! += coefficient
      slopes[bp]! -= coefficient * slope
      slopes[rp]! += coefficient * (slope - 1)
    }
    if (faintTerm !== undefined) slopes[faint]! += faintSlopeAt(relation, stars, row)
    for (let k = 0; k < slopes.length; k++) slopes[k] = carried(slopes[k]!, errorAt(k, row))
    // Gaia's relations have three bands: to spread them over the arguments takes twice as long.
    const error = bands.length === 3 ? Math.hypot(slopes[0]!, slopes[1]!, slopes[2]!) : Math.hypot(...slopes)
    return isLinear ? error : error * slopeOfMagnitude(relation, stars, row)
  }
}

const carried = (slope: number, error: number): number => (slope === 0 ? 0 : slope * error)

function faintTermAt({ faintTerm: term, magRange }: BandRelation, stars: StarMags, row: number): number {
  if (term === undefined) return 0
  return term.coefficient * 10 ** (0.4 * (Math.min(magIn(stars.faint, row), magRange[1]) - term.atMag))
}

function faintSlopeAt(relation: BandRelation, stars: StarMags, row: number): number {
  const { faintTerm: term, magRange } = relation
  if (term === undefined || magIn(stars.faint, row) > magRange[1]) return 0
  return 0.4 * Math.LN10 * faintTermAt(relation, stars, row)
}

/** AB magnitude of a flux of 1 nJy: 8.9 + 2.5 x 9 (Oke & Gunn 1983, 3,631 Jy for 0 to 0.5 mmag). */
const AB_OF_1_NJY = 31.4
const fluxNJy = (mag: number): number => 10 ** (0.4 * (AB_OF_1_NJY - mag))

/** Derivative of the magnitude by what it is without flux offset and magnitude term. */
function slopeOfMagnitude(
  { fluxOffsetNJy = 0, magnitudeTerm, ...relation }: BandRelation,
  stars: StarMags,
  row: number,
): number {
  const flux = fluxNJy(bandMagAt(relation, stars, row))
  const byOffset = flux / (flux - fluxOffsetNJy)
  if (magnitudeTerm === undefined) return byOffset
  return byOffset * (1 + magnitudeSlopeAt(magnitudeTerm, AB_OF_1_NJY - 2.5 * Math.log10(flux - fluxOffsetNJy)))
}

const splines = new WeakMap<SplineTerm, Spline>()
function splineOf(term: SplineTerm): Spline {
  const known = splines.get(term) ?? naturalSpline(term.nodes, term.values)
  splines.set(term, known)
  return known
}

function splineMag(term: SplineTerm, x: number): number {
  const value = splineOf(term).at(x)
  return term.in === 'mag' ? value : -2.5 * Math.log10(value)
}

function splineSlope(term: SplineTerm, x: number): number {
  const { at, slopeAt: slope } = splineOf(term)
  return term.in === 'mag' ? slope(x) : (-2.5 / Math.LN10) * (slope(x) / at(x))
}

const withinNodes = ({ nodes }: SplineTerm, x: number): number => Math.min(nodes.at(-1)!, Math.max(nodes[0]!, x))

function magnitudeSlopeAt(term: SplineTerm, mag: number): number {
  return withinNodes(term, mag) === mag ? splineSlope(term, mag) : 0
}
