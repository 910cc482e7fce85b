import type { WcsKeywords } from './keywords.js'

/** Which of the two pixel axes' world coordinates is right ascension, and by what projection. */
export interface CelestialAxes {
  /** Number of the axis of right ascension, 1 or 2. */
  readonly longitude: 1 | 2
  readonly latitude: 1 | 2
  /** Code of the projection: `TAN`. */
  readonly code: string
  /** Code of the distortion behind it: `SIP`, or none. */
  readonly distortion: string | undefined
}

/** Sky coordinates that are no right ascension and declination, by the first letters of CTYPE. */
const OTHER_SYSTEMS: Readonly<Record<string, string>> = {
  GLON: 'galactic',
  GLAT: 'galactic',
  ELON: 'ecliptic',
  ELAT: 'ecliptic',
  HLON: 'helioecliptic',
  HLAT: 'helioecliptic',
  SLON: 'supergalactic',
  SLAT: 'supergalactic',
}

/** `RA---TAN`, `DEC--TAN-SIP`: coordinate, projection, distortion (FITS 4.0, 8.2; Calabretta et al., paper IV). */
const CELESTIAL = /^(RA--|DEC-)-([A-Z0-9]{3})(?:-([A-Z0-9]{3}))?$/
/** Whether a CTYPE speaks of the sky at all. */
const OF_THE_SKY = /^(RA|DEC)\b|^(RA|DEC)-|^[A-Z]L(ON|AT)|^[A-Z]{2}L[NT]-/

/**
 * The celestial axes of an image by CTYPE1 and CTYPE2.
 *
 * @returns undefined if no CTYPE speaks of the sky
 * @throws InputError `wcs-unsupported` for another coordinate system than right ascension and declination, or for
 *   celestial axes beyond the second; `wcs-bad-axes` if the two are no pair
 */
export function celestialAxes(keywords: WcsKeywords): CelestialAxes | undefined {
  const [first, second] = [keywords.text('CTYPE1') ?? '', keywords.text('CTYPE2') ?? '']
  const later = keywords
    .named(/^CTYPE([3-9]|[1-9]\d)$/)
    .find((keyword) => OF_THE_SKY.test(keywords.text(keyword) ?? ''))
  if (!OF_THE_SKY.test(first) && !OF_THE_SKY.test(second) && later === undefined) return undefined
  if (later !== undefined) {
    const sentence = `the sky is along an axis beyond the second (${later}): slices of a cube are not read`
    throw keywords.refusal('wcs-unsupported', sentence, `'${keywords.text(later)}'`, 'CTYPE1 and CTYPE2 of the sky')
  }
  const found = `CTYPE1 '${first}', CTYPE2 '${second}'`
  const system = OTHER_SYSTEMS[first.slice(0, 4)] ?? OTHER_SYSTEMS[second.slice(0, 4)]
  if (system !== undefined) {
    const sentence = `${system} coordinates of the WCS are not read`
    throw keywords.refusal('wcs-unsupported', sentence, found, "'RA---...' and 'DEC--...'")
  }
  const [a, b] = [CELESTIAL.exec(first), CELESTIAL.exec(second)]
  if (a === null || b === null || a[1] === b[1] || a[2] !== b[2] || a[3] !== b[3]) {
    const sentence = 'the axes of the WCS are no pair of right ascension and declination in one projection'
    throw keywords.refusal('wcs-bad-axes', sentence, found, "such as 'RA---TAN' and 'DEC--TAN'")
  }
  const longitude = a[1] === 'RA--' ? 1 : 2
  return { longitude, latitude: longitude === 1 ? 2 : 1, code: a[2]!, distortion: a[3] }
}
