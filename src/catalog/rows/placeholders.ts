import { BAND_MAGNITUDES, errorColumnOf, type OptionalStarColumn } from '../stars.js'

/** Values that mean a missing one. Catalogues write them instead of SQL's null. */
const PLACEHOLDERS = new Set([-9999, -999, -99, 99, 999, 9999])

/** What a quantity of a star can be; `whole` numbers among the placeholders are none of its values. */
interface Limits {
  readonly low: number
  readonly high: number
  readonly hasPlaceholders?: true
}

/** Brightest and faintest star; 99, -999 and 1e20 are beyond. */
const MAG: Limits = { low: -5, high: 35 }
/** A magnitude error of 9 says nothing, and DES and SDSS write 9.999 and more for none. */
const MAG_ERR: Limits = { low: 0, high: 9 }
/** Barnard's star, the fastest, moves 10.4 arcsec a year. */
const MOTION_MAS_YR: Limits = { low: -11_000, high: 11_000, hasPlaceholders: true }

const LIMITS: Readonly<Partial<Record<OptionalStarColumn, Limits>>> = {
  magErr: MAG_ERR,
  ...Object.fromEntries(
    BAND_MAGNITUDES.flatMap((mag) => [
      [mag, MAG],
      [errorColumnOf(mag), MAG_ERR],
    ]),
  ),
  bpRpExcess: { low: 0, high: 1e6, hasPlaceholders: true },
  pmRaCosDecMasYr: MOTION_MAS_YR,
  pmDecMasYr: MOTION_MAS_YR,
  parallaxMas: { low: -1e5, high: 1e5, hasPlaceholders: true },
  ruwe: { low: 0, high: 1e6, hasPlaceholders: true },
}

/**
 * The values of a star column with placeholders (-9999, -999, 99, 1e20) as NaN, and how many they were. The same array
 * if there are none.
 */
export function withoutPlaceholders(
  star: string,
  values: Float64Array,
): { values: Float64Array; placeholders: number } {
  const limits = LIMITS[star as OptionalStarColumn]
  if (limits === undefined) return { values, placeholders: 0 }
  const { low, high, hasPlaceholders } = limits
  let sound: Float64Array | undefined
  let placeholders = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value >= low && value <= high && !(hasPlaceholders && Number.isInteger(value) && PLACEHOLDERS.has(value)))
      continue
    if (Number.isNaN(value)) continue
    sound ??= values.slice()
    sound[i] = NaN
    placeholders++
  }
  return { values: sound ?? values, placeholders }
}
