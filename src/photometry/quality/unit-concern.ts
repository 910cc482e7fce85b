import type { OtherUnit } from '../../exposure/image-facts.js'
import type { Concern } from '../concern.js'

/** A zeropoint that a unit implies holds to this [mag]: beyond the usual systematic error of relation and aperture. */
const NEAR_MAG = 0.1

/**
 * Compares the zeropoint from the stars with the one that a unit of flux density implies; also the concern of an
 * unknown unit.
 */
export function unitConcern({ text, zeropoint: implied }: OtherUnit, zeropoint: number): Concern {
  const unit = `the unit of the image is '${text}' (BUNIT)`
  const stars = `the stars give ${zeropoint.toFixed(2)}`
  if (implied === undefined)
    return {
      tag: 'units',
      severity: 'look',
      sentence: `${unit}, of which no zeropoint is known: ${stars}, for the flux as it is written`,
    }
  const isNear = Math.abs(zeropoint - implied) < NEAR_MAG
  const sentence = `${unit}, which has the zeropoint ${implied.toFixed(2)} (AB): ${stars}`
  return { tag: 'units', severity: isNear ? 'hint' : 'look', sentence }
}
