import { InputError } from '../errors.js'
import type { Wcs } from '../wcs/index.js'

/** Pixels that a corner of the job's list lies within the edge: the outermost ones of a CCD are not used. */
const WITHIN = 15

/** An image of the job: its numbers, and its position on the sky. */
export interface PlacedImage {
  readonly expnum: number
  readonly band: string
  readonly ccd: number
  readonly wcs: Wcs
  readonly columns: number
  readonly rows: number
  /** For messages. */
  readonly file: string
}

/**
 * The line of the job's `{expnum}_{ccd}.out`: exposure, first letter of the band, CCD, and the right ascension and
 * declination of four pixels: for a DECam CCD (16,16), (16,4081), (2033,16), (2033,4081); for others at the same
 * distance from the edges.
 *
 * @throws InputError `wcs-beyond-sky` for a pixel without a direction on the sky
 */
export function cornerLine({ expnum, band, ccd, wcs, columns, rows, file }: PlacedImage): string {
  const [left, right, low, high] = [1 + WITHIN, columns - WITHIN, 1 + WITHIN, rows - WITHIN]
  const pixels = [
    [left, low],
    [left, high],
    [right, low],
    [right, high],
  ] as const
  const corners = pixels.map(([x, y]) => {
    const { raDeg, decDeg } = wcs.pixelToSky(x, y)
    if (Number.isFinite(raDeg) && Number.isFinite(decDeg)) return `  ${degrees(raDeg)} ${degrees(decDeg)}`
    const found = `pixel ${x}, ${y}`
    throw new InputError('wcs-beyond-sky', 'a corner of the image is on no direction of the sky', { file, found })
  })
  return `${String(expnum).padStart(8)}   ${band.slice(0, 1)}   ${String(ccd).padStart(2)}${corners.join('')}\n`
}

const degrees = (angleDeg: number): string => angleDeg.toFixed(5).padStart(10)
