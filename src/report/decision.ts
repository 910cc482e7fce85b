import { exposureInWords } from '../products/result-json.js'
import type { ResultDocument } from '../products/result-document.js'
import { ccdNames } from './ccd-names.js'
import { nextStep, type NextStep } from './next-step.js'
import { exposureReasons, groupedReasons, type Reason } from './reasons.js'
import type { TypedPaths } from './repeated-run.js'

/**
 * GO: use it. LOOK: most of it can be used, something wants a person's eye. STOP: do not use it before the cause is
 * known.
 */
export type DecisionWord = 'GO' | 'LOOK' | 'STOP'

export interface Decision {
  readonly word: DecisionWord
  /** In one sentence. */
  readonly headline: string
  /** The exposure's own before those of its CCDs, in each the gravest first. */
  readonly reasons: readonly Reason[]
  readonly next: NextStep
}

/**
 * From this share of CCDs that must not be used, the exposure is not to be used either. A choice, not a measurement: a
 * few CCDs fail by themselves, a fifth of them (12 of 60) has a cause that the others may share.
 */
const STOP_SHARE = 0.2

/**
 * Whether an exposure, or a single CCD, can be used: from its concerns and outcomes.
 *
 * @param typed what the run's command named that its products do not hold, for the command to type next
 */
export function decide(document: ResultDocument, typed: TypedPaths = {}): Decision {
  const { ccds, solution, failed = [], missing = [] } = document
  const failures = failed.map(({ ccd, reason }): Reason => ({
    ccds: [ccd],
    tag: 'failed',
    severity: 'stop',
    sentence: `not calibrated: ${reason}`,
  }))
  const absent: Reason = {
    ccds: missing,
    tag: 'missing',
    severity: 'look',
    sentence: 'in the list and not here: no SExtractor catalogue, or in a merge no products',
  }
  const ofCcds = [...failures, ...groupedReasons(ccds), ...(missing.length === 0 ? [] : [absent])]
  const reasons = [...exposureReasons(document), ...ofCcds].sort((a, b) => rankOf(a) - rankOf(b))
  const spoilt = ccds.filter(
    (ccd) => ccd.outcome === 'none' || ccd.concerns.some(({ severity }) => severity === 'stop'),
  )
  const unusable = [...spoilt, ...failed].map(({ ccd }) => ccd)
  const ofExposure = reasons.some(({ ccds: where, severity }) => where.length === 0 && severity === 'stop')
  const stops = ofExposure || unusable.length >= STOP_SHARE * (ccds.length + failed.length)
  const word = stops ? 'STOP' : reasons.length > 0 ? 'LOOK' : 'GO'
  const headline = headlineOf(word, document, unusable, reasons)
  return { word, headline, reasons, next: nextStep(document, reasons, solution === undefined, typed) }
}

/** The exposure's own first: a cloud explains its CCDs. */
const rankOf = ({ ccds, severity }: Reason): number => (ccds.length === 0 ? 0 : 2) + (severity === 'stop' ? 0 : 1)

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
