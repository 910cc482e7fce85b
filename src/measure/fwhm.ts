/** Pixels below this share of the peak are the wings, in which a star is no Gaussian. */
const CORE_SHARE = 0.2
const MIN_PIXELS = 4

/**
 * FWHM of an object if its core were Gaussian: then the logarithm of a pixel's light falls evenly with the area that is
 * brighter, by 1 / (2 pi sigma^2) a pixel; the slope by least squares over the core. NaN for too few pixels.
 *
 * @param light the image without its sky
 */
export function fwhmOfProfile(pixels: Int32Array, light: Float32Array): number {
  let peak = -Infinity
  let held = 0
  for (let p = 0; p < pixels.length; p++) peak = Math.max(peak, light[pixels[p]!]!)
  const least = CORE_SHARE * peak
  const core = new Float64Array(pixels.length)
  for (let p = 0; p < pixels.length; p++) if (light[pixels[p]!]! > least) core[held++] = light[pixels[p]!]!
  const values = core.subarray(0, held).sort().reverse()
  let n = 0
  let sa = 0
  let sl = 0
  let saa = 0
  let sal = 0
  for (let k = 0; k < values.length; k++) {
    const area = k + 0.5
    const height = Math.log(values[k]!)
    n++
    sa += area
    sl += height
    saa += area * area
    sal += area * height
  }
  const slope = (n * sal - sa * sl) / (n * saa - sa * sa)
  return n >= MIN_PIXELS && slope < 0 ? 2 * Math.sqrt(Math.LN2 / (-slope * Math.PI)) : NaN
}
