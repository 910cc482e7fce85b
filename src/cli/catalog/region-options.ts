import { coneRegion, polygonRegion, type SkyRegion } from '../../catalog/region/sky-region.js'
import type { Cone } from '../../catalog/region/cone-query.js'
import { CommandError } from '../../errors.js'
import { parseAngleDeg, parseDecimal } from '../../formats/decimal.js'

/**
 * `RA,DEC,RADIUS` in degrees; the radius may carry its unit: `0.1deg`, `6arcmin`, `360arcsec`.
 *
 * @throws CommandError if it cannot be read, is not on the sky, or the radius is not above 0 and at most 180 degrees
 */
export function parseCone(text: string): SkyRegion {
  const { raDeg, decDeg, radiusDeg } = readCone(text)
  return coneRegion(raDeg, decDeg, radiusDeg)
}

/** The cone itself, as `parseCone`. */
export function readCone(text: string): Cone {
  const [ra = '', dec = '', radius = '', ...more] = text.split(',').map((part) => part.trim())
  const radiusDeg = parseAngleDeg(radius) ?? NaN
  const direction = readDirection(ra, dec)
  if (more.length > 0 || direction === undefined || !(radiusDeg > 0 && radiusDeg <= 180)) {
    throw new CommandError('bad-option', '--cone must be a centre and a radius', {
      option: '--cone',
      found: `'${text}'`,
      expected:
        'RA,DEC,RADIUS in degrees, or the radius with its unit: 53.1,-27.8,6arcmin; above 0 and at most 180 deg',
    })
  }
  const [raDeg, decDeg] = direction
  return { raDeg, decDeg, radiusDeg }
}

/**
 * `RA,DEC,RA,DEC,...` in degrees, three corners or more of a convex polygon with great-circle edges.
 *
 * @throws CommandError if it cannot be read
 */
export function parsePolygon(text: string): SkyRegion {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const corners = parts.flatMap((ra, i) => (i % 2 === 0 ? [readDirection(ra, parts[i + 1] ?? '')] : []))
  const refuse = (found: string) =>
    new CommandError('bad-option', '--polygon must be the corners of a convex polygon', {
      option: '--polygon',
      found,
      expected: 'RA,DEC,RA,DEC,RA,DEC,... in degrees',
    })
  const known = corners.filter((corner) => corner !== undefined)
  if (known.length < corners.length) throw refuse(`'${text}'`)
  try {
    return polygonRegion(
      known.map(([raDeg]) => raDeg),
      known.map(([, decDeg]) => decDeg),
    )
  } catch (cause) {
    if (cause instanceof RangeError) throw refuse(cause.message)
    throw cause
  }
}

/** RA and Dec in degrees; undefined if they are not those of a direction. */
function readDirection(ra: string, dec: string): readonly [raDeg: number, decDeg: number] | undefined {
  const [raDeg, decDeg] = [parseDecimal(ra), parseDecimal(dec)]
  if (raDeg === undefined || decDeg === undefined) return undefined
  return Math.abs(raDeg) <= 360 && Math.abs(decDeg) <= 90 ? [raDeg, decDeg] : undefined
}
