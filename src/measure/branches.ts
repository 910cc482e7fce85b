/** How a threshold falls through a group of pixels, and what a branch needs to be an object. */
export interface FallingThreshold {
  /** The detection's, and the highest value. */
  readonly threshold: number
  readonly peak: number
  /** In so many equal ratios. */
  readonly thresholds: number
  /** Light above where it meets another branch. */
  readonly leastLight: number
  readonly leastPixels: number
}

/**
 * The objects' pixels where each was last alone, while the threshold falls through a group of connected pixels:
 * branches grow and meet. Where at least two of those that meet are objects, they stay apart; else the smaller ones
 * become part of the largest. Fewer than two cores: the group is one object.
 *
 * @param pixels of the group, ascending
 */
export function coresOf(
  pixels: Int32Array,
  filtered: Float32Array,
  columns: number,
  falling: FallingThreshold,
): number[][] {
  const tree = new BranchTree(pixels, filtered, columns, falling)
  for (let level = falling.thresholds - 1; level >= 0; level--) tree.fallTo(level)
  return tree.cores()
}

/** Connected sets of the pixels that are above the threshold, each with the branches that it was before. */
class BranchTree {
  /** Pixels by their level, the highest last, as places in `pixels`. */
  private readonly order: Int32Array
  private readonly ends: Int32Array
  /** Place in `pixels` of each pixel of the box round the group, with a rim; -1 for others and those below. */
  private readonly above: Int32Array
  private readonly boxed: Int32Array
  private readonly width: number
  /** Sets of places: a root is its own parent. */
  private readonly parent: Int32Array
  /** Pixels of a set, one after the other, by their first. */
  private readonly next: Int32Array
  private readonly last: Int32Array
  private readonly size: Int32Array
  private readonly light: Float64Array
  /** Of each root, the branches of the level before that it holds. */
  private readonly met = new Map<number, Branch[]>()
  private readonly branches = new Map<number, Branch>()

  constructor(
    private readonly pixels: Int32Array,
    private readonly filtered: Float32Array,
    columns: number,
    private readonly falling: FallingThreshold,
  ) {
    const count = pixels.length
    const { threshold, peak, thresholds } = falling
    const scale = thresholds / Math.log(peak / threshold)
    const levels = new Uint8Array(count)
    this.ends = new Int32Array(thresholds + 1)
    let left = columns
    let right = 0
    for (let p = 0; p < count; p++) {
      const level = Math.floor(Math.log(filtered[pixels[p]!]! / threshold) * scale)
      levels[p] = level < 0 ? 0 : level >= thresholds ? thresholds - 1 : level
      this.ends[levels[p]! + 1]!++
      const x = pixels[p]! % columns
      if (x < left) left = x
      if (x > right) right = x
    }
    for (let level = 0; level < thresholds; level++) this.ends[level + 1]! += this.ends[level]!
    const places = this.ends.slice()
    this.order = new Int32Array(count)
    for (let p = 0; p < count; p++) this.order[places[levels[p]!]!++] = p
    this.width = right - left + 3
    const top = Math.floor(pixels[0]! / columns)
    const rows = Math.floor(pixels[count - 1]! / columns) - top + 3
    this.above = new Int32Array(this.width * rows).fill(-1)
    this.boxed = pixels.map((i) => (Math.floor(i / columns) - top + 1) * this.width + (i % columns) - left + 1)
    this.parent = new Int32Array(count)
    this.next = new Int32Array(count).fill(-1)
    this.last = new Int32Array(count)
    this.size = new Int32Array(count)
    this.light = new Float64Array(count)
  }

  /** Takes the pixels of a level in. */
  fallTo(level: number): void {
    const { order, ends, above, boxed, width, met, branches } = this
    const [from, to] = [ends[level]!, ends[level + 1]!]
    if (from === to) return
    met.clear()
    for (let k = from; k < to; k++) {
      const p = order[k]!
      this.parent[p] = p
      this.last[p] = p
      this.size[p] = 1
      this.light[p] = this.filtered[this.pixels[p]!]!
      const at = boxed[p]!
      above[at] = p
      let root = p
      for (let v = at - width; v <= at + width; v += width)
        for (let i = v - 1; i <= v + 1; i++) if (i !== at && above[i]! >= 0) root = this.joined(root, above[i]!)
    }
    const { threshold, peak, thresholds } = this.falling
    const value = threshold * (peak / threshold) ** ((level + 1) / thresholds)
    const grown = new Set<number>()
    for (let k = from; k < to; k++) grown.add(this.rootOf(order[k]!))
    for (const root of grown) {
      const before = met.get(root) ?? (branches.has(root) ? [branches.get(root)!] : [])
      const cores = this.coresWhereMet(before, value)
      for (const branch of before) branches.delete(branch.root)
      branches.set(root, {
        root,
        first: root,
        size: this.size[root]!,
        light: this.light[root]!,
        end: this.last[root]!,
        cores,
      })
    }
  }

  /** Of what is left when the threshold is the detection's. */
  cores(): number[][] {
    const [whole] = this.branches.values()
    return whole!.cores
  }

  private rootOf(place: number): number {
    const { parent } = this
    let root = place
    while (parent[root] !== root) root = parent[root]!
    for (let at = place; at !== root;) {
      const up = parent[at]!
      parent[at] = root
      at = up
    }
    return root
  }

  /** One set of two; its pixels are those of the larger, then of the other. */
  private joined(a: number, b: number): number {
    const other = this.rootOf(b)
    if (a === other) return a
    const { parent, next, last, size, light, met } = this
    const [into, from] = size[a]! >= size[other]! ? [a, other] : [other, a]
    const branches = [...this.metBy(into), ...this.metBy(from)]
    if (branches.length > 0) met.set(into, branches)
    met.delete(from)
    parent[from] = into
    next[last[into]!] = from
    last[into] = last[from]!
    size[into]! += size[from]!
    light[into]! += light[from]!
    return into
  }

  private metBy(root: number): readonly Branch[] {
    const own = this.met.get(root)
    if (own) return own
    const branch = this.branches.get(root)
    return branch ? [branch] : []
  }

  private coresWhereMet(before: readonly Branch[], value: number): number[][] {
    const { leastLight, leastPixels } = this.falling
    const standing = before.filter(({ size, light }) => size >= leastPixels && light - value * size > leastLight)
    return standing.length > 1
      ? standing.flatMap((branch) => (branch.cores.length > 1 ? branch.cores : [this.pixelsOf(branch)]))
      : before.flatMap(({ cores }) => (cores.length > 1 ? cores : []))
  }

  /** Those that it had before it grew and met. */
  private pixelsOf({ first, end }: Branch): number[] {
    const found: number[] = []
    for (let p = first; ; p = this.next[p]!) {
      found.push(this.pixels[p]!)
      if (p === end) return found
    }
  }
}

/** A set of pixels as it was when the threshold last fell. */
interface Branch {
  readonly root: number
  readonly first: number
  /** The last of its pixels then. */
  readonly end: number
  readonly size: number
  /** Sum of the filtered values. */
  readonly light: number
  /** Of the objects that are known in it. */
  readonly cores: number[][]
}
