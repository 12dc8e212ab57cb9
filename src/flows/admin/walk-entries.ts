/** Work on the caches of a resource, page by page, in calls of bounded duration. */

import type { Entries, EntryFilter, EntryRow } from '../../ports/stores.ts';

/** Most pages of entries that one call walks. With a filter, many pages may contain no wanted entry. */
const MAX_PAGES = 10;

/**
 * Walks the entries after the key `after` until `limit` of them were worked on. `next` is the key to continue after;
 * null if nothing is left.
 *
 * @param work works on the wanted entries of a page, and returns their number
 * @param now ms since the epoch
 */
export async function walkEntries(
  entries: Pick<Entries, 'list'>,
  filter: EntryFilter,
  { after, limit, now }: { after: string | null; limit: number; now: number },
  work: (page: readonly EntryRow[]) => Promise<number>,
): Promise<{ done: number; next: string | null }> {
  let done = 0;
  let next = after;
  for (let pages = 0; pages < MAX_PAGES && done < limit; pages++) {
    const page = await entries.list(filter, next, limit - done, now);
    done += await work(page.entries);
    next = page.next;
    if (next === null) break;
  }
  return { done, next };
}
