/** Requests under way at a time; the SDK itself would open a socket for each. */
const AT_ONCE = 16;

/**
 * Does something for every item, a few at a time; results in the order of the items. Everything that was begun is waited
 * for, also after a failure, so that nothing is still writing when the caller hears of it.
 */
export async function atOnce<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const queue = items.map((item, index) => ({ item, index }));
  const results: R[] = [];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next && failures.length === 0; next = queue.shift()) {
      try {
        results[next.index] = await act(next.item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
