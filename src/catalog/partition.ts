/** The rows of one file: [start, end) of the sorted rows, all in one NESTED cell. */
export interface Partition {
  readonly order: number
  readonly cell: number
  readonly start: number
  readonly end: number
}

const KEY_ORDER = 29

/**
 * Divides sorted rows into files: cells as coarse as they can be with at most `maxRows` rows, and no finer than `maxOrder`;
 * empty cells get no file. `keys` are order-29 NESTED cells, ascending.
 */
export function partitionRows(keys: BigInt64Array, maxRows: number, maxOrder: number): Partition[] {
  const partitions: Partition[] = []
  const divide = (order: number, cell: number, start: number, end: number): void => {
    if (start === end) return
    if (end - start <= maxRows || order === maxOrder) {
      partitions.push({ order, cell, start, end })
      return
    }
    let from = start
    for (let child = 4 * cell; child < 4 * cell + 4; child++) {
      const to = firstAtOrAfter(keys, cellEnd(order + 1, child), from, end)
      divide(order + 1, child, from, to)
      from = to
    }
  }
  let from = 0
  for (let base = 0; base < 12; base++) {
    const to = firstAtOrAfter(keys, cellEnd(0, base), from, keys.length)
    divide(0, base, from, to)
    from = to
  }
  return partitions
}

/** First order-29 cell after a cell. */
function cellEnd(order: number, cell: number): bigint {
  return BigInt(cell + 1) << BigInt(2 * (KEY_ORDER - order))
}

/** Index of the first key of keys[low .. high) that is not below the value; `high` where there is none. */
export function firstAtOrAfter(keys: BigInt64Array, value: bigint, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
