/**
 * The largest of any number of values, `least` if none is larger: `Math.max` takes no more arguments than the stack has
 * room for.
 */
export function largestOf(values: Iterable<number>, least = -Infinity): number {
  let largest = least
  for (const value of values) if (value > largest) largest = value
  return largest
}

/** The smallest of any number of values; Infinity of none. */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Infinity
  for (const value of values) if (value < smallest) smallest = value
  return smallest
}
