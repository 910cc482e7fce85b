import { sizeInHeader, type FitsHeader } from '../formats/fits/index.js'
import { imageOutline, wcsOf } from '../wcs/index.js'

/**
 * Centre and corners of an image by its WCS, under the keywords of the catalogue list (RA_CENT ... DECC4) [deg].
 *
 * @param headers of one file; those of the mask and the weights behind the image have the same WCS
 * @returns undefined if no header has both a WCS and the size of its image
 * @throws InputError for a WCS that cannot be right or is not read
 */
export function cornersByWcs(headers: readonly FitsHeader[], file: string): Map<string, number> | undefined {
  for (const header of headers) {
    const size = sizeInHeader(header)
    const wcs = wcsOf(header, file, headers[0])
    if (wcs === undefined || size === undefined) continue
    const { centre, corners } = imageOutline(wcs, size.columns, size.rows, file)
    return new Map([
      ['RA_CENT', centre.raDeg],
      ['DEC_CENT', centre.decDeg],
      ...corners.raDeg.flatMap((raDeg, k): [string, number][] => [
        [`RAC${k + 1}`, raDeg],
        [`DECC${k + 1}`, corners.decDeg[k]!],
      ]),
    ])
  }
  return undefined
}
