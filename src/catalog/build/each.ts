/**
 * Runs an action over items, several at a time; results come in the items' order. The first failure ends it, once all
 * that runs has come back.
 */
export async function each<T, R>(
  items: readonly T[],
  width: number,
  action: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  let failure: { error: unknown } | undefined
  const lane = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      const index = next++
      try {
        results[index] = await action(items[index]!, index)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  if (failure !== undefined) throw failure.error
  return results
}
