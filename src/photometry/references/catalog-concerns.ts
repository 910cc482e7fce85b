import type { Concern } from '../concern.js'
import { mmag } from '../mmag.js'
import type { CatalogShare, CombinedReferences } from './catalog-share.js'

/** A level further off than this many of its errors is wrong, not unlucky. */
const DISAGREES_SIGMAS = 3

/** If the error of the common level is larger than the best stated one by this factor, the catalogues contradict. */
const UNCERTAIN_LEVEL = 1.2

/**
 * Stars that scatter this many times as wide as the relation says are of another band or release: of real rows the
 * factor is 0.7 to 1.5.
 */
const WRONG_SCATTER = 2.5

/**
 * What a person should know of the catalogues that a zeropoint comes from.
 *
 * @param inImage scatter of each one's magnitudes about the image's (`scatterInImage`)
 */
export function catalogConcerns(
  { left, systematicErrMag }: CombinedReferences,
  shares: readonly CatalogShare[],
  inImage: readonly (number | null)[],
): Concern[] {
  const concerns: Concern[] = []
  const say = (severity: Concern['severity'], sentence: string) =>
    concerns.push({ tag: 'catalogues', severity, sentence })
  for (const { catalog, reason } of left) say('hint', `${catalog} takes no part: ${reason}`)
  const offsets = shares.map(({ catalog, offsetMag }) => `${catalog} ${signed(offsetMag)}`).join(', ')
  const best = Math.min(...shares.map((share) => share.systematicErrMag))
  if (systematicErrMag > UNCERTAIN_LEVEL * best)
    say(
      'look',
      `the catalogues disagree about the level (${offsets}), and none is known to be right: it is uncertain by ` +
        mmag(systematicErrMag),
    )
  for (const { catalog, offsetMag, offsetErrMag, systematicErrMag: stated, sharedStars } of shares) {
    if (Math.abs(offsetMag) > DISAGREES_SIGMAS * Math.hypot(stated, offsetErrMag))
      say(
        'look',
        `${catalog} lies ${mmag(offsetMag)} off the others' level (${sharedStars} stars; it states ${mmag(stated)}): ` +
          'another release or band? The offset was taken out',
      )
  }
  if (shares.some(({ scatterFactor }) => scatterFactor > WRONG_SCATTER)) say('look', wideScatter(shares, inImage))
  const groups = new Set(shares.filter(({ share }) => share > 0).map(({ group }) => group))
  if (groups.size > 1)
    say('look', 'the catalogues have no star in common that both can serve: their levels cannot be compared')
  return concerns
}

const signed = (mag: number): string => `${mag < 0 ? '' : '+'}${(1000 * mag).toFixed(0)} mmag`

/** Differences of two catalogues show that one of them scatters too widely; which one the image says, if it can. */
function wideScatter(shares: readonly CatalogShare[], inImage: readonly (number | null)[]): string {
  const wide = shares.flatMap(({ catalog }, k) => {
    const factor = inImage[k] ?? null
    return factor !== null && factor > WRONG_SCATTER ? [{ catalog, factor }] : []
  })
  if (wide.length > 0 && wide.length < shares.length)
    return wide
      .map(
        ({ catalog, factor }) =>
          `stars of ${catalog} scatter ${factor.toFixed(1)} times as wide about the image's as its relation says: ` +
          'another release or band?',
      )
      .join('; ')
  const most = Math.max(...shares.map(({ scatterFactor }) => scatterFactor))
  return (
    `stars of ${shares.map(({ catalog }) => catalog).join(' and ')} differ ${most.toFixed(1)} times as widely as ` +
    'their relations say: is one of another release or band?'
  )
}
