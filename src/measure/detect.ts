import { background, type Background } from './background.js'
import { bridgeGaps } from './bridge-gaps.js'
import { components } from './components.js'
import { deblend } from './deblend.js'
import type { Frame } from './frame.js'
import { matchedFilter } from './matched-filter.js'
import { shapeOf, type Shape } from './shape.js'
import { skyRows } from './sky-row.js'

/** How objects are found; the names are those of SExtractor's settings. */
export interface DetectionSettings {
  /** BACK_SIZE. */
  readonly meshPixels: number
  /** DETECT_THRESH, in standard deviations of the sky in one pixel. */
  readonly threshold: number
  /** DETECT_MINAREA. */
  readonly leastPixels: number
  /** DEBLEND_NTHRESH and DEBLEND_MINCONT. */
  readonly deblendThresholds: number
  readonly deblendContrast: number
}

/** An object: its pixels above the threshold and their shape. */
export interface DetectedObject {
  /** Indices of its pixels, ascending. */
  readonly pixels: Int32Array
  readonly shape: Shape
  /** The threshold at its first pixel that may be measured, in the image's unit. */
  readonly threshold: number
  /** It was taken apart from another. */
  readonly isBlended: boolean
}

/** What an image holds: its sky, and the objects on it in the order of their first pixel. */
export interface Detection {
  readonly background: Background
  /** The image without its sky; 0 where nothing may be measured. */
  readonly sky: Float32Array
  /** Standard deviation of the sky in each pixel; Infinity where nothing may be measured. */
  readonly noise: Float32Array
  readonly objects: readonly DetectedObject[]
}

/** A part of an object that parts at some threshold has so many pixels. */
const MIN_BRANCH_PIXELS = 3

/**
 * Finds the objects of an image: sky in meshes, matched filter, connected pixels above a threshold, taken apart if they
 * hold several (Bertin & Arnouts 1996).
 */
export function detect(frame: Frame, settings: DetectionSettings): Detection {
  const { columns } = frame
  const map = background(frame, settings.meshPixels)
  const { sky, noise } = withoutSky(frame, map)
  const { light, isBridged } = frame.weight ? bridgeGaps(sky, noise, columns) : { light: sky }
  const filtered = matchedFilter(frame, light)
  const isAbove = new Uint8Array(filtered.length)
  const { threshold } = settings
  for (let i = 0; i < isAbove.length; i++) if (filtered[i]! > threshold * noise[i]!) isAbove[i] = 1
  if (isBridged)
    for (let i = 0; i < isAbove.length; i++)
      if (isBridged[i] === 1 && filtered[i]! > threshold * map.sigma) isAbove[i] = 1
  const groups = components(isAbove, columns, settings.leastPixels)
  const objects: DetectedObject[] = []
  for (let g = 0; g < groups.count; g++) {
    const pixels = groups.pixels.subarray(groups.starts[g]!, groups.starts[g + 1]!)
    const groupThreshold = threshold * sigmaOf(pixels, noise, map.sigma)
    const parts = deblend(pixels, filtered, columns, groupThreshold, {
      thresholds: settings.deblendThresholds,
      leastContrast: settings.deblendContrast,
      leastPixels: MIN_BRANCH_PIXELS,
    })
    for (const part of parts) {
      if (part.length < settings.leastPixels) continue
      const shape = shapeOf(part, filtered, columns)
      objects.push({ pixels: part, shape, threshold: groupThreshold, isBlended: parts.length > 1 })
    }
  }
  return { background: map, sky, noise, objects }
}

/** The noise at the first pixel of a group that may be measured; a bridged gap may have none. */
function sigmaOf(pixels: Int32Array, noise: Float32Array, usual: number): number {
  const first = pixels.find((i) => noise[i] !== Infinity)
  return first === undefined ? usual : noise[first]!
}

function withoutSky(
  { columns, rows, pixels, weight }: Frame,
  map: Background,
): { readonly sky: Float32Array; readonly noise: Float32Array } {
  const sky = new Float32Array(pixels.length)
  const noise = new Float32Array(pixels.length)
  const levels = skyRows(map, map.levels, columns)
  const sigmas = skyRows(map, map.sigmas, columns)
  const level = new Float64Array(columns)
  let i = 0
  for (let y = 0; y < rows; y++) {
    levels.row(y, level)
    sigmas.row(y, noise.subarray(i, i + columns))
    for (let x = 0; x < columns; x++) sky[i + x] = pixels[i + x]! - level[x]!
    if (weight !== undefined)
      for (let x = i; x < i + columns; x++) {
        if (weight[x]! > 0) continue
        noise[x] = Infinity
        sky[x] = 0
      }
    i += columns
  }
  return { sky, noise }
}
