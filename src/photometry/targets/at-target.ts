import type { CcdCorners } from '../../exposure/catalogue-list.js'
import { edgeDistanceArcsec } from '../../exposure/ccd-shape.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky } from '../../math/match-sky.js'
import { separationArcsec } from '../../math/sphere.js'
import { withoutOffset, type AstrometricOffset } from '../match/astrometric-offset.js'
import { fluxNoise, type FluxNoise } from './flux-noise.js'
import { placesInHoles } from './hole.js'
import type { Target, TargetSearch } from './target.js'

/** A detection near a target, before any zeropoint. */
export interface TargetDetection {
  /** NUMBER of the catalogue of detections. */
  readonly number: number
  /** Moved by the CCD's astrometric offset, if that was applied. */
  readonly raDeg: number
  readonly decDeg: number
  readonly separationArcsec: number
  readonly flux: number
  readonly fluxErr: number
  readonly flags: number
  /** Null if the catalogue has no flags of the image. */
  readonly imageFlags: number | null
}

/** What an image holds at a target, before any zeropoint. */
export interface AtTarget {
  readonly target: Target
  readonly radiusArcsec: number
  /** To the nearest edge of the CCD, negative outside; exact near the edge. */
  readonly edgeArcsec: number
  /** To the CCD's centre. */
  readonly centreArcsec: number
  /** Whether 15 times this right ascension is on the CCD while the target is not: probably hours given as degrees. */
  readonly isOnInHours: boolean
  /** Within the radius, the nearest first. */
  readonly detections: readonly TargetDetection[]
  /** If there is no detection, and the target is on the CCD, in no hole of the detections. */
  readonly noise: FluxNoise | null
}

/** What the images of a CCD hold at all targets. */
export interface CcdTargets {
  readonly exposureTimeSec: number | null
  readonly at: readonly AtTarget[]
}

/**
 * Astrometric solutions are good to a few tenths of an arcsec, and so are positions of targets. A faint object's centre
 * scatters by FWHM / (2.35 S/N) per axis: at a signal to noise of 3 half the FWHM is 3.5 sigma, which 2 in 1000 pass.
 */
const MIN_RADIUS_ARCSEC = 1

/** How far from a target a detection may be, if that is not asked for. */
const usualRadiusArcsec = (fwhmArcsec: number | null): number => Math.max(MIN_RADIUS_ARCSEC, (fwhmArcsec ?? 0) / 2)

/** A CCD as its targets are looked for. */
export interface TargetField {
  readonly sources: SourceColumns
  /** It is taken away from the sources and the corners, which are where the WCS has them. */
  readonly astrometry: AstrometricOffset
  readonly corners: CcdCorners
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly fwhmArcsec: number | null
}

/** What is at each target: the detections within the radius, else the noise of the flux if it is on the CCD. */
export function atTargets(
  { sources, astrometry, corners: ofWcs, centre, fwhmArcsec }: TargetField,
  { targets, radiusArcsec = usualRadiusArcsec(fwhmArcsec) }: TargetSearch,
): AtTarget[] {
  const aligned = withoutOffset(sources, astrometry, centre)
  const ofSky = { raDeg: Float64Array.from(ofWcs.raDeg), decDeg: Float64Array.from(ofWcs.decDeg) }
  const moved = withoutOffset(ofSky, astrometry, centre)
  const corners = { raDeg: [...moved.raDeg], decDeg: [...moved.decDeg] }
  const places = {
    raDeg: Float64Array.from(targets, ({ raDeg }) => raDeg),
    decDeg: Float64Array.from(targets, ({ decDeg }) => decDeg),
  }
  const pairs = matchSky(places, aligned, radiusArcsec, { mode: 'all' })
  const near: TargetDetection[][] = targets.map(() => [])
  pairs.a.forEach((k, pair) => {
    const i = pairs.b[pair]!
    near[k]!.push({
      number: sources.number[i]!,
      raDeg: aligned.raDeg[i]!,
      decDeg: aligned.decDeg[i]!,
      separationArcsec: pairs.separationArcsec[pair]!,
      flux: sources.flux[i]!,
      fluxErr: sources.fluxErr[i]!,
      flags: sources.flags[i]!,
      imageFlags: sources.imaflagsIso?.[i] ?? null,
    })
  })
  const edges = targets.map((target) => edgeDistanceArcsec(target, corners))
  const inHole = placesInHoles(aligned, places, edges, corners)
  const noiseAt = fluxNoise({ ...sources, ...aligned })
  return targets.map((target, k) => {
    const detections = near[k]!.sort((a, b) => a.separationArcsec - b.separationArcsec)
    const edgeArcsec = edges[k]!
    const inHours = { raDeg: target.raDeg * 15, decDeg: target.decDeg }
    return {
      target,
      radiusArcsec,
      edgeArcsec,
      centreArcsec: separationArcsec(target.raDeg, target.decDeg, centre.raDeg, centre.decDeg),
      isOnInHours: edgeArcsec < 0 && target.raDeg <= 24 && edgeDistanceArcsec(inHours, corners) >= 0,
      detections,
      noise: detections.length > 0 || edgeArcsec < 0 || inHole[k]! ? null : noiseAt(target),
    }
  })
}
