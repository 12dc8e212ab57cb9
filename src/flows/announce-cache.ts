/**
 * A cache is known to D1 before its origin is first asked. Purges by user or by parameters list D1: without a row they
 * would not see a first load under way, and what it fetched before them would become current after (DESIGN invariant 9).
 */

import type { CacheIdentity } from '../contract/entry.ts';
import type { Entries } from '../contract/stores.ts';

/** Puts an entry below every revision of the object, with nothing loaded; where there is one already, it stays. */
export async function announceCache(
  entries: Pick<Entries, 'put'>,
  cache: CacheIdentity,
  number: number,
): Promise<void> {
  const nothing = { loaded: null, chain: [], retryAt: null, lastError: null, lastTaskId: null };
  await entries.put({ ...cache, number, revision: 0, ...nothing });
}
