/** Julian year, from what a header or a list says of the time. */

/** Julian epoch of a Modified Julian Date: 2000 + (MJD - 51544.5) / 365.25 (Lieske 1979). */
export function julianYearOfMjd(mjd: number): number {
  return 2000 + (mjd - 51_544.5) / 365.25
}

/** MJD of `YYYY-MM-DD`, with or without a time of day; undefined if the text is no date. */
export function mjdOfDate(text: string): number | undefined {
  const parts = /^\s*(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}(?:\.\d*)?))?/.exec(text)
  if (!parts) return undefined
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const dayFraction = (Number(parts[4] ?? 0) * 3600 + Number(parts[5] ?? 0) * 60 + Number(parts[6] ?? 0)) / 86_400
  return Date.UTC(year, month - 1, day) / 86_400_000 + 40_587 + dayFraction
}

/** MJD of the middle of a Chilean night from its evening date YYYYMMDD: 05 h UT of the day after. */
export function mjdOfNite(nite: string): number | undefined {
  const parts = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(nite.trim())
  const evening = parts ? mjdOfDate(`${parts[1]}-${parts[2]}-${parts[3]}`) : undefined
  return evening === undefined ? undefined : evening + 1 + 5 / 24
}

/** Modified Julian Date of a Julian epoch, the inverse of `julianYearOfMjd`. */
export function mjdOfJulianYear(epochYr: number): number {
  return (epochYr - 2000) * 365.25 + 51_544.5
}
