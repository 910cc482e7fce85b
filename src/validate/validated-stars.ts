/** Calibrated stars of an exposure that a catalogue has which was not used; arrays of one length. */
export interface ValidatedStars {
  readonly ccd: Int32Array
  /** Calibrated magnitude, -2.5 log10(flux) + zeropoint, and the error of its flux. */
  readonly mag: Float64Array
  readonly magErr: Float64Array
  /** The same star's magnitude in the same system by the other catalogue. */
  readonly refMag: Float64Array
  readonly refMagErr: Float64Array
  /** Scatter that the other catalogue's relation leads to expect. */
  readonly refScatter: Float64Array
  /** Of the other catalogue. */
  readonly colour: Float64Array
  readonly xImage: Float64Array
  readonly yImage: Float64Array
  /** 1 for a star that the zeropoint was fitted to. */
  readonly fitted: Uint8Array
}

/** A CCD whose calibration is validated. */
export interface ValidatedCcd {
  readonly ccd: number
  readonly zeropointErr: number
  /** One sigma of the level that its calibration states [mag]. */
  readonly systematicErr: number | null
}
