const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

const LOG10_OF_2 = Math.fround(Math.log10(2))

/**
 * log10 of a float32 as the numpy that made the golden files computes it: x = 2^k m with 0.75 <= m < 1.5, then
 * float32(k log10(2)) + log10(m), log10(2) being a float32 as well. The short constant makes it half a unit of the last
 * place too large on average for fluxes, which is enough to move the sixth decimal of a zeropoint. Found by comparison
 * with numpy 1.24.2 on a machine with AVX-512: of fluxes from 10^3 to 10^6 0.5 % differ, by one unit; the correctly
 * rounded logarithm differs in 53 %.
 */
export function log10Float32(x: number): number {
  if (!(x >= 2 ** -126 && x < Infinity)) return Math.fround(Math.log10(x))
  float[0] = x
  let k = (bits[0]! >>> 23) - 127
  let mantissa = x / 2 ** k
  if (mantissa >= 1.5) {
    mantissa /= 2
    k++
  }
  return Math.fround(Math.fround(k * LOG10_OF_2) + Math.log10(mantissa))
}
