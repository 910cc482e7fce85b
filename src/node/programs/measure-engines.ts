/** What measures an image. */
export const MEASURE_ENGINES = ['own', 'source-extractor'] as const
export type MeasureEngine = (typeof MEASURE_ENGINES)[number]

/** How much is measured: all that is found, or only what a zeropoint needs. */
export const MEASURE_GRADES = ['full', 'calibration'] as const
export type MeasureGrade = (typeof MEASURE_GRADES)[number]
