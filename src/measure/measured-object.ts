import type { DetectedObject } from './detect.js'
import type { WindowedPosition } from './windowed.js'

/** A flux and its standard error, in the image's unit. */
export interface Flux {
  readonly flux: number
  readonly fluxErr: number
}

/** An object as it was measured; positions from 0 at the first pixel's centre. */
export interface MeasuredObject extends DetectedObject {
  /** FLAGS of SExtractor's manual. */
  readonly flags: number
  readonly windowed: WindowedPosition
  readonly apertures: readonly Flux[]
  readonly auto: Flux & { readonly kronRadius: number }
  /** FLUX_RADIUS at one half [pixel]. */
  readonly halfLightRadius: number
  readonly fwhmPixels: number
  /** Highest pixel above the sky, and the sky there. */
  readonly peak: number
  readonly skyLevel: number
}
