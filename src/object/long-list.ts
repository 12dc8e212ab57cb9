/**
 * A list that grows with the rate of loads, in rows: its newest items stand in the document, which is written at each step, the
 * older ones in parts, each a row that is written once. So the document stays small, and a part adds a row written and a row
 * deleted in PART_ITEMS loads, where a row for each item would add two to each load.
 */

/** Items of a part; the document has less than twice as many. */
export const PART_ITEMS = 32;

/** Items that are a row of their own; lower numbers are older. */
export interface Part<Item> {
  number: number;
  items: readonly Item[];
}

/** How a list lies in rows. */
export interface Layout<Item> {
  parts: readonly Part<Item>[];
  /** So many items at the beginning of the first part are gone: parts are emptied from there, and only written again when they must. */
  skipped: number;
  /** The items in the document. */
  tail: readonly Item[];
}

export const EMPTY_LAYOUT: Layout<never> = { parts: [], skipped: 0, tail: [] };

/** The list of a layout. */
export function itemsOf<Item>({ parts, skipped, tail }: Layout<Item>): readonly Item[] {
  return parts.length === 0 ? tail : [...parts.flatMap(({ items }) => items).slice(skipped), ...tail];
}

/**
 * The layout of a list that came of the one before: items that stayed are the very same objects, in the same order. Parts that are
 * other objects than before are to be written, those that are missing to be deleted.
 */
export function nextLayout<Item>(before: Layout<Item>, list: readonly Item[]): Layout<Item> {
  /** Up to there the list is in parts. */
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
