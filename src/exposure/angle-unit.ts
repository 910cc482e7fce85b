import { RAD_TO_DEG } from '../math/units.js'

/** Degrees in one unit of an angle, by the names that FITS, the VO and people give it; no name means degrees. */
const DEG_PER: readonly (readonly [RegExp, number])[] = [
  [/^(?:|d|deg|degs|degrees?|deg\(s\)|°)$/, 1],
  [/^(?:rad|rads|radians?)$/, RAD_TO_DEG],
  [/^(?:h|hr|hrs|hours?|hour ?angle)$/, 15],
  [/^(?:arcmin|arcmins|arcminutes?|amin|')$/, 1 / 60],
  [/^(?:arcsec|arcsecs|arcseconds?|asec|")$/, 1 / 3600],
  [/^(?:mas|milliarcsec(?:ond)?s?)$/, 1 / 3.6e6],
]

/** Degrees in one of the unit that TUNIT names; undefined for what is no angle. */
export function degPerUnit(unit: string | undefined): number | undefined {
  const name = (unit ?? '')
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .trim()
  return DEG_PER.find(([spelling]) => spelling.test(name))?.[1]
}
