import type { Concern } from '../photometry/concern.js'
import type { CcdDocument, ResultDocument } from '../products/result-document.js'

/** One thing that is off, and where. */
export interface Reason {
  /** CCDs that say the same; empty for the exposure as a whole. */
  readonly ccds: readonly number[]
  readonly tag: Concern['tag'] | 'failed' | 'missing'
  readonly severity: 'stop' | 'look'
  readonly sentence: string
}

const isGrave = (concern: Concern): concern is Concern & { severity: 'stop' | 'look' } => concern.severity !== 'hint'

/** What the exposure says of itself. */
export function exposureReasons({ solution, ccds }: ResultDocument): Reason[] {
  // Outliers are told by the CCDs themselves, with their numbers.
  const own = (solution?.concerns ?? [])
    .filter(isGrave)
    .filter(({ tag }) => tag !== 'outlier')
    .map(({ tag, severity, sentence }): Reason => ({ ccds: [], tag, severity, sentence }))
  if (solution === undefined && ccds.length > 1)
    own.push({
      ccds: [],
      tag: 'too-few-ccds',
      severity: 'look',
      sentence: 'the CCDs were calibrated one by one and not yet solved together',
    })
  return own
}

/**
 * Concerns of the CCDs; those that share a tag and a cause become one reason that names the CCDs. What the exposure
 * says of itself is not said again by each CCD, and a CCD with few stars that leans on the others is how a sound
 * exposure is solved: the table tells it.
 */
export function groupedReasons(ccds: readonly CcdDocument[]): Reason[] {
  const groups = new Map<string, { reason: Reason; ccds: number[]; sentences: Set<string>; isStop: boolean }>()
  for (const { ccd, concerns } of ccds) {
    for (const concern of concerns.filter(isGrave)) {
      const { tag, severity, sentence } = concern
      if (tag === 'suspect-exposure') continue
      // Sentences carry numbers of their own; many CCDs with one trouble are told together.
      const key = keyOf(concern, ccd)
      const group = groups.get(key)
      if (group) {
        // Two sentences of one tag are of one CCD.
        if (!group.ccds.includes(ccd)) group.ccds.push(ccd)
        group.sentences.add(sentence)
        group.isStop ||= severity === 'stop'
      } else
        groups.set(key, {
          reason: { ccds: [], tag, severity, sentence },
          ccds: [ccd],
          sentences: new Set([sentence]),
          isStop: severity === 'stop',
        })
    }
  }
  return [...groups.values()].map(({ reason, ccds: where, sentences, isStop }) => ({
    ...reason,
    severity: isStop ? 'stop' : reason.severity,
    ccds: where,
    sentence: sentenceOf(reason, where, sentences),
  }))
}

/** What many CCDs have at once, said of all of them. */
const TOGETHER: Readonly<Partial<Record<Reason['tag'], string>>> = {
  borrowed: 'no zeropoint of their own: borrowed from the exposure',
  outlier: 'far off the exposure: cloud, amplifiers or wrong CCDs; each keeps its own zeropoint',
  'too-few-stars': 'fewer than ten stars',
  'large-error': 'the error of the zeropoint is large',
  outliers: 'many stars disagree: crowding, wrong matches or clouds',
  astrometry: 'the astrometry is off',
  gain: 'the gain does not fit the noise of the sky',
  psf: 'the PSF is modelled from few stars',
  saturation: 'stars are saturated',
  crowding: 'crowded',
  'no-zeropoint': 'no zeropoint',
  'wrong-band': 'the stars look like another band',
  passband: 'the passband need not be the DES one',
  'cross-check': 'two estimators disagree',
  depth: 'shallower than it should be',
  amplifiers: 'two sides of the CCD disagree: gain, flat field or clouds',
  linearity: 'the residuals slope with magnitude',
  fluxes: 'the fluxes disagree with one another',
}
const ALIKE: ReadonlySet<string> = new Set(Object.keys(TOGETHER))
/** Tags whose numbers tell the cause: CCDs are told together if their sentences differ in numbers alone. */
const ALIKE_BUT_NUMBERS: ReadonlySet<string> = new Set<Reason['tag']>(['units'])

/** Concerns of two CCDs that have one key are one reason. */
function keyOf({ tag, sentence }: Concern, ccd: number): string {
  if (ALIKE.has(tag)) return tag
  return ALIKE_BUT_NUMBERS.has(tag) ? `${tag} ${sentence.replace(/\d+(\.\d+)?/g, '#')}` : `${tag} ${ccd} ${sentence}`
}

/** One sentence for all CCDs of a group: with the numbers of the first, if they are not the same on all. */
function sentenceOf({ tag, sentence }: Reason, ccds: readonly number[], sentences: ReadonlySet<string>): string {
  if (ccds.length === 1) return [...sentences].join('; ')
  return TOGETHER[tag] ?? (sentences.size === 1 ? sentence : `${sentence} (CCD ${ccds[0]}; the others are alike)`)
}
