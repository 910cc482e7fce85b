import type { Concern } from '../concern.js'
import type { AstrometricOffset } from '../match/astrometric-offset.js'
import type { WrongOrientation } from '../match/blind-alignment.js'
import type { CcdResult } from '../result.js'
import { chanceOfAtLeast } from './chance.js'
import type { SaturatedStars } from './saturated-stars.js'

/** A field of point sources inside the catalogue's range finds most of its bright stars again. */
const LOW_MATCH_FRACTION = 0.1
/** As few matches as chance gives are none, if this many detections could have matched. */
const MANY_DETECTIONS = 20
const LIKELY_BY_CHANCE = 1e-3
/** Pairs further apart than this, or an edge that is, lose stars to a match within 1 arcsec. */
const LARGE_SCATTER_ARCSEC = 0.25
const LARGE_EDGE_ARCSEC = 0.3

/**
 * What a person should know of the positions: a WCS that is off, turned or mirrored, or another field's catalogue.
 *
 * @param pairsByChance how many pairs unrelated positions would make
 * @param saturated the saturated stars, if they are the catalogue's; asked for only if nothing else matches
 */
export function astrometryConcerns(
  result: Pick<CcdResult, 'astrometry' | 'diagnostics' | 'cuts' | 'catalog'>,
  pairsByChance: number,
  saturated: () => SaturatedStars | undefined = () => undefined,
): Concern[] {
  const {
    astrometry,
    diagnostics: { rotation },
    cuts,
    catalog,
  } = result
  const concerns: Concern[] = []
  const say = (sentence: string, severity: Concern['severity'] = 'look') =>
    concerns.push({ tag: 'astrometry', severity, sentence })
  if (astrometry.orientation) {
    say(`the stars fit if the image is ${orientationText(astrometry.orientation)}: correct the WCS`, 'stop')
    return concerns
  }
  if (astrometry.applied) say(shiftRemark(astrometry))
  if (rotation && rotation.scatterArcsec > LARGE_SCATTER_ARCSEC)
    say(
      `the positions scatter by ${rotation.scatterArcsec.toFixed(2)} ` +
        `arcsec about the catalogue's: check the astrometry`,
    )
  else if (rotation && rotation.edgeArcsec > LARGE_EDGE_ARCSEC && rotation.edgeArcsec > 5 * rotation.edgeErrArcsec) {
    const { edgeArcsec, rotationArcsec, scalePpm } = rotation
    say(
      `the positions are turned by ${rotationArcsec.toFixed(0)} arcsec and stretched by ` +
        `${scalePpm.toFixed(0)} ppm, ${edgeArcsec.toFixed(2)} arcsec at the edge: stars there may be lost`,
    )
  }
  const matches = `${cuts.matched} of ${cuts.selected} selected detections match`
  const isByChance =
    astrometry.raOffsetArcsec === null && chanceOfAtLeast(cuts.matched, pairsByChance) > LIKELY_BY_CHANCE
  const stars = isByChance ? saturated() : undefined
  if (stars)
    concerns.push({
      tag: 'saturation',
      severity: 'stop',
      sentence:
        `the catalogue's stars are saturated in this image: ${stars.paired} of ${stars.detections} saturated ` +
        `detections are stars of ${catalog}, and of the others no more than chance gives; a shorter exposure is needed`,
    })
  else if (isByChance && cuts.selected >= MANY_DETECTIONS)
    say(
      `${matches} a star of ${catalog}, no more than chance gives, and no shift within 60 arcsec or turn within a ` +
        'degree helps: the WCS is wrong, or this is not the catalogue of the field',
      'stop',
    )
  else if (cuts.selected >= 50 && cuts.matched < LOW_MATCH_FRACTION * cuts.selected) {
    const other = `${matches} a star of ${catalog}: check the astrometry, and that this is the catalogue of the field`
    say(cuts.matched === 0 ? other : `${matches}: check the astrometry`)
  }
  return concerns
}

function orientationText({ mirrored, turnedDeg }: WrongOrientation): string {
  const turned = turnedDeg === 0 ? '' : `turned by ${turnedDeg} degrees`
  return mirrored ? ['mirrored', turned].filter(Boolean).join(' and ') : turned
}

function shiftRemark({ raOffsetArcsec, decOffsetArcsec, rotationDeg, stars }: AstrometricOffset): string {
  const [east, north] = [raOffsetArcsec!, decOffsetArcsec!]
  const along = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(2)} ${value < 0 ? negative : positive}`
  const parts = `${along(east, 'east', 'west')}, ${along(north, 'north', 'south')}`
  const shift = `the positions are off by ${Math.hypot(east, north).toFixed(2)} arcsec (${parts})`
  return rotationDeg === undefined
    ? `${shift}: taken out before the match`
    : `${shift} and turned by ${rotationDeg.toFixed(3)} degrees, by ${stars} stars: taken out before the match; ` +
        'correct the WCS'
}
