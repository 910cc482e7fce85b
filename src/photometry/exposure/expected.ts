/** Prior for the scatter and gradient of an exposure; its own values are learnt from the CCDs. */

/** Scatter from CCD to CCD about the exposure's plane [mag]. */
export const EXPECTED_CCD_SCATTER_MAG = 0.005
/** The same for CCDs of a camera whose description may say how much they differ; the largest if they do not agree. */
export const expectedCcdScatterMag = (
  ccds: readonly { readonly diagnostics: { readonly ccdScatterMag?: number } }[],
): number =>
  ccds.reduce((most, { diagnostics }) => Math.max(most, diagnostics.ccdScatterMag ?? 0), 0) || EXPECTED_CCD_SCATTER_MAG
/** Standard deviation of the gradient along each axis [mag per degree]. */
export const EXPECTED_GRADIENT_MAG_PER_DEG = 0.03
/** Degrees of freedom of the Student t of the CCDs' deviations from the plane. */
export const CCD_SCATTER_DF = 4
