/**
 * Hammer's equal-area projection of the whole sky (E. Hammer 1892): RA 0 in the middle, east to the left.
 * x runs over [-2, 2] and y over [-1, 1], north up.
 */
export function toHammer(raDeg: number, decDeg: number): { x: number; y: number } {
  const half = (centred(raDeg) * Math.PI) / 360
  const dec = (decDeg * Math.PI) / 180
  const stretch = Math.sqrt(1 + Math.cos(dec) * Math.cos(half))
  return { x: (-2 * Math.cos(dec) * Math.sin(half)) / stretch, y: Math.sin(dec) / stretch }
}

/** The direction at a point of the map; undefined outside its ellipse. */
export function fromHammer(x: number, y: number): { raDeg: number; decDeg: number } | undefined {
  const zz = 1 - (x * x) / 8 - (y * y) / 2
  if ((x * x) / 4 + y * y > 1) return undefined
  const z = Math.sqrt(zz)
  const raDeg = (-2 * Math.atan2(z * x, Math.SQRT2 * (2 * zz - 1)) * 180) / Math.PI
  return {
    raDeg: (raDeg + 360) % 360,
    decDeg: (Math.asin(Math.max(-1, Math.min(1, z * y * Math.SQRT2))) * 180) / Math.PI,
  }
}

/** Right ascension into (-180, 180]. */
function centred(raDeg: number): number {
  const turned = ((raDeg % 360) + 360) % 360
  return turned > 180 ? turned - 360 : turned
}
