/** Processes many items: a few at the same time, and with the failure of one kept apart from the others. */

/** Most calls of stores or objects that one request has in progress. */
const WIDTH = 20;

/**
 * Calls `work` for each item, at most WIDTH at the same time. The results are in the order of the items.
 *
 * @throws the first error of `work`; items that have not begun by then are skipped
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, lane));
  return results;
}

/** A value, or the error that was thrown instead. */
export type Outcome<Value> = { value: Value } | { error: unknown };

/** What the work returns or throws, as a value: a failure of one item must not fail the others. */
export async function attempt<Value>(work: Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
