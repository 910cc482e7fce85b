/** Bits of FLAGS (SExtractor's manual, "Extraction flags"). */
const EXTRACTION_FLAGS: readonly (readonly [bit: number, words: string])[] = [
  [1, 'has bright neighbours or bad pixels that bias it'],
  [2, 'was blended with another object'],
  [4, 'holds saturated pixels'],
  [8, 'is cut by the edge of the image'],
  [16, 'has an incomplete or corrupted aperture'],
  [32, 'has an incomplete or corrupted isophote'],
  [64, 'was deblended while the memory was full'],
  [128, 'was extracted while the memory was full'],
]

/** FLAGS in words; empty if no bit is set. */
export const extractionFlagWords = (flags: number): readonly string[] =>
  EXTRACTION_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, words]) => words)
