/**
 * The density down to which cells are needed to hold a share of the whole, the densest first.
 *
 * @param density per unit of area, 0 or more, shape (n)
 * @param areas shape (n); absent if all are 1
 * @param share above 0 and at most 1
 */
export function greedyThreshold(
  density: Float64Array,
  areas: Float64Array | undefined,
  share: number,
): { threshold: number; total: number } {
  let total = 0
  let wholeArea = 0
  for (let i = 0; i < density.length; i++) {
    const area = areas?.[i] ?? 1
    total += density[i]! * area
    wholeArea += area
  }
  // Cells below this density hold less than what may be left out, all together: they need not be sorted.
  const floor = ((1 - share) * total * (1 - 1e-9)) / wholeArea
  const dense: number[] = []
  for (let i = 0; i < density.length; i++) if (density[i]! > 0 && density[i]! >= floor) dense.push(i)
  const order = Uint32Array.from(dense).sort((a, b) => density[b]! - density[a]!)
  // A sum of many terms in another order than `total` differs in its last digits: the whole is reached a hair before
  // it.
  const wanted = share * total * (1 - 1e-12)
  let held = 0
  let threshold = Infinity
  for (const i of order) {
    if (held >= wanted) break
    threshold = density[i]!
    held += threshold * (areas?.[i] ?? 1)
  }
  return { threshold, total }
}
