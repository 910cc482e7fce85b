import type { WcsKeywords } from './keywords.js'

/**
 * Refuses what is neither ICRS nor FK5 J2000, of which this program takes positions as they are (FITS 4.0, 8.3).
 *
 * RADESYS decides, else RADECSYS, its old name; without both EQUINOX does, which is FK4 before 1984. A header without
 * any of them is ICRS. EPOCH counts as an equinox only if it says 1950: others write the year of the image there.
 *
 * @param keywords those of the image; what it does not say is looked for in `primary`
 * @throws InputError `wcs-unsupported`
 */
export function refuseOtherFrames(keywords: WcsKeywords, primary: WcsKeywords | undefined): void {
  const text = (keyword: string) => keywords.text(keyword) || primary?.text(keyword) || undefined
  const year = (keyword: string) =>
    keywords.parsed(keyword, julianYear, 'a year') ?? primary?.parsed(keyword, julianYear, 'a year')
  const radesys = text('RADESYS') === undefined ? 'RADECSYS' : 'RADESYS'
  const frame = text(radesys)
  const equinox = year('EQUINOX') ?? (year('EPOCH') === 1950 ? 1950 : undefined)
  const expected = 'ICRS, or FK5 of J2000'
  if (frame?.toUpperCase() === 'ICRS') return
  if (frame !== undefined && frame.toUpperCase() !== 'FK5') {
    throw keywords.refusal('wcs-unsupported', `the WCS is in a frame that is not read, ${radesys}`, frame, expected)
  }
  if (equinox === undefined || equinox === 2000) return
  const name = frame === undefined && equinox < 1984 ? `FK4 of B${equinox}` : `FK5 of J${equinox}`
  throw keywords.refusal('wcs-unsupported', 'the WCS is of an equinox that is not read', name, expected)
}

/** `J2000.0`, `B1950`. */
const julianYear = (text: string): number | undefined => {
  const year = /^[JB](\d{4}(?:\.\d*)?)$/i.exec(text.trim())?.[1]
  return year === undefined ? undefined : Number(year)
}
