/** Processes many items, a few at the same time. */

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
