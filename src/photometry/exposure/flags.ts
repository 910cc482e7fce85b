/**
 * ZeroPoint_FLAGS as its readers know them: own, borrowed or more than half shrunk, outlier, exposure suspect, none.
 */
export const EXPOSURE_FLAGS = { own: 0, borrowed: 1, outlier: -1000, suspect: -9999, none: -2000 } as const
