import { DataError } from '../errors.js'
import { exposureLabel } from '../exposure/exposure-name.js'
import { indicesWhere } from '../math/select.js'
import { LISTED, rangeTest, type ListedStar, type SearchExposure } from '../products/star-lists.js'
import type { TieDocument } from './document.js'
import type { TiedStars } from './tied-stars.js'

/** A star whose observations contradict one another more probably than not is variable, or no star. */
const MIN_PROBABILITY = 0.5

/**
 * The stars of a tie for the lists of its search exposure: inside the RA and Dec range of its corners, 12 < mag < 21.5,
 * error of the joint magnitude at most 0.011, constant more probably than not. By RA, Dec, magnitude, error.
 *
 * @param file of the tie, for messages
 * @throws DataError if the exposure is not among the search exposures of the tie, is of another band, or the tie says
 *   STOP
 */
export function listTiedStars(
  stars: TiedStars,
  { verdict, band, exposures }: TieDocument,
  search: SearchExposure,
  file: string,
): ListedStar[] {
  const label = exposureLabel(search.list)
  const searches = exposures.filter(({ role }) => role === 'search').map(({ exposure }) => exposure)
  if (!searches.includes(label))
    throw new DataError('other-tie', 'the tie is of another search exposure', {
      file,
      found: searches.join(', '),
      expected: label,
    })
  if (band !== search.band)
    throw new DataError('several-bands', 'the tie is of another band than the list', {
      file,
      found: band,
      expected: search.band,
    })
  if (verdict === 'STOP')
    throw new DataError('not-tied', 'the search exposure is not tied to its templates: list the stars of --templates', {
      file,
      found: verdict,
    })
  const inside = rangeTest(search)
  const { raDeg, decDeg, mag, magErr, inlierProbability, observations } = stars
  const kept = indicesWhere(
    mag.length,
    (i) =>
      mag[i]! > LISTED.brightMag &&
      mag[i]! < LISTED.faintMag &&
      magErr[i]! > 0 &&
      magErr[i]! <= LISTED.largestMagErr &&
      inlierProbability[i]! >= MIN_PROBABILITY &&
      inside(raDeg[i]!, decDeg[i]!),
  )
  return Array.from(kept, (i): ListedStar => ({
    raDeg: raDeg[i]!,
    decDeg: decDeg[i]!,
    mag: mag[i]!,
    magErr: magErr[i]!,
    detections: observations[i]!,
  })).sort((a, b) => a.raDeg - b.raDeg || a.decDeg - b.decDeg || a.mag - b.mag || a.magErr - b.magErr)
}
