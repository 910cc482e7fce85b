/** What is expected of an exposure before it is seen; its own is learnt. */

/** Scatter from CCD to CCD about the exposure's plane [mag]. */
export const EXPECTED_CCD_SCATTER_MAG = 0.005
/** Standard deviation of the gradient along each axis [mag per degree]. */
export const EXPECTED_GRADIENT_MAG_PER_DEG = 0.03
/** Degrees of freedom of Student's t, by which CCDs stray from the plane. */
export const CCD_SCATTER_DF = 4
