/** Work on many things, a few at a time. */

/** Most calls of stores or objects under way for one request. */
const WIDTH = 20;

/**
 * Calls `work` for each item, at most WIDTH at once; results in the order of the items.
 *
 * @throws what `work` throws first; items not begun by then are left
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
