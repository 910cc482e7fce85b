import type { FitsHeader } from '../formats/fits/index.js'
import { celestialAxes, type CelestialAxes } from './axes.js'
import { celestialPlane, type CelestialPlane } from './celestial.js'
import { hasSip, isScampsTan, projectionParameters, readSip, readTpv, refuseOtherDistortions } from './distortion.js'
import { refuseOtherFrames } from './frame.js'
import { invertMap } from './invert.js'
import { WcsKeywords } from './keywords.js'
import { linearTransform, unitDeg } from './linear.js'
import type { PlaneMap, Wcs } from './wcs.js'
import { ZENITHAL, zenithalPolynomial, type ZenithalProjection } from './zenithal.js'

/** Where Newton's method has to end: 1e-12 deg is 4 nano-arcsec, 1e-9 pixels less than a micro-arcsec. */
const TOLERANCE_DEG = 1e-12
const TOLERANCE_PIXELS = 1e-9
/** The highest PVi_m of a projection (FITS 4.0, 8.1). ZPN is a polynomial of as many terms as it names, to 20. */
const ZPN_TERMS = 21

/**
 * The celestial WCS of an image: TAN, TPV (also as TAN with the PVi_m of SCAMP), TAN-SIP, and the zenithal SIN, STG,
 * ARC, ZEA and ZPN, in ICRS or FK5 J2000. Keywords: FITS 4.0, section 8, and the registered conventions SIP and TPV.
 *
 * @param header of the image; as SExtractor copies it into a catalogue, too
 * @param file for messages
 * @param primary the file's primary header, asked for the frame (RADESYS, EQUINOX) if `header` does not say it
 * @returns undefined if no axis is of the sky
 * @throws InputError if a WCS is there and cannot be right (`wcs-incomplete`, `wcs-unreadable`, `wcs-contradicts`,
 *   `wcs-bad-axes`, `wcs-bad-reference`, `wcs-bad-distortion`, `wcs-singular`) or is of a kind that is not read
 *   (`wcs-unsupported`)
 */
export function wcsOf(header: FitsHeader, file: string, primary?: FitsHeader): Wcs | undefined {
  const keywords = new WcsKeywords(header, file)
  const axes = celestialAxes(keywords)
  if (axes === undefined) return undefined
  refuseOtherFrames(keywords, primary === undefined ? undefined : new WcsKeywords(primary, file))
  refuseOtherDistortions(keywords)
  const { crpix, matrix } = linearTransform(keywords, axes)
  const { name, projection, before, after } = stages(keywords, axes)
  const plane = celestialPlane(projection, referencePoint(keywords, axes, name === 'TPV'))
  return chain(name, crpix, matrix, plane, axes.longitude === 2, before, after)
}

/** The maps of one WCS: distortion of pixels, distortion of intermediate coordinates, projection. */
interface Stages {
  readonly name: string
  readonly projection: ZenithalProjection
  readonly before?: PlaneMap
  readonly after?: PlaneMap
}

function stages(keywords: WcsKeywords, axes: CelestialAxes): Stages {
  const { code, distortion } = axes
  const name = distortion === undefined ? code : `${code}-${distortion}`
  const withSip = hasSip(keywords)
  if (distortion !== undefined && (distortion !== 'SIP' || code === 'TPV')) throw unread(keywords, name)
  if (withSip && distortion === undefined) {
    const sentence =
      'the header has the distortion SIP (A_ORDER...) and CTYPE does not say so: add -SIP, or take it out'
    throw keywords.refusal('wcs-contradicts', sentence, keywords.text(`CTYPE${axes.longitude}`), 'RA---TAN-SIP')
  }
  const before = distortion === 'SIP' ? readSip(keywords) : undefined
  if (code === 'TPV' || (code === 'TAN' && before === undefined && isScampsTan(keywords, axes))) {
    return { name: 'TPV', projection: ZENITHAL['TAN']!, after: readTpv(keywords, axes) }
  }
  return { name, projection: projectionOf(keywords, axes, name), ...(before === undefined ? {} : { before }) }
}

function unread(keywords: WcsKeywords, name: string): Error {
  const read = ['TAN', 'TAN-SIP', 'TPV', 'ZPN', ...Object.keys(ZENITHAL).filter((code) => code !== 'TAN')]
  return keywords.refusal('wcs-unsupported', `the projection ${name} of the WCS is not read`, name, read.join(', '))
}

function projectionOf(keywords: WcsKeywords, axes: CelestialAxes, name: string): ZenithalProjection {
  const parameters = projectionParameters(keywords, axes.latitude)
  if (axes.code === 'ZPN') {
    const beyond = [...parameters.keys()].find((m) => m >= ZPN_TERMS)
    const coefficients = Array.from({ length: ZPN_TERMS }, (_, m) => parameters.get(m) ?? 0)
    const polynomial = beyond === undefined ? zenithalPolynomial(coefficients) : undefined
    if (polynomial !== undefined) return polynomial
    const sentence = 'the polynomial of ZPN in the WCS does not rise from the reference point, or has too many terms'
    const expected = `PV${axes.latitude}_1 above 0, terms to PV${axes.latitude}_${ZPN_TERMS - 1}`
    throw keywords.refusal('wcs-bad-distortion', sentence, [...parameters.values()].join(', ') || 'none', expected)
  }
  const projection = Object.hasOwn(ZENITHAL, axes.code) ? ZENITHAL[axes.code] : undefined
  if (projection === undefined) throw unread(keywords, name)
  // Only the slant of SIN is one: the other projections have no parameters, and SIP makes SCAMP's redundant.
  const slanted = [...parameters].find(([, value]) => value !== 0)
  if (slanted === undefined || axes.distortion === 'SIP') return projection
  const sentence = `the projection ${name} of the WCS with parameter PV${axes.latitude}_${slanted[0]} is not read`
  throw keywords.refusal('wcs-unsupported', sentence, slanted[1], 'no parameters')
}

/**
 * CRVALi and LONPOLE. Of the other parameters of the longitude's axis, PVi_1 and PVi_2 would move the reference point
 * away from the tangent point, and PVi_3 is another name of LONPOLE (Calabretta & Greisen 2002, sections 2.4 to 2.6).
 */
function referencePoint(
  keywords: WcsKeywords,
  { longitude, latitude, distortion }: CelestialAxes,
  isTpv: boolean,
): { raDeg: number; decDeg: number; poleLongitudeDeg: number } {
  const [crval1, crval2] = [keywords.number('CRVAL1'), keywords.number('CRVAL2')]
  if (crval1 === undefined || crval2 === undefined) {
    const missing = ['CRVAL1', 'CRVAL2'].filter((_, k) => [crval1, crval2][k] === undefined).join(' and ')
    throw keywords.refusal('wcs-incomplete', `the WCS lacks ${missing}`, undefined, 'a complete WCS')
  }
  const raDeg = (longitude === 1 ? crval1 : crval2) * unitDeg(keywords, longitude)
  const decDeg = (longitude === 1 ? crval2 : crval1) * unitDeg(keywords, latitude)
  if (Math.abs(decDeg) > 90) {
    const sentence = `the WCS in CRVAL${latitude} has no possible declination`
    throw keywords.refusal('wcs-bad-reference', sentence, decDeg, '-90 to 90')
  }
  const parameters = isTpv || distortion === 'SIP' ? undefined : projectionParameters(keywords, longitude)
  for (const [m, usual] of [
    [0, 0],
    [1, 0],
    [2, 90],
  ] as const) {
    const value = parameters?.get(m) ?? usual
    if (value === usual) continue
    const sentence = `the parameter PV${longitude}_${m} of the WCS is not read: the reference point is no tangent point`
    throw keywords.refusal('wcs-unsupported', sentence, value, String(usual))
  }
  const lonpole = parameters?.get(3) ?? keywords.number('LONPOLE')
  // 999 was written for "not given" (AIPS, wcslib).
  const poleLongitudeDeg = lonpole === undefined || lonpole === 999 ? (decDeg < 90 ? 180 : 0) : lonpole
  return { raDeg, decDeg, poleLongitudeDeg }
}

/** Pixels, distortion, matrix, distortion, sphere: one after the other, and back. */
function chain(
  projection: string,
  [crpix1, crpix2]: readonly [number, number],
  [m11, m12, m21, m22]: readonly [number, number, number, number],
  plane: CelestialPlane,
  swapped: boolean,
  before: PlaneMap | undefined,
  after: PlaneMap | undefined,
): Wcs {
  const determinant = m11 * m22 - m12 * m21
  return {
    projection,
    pixelToSky: (x, y) => {
      const pixel = { x: x - crpix1, y: y - crpix2 }
      const { x: u, y: v } = before?.(pixel.x, pixel.y) ?? pixel
      const [first, second] = [m11 * u + m12 * v, m21 * u + m22 * v]
      const point = swapped ? { x: second, y: first } : { x: first, y: second }
      return plane.skyOf(after?.(point.x, point.y) ?? point)
    },
    skyToPixel: (raDeg, decDeg) => {
      const onPlane = plane.pointOf(raDeg, decDeg)
      if (onPlane === undefined) return undefined
      const point = after === undefined ? onPlane : invertMap(after, onPlane, TOLERANCE_DEG)
      if (point === undefined) return undefined
      const [first, second] = swapped ? [point.y, point.x] : [point.x, point.y]
      const linear = {
        x: (m22 * first - m12 * second) / determinant,
        y: (m11 * second - m21 * first) / determinant,
      }
      const pixel = before === undefined ? linear : invertMap(before, linear, TOLERANCE_PIXELS)
      return pixel === undefined ? undefined : { x: pixel.x + crpix1, y: pixel.y + crpix2 }
    },
  }
}
