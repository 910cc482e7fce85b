/** Widths that differ by less than this count as equal, so that rounding does not choose the start [mag]. */
const TIE_MAG = 1e-9

/**
 * Centre and half width of the shortest half of the values (Rousseeuw 1984): half of them may be anywhere.
 * Halves of equal width are averaged.
 */
export function shortestHalf(values: Float64Array): { readonly centre: number; readonly halfWidth: number } {
  const sorted = values.slice().sort()
  const half = Math.floor(sorted.length / 2)
  let width = Infinity
  for (let i = 0; i + half < sorted.length; i++) width = Math.min(width, sorted[i + half]! - sorted[i]!)
  let sum = 0
  let count = 0
  for (let i = 0; i + half < sorted.length; i++) {
    if (sorted[i + half]! - sorted[i]! <= width + TIE_MAG) {
      sum += (sorted[i]! + sorted[i + half]!) / 2
      count++
    }
  }
  return { centre: sum / count, halfWidth: width / 2 }
}
