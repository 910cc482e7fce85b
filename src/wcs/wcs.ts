/**
 * The celestial coordinates of an image: pixels to the sky and back (FITS WCS, Greisen & Calabretta 2002; Calabretta &
 * Greisen 2002). Pixels count as FITS counts: the centre of the first is 1. Sky positions are ICRS degrees, FK5 J2000
 * being taken as the same (they differ by at most 0.03 arcsec).
 */
export interface Wcs {
  /** The code of the projection and of its distortion: `TAN`, `TPV`, `TAN-SIP`, `ZPN`. */
  readonly projection: string
  /** The direction of a pixel; NaN if the projection has none there (beyond the edge of the sphere of SIN or ZEA). */
  pixelToSky(x: number, y: number): { raDeg: number; decDeg: number }
  /** The pixel of a direction; undefined if it is on no pixel of the plane: the far side, or no convergence. */
  skyToPixel(raDeg: number, decDeg: number): { x: number; y: number } | undefined
}

/** A point of a plane: pixels, or intermediate world coordinates in degrees. */
export interface PlanePoint {
  readonly x: number
  readonly y: number
}

/** A map of a plane to itself with its derivatives: `dxdy` is that of x after y. */
export type PlaneMap = (x: number, y: number) => PlaneMapValue

/** Value and derivatives of a map. */
export interface PlaneMapValue extends PlanePoint {
  readonly dxdx: number
  readonly dxdy: number
  readonly dydx: number
  readonly dydy: number
}
