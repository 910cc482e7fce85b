import type { SourceColumns } from '../../exposure/sources.js'
import { median } from '../../math/robust.js'
import type { SkyPositions } from '../../math/match-sky.js'
import { indicesWhere } from '../../math/select.js'
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

interface Place {
  readonly raDeg: number
  readonly decDeg: number
}

/** The noise at a place; null if it cannot be told. */
export type NoiseAt = (place: Place) => FluxNoise | null

/** Above this the light of the object itself is a part of its error: a fifth of the variance on a dark sky. */
const MAX_SIGNAL_TO_NOISE = 10
/** Enough for a median good to 3 %, few enough to follow the sky over a CCD. */
const NEAREST = 50
const LEAST = 5

/**
 * The noise of the chosen flux at places of an image: flux errors of the faint, unflagged detections nearest to each,
 * carried to no flux along their line err^2 = sigma^2 + flux / gain (median of pairs' slopes: Theil 1950, Sen 1968).
 * Null without five such detections.
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
    const nearest = nearestOf(faint, { raDeg, decDeg }, place)
    const errors = nearest.map(({ i }) => ({ flux: flux[i]!, variance: fluxErr[i]! ** 2 }))
    return { ...noiseOf(errors), withinArcsec: nearest.at(-1)!.awayDeg * 3600, faintestSn }
  }
}

/** Without light: the line of the errors at no flux. */
function noiseOf(errors: readonly { readonly flux: number; readonly variance: number }[]) {
  const slopes = new Float64Array((errors.length * (errors.length - 1)) / 2)
  let count = 0
  errors.forEach((a, i) => {
    for (let k = 0; k < i; k++) {
      const b = errors[k]!
      if (a.flux !== b.flux) slopes[count++] = (a.variance - b.variance) / (a.flux - b.flux)
    }
  })
  const perFlux = count === 0 ? 0 : Math.max(0, median(slopes.subarray(0, count)))
  const least = errors.reduce((lowest, { variance }) => Math.min(lowest, variance), Infinity)
  // A line through few points may fall below all of them; a tenth of the smallest is no noise of this image.
  const variance = Math.max(median(errors.map((one) => one.variance - perFlux * one.flux)), least / 10)
  return { sigma: Math.sqrt(variance), detections: errors.length }
}

/** The rows nearest to a place, ascending, of equally near ones the first; rows without a position come last. */
function nearestOf(rows: Uint32Array, { raDeg, decDeg }: SkyPositions, place: Place) {
  const cosDec = Math.cos(place.decDeg * DEG_TO_RAD)
  const kept: { readonly i: number; readonly awayDeg: number }[] = []
  let farthest = Infinity
  for (const i of rows) {
    const north = decDeg[i]! - place.decDeg
    // Most rows are farther in declination alone.
    if (Math.abs(north) >= farthest) continue
    const away = Math.hypot((((raDeg[i]! - place.raDeg + 540) % 360) - 180) * cosDec, north)
    const awayDeg = Number.isNaN(away) ? Infinity : away
    if (kept.length === NEAREST && awayDeg >= farthest) continue
    let at = kept.length
    while (at > 0 && kept[at - 1]!.awayDeg > awayDeg) at--
    kept.splice(at, 0, { i, awayDeg })
    if (kept.length > NEAREST) kept.pop()
    if (kept.length === NEAREST) farthest = kept.at(-1)!.awayDeg
  }
  return kept
}

/** The value below which a share of the others lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * sorted.length)] ?? 0
}
