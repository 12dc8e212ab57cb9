/** What a purge removes, whether or not the cache is loaded again. */

import type { Draft } from './draft.ts';
import { namedBlobs } from './owed.ts';
import { OWED_DROPPED_MS } from './timing.ts';
import { noteNews } from './watchers.ts';

/**
 * Drops the body and deltas and keeps the counters: the next version has the next number. A settling task still becomes
 * SUCCESS, since its load ended before the purge and made a version; that version never becomes current again.
 */
export function drop(draft: Draft, now: number): void {
  const { loaded, counters, head, owed, number, stored } = draft.document;
  const lease = head?.lease ?? null;
  const dropped = namedBlobs(draft.document, now + OWED_DROPPED_MS);
  // From now on nothing is taken over from D1's entry of an earlier life.
  draft.update({ stored: { ...stored, revision: Math.max(stored.revision, 0) } });
  draft.revise(
    {
      loaded: null,
      chain: [],
      failure: null,
      number: loaded === null && lease !== null ? Math.max(number, lease.number) : number,
      counters: { ...counters, fence: counters.fence + 1 },
      owed: [...owed, ...dropped],
    },
    now,
  );
  noteNews(draft);
}
