/** Indices i in [0, n) for which the test holds, ascending. */
export function indicesWhere(n: number, test: (i: number) => boolean): Uint32Array {
  const found = new Uint32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) if (test(i)) found[count++] = i
  return found.slice(0, count)
}

/** Indices that sort the values ascending; ties keep their order, NaN goes last. */
export function sortingOrder(values: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(values.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  return order.sort((a, b) => {
    const x = values[a]!
    const y = values[b]!
    if (x < y) return -1
    if (x > y) return 1
    if (x === y) return a - b
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
  })
}

/** values[order], as float64. */
export function gather(values: ArrayLike<number>, order: ArrayLike<number>): Float64Array {
  const gathered = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) gathered[i] = values[order[i]!]!
  return gathered
}
