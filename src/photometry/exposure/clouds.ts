import type { Concern } from '../concern.js'
import type { CcdMatches, ExposureSolution } from './result.js'

/** A gradient steeper than flat fields and airmass cause [mag per degree], by this many of its errors. */
const STEEP_MAG_PER_DEG = 0.03
const STEEP_SIGMAS = 5
/** CCDs of a patch are fainter than the plane by more than both, and all of it by this many sigma: sum / sqrt(n). */
const FAINT_MAG = 0.015
const FAINT_SIGMAS = 2
const PATCH_SIGMAS = 6
/** CCDs whose centres are this near touch, also by a corner (DECam's pitch is 0.31 by 0.165 deg). */
const TOUCHING_DEG = 0.36
const MIN_IN_PATCH = 3

/**
 * Signs of clouds over the focal plane: a gradient, and patches of neighbouring CCDs that are fainter than the rest.
 */
export function cloudConcerns(
  { gradient, ccds: solved }: Pick<ExposureSolution, 'gradient' | 'ccds'>,
  places: readonly CcdMatches[],
): Concern[] {
  const concerns: Concern[] = []
  if (gradient) {
    const { xiMagPerDeg, etaMagPerDeg, xiErr, etaErr } = gradient
    const steep = Math.hypot(xiMagPerDeg, etaMagPerDeg)
    if (steep > STEEP_MAG_PER_DEG && steep > STEEP_SIGMAS * Math.hypot(xiErr, etaErr)) {
      concerns.push({
        tag: 'clouds',
        severity: 'look',
        sentence:
          `the zeropoint changes by ${steep.toFixed(3)} mag per degree towards the ` +
          `${direction(xiMagPerDeg, etaMagPerDeg)}: clouds, or a flat field`,
      })
    }
  }
  const faint = solved.flatMap(({ ccd, deviation, deviationSigma }, k) => {
    const { xiDeg, etaDeg } = places[k]!
    return deviation !== null && deviation < -FAINT_MAG && deviationSigma! < -FAINT_SIGMAS
      ? [{ ccd, deviation, sigmas: deviationSigma!, xiDeg, etaDeg }]
      : []
  })
  faint.sort((a, b) => a.ccd - b.ccd)
  for (const patch of patchesOf(faint)) {
    const sigmas = patch.reduce((sum, member) => sum - member.sigmas, 0) / Math.sqrt(patch.length)
    if (patch.length < MIN_IN_PATCH || sigmas < PATCH_SIGMAS) continue
    const deepest = Math.max(...patch.map(({ deviation }) => -deviation))
    const numbers = patch.map(({ ccd }) => ccd).sort((a, b) => a - b)
    concerns.push({
      tag: 'clouds',
      severity: 'look',
      sentence:
        `CCDs ${numbers.join(', ')} lie together and are fainter than the rest, by ` +
        `up to ${(1000 * deepest).toFixed(0)} mmag: a cloud`,
    })
  }
  return concerns
}

/** Groups of places that touch one another. */
function patchesOf<T extends { readonly xiDeg: number; readonly etaDeg: number }>(places: readonly T[]): T[][] {
  const left = new Set(places)
  const patches: T[][] = []
  for (const seed of places) {
    if (!left.delete(seed)) continue
    const patch = [seed]
    for (const member of patch) {
      for (const other of left) {
        if (Math.hypot(other.xiDeg - member.xiDeg, other.etaDeg - member.etaDeg) > TOUCHING_DEG) continue
        left.delete(other)
        patch.push(other)
      }
    }
    patches.push(patch)
  }
  return patches
}

/** The compass point towards which the zeropoint grows. */
function direction(east: number, north: number): string {
  const points = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west']
  return points[(Math.round(Math.atan2(east, north) / (Math.PI / 4)) + 8) % 8]!
}
