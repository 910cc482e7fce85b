import type { SourceColumns } from '../../exposure/sources.js'
import { median } from '../../math/robust.js'
import { indicesWhere, numbersOf } from '../../math/select.js'
import { DEG_TO_RAD } from '../../math/units.js'

/** Noise of a flux at a place without an object, in the flux's unit. */
export interface FluxNoise {
  readonly sigma: number
  /** Detections that it rests on. */
  readonly detections: number
  /** How far the farthest of them is from the place. */
  readonly withinArcsec: number
  /** Signal to noise above which nine in ten detections of the image lie: what is fainter may be missing. */
  readonly faintestSn: number
}

/** The noise at a place; null if it cannot be told. */
export type NoiseAt = (place: { readonly raDeg: number; readonly decDeg: number }) => FluxNoise | null

/** Above this the light of the object itself is a part of its error: a fifth of the variance on a dark sky. */
const MAX_SIGNAL_TO_NOISE = 10
/** Enough for a median good to 3 %, few enough to follow the sky over a CCD. */
const NEAREST = 50
const LEAST = 5

/**
 * The noise of the chosen flux at places of an image: flux errors of the faint, unflagged detections nearest to it, carried to no
 * flux along their line err^2 = sigma^2 + flux / gain (median of pairs' slopes: Theil 1950, Sen 1968). Null without
 * five such detections.
 */
export function fluxNoise({ raDeg, decDeg, flux, fluxErr, flags, imaflagsIso }: SourceColumns): NoiseAt {
  const sound = indicesWhere(
    flux.length,
    (i) => fluxErr[i]! > 0 && fluxErr[i]! < Infinity && flags[i] === 0 && (imaflagsIso?.[i] ?? 0) === 0,
  )
  const signals = Array.from(sound, (i) => flux[i]! / fluxErr[i]!).filter((value) => value > 0)
  const faint = sound.filter((i) => Math.abs(flux[i]!) < MAX_SIGNAL_TO_NOISE * fluxErr[i]!)
  const faintestSn = quantile(signals, 0.1)
  if (faint.length < LEAST) return () => null
  return (place) => {
    const cosDec = Math.cos(place.decDeg * DEG_TO_RAD)
    const distances = numbersOf(faint, (i) => {
      const east = (((raDeg[i]! - place.raDeg + 540) % 360) - 180) * cosDec
      return Math.hypot(east, decDeg[i]! - place.decDeg)
    })
    const nearest = smallest(distances, NEAREST)
    const errors = nearest.map((k) => ({ flux: flux[faint[k]!]!, variance: fluxErr[faint[k]!]! ** 2 }))
    return { ...noiseOf(errors), withinArcsec: distances[nearest.at(-1)!]! * 3600, faintestSn }
  }
}

/** Without light: the line of the errors at no flux. */
function noiseOf(errors: readonly { readonly flux: number; readonly variance: number }[]) {
  const slopes = errors.flatMap((a, i) =>
    errors.slice(0, i).flatMap((b) => (a.flux === b.flux ? [] : [(a.variance - b.variance) / (a.flux - b.flux)])),
  )
  const perFlux = slopes.length === 0 ? 0 : Math.max(0, median(slopes))
  const least = errors.reduce((lowest, { variance }) => Math.min(lowest, variance), Infinity)
  // A line through few points may fall below all of them; a tenth of the smallest is no noise of this image.
  const variance = Math.max(median(errors.map((one) => one.variance - perFlux * one.flux)), least / 10)
  return { sigma: Math.sqrt(variance), detections: errors.length }
}

/** Indices of the smallest numbers, ascending, of equal ones the first; what is no number comes last. */
function smallest(numbers: Float64Array, count: number): number[] {
  const kept: number[] = []
  const valueAt = (i: number) => (Number.isNaN(numbers[i]) ? Infinity : numbers[i]!)
  for (let i = 0; i < numbers.length; i++) {
    if (kept.length === count && valueAt(i) >= valueAt(kept[count - 1]!)) continue
    let at = kept.length
    while (at > 0 && valueAt(kept[at - 1]!) > valueAt(i)) at--
    kept.splice(at, 0, i)
    if (kept.length > count) kept.pop()
  }
  return kept
}

/** The value below which a share of the others lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * sorted.length)] ?? 0
}
