/** Index of the first key of keys[low .. high) that is not below the value; `high` if there is none. Keys ascend. */
export function firstAtOrAfter(keys: BigInt64Array, value: bigint, low = 0, high = keys.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
