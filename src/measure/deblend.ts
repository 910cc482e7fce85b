import type { Shape } from './shape.js'
import { shapeOf } from './shape.js'

/** How a group of pixels is taken apart (DEBLEND_NTHRESH and DEBLEND_MINCONT of SExtractor). */
export interface Deblending {
  readonly thresholds: number
  /** Light that each of two branches has to have above where they part, as a share of the whole group's. */
  readonly leastContrast: number
  readonly leastPixels: number
}

/** A branch while the threshold falls: connected pixels above it, and the objects that are known in it. */
interface Branch {
  readonly pixels: number[]
  /** Sum of the filtered values. */
  light: number
  /** Each object's pixels where it was last alone. */
  cores: number[][]
}

/**
 * Takes the objects of a group of pixels apart (Bertin & Arnouts 1996, section 5): at thresholds that fall from the
 * peak to the detection's, in equal ratios, branches of connected pixels grow and meet. If at least two of those
 * that meet each hold `leastContrast` of the group's light above the threshold before, they are objects of their own;
 * else the smaller ones are part of the largest. A pixel outside all cores belongs to the object whose Gaussian,
 * of its core's moments, is highest there.
 *
 * @param pixels of the group, ascending
 * @param filtered the image without its sky, filtered
 * @param threshold the detection's
 * @returns the pixels of each object, ascending; one object if it is not taken apart
 */
export function deblend(
  pixels: Int32Array,
  filtered: Float32Array,
  columns: number,
  threshold: number,
  { thresholds, leastContrast, leastPixels }: Deblending,
): Int32Array[] {
  let [peak, light] = [0, 0]
  for (const i of pixels) {
    peak = Math.max(peak, filtered[i]!)
    light += filtered[i]!
  }
  if (pixels.length < 2 * leastPixels || !(peak > threshold)) return [pixels]
  const cores = coresOf(pixels, filtered, columns, {
    levelOf: levelsBetween(threshold, peak, thresholds),
    valueAt: (level) => threshold * (peak / threshold) ** (level / thresholds),
    leastLight: leastContrast * light,
    leastPixels,
  })
  return cores.length < 2 ? [pixels] : shareOut(pixels, cores, filtered, columns)
}

/** The level of a value: 0 at the threshold, in equal ratios up to the peak. */
function levelsBetween(threshold: number, peak: number, thresholds: number): (value: number) => number {
  const scale = thresholds / Math.log(peak / threshold)
  return (value) => Math.max(0, Math.min(thresholds - 1, Math.floor(Math.log(value / threshold) * scale)))
}

interface Levels {
  readonly levelOf: (value: number) => number
  readonly valueAt: (level: number) => number
  readonly leastLight: number
  readonly leastPixels: number
}

function coresOf(pixels: Int32Array, filtered: Float32Array, columns: number, levels: Levels): number[][] {
  const byLevel = new Map<number, number[]>()
  for (const i of pixels) {
    const level = levels.levelOf(filtered[i]!)
    const list = byLevel.get(level)
    if (list) list.push(i)
    else byLevel.set(level, [i])
  }
  const branchOf = new Map<number, Branch>()
  const neighbours = [-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1]
  for (const level of [...byLevel.keys()].sort((a, b) => b - a)) {
    const added = byLevel.get(level)!
    const isAdded = new Set(added)
    const done = new Set<number>()
    for (const first of added) {
      if (done.has(first)) continue
      // What is connected through the pixels of this level: they, and the branches that they touch.
      const fresh = [first]
      const touched = new Set<Branch>()
      done.add(first)
      for (let k = 0; k < fresh.length; k++) {
        const i = fresh[k]!
        const x = i % columns
        for (const step of neighbours) {
          const near = i + step
          if (Math.abs((near % columns) - x) > 1) continue
          const branch = branchOf.get(near)
          if (branch) {
            if (touched.has(branch)) continue
            touched.add(branch)
            // Other pixels of this level may touch the branch elsewhere.
            for (const inner of branch.pixels)
              for (const beside of neighbours) {
                const other = inner + beside
                if (isAdded.has(other) && !done.has(other) && Math.abs((other % columns) - (inner % columns)) <= 1) {
                  done.add(other)
                  fresh.push(other)
                }
              }
          } else if (isAdded.has(near) && !done.has(near)) {
            done.add(near)
            fresh.push(near)
          }
        }
      }
      const whole = joined([...touched], levels.valueAt(level + 1), levels)
      for (const i of fresh) {
        whole.pixels.push(i)
        whole.light += filtered[i]!
      }
      for (const i of whole.pixels) branchOf.set(i, whole)
    }
  }
  const [one] = new Set(branchOf.values())
  return one!.cores
}

/** Branches that have met, as one; each was last alone at `level`. */
function joined(branches: readonly Branch[], level: number, { leastLight, leastPixels }: Levels): Branch {
  if (branches.length === 0) return { pixels: [], light: 0, cores: [] }
  const stands = (branch: Branch) =>
    branch.pixels.length >= leastPixels && branch.light - level * branch.pixels.length > leastLight
  const standing = branches.filter(stands)
  const cores =
    standing.length > 1
      ? standing.flatMap((branch) => (branch.cores.length > 1 ? branch.cores : [[...branch.pixels]]))
      : branches.flatMap(({ cores }) => (cores.length > 1 ? cores : []))
  // The largest takes the others in.
  const [largest, ...others] = [...branches].sort((a, b) => b.pixels.length - a.pixels.length)
  for (const { pixels, light } of others) {
    for (const i of pixels) largest!.pixels.push(i)
    largest!.light += light
  }
  largest!.cores = cores
  return largest!
}

function shareOut(
  pixels: Int32Array,
  cores: readonly (readonly number[])[],
  filtered: Float32Array,
  columns: number,
): Int32Array[] {
  const owner = new Map<number, number>()
  const shapes = cores.map((core, k) => {
    for (const i of core) owner.set(i, k)
    return shapeOf(core, filtered, columns)
  })
  const shares: number[][] = cores.map(() => [])
  for (const i of pixels) shares[owner.get(i) ?? brightest(shapes, i % columns, Math.floor(i / columns))]!.push(i)
  return shares.map((share) => Int32Array.from(share))
}

function brightest(shapes: readonly Shape[], x: number, y: number): number {
  let [best, most] = [0, -Infinity]
  for (const [k, shape] of shapes.entries()) {
    const [dx, dy] = [x - shape.x, y - shape.y]
    const { cxx, cyy, cxy } = shape
    const value = Math.log(shape.peak) - 0.5 * (cxx * dx * dx + cyy * dy * dy + cxy * dx * dy)
    if (value > most) [best, most] = [k, value]
  }
  return best
}
