/** SI's prefixes of a Jansky. */
const PREFIX: Readonly<Record<string, number>> = { '': 1, m: 1e-3, u: 1e-6, µ: 1e-6, μ: 1e-6, n: 1e-9, M: 1e6, k: 1e3 }
/** AB magnitude of 1 Jy: 2.5 log10(3631 Jy / 1 Jy) (Oke & Gunn 1983). */
const ZEROPOINT_OF_JANSKY = 2.5 * Math.log10(3631)
/** A maggie is the flux of AB magnitude 0 (SDSS): 22.5 of its 1e-9. */
const ZEROPOINT_OF_MAGGIE = 0

const PER_PIXEL =
  /\s*(?:\/\s*|\bper\s+|[\s.*]\s*(?=pix(?:el)?\s*(?:\*\*|\^)?\s*\(?-1))pix(?:el)?(?:\s*(?:\*\*|\^)?\s*\(?-1\)?)?$/i
const PER_STERADIAN = /\s*(?:\/\s*sr|[\s.*]\s*sr\s*(?:\*\*|\^)?\s*\(?-1\)?)$/i

/** The unit of an image without `/pixel`: a pixel's value is what one pixel holds. */
export const ofOnePixel = (unit: string): string => unit.trim().replace(PER_PIXEL, '')

/** Whether a unit is one of surface brightness, which needs the area of a pixel. */
export const isPerSteradian = (unit: string): boolean => PER_STERADIAN.test(unit.trim())

/**
 * The zeropoint [mag, AB] that a unit of spectral flux density implies: `nanomaggies`, `Jy/pixel`, `uJy`, `MJy/sr`;
 * undefined for another unit, and for one per steradian without the solid angle of a pixel.
 */
export function zeropointOfUnit(unit: string, pixelAreaSr?: number): number | undefined {
  const onePixel = ofOnePixel(unit)
  if (/^nano-?magg(?:y|ies?)$|^nmgys?$/i.test(onePixel)) return ZEROPOINT_OF_MAGGIE + 22.5
  if (/^magg(?:y|ies?)$/i.test(onePixel)) return ZEROPOINT_OF_MAGGIE
  const prefix = /^([mkuµμnM]?)(?:Jy|jansky)$/.exec(onePixel.replace(PER_STERADIAN, ''))?.[1]
  const jansky = prefix === undefined ? undefined : PREFIX[prefix]
  const area = isPerSteradian(onePixel) ? pixelAreaSr : 1
  if (jansky === undefined || area === undefined || !(area > 0)) return undefined
  return ZEROPOINT_OF_JANSKY - 2.5 * Math.log10(jansky * area)
}
