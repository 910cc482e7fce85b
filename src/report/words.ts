import type { CcdDocument } from '../products/result-document.js'

/** A magnitude with four decimals; a dash if there is none. */
export const magText = (value: number | null): string => (value === null ? '–' : value.toFixed(4))

/** A number with a true minus sign, and none before a zero. */
export const signedText = (value: number, digits: number): string =>
  value
    .toFixed(digits)
    .replace(/^-(?=0(\.0*)?$)/, '')
    .replace('-', '−')

/** Millimagnitudes with a true minus sign and, for differences, a plus. */
export function mmagText(mag: number | null, digits = 1): string {
  return mag === null ? '–' : signedText(1000 * mag, digits)
}
export function mmagDifference(mag: number | null, digits = 1): string {
  return mag === null ? '–' : `${mag > 0 ? '+' : ''}${mmagText(mag, digits)}`
}

/** Each cut by name, as a reader would say it. */
const CUT_WORDS: Readonly<Record<string, string>> = {
  position: 'no position',
  signal: 'signal to noise < 10',
  flags: 'FLAGS > 3',
  imageFlags: 'IMAFLAGS_ISO set',
  saturated: 'saturated',
  notStarLike: 'not star-like',
  unmatched: 'no catalogue star near',
  missingMagnitude: 'no magnitude',
  missingColour: 'no colour',
  missingError: 'no error',
  outsideMagnitude: 'outside the magnitudes',
  faintBp: 'BP too faint',
  outsideColour: 'outside the colours',
  badExcess: 'BP/RP flux excess',
  offLocus: 'off the stellar locus',
  outlier: 'outlier of the fit',
}
export const cutWords = (cut: string): string => CUT_WORDS[cut] ?? cut

/** How a CCD's mark shows in figures and tables. */
export function markOf({ outcome, concerns, zeropoint }: CcdDocument): 'fitted' | 'borrowed' | 'outlier' | 'none' {
  if (outcome === 'none' || zeropoint === null) return 'none'
  if (concerns.some(({ tag }) => tag === 'outlier')) return 'outlier'
  return outcome
}

/** How deep a CCD goes, beside what a dark clear night gives. */
export function depthText({
  diagnostics: { expectation },
}: {
  readonly diagnostics: Pick<CcdDocument['diagnostics'], 'expectation'>
}): string {
  if (!expectation || expectation.depth5Sigma === null) return 'unknown'
  return (
    `${expectation.depth5Sigma.toFixed(2)} ` +
    `mag${
      expectation.expectedDepth5Sigma === null
        ? ''
        : `, a dark clear night gives ${expectation.expectedDepth5Sigma.toFixed(2)}`
    }`
  )
}
