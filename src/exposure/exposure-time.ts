const SAME_SEC = 1
const SAME_SHARE = 0.01

/** Whether two exposure times [s] are one that was rounded. */
export const sameExposureTime = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(SAME_SEC, SAME_SHARE * Math.max(a, b))
