/** What concerns are about, for programs; their sentences are for people. */
export const CONCERN_TAGS = [
  'no-zeropoint',
  'borrowed',
  'shrunk',
  'outlier',
  'suspect-exposure',
  'too-few-stars',
  'too-few-ccds',
  'large-error',
  'wrong-band',
  'passband',
  'units',
  'gain',
  'psf',
  'saturation',
  'crowding',
  'outliers',
  'scatter',
  'astrometry',
  'clouds',
  'transparency',
  'depth',
  'cross-check',
  'amplifiers',
  'linearity',
  'fluxes',
  'classification',
  'catalogues',
  'not-tied',
] as const

/** What a concern is about. */
export type ConcernTag = (typeof CONCERN_TAGS)[number]

/** A QA flag: something that is wrong with a CCD or an exposure. */
export interface Concern {
  readonly tag: ConcernTag
  /**
   * `stop`: do not use the number before the cause is known. `look`: the number can be used, but read the sentence.
   * `hint`: for information; not in the verdict.
   */
  readonly severity: 'stop' | 'look' | 'hint'
  /** Plain words with the numbers. */
  readonly sentence: string
}

/** The verdict: `good`, or the sentences of all concerns above a hint, those with `stop` first. */
export function verdictFrom(concerns: readonly Concern[]): string {
  const sentences = (['stop', 'look'] as const).flatMap((severity) =>
    concerns.filter((concern) => concern.severity === severity).map(({ sentence }) => sentence),
  )
  return sentences.length === 0 ? 'good' : sentences.join('; ')
}
