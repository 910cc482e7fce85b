/** Groups of pixels that touch, also by a corner. Group g has `pixels[starts[g] .. starts[g + 1])`, ascending. */
export interface Components {
  readonly count: number
  readonly starts: Int32Array
  readonly pixels: Int32Array
}

/**
 * The connected groups of the pixels that are above a threshold, those of at least `leastPixels` only, in the order of
 * their first pixel (eight neighbours; Rosenfeld & Pfaltz 1966: one pass, with groups that turn out to be one joined).
 *
 * @param isAbove 1 for a pixel above the threshold, row by row
 */
export function components(isAbove: Uint8Array, columns: number, leastPixels: number): Components {
  const roots = new Roots()
  const labels = new Int32Array(isAbove.length).fill(-1)
  let above = 0
  for (let i = 0, x = 0; i < isAbove.length; i++, x = x + 1 === columns ? 0 : x + 1) {
    if (isAbove[i] === 0) continue
    above++
    const row = i - columns
    let label = x > 0 ? labels[i - 1]! : -1
    if (row >= 0) {
      // Above it, if there is one, joins its own neighbours already.
      if (labels[row]! >= 0) label = roots.join(label, labels[row]!)
      else {
        if (x > 0 && labels[row - 1]! >= 0) label = roots.join(label, labels[row - 1]!)
        if (x + 1 < columns && labels[row + 1]! >= 0) label = roots.join(label, labels[row + 1]!)
      }
    }
    labels[i] = label >= 0 ? label : roots.add()
  }
  return grouped(labels, roots, above, leastPixels)
}

/** Which provisional labels are one: each points to an earlier one, or to itself. */
class Roots {
  private parents = new Int32Array(1024)
  count = 0

  add(): number {
    if (this.count === this.parents.length) {
      const larger = new Int32Array(2 * this.count)
      larger.set(this.parents)
      this.parents = larger
    }
    this.parents[this.count] = this.count
    return this.count++
  }

  of(label: number): number {
    let root = label
    while (this.parents[root] !== root) root = this.parents[root]!
    while (this.parents[label] !== root) [label, this.parents[label]] = [this.parents[label]!, root]
    return root
  }

  /** The one label of both; a label below 0 is none. */
  join(a: number, b: number): number {
    if (a < 0 || a === b) return b
    const [one, other] = [this.of(a), this.of(b)]
    const root = Math.min(one, other)
    this.parents[Math.max(one, other)] = root
    return root
  }
}

function grouped(labels: Int32Array, roots: Roots, above: number, leastPixels: number): Components {
  const sizes = new Int32Array(roots.count)
  const rooted = new Int32Array(roots.count)
  for (let label = 0; label < roots.count; label++) rooted[label] = roots.of(label)
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) sizes[rooted[labels[i]!]!]!++
  const places = new Int32Array(roots.count).fill(-1)
  const starts = new Int32Array(roots.count + 1)
  let count = 0
  let total = 0
  for (let label = 0; label < roots.count; label++) {
    if (rooted[label] !== label || sizes[label]! < leastPixels) continue
    places[label] = total
    starts[count++] = total
    total += sizes[label]!
  }
  starts[count] = total
  const pixels = new Int32Array(Math.min(above, total))
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < 0) continue
    const root = rooted[labels[i]!]!
    if (places[root]! >= 0) pixels[places[root]!++] = i
  }
  return { count, starts: starts.slice(0, count + 1), pixels }
}
