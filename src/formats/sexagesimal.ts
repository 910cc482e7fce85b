import { wrapRaDeg } from '../math/units.js'
import { parseDecimal } from './decimal.js'

/** Why a text is no right ascension or declination. */
export interface AngleFault {
  readonly fault: string
}

const PLAIN_RA = 'degrees (197.45), or hours as 13:09:48.1 or 13.163h'
const PLAIN_DEC = 'degrees (-23.38), or -23:22:53.3'

/**
 * A right ascension in degrees, 0 to 360. A bare number is degrees; three or two parts (`13:09:48.08`, `13 09 48.08`,
 * `13h09m48.08s`) and a number with `h` are hours.
 */
export function parseRaDeg(text: string): number | AngleFault {
  const parts = partsOf(text, 'h')
  if (parts === undefined) return { fault: `the right ascension '${text}' is not ${PLAIN_RA}` }
  const { sign, parts: values, unit } = parts
  if (values.length === 1 && unit === undefined) {
    const raDeg = sign * values[0]!
    if (Math.abs(raDeg) > 360) return { fault: `the right ascension ${text} is not from 0 to 360 degrees` }
    return wrapRaDeg(raDeg)
  }
  const hours = joined(values)
  if (hours === undefined) return { fault: `the minutes or seconds of the right ascension '${text}' are not below 60` }
  if (sign < 0 || hours >= 24)
    return { fault: `the right ascension '${text}' is not from 0 to 24 hours, which parts are; degrees are one number` }
  return hours * 15
}

/** A declination in degrees: a bare number, or `-23:22:53.3`, `-23 22 53.3`, `-23d22m53.3s`. */
export function parseDecDeg(text: string): number | AngleFault {
  const parts = partsOf(text, 'd')
  if (parts === undefined) return { fault: `the declination '${text}' is not ${PLAIN_DEC}` }
  const degrees = joined(parts.parts)
  if (degrees === undefined) return { fault: `the minutes or seconds of the declination '${text}' are not below 60` }
  if (degrees > 90) return { fault: `the declination ${text} is not from -90 to 90 degrees` }
  return parts.sign * degrees + 0
}

/** Sign and parts of an angle; the sign stands by itself, as `-00:30:00` is south. */
function partsOf(
  text: string,
  first: 'h' | 'd',
): { readonly sign: 1 | -1; readonly parts: readonly number[]; readonly unit?: string } | undefined {
  // Papers print a minus sign, not a hyphen.
  const plain = text.trim().replace('\u2212', '-')
  const [, mark, rest = ''] = /^([+-]?)(.*)$/s.exec(plain)!
  const sign = mark === '-' ? -1 : 1
  const words =
    RegExp(`^([\\d.]+)${first}(?:\\s*([\\d.]+)m(?:\\s*([\\d.]+)s?)?)?$`, 'i').exec(rest) ??
    /^([\d.]+)(?::([\d.]+)(?::([\d.]+))?)$/.exec(rest) ??
    /^([\d.]+)\s+([\d.]+)(?:\s+([\d.]+))?$/.exec(rest)
  if (words === null) {
    const value = parseDecimal(plain)
    return value === undefined ? undefined : { sign: value < 0 ? -1 : 1, parts: [Math.abs(value)] }
  }
  const texts = words.slice(1).filter((part) => part !== undefined)
  const parts = texts.map(parseDecimal)
  const isWhole = texts.slice(0, -1).every((part) => /^\d+$/.test(part))
  return isWhole && parts.every((part) => part !== undefined) ? { sign, parts, unit: first } : undefined
}

/** Degrees or hours of parts; undefined if minutes or seconds are 60 or more. */
function joined([whole = 0, minutes = 0, seconds = 0]: readonly number[]): number | undefined {
  return minutes < 60 && seconds < 60 ? whole + minutes / 60 + seconds / 3600 : undefined
}
