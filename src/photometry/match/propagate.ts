import type { StarColumns } from '../../catalog/stars.js'
import { directionOf, type Vec3 } from '../../math/sphere.js'
import { ARCSEC_TO_RAD, DEG_TO_RAD } from '../../math/units.js'

/**
 * Stars moved from the catalogue's epoch to another: straight motion along the tangent of the sphere plus the
 * parallax seen from the Earth, so that it holds at the poles too. Stars without proper motion stay.
 *
 * Radial velocity is left out: below 1 mas in ten years for all but a handful of stars.
 * Source: ESA SP-1200 vol. 1, section 1.5.5, without the radial terms.
 */
export function propagateTo(epochYr: number, stars: StarColumns): StarColumns {
  const { pmRaCosDecMasYr, pmDecMasYr, parallaxMas } = stars
  if (!pmRaCosDecMasYr || !pmDecMasYr) return { ...stars, epochYr }
  const years = epochYr - stars.epochYr
  const earth = earthPositionAu(epochYr)
  const masToRad = ARCSEC_TO_RAD / 1000
  const raDeg = new Float64Array(stars.raDeg)
  const decDeg = new Float64Array(stars.decDeg)
  for (let i = 0; i < raDeg.length; i++) {
    const pmRa = pmRaCosDecMasYr[i]!
    const pmDec = pmDecMasYr[i]!
    if (!Number.isFinite(pmRa) || !Number.isFinite(pmDec)) continue
    const ra = raDeg[i]! * DEG_TO_RAD
    const dec = decDeg[i]! * DEG_TO_RAD
    const [sinRa, cosRa, sinDec, cosDec] = [Math.sin(ra), Math.cos(ra), Math.sin(dec), Math.cos(dec)]
    const parallax = parallaxMas?.[i]
    const parallaxRad = parallax !== undefined && parallax > 0 ? parallax * masToRad : 0
    const east = pmRa * years * masToRad + parallaxRad * (earth[0] * sinRa - earth[1] * cosRa)
    const north =
      pmDec * years * masToRad +
      parallaxRad * (earth[0] * cosRa * sinDec + earth[1] * sinRa * sinDec - earth[2] * cosDec)
    const moved = directionOf([
      cosDec * cosRa - east * sinRa - north * sinDec * cosRa,
      cosDec * sinRa + east * cosRa - north * sinDec * sinRa,
      sinDec + north * cosDec,
    ])
    raDeg[i] = moved.raDeg
    decDeg[i] = moved.decDeg
  }
  return { ...stars, raDeg, decDeg, epochYr }
}

/**
 * Barycentric position of the Earth in ICRS axes [au], to 0.01 au: the Sun's mean longitude with its two largest terms
 * (Astronomical Almanac, low-precision Sun), turned round. Enough for parallaxes: 0.01 of a nearby star's 300 mas is 3
 * mas.
 */
function earthPositionAu(epochYr: number): Vec3 {
  const days = (epochYr - 2000) * 365.25
  const anomaly = (357.528 + 0.9856003 * days) * DEG_TO_RAD
  const longitude = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * DEG_TO_RAD
  const distance = 1.00014 - 0.01671 * Math.cos(anomaly) - 0.00014 * Math.cos(2 * anomaly)
  const obliquity = 23.439 * DEG_TO_RAD
  return [
    -distance * Math.cos(longitude),
    -distance * Math.sin(longitude) * Math.cos(obliquity),
    -distance * Math.sin(longitude) * Math.sin(obliquity),
  ]
}
