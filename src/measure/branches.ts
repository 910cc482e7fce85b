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
 * @param values of the pixels
 * @returns places of each core's pixels in `pixels`
 */
export function coresOf(
  pixels: Int32Array,
  values: Float32Array,
  columns: number,
  falling: FallingThreshold,
): number[][] {
  const tree = new BranchTree(pixels, values, columns, falling)
  for (let level = falling.thresholds - 1; level >= 0; level--) tree.fallTo(level)
  return tree.cores()
}

/** A set of pixels as it was when the threshold last fell. */
class Branch {
  /** The next of those that it has met since. */
  met: Branch | undefined = undefined

  /**
   * @param end the last of its pixels then
   * @param light sum of the values
   * @param cores of the objects that are known in it: none, or at least two
   */
  constructor(
    readonly first: number,
    readonly end: number,
    readonly size: number,
    readonly light: number,
    readonly cores: number[][],
  ) {}
}

/** Connected sets of the pixels that are above the threshold, each with the branches that it was before. */
class BranchTree {
  /** Places of pixels by their level, the highest last, and where each level ends. */
  private readonly order: Int32Array
  private readonly ends: Int32Array
  /** Place of each pixel of the box round the group, with a rim; -1 for others and those below. */
  private readonly above: Int32Array
  private readonly boxed: Int32Array
  private readonly width: number
  /** Sets of places: a root is its own parent. */
  private readonly parent: Int32Array
  /** Pixels of a set, one after the other, the root first. */
  private readonly next: Int32Array
  private readonly last: Int32Array
  private readonly size: Int32Array
  private readonly light: Float64Array
  /** Of each root, the branches of the level before that it holds. */
  private readonly branches: (Branch | undefined)[]

  constructor(
    pixels: Int32Array,
    private readonly values: Float32Array,
    columns: number,
    private readonly falling: FallingThreshold,
  ) {
    const count = pixels.length
    const { threshold, peak, thresholds } = falling
    const scale = thresholds / Math.log(peak / threshold)
    const levels = new Uint8Array(count)
    const ends = new Int32Array(thresholds + 1)
    const top = Math.floor(pixels[0]! / columns)
    const rows = Math.floor(pixels[count - 1]! / columns) - top + 3
    let left = columns
    let right = 0
    for (let p = 0; p < count; p++) {
      const level = Math.floor(Math.log(values[p]! / threshold) * scale)
      levels[p] = level < 0 ? 0 : level >= thresholds ? thresholds - 1 : level
      ends[levels[p]! + 1]!++
      const x = pixels[p]! % columns
      if (x < left) left = x
      if (x > right) right = x
    }
    for (let level = 0; level < thresholds; level++) ends[level + 1]! += ends[level]!
    this.ends = ends
    const places = ends.slice()
    this.width = right - left + 3
    this.above = new Int32Array(this.width * rows).fill(-1)
    this.order = new Int32Array(count)
    this.boxed = new Int32Array(count)
    for (let p = 0; p < count; p++) {
      this.order[places[levels[p]!]!++] = p
      const y = Math.floor(pixels[p]! / columns)
      this.boxed[p] = (y - top + 1) * this.width + pixels[p]! - y * columns - left + 1
    }
    this.parent = new Int32Array(count)
    this.next = new Int32Array(count).fill(-1)
    this.last = new Int32Array(count)
    this.size = new Int32Array(count)
    this.light = new Float64Array(count)
    this.branches = new Array<Branch | undefined>(count).fill(undefined)
  }

  /** Takes the pixels of a level in. */
  fallTo(level: number): void {
    const { order, ends, above, boxed, width, parent, last, size, light, values } = this
    const from = ends[level]!
    const to = ends[level + 1]!
    if (from === to) return
    for (let k = from; k < to; k++) {
      const p = order[k]!
      parent[p] = p
      last[p] = p
      size[p] = 1
      light[p] = values[p]!
      const at = boxed[p]!
      above[at] = p
      let root = p
      for (let v = at - width; v <= at + width; v += width)
        for (let i = v - 1; i <= v + 1; i++) {
          const near = above[i]!
          // Of one set already, as most are: itself too.
          if (near >= 0 && parent[near] !== root) root = this.joined(root, near)
        }
    }
    const { threshold, peak, thresholds } = this.falling
    const value = threshold * (peak / threshold) ** ((level + 1) / thresholds)
    for (let k = from; k < to; k++) {
      const root = this.rootOf(order[k]!)
      const branch = this.branches[root]
      // Seen by an earlier pixel of the level.
      if (branch !== undefined && branch.met === undefined && branch.size === size[root]) continue
      const cores = branch === undefined ? NO_CORES : this.coresWhereMet(branch, value)
      this.branches[root] = new Branch(root, last[root]!, size[root]!, light[root]!, cores)
    }
  }

  /** Of what is left when the threshold is the detection's. */
  cores(): number[][] {
    return this.branches[this.rootOf(0)]!.cores
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
    const { parent, next, last, size, light, branches } = this
    const into = size[a]! >= size[other]! ? a : other
    const from = into === a ? other : a
    const [own, its] = [branches[into], branches[from]]
    if (own === undefined) branches[into] = its
    else if (its !== undefined) endOf(own).met = its
    parent[from] = into
    next[last[into]!] = from
    last[into] = last[from]!
    size[into]! += size[from]!
    light[into]! += light[from]!
    return into
  }

  /** @param met the first of the branches that have met */
  private coresWhereMet(met: Branch, value: number): number[][] {
    if (met.met === undefined) return met.cores
    const { leastLight, leastPixels } = this.falling
    const before: Branch[] = []
    for (let branch: Branch | undefined = met; branch !== undefined; branch = branch.met) before.push(branch)
    const standing = before.filter(({ size, light }) => size >= leastPixels && light - value * size > leastLight)
    return standing.length > 1
      ? standing.flatMap((branch) => (branch.cores.length > 1 ? branch.cores : [this.placesOf(branch)]))
      : before.flatMap(({ cores }) => cores)
  }

  /** Those that it had before it grew and met. */
  private placesOf({ first, end }: Branch): number[] {
    const found: number[] = []
    for (let p = first; ; p = this.next[p]!) {
      found.push(p)
      if (p === end) return found
    }
  }
}

const NO_CORES: number[][] = []

function endOf(branch: Branch): Branch {
  let end = branch
  while (end.met !== undefined) end = end.met
  return end
}
