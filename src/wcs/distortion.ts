import type { CelestialAxes } from './axes.js'
import type { WcsKeywords } from './keywords.js'
import { SIP_MAX_ORDER, sipDistortion, type SipTerm } from './sip.js'
import { TPV_TERMS, tpvDistortion } from './tpv.js'
import type { PlaneMap } from './wcs.js'

/** Keywords of distortions that are not read: tables of displacements, TPD and the like (paper IV, HST's). */
const OTHER_DISTORTION = /^(CPDIS|CQDIS|D2IMDIS)[12]$/
const SIP_KEYWORD = /^(A|B)_(ORDER|\d{1,3}_\d{1,3})$/
/** PVi_m of the two axes. */
const PV_KEYWORD = /^PV([12])_(\d{1,3})$/

/** Refuses lookup tables and other distortions that an image names beside its projection. */
export function refuseOtherDistortions(keywords: WcsKeywords): void {
  const found = keywords.named(OTHER_DISTORTION).find((keyword) => keywords.text(keyword) !== '')
  if (found === undefined) return
  const sentence = `the distortion of the WCS in ${found} is not read`
  throw keywords.refusal('wcs-unsupported', sentence, `'${keywords.text(found)}'`, 'SIP or TPV')
}

/** PVi_m of one axis, by m. */
export function projectionParameters(keywords: WcsKeywords, axis: 1 | 2): Map<number, number> {
  const values = new Map<number, number>()
  for (const keyword of keywords.named(PV_KEYWORD)) {
    const [, of, m] = PV_KEYWORD.exec(keyword)!
    const value = keywords.number(keyword)
    if (Number(of) === axis && value !== undefined) values.set(Number(m), value)
  }
  return values
}

/**
 * Whether the PVi_m of a TAN are SCAMP's polynomials: projections have none of their own on the axis of declination
 * for TAN, and none beyond PV1_4 on that of right ascension.
 */
export function isScampsTan(keywords: WcsKeywords, { longitude, latitude }: CelestialAxes): boolean {
  const ofLongitude = [...projectionParameters(keywords, longitude).keys()]
  return projectionParameters(keywords, latitude).size > 0 || ofLongitude.some((m) => m > 4)
}

/** The polynomials of TPV; terms beyond its 40 are refused, whatever their value. */
export function readTpv(keywords: WcsKeywords, axes: CelestialAxes): PlaneMap {
  const [longitude, latitude] = [axes.longitude, axes.latitude].map((axis) => {
    const parameters = projectionParameters(keywords, axis)
    const beyond = [...parameters.keys()].find((m) => m >= TPV_TERMS)
    if (beyond !== undefined) {
      const sentence = `keyword PV${axis}_${beyond} of the WCS is beyond what TPV has`
      throw keywords.refusal('wcs-bad-distortion', sentence, undefined, `PV${axis}_0 to PV${axis}_${TPV_TERMS - 1}`)
    }
    return parameters
  })
  return tpvDistortion(longitude!, latitude!)
}

/** Whether the header has keywords of SIP's forward polynomials. */
export const hasSip = (keywords: WcsKeywords): boolean => keywords.named(SIP_KEYWORD).length > 0

/**
 * The forward polynomials of SIP. The inverse ones (AP, BP) are approximations of their inverse, and are not used.
 *
 * @throws InputError `wcs-bad-distortion` without A_ORDER and B_ORDER, for an order that SIP has not, or for a term
 *   beyond the order
 */
export function readSip(keywords: WcsKeywords): PlaneMap {
  return sipDistortion(readTerms(keywords, 'A'), readTerms(keywords, 'B'))
}

function readTerms(keywords: WcsKeywords, name: 'A' | 'B'): SipTerm[] {
  const order = keywords.number(`${name}_ORDER`)
  if (order === undefined || !Number.isInteger(order) || order < 0 || order > SIP_MAX_ORDER) {
    const sentence = `the distortion SIP of the WCS has no order ${name}_ORDER that can be`
    throw keywords.refusal('wcs-bad-distortion', sentence, order ?? 'none', `a whole number, 0 to ${SIP_MAX_ORDER}`)
  }
  return keywords.named(SIP_KEYWORD).flatMap((keyword) => {
    const [of, first, second] = keyword.split('_')
    const value = of === name && second !== undefined ? (keywords.number(keyword) ?? 0) : 0
    if (value === 0) return []
    const [p, q] = [Number(first), Number(second)]
    if (p + q <= order) return [{ p, q, value }]
    const sentence = `keyword ${keyword} of the WCS is beyond ${name}_ORDER`
    throw keywords.refusal('wcs-bad-distortion', sentence, value, `powers up to ${order}`)
  })
}
