import type { PlaneMap } from './wcs.js'

/** The highest order of SIP: its keywords have one digit for each power (Shupe et al. 2005). */
export const SIP_MAX_ORDER = 9

/** One term of a SIP polynomial: A_p_q. */
export interface SipTerm {
  readonly p: number
  readonly q: number
  readonly value: number
}

/**
 * The distortion of SIP: pixels relative to CRPIX to those that the linear transform is made for, u + f(u, v) and
 * v + g(u, v) (Shupe et al. 2005).
 */
export function sipDistortion(a: readonly SipTerm[], b: readonly SipTerm[]): PlaneMap {
  return (u, v) => {
    const f = sumOf(a, u, v)
    const g = sumOf(b, u, v)
    return { x: u + f.value, y: v + g.value, dxdx: 1 + f.du, dxdy: f.dv, dydx: g.du, dydy: 1 + g.dv }
  }
}

function sumOf(terms: readonly SipTerm[], u: number, v: number): { value: number; du: number; dv: number } {
  const sum = { value: 0, du: 0, dv: 0 }
  for (const { p, q, value } of terms) {
    sum.value += value * u ** p * v ** q
    if (p > 0) sum.du += value * p * u ** (p - 1) * v ** q
    if (q > 0) sum.dv += value * q * u ** p * v ** (q - 1)
  }
  return sum
}
