/**
 * What SExtractor measured on one CCD, one row per detection; every column has the same length.
 * A column that the catalogue does not have is absent. Missing values are NaN.
 */
export interface SourceColumns {
  readonly number: Float64Array
  /** ICRS at the exposure's epoch. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** The chosen flux, in the image's own unit, and its error. */
  readonly flux: Float64Array
  readonly fluxErr: Float64Array
  /** Further fluxes that the products calibrate with the chosen one's zeropoint. */
  readonly others?: readonly { readonly name: string; readonly flux: Float64Array; readonly fluxErr: Float64Array }[]
  readonly flags: Float64Array
  /** PSF flux, on which the original's cuts rest whatever flux is chosen. */
  readonly fluxPsf?: Float64Array
  readonly imaflagsIso?: Float64Array
  readonly classStar?: Float64Array
  readonly spreadModel?: Float64Array
  readonly spreadErrModel?: Float64Array
  readonly xImage?: Float64Array
  readonly yImage?: Float64Array
  /** Highest pixel, background included, in the image's unit. */
  readonly peak?: Float64Array
  readonly fwhmWorldDeg?: Float64Array
  readonly fwhmPixels?: Float64Array
}
