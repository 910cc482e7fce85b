import { background, type Background } from './background.js'
import { bridgeGaps } from './bridge-gaps.js'
import { components, type Components } from './components.js'
import { deblend, type LitPixels } from './deblend.js'
import type { Frame } from './frame.js'
import { matchedFilter } from './matched-filter.js'
import { RunList, type Runs } from './runs.js'
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
  /** Standard deviation of the sky in a pixel, at the object. */
  readonly sigma: number
  /** It was taken apart from another. */
  readonly isBlended: boolean
}

/** What an image holds: its sky, and the objects on it in the order of their first pixel. */
export interface Detection {
  readonly background: Background
  /** The image without its sky; 0 where nothing may be measured. */
  readonly sky: Float32Array
  readonly objects: readonly DetectedObject[]
}

/** A part of an object that parts at some threshold has so many pixels. */
const MIN_BRANCH_PIXELS = 3

/**
 * Finds the objects of an image: sky in meshes, matched filter, connected pixels above a threshold, taken apart if they
 * hold several (Bertin & Arnouts 1996). It pauses between steps, for a caller that has something else to do.
 */
export function* detect(frame: Frame, settings: DetectionSettings): Generator<void, Detection> {
  const { columns } = frame
  const map = background(frame, settings.meshPixels)
  yield
  const sky = withoutSky(frame, map)
  yield
  const runs = runsAbove(frame, sky, map, settings.threshold)
  yield
  const groups = components(runs, columns, settings.leastPixels)
  yield
  const objects: DetectedObject[] = []
  for (let g = 0; g < groups.count; g++) {
    objects.push(...objectsOf(groupOf(groups, g), groups.limits[g]!, columns, settings))
    if (g % GROUPS_PER_STEP === GROUPS_PER_STEP - 1) yield
  }
  return { background: map, sky, objects }
}

const GROUPS_PER_STEP = 500

/** The objects of a group of pixels, those of enough pixels only. */
function objectsOf(group: LitPixels, limit: number, columns: number, settings: DetectionSettings): DetectedObject[] {
  const parts = deblend(group, columns, limit, {
    thresholds: settings.deblendThresholds,
    leastContrast: settings.deblendContrast,
    leastPixels: MIN_BRANCH_PIXELS,
  })
  const [sigma, isBlended] = [limit / settings.threshold, parts.length > 1]
  return parts
    .filter(({ pixels }) => pixels.length >= settings.leastPixels)
    .map((part) => ({ pixels: part.pixels, shape: shapeOf(part, columns), sigma, isBlended }))
}

const groupOf = ({ starts, pixels, values }: Components, g: number): LitPixels => ({
  pixels: pixels.subarray(starts[g], starts[g + 1]),
  values: values.subarray(starts[g], starts[g + 1]),
})

function withoutSky({ columns, rows, pixels, weight }: Frame, map: Background): Float32Array {
  const sky = new Float32Array(pixels.length)
  const levels = skyRows(map, map.levels, columns)
  const level = new Float64Array(columns)
  for (let y = 0; y < rows; y++) {
    levels.row(y, level)
    const from = y * columns
    for (let x = 0; x < columns; x++) sky[from + x] = pixels[from + x]! - level[x]!
    if (weight === undefined) continue
    for (let i = from; i < from + columns; i++) if (!(weight[i]! > 0)) sky[i] = 0
  }
  return sky
}

/** The runs of pixels that are above the threshold, of the filtered image with its gaps bridged. */
function runsAbove(frame: Frame, sky: Float32Array, map: Background, threshold: number): Runs {
  const { columns, weight } = frame
  const { light, isBridged } = weight ? bridgeGaps(sky, weight, columns) : { light: sky }
  const runs = new RunList()
  const limits = skyRows(
    map,
    map.sigmas.map((sigma) => threshold * sigma),
    columns,
  )
  const limit = new Float64Array(columns)
  matchedFilter(frame, light, (y, filtered) => {
    limits.row(y, limit)
    if (weight !== undefined && isBridged !== undefined)
      for (let x = 0, i = y * columns; x < columns; x++, i++)
        if (!(weight[i]! > 0)) limit[x] = isBridged[i] === 1 ? threshold * map.sigma : Infinity
    runs.addRow(y, filtered, limit)
  })
  return runs
}
