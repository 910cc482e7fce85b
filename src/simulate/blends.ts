import type { Candidates } from './candidates.js'

/** What close neighbours do to each object. */
interface Blends {
  /** 1 if a brighter object swallowed this one. */
  readonly absorbed: Uint8Array
  /** SExtractor's FLAGS bits 1 (neighbours bias the flux) and 2 (deblended). */
  readonly flags: Uint8Array
  /** Flux of others that ends up in this object's [count]. */
  readonly added: Float64Array
}

/** Closer than this one detection is made [FWHM]. */
const MERGED_WITHIN = 0.7
/** Farther than this nothing happens [FWHM]. */
const APART_BEYOND = 2.2
/** A neighbour of less of the flux leaves no flag. */
const NOTICED_RATIO = 0.03
const BIASING_RATIO = 0.1

/**
 * Pairs of a CCD by a sweep along x. Merged pairs become one detection with the sum of the fluxes; separated ones are
 * flagged and keep a part of the neighbour's light that fades with distance.
 */
export function blendsOf({ x, y, flux, kind }: Candidates, fwhmPixels: number): Blends {
  const n = x.length
  const absorbed = new Uint8Array(n)
  const flags = new Uint8Array(n)
  const added = new Float64Array(n)
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => x[a]! - x[b]! || a - b)
  const reach = APART_BEYOND * fwhmPixels
  for (let p = 0; p < n; p++) {
    const a = order[p]!
    for (let q = p + 1; q < n && x[order[q]!]! - x[a]! <= reach; q++) {
      const b = order[q]!
      if (kind[a] === 'spurious' || kind[b] === 'spurious' || absorbed[a] || absorbed[b]) continue
      const distance = Math.hypot(x[b]! - x[a]!, y[b]! - y[a]!) / fwhmPixels
      if (distance > APART_BEYOND) continue
      const [bright, faint] = flux[a]! >= flux[b]! ? [a, b] : [b, a]
      if (distance < MERGED_WITHIN) {
        absorbed[faint] = 1
        added[bright]! += flux[faint]! + added[faint]!
        continue
      }
      const leaking = 0.1 * Math.exp(-(distance - MERGED_WITHIN) / 0.4)
      added[bright]! += leaking * flux[faint]!
      added[faint]! += leaking * flux[bright]!
      const ratio = flux[faint]! / flux[bright]!
      if (ratio > NOTICED_RATIO) flags[bright]! |= 2
      if (ratio > BIASING_RATIO) flags[bright]! |= 1
      flags[faint]! |= 3
    }
  }
  return { absorbed, flags, added }
}
