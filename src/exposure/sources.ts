/** One flux of every detection, with its error, in the image's own unit. */
export interface NamedFlux {
  /** As `--magsType` takes it with `mag_` in place of `FLUX_`: FLUX_PSF, FLUX_APER_8. */
  readonly name: string
  readonly flux: Float64Array
  readonly fluxErr: Float64Array
  /** Of the column, if it tells one. */
  readonly unit?: string
  /** The column holds 32-bit floats. */
  readonly single?: boolean
}

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
  /** Every flux with an error, and which of them is the chosen one; of each a zeropoint and a depth are wanted. */
  readonly fluxes?: readonly NamedFlux[]
  readonly chosenFlux?: string
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
