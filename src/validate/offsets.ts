import { gather, numbersOf, sortingOrder } from '../math/select.js'
import { fitZeropoint } from '../photometry/fit/zeropoint.js'

/** One set of magnitudes minus another's, of some of the stars. */
export interface Offset {
  /** What the stars have in common: `g 16.2 to 17.9`, `CCD 28`. */
  readonly of: string
  readonly stars: number
  /** Null if fewer than three stars agree. */
  readonly offsetMag: number | null
  readonly offsetErrMag: number | null
}

/** Magnitudes of stars by two ways; arrays of one length. */
export interface ComparedMagnitudes {
  readonly mag: Float64Array
  readonly magErr: Float64Array
  readonly refMag: Float64Array
  /** NaN if it is not known, which counts as none. */
  readonly refMagErr: Float64Array
  /** Scatter that is expected beyond the errors. */
  readonly refScatter: Float64Array
}

/** Fewer stars than this are not cut into parts, nor said anything of. */
export const FEW_STARS = 10

/** The whole expected error of a difference. */
export const differenceErr = ({ magErr, refMagErr, refScatter }: ComparedMagnitudes, i: number): number =>
  Math.hypot(magErr[i]!, Number.isFinite(refMagErr[i]!) ? refMagErr[i]! : 0, refScatter[i]!)

/**
 * Robust mean of `mag - refMag` over some rows: the fit of a zeropoint with `mag` as instrumental magnitudes, the sign
 * turned.
 */
export function offsetOf(stars: ComparedMagnitudes, rows: Uint32Array, of: string): Offset {
  const fit = fitZeropoint(
    {
      refMag: gather(stars.refMag, rows),
      refMagErr: numbersOf(rows, (i) => (Number.isFinite(stars.refMagErr[i]!) ? stars.refMagErr[i]! : 0)),
      refScatter: gather(stars.refScatter, rows),
      instMag: gather(stars.mag, rows),
      instMagErr: gather(stars.magErr, rows),
    },
    { crossCheck: false },
  )
  const none = fit.outcome === 'none'
  return {
    of,
    stars: rows.length,
    offsetMag: none ? null : -fit.zeropoint,
    offsetErrMag: none ? null : fit.zeropointErr,
  }
}

/** Thirds of the stars by a quantity; none without values. */
export function thirdsOf(stars: ComparedMagnitudes, rows: Uint32Array, values: Float64Array, name: string): Offset[] {
  const finite = rows.filter((i) => Number.isFinite(values[i]!))
  if (finite.length < FEW_STARS) return []
  const order = Uint32Array.from(sortingOrder(gather(values, finite)), (k) => finite[k]!)
  return [0, 1, 2].map((third) => {
    const part = order.slice(Math.round((third * order.length) / 3), Math.round(((third + 1) * order.length) / 3))
    const [low, high] = [values[part[0]!]!, values[part.at(-1)!]!]
    return offsetOf(stars, part, `${name} ${low.toFixed(2)} to ${high.toFixed(2)}`)
  })
}
