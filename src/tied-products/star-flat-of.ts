import { DataError } from '../errors.js'
import type { StarFlat } from '../exposure/star-flat.js'
import { MIN_FLAT_EXPOSURES } from '../tie/star-flat.js'
import type { TieResult } from '../tie/result.js'
import { cameraOf } from './calibrated-exposure.js'
import type { ProductsTie } from './tie-input.js'

/**
 * The star flat of the search's camera, in the numbers of its CCDs.
 *
 * @throws DataError if no CCD has a map: too few exposures, or none that are dithered
 */
export function starFlatOf(
  tie: ProductsTie,
  { starFlats, exposures: tied }: TieResult,
  name: string,
  version: string,
): StarFlat {
  const { exposures, ccdNumbers } = tie
  const search = exposures.find(({ role }) => role === 'search')!
  const members = exposures.filter((one, e) => cameraOf(one) === cameraOf(search) && !tied[e]!.leftOut)
  const numbers = new Map<number, number>()
  exposures.forEach((one, e) => {
    if (members.includes(one)) one.ccds.forEach(({ result }, c) => numbers.set(ccdNumbers[e]![c]!, result.ccd))
  })
  const ccds = starFlats.flatMap(({ ccd, grid, map, mapErr, amplifiers }) => {
    const number = numbers.get(ccd)
    if (grid === null || number === undefined) return []
    // Zeropoints that are larger mean magnitudes that are smaller.
    const two = amplifiers && { ...amplifiers, a: -amplifiers.a, b: -amplifiers.b }
    return [{ ccd: number, ...grid, map, mapErr, ...(two ? { amplifiers: two } : {}) }]
  })
  if (ccds.length === 0)
    throw new DataError(
      'no-star-flat',
      'no star flat: the exposures of the camera do not tell stars and pattern apart',
      {
        found: `${members.length} exposures`,
        expected: `${MIN_FLAT_EXPOSURES} or more that are dithered, tied, with the pixels of their stars`,
      },
    )
  const { exposure } = search.ccds[0]!
  const epochs = members.flatMap((one) => one.ccds[0]!.exposure.epochYr ?? [])
  return {
    ...{ camera: exposure.camera, band: exposure.band, filter: exposure.filter, tie: name, version, ccds },
    exposures: members.length,
    epochsYr: epochs.length === 0 ? null : [Math.min(...epochs), Math.max(...epochs)],
  }
}
