/**
 * Runs an action over items, begun in their order and at most `width` at a time; results come in the items' order. The
 * first failure, or the signal, lets nothing further begin, and is thrown once all that runs has come back: the reason
 * of the signal, else the failure that lies first in the items' order.
 */
export async function each<T, R>(
  items: readonly T[],
  width: number,
  action: (item: T, index: number) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const failures = new Map<number, unknown>()
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.size === 0 && !signal?.aborted) {
      const index = next++
      try {
        results[index] = await action(items[index]!, index)
      } catch (error) {
        failures.set(index, error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  signal?.throwIfAborted()
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()))
  return results
}
