import type { BandRelation } from '../../catalog/description.js'

/** Value of a relation's curve at a colour [mag]. */
export function curveAt({ curve, pivot, coefficients }: BandRelation, colour: number): number {
  const x = colour - pivot
  if (curve === 'broken-line') return coefficients[0]! + coefficients[x <= 0 ? 1 : 2]! * x
  let value = 0
  for (let n = coefficients.length - 1; n >= 0; n--) value = value * x + coefficients[n]!
  return value
}

/** Derivative of a relation's curve by the colour. */
export function slopeAt({ curve, pivot, coefficients }: BandRelation, colour: number): number {
  const x = colour - pivot
  if (curve === 'broken-line') return coefficients[x <= 0 ? 1 : 2]!
  let slope = 0
  for (let n = coefficients.length - 1; n >= 1; n--) slope = slope * x + n * coefficients[n]!
  return slope
}

/** Colour of a star in the relation's own index [mag]; NaN if a magnitude of it is. */
export function colourOf({ colour }: BandRelation, g: number, bp: number, rp: number): number {
  return colour === 'bp-rp' ? bp - rp : bp - g
}

/**
 * What the relation's terms beside its curve add [mag]: 0 without them, NaN if a magnitude that they need is NaN.
 */
export function furtherTermsAt(relation: BandRelation, g: number, bp: number, rp: number): number {
  const { secondColour: second } = relation
  const offLocus = second === undefined ? 0 : second.coefficient * (g - rp - second.slope * (bp - rp + second.shift))
  return offLocus + faintTermAt(relation, bp, rp)
}

/** Magnitude of a star in the relation's band [mag]: G + curve(colour) + further terms. */
export function bandMagAt(relation: BandRelation, g: number, bp: number, rp: number): number {
  return g + curveAt(relation, colourOf(relation, g, bp, rp)) + furtherTermsAt(relation, g, bp, rp)
}

/**
 * Error of a star's magnitude in the relation's band [mag] from the errors of G, BP and RP, which are independent of
 * one another;
 * the two colours are not, having magnitudes in common, so each magnitude goes through the whole relation once. An
 * error of a
 * magnitude that the relation does not use takes no part, whatever its value.
 */
export function bandMagErrAt(
  relation: BandRelation,
  { g, bp, rp }: { readonly g: number; readonly bp: number; readonly rp: number },
  errors: { readonly g: number; readonly bp: number; readonly rp: number },
): number {
  const byColour = slopeAt(relation, colourOf(relation, g, bp, rp))
  const fromRp = relation.colour === 'bp-rp'
  const { coefficient, slope } = relation.secondColour ?? { coefficient: 0, slope: 0 }
  const faint = faintSlopeAt(relation, bp, rp)
  const byG = 1 - (fromRp ? 0 : byColour) + coefficient
  const byBp = byColour - coefficient * slope + (relation.faintTerm?.of === 'bp' ? faint : 0)
  const byRp = (fromRp ? -byColour : 0) + coefficient * (slope - 1) + (relation.faintTerm?.of === 'rp' ? faint : 0)
  return Math.hypot(carried(byG, errors.g), carried(byBp, errors.bp), carried(byRp, errors.rp))
}

const carried = (slope: number, error: number): number => (slope === 0 ? 0 : slope * error)

function faintTermAt({ faintTerm: term, magRange }: BandRelation, bp: number, rp: number): number {
  if (term === undefined) return 0
  return term.coefficient * 10 ** (0.4 * (Math.min(term.of === 'bp' ? bp : rp, magRange[1]) - term.atMag))
}

function faintSlopeAt(relation: BandRelation, bp: number, rp: number): number {
  const { faintTerm: term, magRange } = relation
  if (term === undefined || (term.of === 'bp' ? bp : rp) > magRange[1]) return 0
  return 0.4 * Math.LN10 * faintTermAt(relation, bp, rp)
}
