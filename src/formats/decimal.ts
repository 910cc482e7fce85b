const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a decimal number as people type it: `25`, `-27.8`, `+.5`, `1e3`. Nothing else is one: no blank beside it, no
 * `0x10`, no `Infinity`, nothing that overflows. `-0` is 0.
 *
 * @returns undefined for anything else
 */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? value + 0 : undefined
}

/**
 * Reads a decimal number with a unit: `6arcmin`, `500 MB`.
 *
 * @param units what one of each unit is worth, by its name in lower case; '' is that of a bare number
 * @returns undefined for anything else
 */
function parseMeasure(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number = '', unit = ''] = /^(.*?)(?:\s*([a-z]+))?$/i.exec(text) ?? []
  const value = parseDecimal(number)
  const worth = units[unit.toLowerCase()]
  return value === undefined || worth === undefined ? undefined : value * worth
}

/** Sizes of memory and disk, as disks are sold: powers of 1000. */
const BYTES = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 }

/** Reads a size in whole bytes: `500M`, `2 GB`, `0`; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const bytes = parseMeasure(text, BYTES)
  return bytes === undefined || bytes < 0 ? undefined : Math.floor(bytes)
}

/** Degrees of the units that an angle may carry; a bare number is degrees. */
const DEGREES = { '': 1, deg: 1, arcmin: 1 / 60, arcsec: 1 / 3600 }

/** Reads an angle in degrees: `0.1`, `6arcmin`, `360 arcsec`; undefined for anything else. */
export const parseAngleDeg = (text: string): number | undefined => parseMeasure(text, DEGREES)
