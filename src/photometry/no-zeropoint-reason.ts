import type { CcdResult } from './result.js'
import type { Selection, SelectionCut } from './select/selection.js'
import { STANDARD_CUTS, type StandardCut } from './system/colour-relation.js'

/** Why a CCD has no zeropoint of its own: what left it without stars, else what the fit says. */
export function noZeropointReason(
  { detections, selected, matched }: CcdResult['cuts'],
  lost: Selection['lost'],
  lostAsStandard: Readonly<Record<StandardCut, number>>,
  fitReason: string,
): string {
  if (detections === 0) return 'the SExtractor catalogue has no detections'
  if (selected === 0) return `none of ${detections} detections passes the selection: ${lossesOf(lost, CUT_WORDS)}`
  if (matched === 0)
    return `none of ${selected} selected detections has a star of the catalogue within the match radius`
  if (STANDARD_CUTS.reduce((sum, cut) => sum + lostAsStandard[cut], 0) === matched)
    return `none of ${matched} matched stars can serve: ${lossesOf(lostAsStandard, STANDARD_CUT_WORDS)}`
  return fitReason
}

/** How many each cut removed, the largest number first. */
const lossesOf = <Cut extends string>(lost: Readonly<Record<Cut, number>>, words: Readonly<Record<Cut, string>>) =>
  (Object.keys(words) as Cut[])
    .filter((cut) => lost[cut] > 0)
    .sort((a, b) => lost[b] - lost[a])
    .map((cut) => `${lost[cut]} have ${words[cut]}`)
    .join(', ')

const CUT_WORDS: Readonly<Record<SelectionCut, string>> = {
  position: 'no usable position',
  signal: 'a signal to noise below 10',
  flags: 'FLAGS above 3 or missing',
  imageFlags: 'IMAFLAGS_ISO other than 0',
  saturated: 'a peak at or above SATURATE',
  notStarLike: 'a SPREAD_MODEL or CLASS_STAR unlike a star',
}

const STANDARD_CUT_WORDS: Readonly<Record<StandardCut, string>> = {
  missingMagnitude: 'no magnitude in the band',
  missingColour: 'no colour',
  missingError: 'no error',
  outsideMagnitude: 'a magnitude beyond those that the relation holds for',
  faintBp: 'too faint a BP',
  outsideColour: 'a colour beyond those that the relation holds for',
  badExcess: 'a flux excess of BP and RP',
  offLocus: 'colours off the stellar locus',
}
