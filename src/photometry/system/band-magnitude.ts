import { bandsRead, colourBands, type BandRelation, type SplineTerm } from '../../catalog/relation.js'
import { naturalSpline, type Spline } from '../../math/natural-spline.js'

/** Magnitudes of one star, or their errors, by the names of the catalogue's bands. */
export type StarMags = Readonly<Record<string, number>>

const magIn = (star: StarMags, band: string): number => star[band] ?? NaN

/** Value of a relation's curve at a colour [mag]. */
export function curveAt(relation: BandRelation, colour: number): number {
  const { curve, pivot, coefficients, spline } = relation
  if (curve === 'spline') return splineMag(spline!, colour)
  const x = colour - pivot
  if (curve === 'broken-line') return coefficients[0]! + coefficients[x <= 0 ? 1 : 2]! * x
  // A constant has no need of a colour, which may be NaN.
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
export function colourOf(relation: BandRelation, star: StarMags): number {
  const [blue, red] = colourBands(relation)
  return magIn(star, blue) - magIn(star, red)
}

/**
 * What the terms of Gaia's magnitudes beside the curve add [mag]: 0 without them, NaN if a magnitude that they need is
 * NaN.
 */
export function furtherTermsAt(relation: BandRelation, star: StarMags): number {
  const { secondColour: second } = relation
  if (second === undefined) return faintTermAt(relation, star)
  const [g, bp, rp] = [magIn(star, 'G'), magIn(star, 'bp'), magIn(star, 'rp')]
  return second.coefficient * (g - rp - second.slope * (bp - rp + second.shift)) + faintTermAt(relation, star)
}

/** Magnitude of a star in the relation's band [mag]: base + curve(colour) + further terms. */
export function bandMagAt(relation: BandRelation, star: StarMags): number {
  const base = magIn(star, relation.base)
  const mag = base + curveAt(relation, colourOf(relation, star)) + furtherTermsAt(relation, star)
  const { magnitudeTerm, fluxOffsetNJy } = relation
  if (magnitudeTerm === undefined && fluxOffsetNJy === undefined) return mag
  const linear = magnitudeTerm === undefined ? mag : mag + splineMag(magnitudeTerm, withinNodes(magnitudeTerm, base))
  return fluxOffsetNJy === undefined ? linear : AB_OF_1_NJY - 2.5 * Math.log10(fluxNJy(linear) - fluxOffsetNJy)
}

/**
 * Error of a star's magnitude in the relation's band [mag] from the errors of the catalogue's, which are independent of
 * one another; the colours are not, having magnitudes in common, so each magnitude goes through the whole relation
 * once. An error of a magnitude that the relation does not use takes no part, whatever its value.
 */
export function bandMagErrAt(relation: BandRelation, star: StarMags, errors: StarMags): number {
  const by = new Map(bandsRead(relation).map((band) => [band, 0]))
  const add = (band: string, slope: number): void => void by.set(band, (by.get(band) ?? 0) + slope)
  add(relation.base, 1)
  const byColour = slopeAt(relation, colourOf(relation, star))
  const [blue, red] = colourBands(relation)
  add(blue, byColour)
  add(red, -byColour)
  if (relation.secondColour !== undefined) {
    const { coefficient, slope } = relation.secondColour
    add('G', coefficient)
    add('bp', -coefficient * slope)
    add('rp', coefficient * (slope - 1))
  }
  if (relation.faintTerm !== undefined) add(relation.faintTerm.of, faintSlopeAt(relation, star))
  if (relation.magnitudeTerm !== undefined)
    add(relation.base, magnitudeSlopeAt(relation.magnitudeTerm, star[relation.base] ?? NaN))
  const error = Math.hypot(...Array.from(by, ([band, slope]) => carried(slope, magIn(errors, band))))
  return relation.fluxOffsetNJy === undefined ? error : error * fluxOffsetFactor(relation, star)
}

const carried = (slope: number, error: number): number => (slope === 0 ? 0 : slope * error)

function faintTermAt({ faintTerm: term, magRange }: BandRelation, star: StarMags): number {
  if (term === undefined) return 0
  return term.coefficient * 10 ** (0.4 * (Math.min(magIn(star, term.of), magRange[1]) - term.atMag))
}

function faintSlopeAt(relation: BandRelation, star: StarMags): number {
  const { faintTerm: term, magRange } = relation
  if (term === undefined || magIn(star, term.of) > magRange[1]) return 0
  return 0.4 * Math.LN10 * faintTermAt(relation, star)
}

/** AB magnitude of a flux of 1 nJy: 8.9 + 2.5 x 9 (Oke & Gunn 1983, 3,631 Jy for 0 to 0.5 mmag). */
const AB_OF_1_NJY = 31.4
const fluxNJy = (mag: number): number => 10 ** (0.4 * (AB_OF_1_NJY - mag))

/** By what a flux that is taken off changes an error in magnitudes: F / (F - offset). */
function fluxOffsetFactor({ fluxOffsetNJy = 0, ...relation }: BandRelation, star: StarMags): number {
  const flux = fluxNJy(bandMagAt(relation, star))
  return flux / (flux - fluxOffsetNJy)
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
