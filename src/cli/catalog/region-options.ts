import { coneRegion, polygonRegion, type SkyRegion } from '../../catalog/region/sky-region.js'
import { CommandError } from '../../errors.js'

/** Degrees of each unit that a radius may carry; a bare number is degrees. */
const UNIT_DEG: Readonly<Record<string, number>> = { '': 1, deg: 1, arcmin: 1 / 60, arcsec: 1 / 3600 }

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** An angle in degrees, or with its unit; undefined for what is none. */
export function parseAngleDeg(text: string): number | undefined {
  const sized = /^(.*?)(deg|arcmin|arcsec)?$/i.exec(text.trim())
  if (sized === null || !number.test(sized[1]!.trim())) return undefined
  return Number(sized[1]) * UNIT_DEG[(sized[2] ?? '').toLowerCase()]!
}

/**
 * `RA,DEC,RADIUS` in degrees; the radius may carry its unit: `0.1deg`, `6arcmin`, `360arcsec`.
 *
 * @throws CommandError where it is none, is not on the sky, or the radius is not above 0 and at most 180 degrees
 */
export function parseCone(text: string): SkyRegion {
  const [ra, dec, radius, ...more] = text.split(',').map((part) => part.trim())
  const radiusDeg = parseAngleDeg(radius ?? '') ?? NaN
  if (more.length > 0 || !isDirection(ra, dec) || !(radiusDeg > 0 && radiusDeg <= 180)) {
    throw new CommandError('bad-option', 'the option needs a centre and a radius', {
      option: '--cone',
      found: `'${text}'`,
      expected:
        'RA,DEC,RADIUS in degrees, or the radius with its unit: 53.1,-27.8,6arcmin; above 0 and at most 180 deg',
    })
  }
  return coneRegion(Number(ra), Number(dec), radiusDeg)
}

/**
 * `RA,DEC,RA,DEC,...` in degrees, three corners or more of a convex polygon with great-circle edges.
 *
 * @throws CommandError where it is none
 */
export function parsePolygon(text: string): SkyRegion {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const raDeg = parts.filter((_, i) => i % 2 === 0)
  const decDeg = parts.filter((_, i) => i % 2 === 1)
  const refuse = (found: string) =>
    new CommandError('bad-option', 'the option needs the corners of a convex polygon', {
      option: '--polygon',
      found,
      expected: 'RA,DEC,RA,DEC,RA,DEC,... in degrees',
    })
  if (parts.length % 2 === 1 || !raDeg.every((ra, i) => isDirection(ra, decDeg[i]))) throw refuse(`'${text}'`)
  try {
    return polygonRegion(raDeg.map(Number), decDeg.map(Number))
  } catch (cause) {
    if (cause instanceof RangeError) throw refuse(cause.message)
    throw cause
  }
}

function isDirection(ra: string | undefined, dec: string | undefined): boolean {
  if (ra === undefined || dec === undefined || !number.test(ra) || !number.test(dec)) return false
  return Number(ra) >= -360 && Number(ra) <= 360 && Math.abs(Number(dec)) <= 90
}
