import { InputError } from '../../errors.js'
import { degPerUnit } from '../../exposure/angle-unit.js'
import { BAND_MAGNITUDES, errorColumnOf, type StarColumn } from '../stars.js'

/** Years in one unit of time. */
const YEARS_PER: readonly (readonly [RegExp, number])[] = [
  [/^(?:yrs?|years?|a|julian ?years?)$/, 1],
  [/^(?:cy|century|centuries)$/, 100],
]

/** `x/yr`, `x yr-1`, `x.yr**-1`, `x*yr^(-1)`, `x per year`: FITS 4.0, 4.3.1, VOUnits 1.0, and what people write. */
const RATE = /^(.+?)(?:\s*(?:\/|\bper\b)\s*([a-z ]+)|(?:\s*[.*]\s*|\s+)([a-z]+)\s*(?:\*\*|\^)?\s*\(?-1\)?)$/

const MAGNITUDES = /^(?:|-+|mags?|magnitudes?|vega ?mags?|mags? ?\(vega\)|vega|'?mag\(vega\)'?)$/

/**
 * Factors to degrees, mas, mas a year and magnitudes of a column's declared unit; undefined for a unit of something
 * else.
 */
const FACTORS: Readonly<Partial<Record<StarColumn, (unit: string) => number | undefined>>> = {
  raDeg: degPerUnit,
  decDeg: degOfDeclination,
  pmRaCosDecMasYr: masYrPerUnit,
  pmDecMasYr: masYrPerUnit,
  parallaxMas: (unit) => (unit === '' ? 1 : masPerUnit(unit)),
  ...Object.fromEntries(
    (['mag', ...BAND_MAGNITUDES] as const)
      .flatMap((mag) => [mag, errorColumnOf(mag)])
      .map((star) => [star, magPerUnit]),
  ),
}

/**
 * What the values of a column are multiplied by, from the unit that the file declares for it; 1 if it declares none.
 *
 * @throws InputError naming the column and the unit if the unit has no meaning there
 */
export function factorOf(
  star: StarColumn,
  unit: string | undefined,
  place: { readonly file: string; readonly column: string },
): number {
  const factor = unit === undefined ? 1 : factorOfUnit(star, unit)
  if (factor !== undefined) return factor
  const expected = unitsOf(star)
  throw new InputError('unfit-unit', 'the unit of the column is not understood', { ...place, found: unit!, expected })
}

/** The factor of a unit; undefined if it has no meaning for the quantity. */
export const factorOfUnit = (star: StarColumn, unit: string): number | undefined =>
  FACTORS[star] === undefined ? 1 : FACTORS[star](unit.trim().toLowerCase())

/** The units that a quantity may have, in words. */
export const unitsOf = (star: StarColumn): string => EXPECTED[star] ?? 'mag'

const EXPECTED: Readonly<Partial<Record<StarColumn, string>>> = {
  raDeg: 'deg, rad, h or arcsec',
  decDeg: 'deg, rad or arcsec',
  pmRaCosDecMasYr: 'mas/yr, arcsec/yr or deg/yr',
  pmDecMasYr: 'mas/yr, arcsec/yr or deg/yr',
  parallaxMas: 'mas or arcsec',
}

/** Degrees; an hour of declination has no meaning. */
function degOfDeclination(unit: string): number | undefined {
  const factor = degPerUnit(unit)
  return factor === degPerUnit('h') ? undefined : factor
}

function masPerUnit(unit: string): number | undefined {
  const factor = degPerUnit(unit)
  if (factor === undefined) return undefined
  // The nearest whole numbers, if there are some: mas themselves must stay as they are.
  const mas = factor * 3.6e6
  return Math.abs(mas - Math.round(mas)) < 1e-6 ? Math.round(mas) : mas
}

function masYrPerUnit(unit: string): number | undefined {
  if (unit === '') return 1
  const [, angle, over, times] = RATE.exec(unit) ?? []
  const years = YEARS_PER.find(([spelling]) => spelling.test((over ?? times ?? '').trim()))?.[1]
  const mas = angle === undefined || angle.trim() === '' || /^h|^s$/.test(angle.trim()) ? undefined : masPerUnit(angle)
  return mas === undefined || years === undefined ? undefined : mas / years
}

function magPerUnit(unit: string): number | undefined {
  if (unit === 'mmag') return 0.001
  return MAGNITUDES.test(unit) ? 1 : undefined
}
