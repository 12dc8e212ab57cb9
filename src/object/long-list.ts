/**
 * Stores a list that grows with the rate of loads. The newest items stand in the document, which is written at each
 * step; the older ones stand in parts, each a row that is written once. This keeps the document small and costs one row
 * written and one deleted for each PART_ITEMS loads. A row for each item would cost two for each load.
 */

/** Items of a part; the document holds fewer than twice as many. */
export const PART_ITEMS = 32;

/** Items that are stored as one row; lower numbers are older. */
export interface Part<Item> {
  number: number;
  items: readonly Item[];
}

/** How a list is divided into rows. */
export interface Layout<Item> {
  parts: readonly Part<Item>[];
  /**
   * How many items at the beginning of the first part are gone. Parts are emptied from the front, and rewritten only
   * when necessary.
   */
  skipped: number;
  /** The items in the document. */
  tail: readonly Item[];
}

export const EMPTY_LAYOUT: Layout<never> = { parts: [], skipped: 0, tail: [] };

/** All items of a layout, oldest first. */
export function itemsOf<Item>({ parts, skipped, tail }: Layout<Item>): readonly Item[] {
  return parts.length === 0 ? tail : [...parts.flatMap(({ items }) => items).slice(skipped), ...tail];
}

/**
 * The layout of the changed list. Items that stayed must be the same objects as before, in the same order. The caller
 * writes the parts that are not the same objects as before, and deletes those that are missing.
 */
export function nextLayout<Item>(before: Layout<Item>, list: readonly Item[]): Layout<Item> {
  /** How many items of the list are in parts so far. */
  let at = 0;
  const isNext = (item: Item) => {
    const isKept = item === list[at];
    if (isKept) at += 1;
    return isKept;
  };
  const parts: Part<Item>[] = [];
  let skipped = 0;
  for (const part of before.parts) {
    const items = part.items.filter(isNext);
    if (items.length === 0) continue;
    const gone = part.items.length - items.length;
    const areFirst = parts.length === 0 && items[0] === part.items[gone];
    if (areFirst) skipped = gone;
    parts.push(gone === 0 || areFirst ? part : { ...part, items });
  }
  const tail = list.slice(at);
  let number = before.parts.at(-1)?.number ?? 0;
  while (tail.length >= 2 * PART_ITEMS) {
    number += 1;
    parts.push({ number, items: tail.splice(0, PART_ITEMS) });
  }
  return { parts, skipped, tail };
}
