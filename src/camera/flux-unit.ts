/** What one unit of flux is: counts or electrons, of the whole exposure or of one second. */
export const FLUX_UNITS = ['counts', 'electrons', 'counts per second', 'electrons per second'] as const
export type FluxUnit = (typeof FLUX_UNITS)[number]

/** `x/s`, `x per second`, `x s-1`, `x.s**-1`, `x s^(-1)`: FITS 4.0, 4.3.1, and what people write. */
const PER_SECOND =
  /^(.+?)(?:\s*(?:\/|\bper\b)\s*s(?:ec(?:ond)?s?)?|(?:\s*[.*]\s*|\s+)s(?:ec(?:ond)?s?)?\s*(?:\*\*|\^)?\s*\(?-1\)?)$/
const ELECTRONS = /^(?:e|e-|el|elec|electrons?|electron\(s\))$/
const COUNTS = /^(?:adus?|du|dns?|data numbers?|counts?|cts?|cnts?)$/

/**
 * The unit that BUNIT or TUNIT names, in any of its spellings; undefined for another, such as `nanomaggies`: that the
 * unit is not one of the four is not the same as that the header names none.
 */
export function fluxUnitOf(text: string): FluxUnit | undefined {
  const unit = text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^\[(.*)\]$/, '$1')
  const [, base = unit] = PER_SECOND.exec(unit) ?? []
  const quantity = ELECTRONS.test(base.trim()) ? 'electrons' : COUNTS.test(base.trim()) ? 'counts' : undefined
  if (quantity === undefined) return undefined
  return base === unit ? quantity : `${quantity} per second`
}
