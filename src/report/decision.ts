import { exposureInWords } from '../products/result-json.js'
import { pathWord, shellWord } from '../formats/shell-word.js'
import type { Concern } from '../photometry/concern.js'
import type { CcdDocument, ResultDocument } from '../products/result-document.js'
import { repeatedRun, type TypedPaths } from './repeated-run.js'

/**
 * GO: use it. LOOK: most of it can be used, something wants a person's eye. STOP: do not use it before the cause is
 * known.
 */
export type DecisionWord = 'GO' | 'LOOK' | 'STOP'

/** One thing that is off, and where. */
interface Reason {
  /** CCDs that say the same; empty for the exposure as a whole. */
  readonly ccds: readonly number[]
  readonly tag: Concern['tag'] | 'failed'
  readonly severity: 'stop' | 'look'
  readonly sentence: string
}

export interface Decision {
  readonly word: DecisionWord
  /** In one sentence. */
  readonly headline: string
  /** The exposure's own before those of its CCDs, in each the gravest first. */
  readonly reasons: readonly Reason[]
  /** What to do about it, and the command that does it. */
  readonly next: { readonly words: string; readonly command: string }
}

/** From this share of CCDs that must not be used, the exposure is not to be used either. */
const STOP_SHARE = 0.2

/**
 * Whether an exposure, or a single CCD, can be used: from its concerns and outcomes.
 *
 * @param typed what the run's command named that its products do not hold, for the command to type next
 */
export function decide(document: ResultDocument, typed: TypedPaths = {}): Decision {
  const { ccds, solution, failed = [] } = document
  const failures = failed.map(({ ccd, reason }): Reason => ({
    ccds: [ccd],
    tag: 'failed',
    severity: 'stop',
    sentence: `not calibrated: ${reason}`,
  }))
  const reasons = [...exposureReasons(document), ...failures, ...groupedReasons(ccds)].sort(
    (a, b) => rankOf(a) - rankOf(b),
  )
  const spoilt = ccds.filter(
    (ccd) => ccd.outcome === 'none' || ccd.concerns.some(({ severity }) => severity === 'stop'),
  )
  const unusable = [...spoilt, ...failed].map(({ ccd }) => ccd)
  const ofExposure = reasons.some(({ ccds: where, severity }) => where.length === 0 && severity === 'stop')
  const stops = ofExposure || unusable.length >= STOP_SHARE * (ccds.length + failed.length)
  const word = stops ? 'STOP' : reasons.length > 0 ? 'LOOK' : 'GO'
  const headline = headlineOf(word, document, unusable, reasons)
  return { word, headline, reasons, next: nextOf(word, document, reasons, solution === undefined, typed) }
}

const isGrave = (concern: Concern): concern is Concern & { severity: 'stop' | 'look' } => concern.severity !== 'hint'

function exposureReasons({ solution, ccds }: ResultDocument): Reason[] {
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
function groupedReasons(ccds: readonly CcdDocument[]): Reason[] {
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
  saturation: 'saturated stars bend the bright end',
  crowding: 'crowded',
  'no-zeropoint': 'no zeropoint',
  'wrong-band': 'the stars look like another band',
  passband: 'the passband need not be the DES one',
  'cross-check': 'two estimators disagree',
  depth: 'shallower than it should be',
  amplifiers: 'two sides of the CCD disagree: gain, flat field or clouds',
  linearity: 'the residuals slope with magnitude',
  colour: 'the residuals slope with colour',
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

/** The exposure's own first: a cloud explains its CCDs. */
const rankOf = ({ ccds, severity }: Reason): number => (ccds.length === 0 ? 0 : 2) + (severity === 'stop' ? 0 : 1)

/** `CCD 7`, `CCDs 1, 3-5`: runs of three or more as ranges. */
export function ccdNames(ccds: readonly number[]): string {
  const sorted = [...ccds].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++
    if (end - i >= 2) parts.push(`${sorted[i]}-${sorted[end]}`)
    else for (const ccd of sorted.slice(i, end + 1)) parts.push(String(ccd))
    i = end + 1
  }
  return `${sorted.length === 1 ? 'CCD' : 'CCDs'} ${parts.join(', ')}`
}

function headlineOf(
  word: DecisionWord,
  { ccds, failed = [], solution, exposure }: ResultDocument,
  unusable: readonly number[],
  reasons: readonly Reason[],
): string {
  const all = ccds.length + failed.length
  const only = all === 1 ? ccdNames(ccds.map(({ ccd }) => ccd)) : undefined
  if (word === 'GO')
    return only === undefined ? `All ${all} CCDs can be used.` : `The zeropoint of ${only} can be used.`
  const which = exposure.expnum === null ? exposureInWords(exposure) : `exposure ${exposure.expnum}`
  if (word === 'STOP') {
    if (only !== undefined) return `Do not use ${only} of ${which} before the cause is known.`
    if (unusable.length === 0 || solution?.concerns.some(({ severity }) => severity === 'stop'))
      return `Do not use ${which} before the cause is known.`
    return `Do not use ${which}: ${unusable.length} of ${all} CCDs cannot be used.`
  }
  if (unusable.length === 0)
    return `${
      only === undefined ? 'The zeropoints can be used' : `The zeropoint of ${only} can be used`
    }, but look: ${whatIsOff(reasons)}.`
  return `Do not use ${ccdNames(unusable)}; the other ${all - unusable.length} CCDs can be used.`
}

/** The gravest reason, and how many others there are. */
function whatIsOff(reasons: readonly Reason[]): string {
  const [{ ccds, sentence }] = reasons as readonly [Reason, ...Reason[]]
  const others = reasons.length === 1 ? '' : ` (and ${reasons.length - 1} more)`
  return `${ccds.length === 0 ? '' : `${ccdNames(ccds)}: `}${sentence}${others}`
}

/** What the gravest reason asks for. */
function nextOf(
  word: DecisionWord,
  document: ResultDocument,
  reasons: readonly Reason[],
  unsolved: boolean,
  typed: TypedPaths,
): Decision['next'] {
  const { exposure, ccds } = document
  const run = repeatedRun(document, typed)
  const spec = (list: readonly number[]) =>
    ccdNames(list)
      .replace(/^CCDs? /, '')
      .replaceAll(' ', '')
  const all = ccds.length === 1 ? String(ccds[0]!.ccd) : 'all'
  const again = (list: string) => `bliss-calib ${run.exposure}${run.ccds(list)}${run.options}${run.outdir}`
  const beside = (list: string, option: string) =>
    `mkdir -p check && bliss-calib ${run.exposure}${run.ccds(list)}${run.options}${option} --outdir check`
  const first = reasons[0]
  if (word === 'GO' || first === undefined) {
    if (exposure.expnum === null) return { words: 'Nothing is off. The same run again:', command: again('all') }
    if (ccds.length === 1) return { words: 'Nothing is off. To calibrate the whole exposure:', command: again('all') }
    const combined = `D${String(exposure.expnum).padStart(8, '0')}_r${exposure.reqnum}p${exposure.attnum}_ZP.csv`
    const template = shellWord(
      pathWord(typed.outdir === undefined || typed.outdir === '.' ? combined : `${typed.outdir}/${combined}`),
    )
    return {
      words: 'Nothing is off. For the star lists of difference imaging, with the number of the search exposure:',
      command: `bliss-calib starlists --expnum SEARCH --templates ${template}`,
    }
  }
  switch (first.tag) {
    case 'failed':
      return { words: 'Mend or replace its file, then calibrate the exposure again:', command: again('all') }
    case 'wrong-band':
      if (exposure.expnum === null)
        return { words: 'Find out which filter was in the beam, and name it:', command: `${again(all)} --band BAND` }
      return {
        words:
          'Find out which filter was in the beam; make the list again from the image headers, then calibrate again:',
        command: `bliss-calib catlist --expnum ${exposure.expnum}${run.workdir} --force && ${again(all)} --force`,
      }
    case 'units':
      return {
        words:
          'See whether GAIN and EXPTIME were applied to the images; the zeropoint is ' +
          'right for the flux as it was measured. What each cut took:',
        command: `${again(all)} --verbose 1`,
      }
    case 'borrowed':
      return { words: 'If borrowed zeropoints serve, take them:', command: `${again('all')} --accept-borrowed` }
    case 'too-few-ccds':
      return {
        words: unsolved ? 'Solve them together:' : 'Calibrate the CCDs that are missing:',
        command: again('all'),
      }
    case 'suspect-exposure':
    case 'clouds':
    case 'transparency':
    case 'depth':
      return {
        words: 'See how the exposures before and after fared:',
        command: `bliss-calib report --night ${shellWord(pathWord(typed.outdir ?? '.'))}`,
      }
    case 'cross-check':
      return {
        words: 'Compare with the plain clipped mean, in another directory:',
        command: beside(first.ccds.length > 0 ? spec(first.ccds) : all, ' --estimator sigma-clip'),
      }
    case 'not-tied':
      return {
        words: 'Give the tie an exposure that overlaps the CCD:',
        command: 'bliss-calib tie SEARCH --templates TEMPLATES --outdir tied',
      }
    case 'gain':
      return {
        words: 'See whether GAIN is that of the image as it is now, scaled and stacked; then measure it again:',
        command: again(all),
      }
    case 'no-zeropoint':
    case 'shrunk':
    case 'outlier':
    case 'too-few-stars':
    case 'large-error':
    case 'saturation':
    case 'crowding':
    case 'outliers':
    case 'scatter':
    case 'astrometry':
    case 'amplifiers':
    case 'linearity':
    case 'colour':
    case 'passband':
    case 'fluxes':
    case 'classification':
    case 'catalogues':
      return {
        words: 'See what each cut took:',
        command: beside(first.ccds.length > 0 ? spec(first.ccds) : all, ' --verbose 1'),
      }
  }
}
