import type { Runs } from './runs.js'

/** Groups of pixels that touch, also by a corner. Group g has `pixels[starts[g] .. starts[g + 1])`, ascending. */
export interface Components {
  readonly count: number
  readonly starts: Int32Array
  readonly pixels: Int32Array
  /** Value of each of the pixels. */
  readonly values: Float32Array
  /** Limit at the first pixel of each group. */
  readonly limits: Float32Array
}

/**
 * The connected groups of the pixels that are above a threshold, those of at least `leastPixels` only, in the order of
 * their first pixel (eight neighbours; Rosenfeld & Pfaltz 1966: one pass, with groups that turn out to be one joined).
 */
export function components(runs: Runs, columns: number, leastPixels: number): Components {
  const { count, starts, ends, rows } = runs
  const parents = new Int32Array(count)
  // The first run that may touch the one at hand: it ends left of it in the row below at the earliest.
  let first = 0
  for (let r = 0; r < count; r++) {
    parents[r] = r
    const [start, end] = [starts[r]! - columns, ends[r]! - columns]
    while (ends[first]! < start) first++
    for (let q = first; q < r && starts[q]! <= end; q++) if (rows[q]! + 1 === rows[r]) join(parents, q, r)
  }
  return grouped(runs, parents, leastPixels)
}

/** The earliest run of those that are one with a run. */
function rootOf(parents: Int32Array, run: number): number {
  let root = run
  while (parents[root] !== root) root = parents[root]!
  while (parents[run] !== root) {
    const up = parents[run]!
    parents[run] = root
    run = up
  }
  return root
}

function join(parents: Int32Array, a: number, b: number): void {
  const one = rootOf(parents, a)
  const other = rootOf(parents, b)
  if (one < other) parents[other] = one
  else parents[one] = other
}

function grouped(
  { count, starts, ends, places, values, limits }: Runs,
  parents: Int32Array,
  least: number,
): Components {
  const sizes = new Int32Array(count)
  for (let r = 0; r < count; r++) sizes[rootOf(parents, r)]! += ends[r]! - starts[r]!
  let groups = 0
  let total = 0
  // Where the next pixel of each root's group goes; -1 for those that are too small.
  const next = new Int32Array(count).fill(-1)
  for (let r = 0; r < count; r++) {
    if (parents[r] !== r || sizes[r]! < least) continue
    next[r] = total
    total += sizes[r]!
    groups++
  }
  const found = {
    count: groups,
    starts: new Int32Array(groups + 1),
    pixels: new Int32Array(total),
    values: new Float32Array(total),
    limits: new Float32Array(groups),
  }
  for (let r = 0, g = 0; r < count; r++) {
    if (next[parents[r]!] === -1) continue
    if (parents[r] === r) {
      found.limits[g] = limits[r]!
      found.starts[g++] = next[r]!
    }
    let to = next[parents[r]!]!
    for (let i = starts[r]!, from = places[r]!; i < ends[r]!; i++, from++, to++) {
      found.pixels[to] = i
      found.values[to] = values[from]!
    }
    next[parents[r]!] = to
  }
  found.starts[groups] = total
  return found
}
