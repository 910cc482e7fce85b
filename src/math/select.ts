/** Indices i in [0, n) for which the test holds, ascending. */
export function indicesWhere(n: number, test: (i: number) => boolean): Uint32Array {
  const found = new Uint32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) if (test(i)) found[count++] = i
  return found.slice(0, count)
}

/** Indices that sort the values ascending; ties keep their order, NaN goes last. */
export function sortingOrder(values: ArrayLike<number>): Uint32Array {
  // The engine sorts numbers ten times faster without a comparison of ours; each value then finds its place among them.
  const sorted = new Float64Array(values).sort()
  let numbers = sorted.length
  while (numbers > 0 && Number.isNaN(sorted[numbers - 1]!)) numbers--
  const order = new Uint32Array(sorted.length)
  const likeIt = new Uint32Array(sorted.length)
  for (let i = 0; i < order.length; i++) {
    const value = values[i]!
    const first = Number.isNaN(value) ? numbers : firstNotBelow(sorted, numbers, value)
    order[first + likeIt[first]!++] = i
  }
  return order
}

/** Index of the first of `count` ascending values that is not below a value. */
function firstNotBelow(ascending: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** values[order], as float64. */
export function gather(values: ArrayLike<number>, order: ArrayLike<number>): Float64Array {
  const gathered = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) gathered[i] = values[order[i]!]!
  return gathered
}
