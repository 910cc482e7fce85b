import { verdictFrom, type Concern, type ConcernTag } from '../photometry/concern.js'
import { EXPOSURE_FLAGS } from '../photometry/exposure/flags.js'
import type { CcdResult } from '../photometry/result.js'
import { magsInFilter } from '../photometry/system/colour-term.js'
import { ownResult, zeropointAt, type SolvedResult, type TieFacts } from '../products/result-json.js'
import type { TiedAmplifiers, TiedZeropoint } from '../tie/result.js'

/** What the CCDs of a tie have in common. */
export interface TieLevel {
  /** Of the tie. */
  readonly name: string
  readonly anchor: string
  /** One sigma of the common level [mag]; null if nothing sets it. */
  readonly levelErr: number | null
}

/** Concerns about how a calibration came by its zeropoint, which is another one now. */
const OF_EARLIER_ZEROPOINT: readonly ConcernTag[] = [
  'no-zeropoint',
  'borrowed',
  'shrunk',
  'outlier',
  'suspect-exposure',
  'too-few-stars',
  'too-few-ccds',
  'large-error',
  'not-tied',
]

/**
 * A CCD's result with its zeropoint of a tie: residuals anew, what was said of the earlier zeropoint gone.
 *
 * @param own what the CCD gave by itself, with its matched stars
 * @param amplifiers what its amplifiers differ by, if they do
 * @param before the zeropoint that its calibration gave, perhaps in the light of its exposure
 */
export function tiedResult(
  own: CcdResult,
  before: number | null,
  tied: TiedZeropoint,
  { name, anchor, levelErr }: TieLevel,
  amplifiers: TiedAmplifiers | null,
): SolvedResult {
  const zeropoint = Number.isFinite(tied.zeropoint) ? tied.zeropoint : null
  const zeropointErr = zeropoint === null ? null : tied.zeropointErr
  const hasTwo = zeropoint !== null && amplifiers !== null
  const isPast = (tag: ConcernTag) => OF_EARLIER_ZEROPOINT.includes(tag) || (hasTwo && tag === 'amplifiers')
  const concerns = [
    ...concernsOf(tied),
    ...(hasTwo ? [amplifierConcern(amplifiers)] : []),
    ...own.concerns.filter(({ tag }) => !isPast(tag)),
  ]
  const tie: TieFacts = {
    ...{ name, outcome: tied.outcome, tieErr: zeropointErr, anchor, nStars: tied.nStars, before },
    ...(hasTwo ? { amplifiers: { ...amplifiers, a: zeropoint + amplifiers.a, b: zeropoint + amplifiers.b } } : {}),
  }
  const residual = magsInFilter(own.matches, own.colourTerm).map(
    (refMag, i) => refMag - own.matches.instMag[i]! - (zeropointAt({ zeropoint, tie }, own.matches.xImage[i]!) ?? NaN),
  )
  return {
    ...own,
    outcome: zeropoint === null ? 'none' : 'fitted',
    reason: zeropoint === null ? tied.reason : null,
    concerns,
    verdict: verdictFrom(concerns),
    zeropoint,
    zeropointErr,
    systematicErr: zeropoint === null ? null : levelErr,
    ownFraction: zeropoint === null ? 0 : 1,
    flag: zeropoint === null ? EXPOSURE_FLAGS.none : EXPOSURE_FLAGS.own,
    matches: { ...own.matches, residual },
    own: ownResult(own),
    tie,
  }
}

function amplifierConcern({ a, b, err }: TiedAmplifiers): Concern {
  const sentence =
    `the two amplifiers differ by ${(1000 * (b - a)).toFixed(1)} ± ${(1000 * err).toFixed(1)} mmag ` +
    '(high x minus low x) in the tied exposures: each has its own zeropoint'
  return { tag: 'amplifiers', severity: 'hint', sentence }
}

function concernsOf({ outcome, reason }: TiedZeropoint): Concern[] {
  if (outcome === 'tied') return []
  if (outcome === 'none')
    return [{ tag: 'no-zeropoint', severity: 'stop', sentence: `no zeropoint: ${reason ?? 'the tie gives none'}` }]
  const sentence = 'no stars in common with another exposure: tied by its own exposure and reference stars only'
  return [{ tag: 'not-tied', severity: 'look', sentence }]
}
