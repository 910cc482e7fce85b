import type { TieResult } from '../tie/result.js'
import { labelOf } from './calibrated-exposure.js'
import type { UnlikeTemplate } from './comparable.js'
import type { DocumentConcern, TieDocument, TieVerdict } from './document.js'
import type { ProductsTie } from './tie-input.js'

/** More doubtful stars than this part are worth a word. */
const MANY_DOUBTFUL = 0.2

/**
 * A level that moves by more contradicts the exposure's own reference stars [mag]: five times the largest systematic
 * error that a relation states, 0.03.
 */
const FAR_MOVED_MAG = 0.15

/** Everything that is left out or limits the tie, in the names of exposures and catalogues. */
export function concernsOf(
  { catalogs, stars }: ProductsTie,
  result: TieResult,
  exposures: TieDocument['exposures'],
  ccds: TieDocument['ccds'],
  unlike: readonly UnlikeTemplate[],
): DocumentConcern[] {
  const leftOut = exposures
    .filter((exposure) => exposure.leftOut)
    .map(({ exposure, role, reason }): DocumentConcern => ({
      tag: role === 'search' ? 'search-left-out' : 'left-out',
      sentence: `${role} ${exposure} is left out: ${reason}`,
    }))
  const untied = exposures
    .filter((exposure) => exposure.role === 'search' && !exposure.leftOut)
    .flatMap(({ exposure }): DocumentConcern[] => {
      const numbers = ccds.filter((one) => one.exposure === exposure && one.outcome !== 'tied').map(({ ccd }) => ccd)
      if (numbers.length === 0 || result.pairs.length === 0) return []
      const which = `${numbers.length === 1 ? 'CCD' : 'CCDs'} ${numbers.join(', ')} of ${exposure}`
      return [{ tag: 'untied-ccds', sentence: `${which}: no stars in common with a template` }]
    })
  const moved = exposures.flatMap(({ exposure, role, leftOut: isOut, moved: mag }): DocumentConcern[] =>
    isOut || mag === null || Math.abs(mag) <= FAR_MOVED_MAG
      ? []
      : [
          {
            tag: 'moved',
            sentence: `${role} ${exposure} moved by ${mag.toFixed(3)} mag: its own reference stars disagree`,
          },
        ],
  )
  const doubtful = stars.isDoubtful.reduce((count, one) => count + one, 0)
  return [
    ...result.concerns
      .filter(({ tag }) => tag !== 'left-out')
      .map(({ tag, sentence }) => ({
        tag,
        sentence: sentence.replace(/^catalogue (\d+)/, (_, k: string) => `catalogue ${catalogs[Number(k)]!.name}`),
      })),
    ...leftOut,
    ...unlike.map(({ exposure, reason }): DocumentConcern => ({
      tag: 'unlike-template',
      sentence: `template ${labelOf(exposure)} is left out: ${reason}`,
    })),
    ...untied,
    ...moved,
    ...(doubtful > MANY_DOUBTFUL * stars.count
      ? [
          {
            tag: 'doubtful-stars' as const,
            sentence: `${doubtful} of ${stars.count} stars could be two, or are seen twice in one exposure: left out`,
          },
        ]
      : []),
  ]
}

/** STOP if a search exposure is not tied: whatever else is, its ratio to the templates is not known. */
export function verdictOf(result: TieResult, concerns: readonly DocumentConcern[]): TieVerdict {
  if (result.verdict === 'STOP' || concerns.some(({ tag }) => tag === 'search-left-out')) return 'STOP'
  return concerns.length > 0 ? 'LOOK' : 'GO'
}

/** What a pipeline should do, in a sentence. */
export const ADVICE: Readonly<Record<TieVerdict, string>> = {
  GO: 'GO: difference imaging may scale with the tied zeropoints.',
  LOOK: 'LOOK: the tied zeropoints hold, with what is said here.',
  STOP: 'STOP: the search is not tied to its templates; do not scale with these zeropoints.',
}
