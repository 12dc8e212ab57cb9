/**
 * Eviction: purges each cache that no request has read for EVICT_UNREAD_DAYS. The object keeps its counters, so that
 * the numbers of versions and row ids continue if the cache is read again. A private cache that no longer holds
 * anything is forgotten together with its user.
 */

import { log } from '../../log.ts';
import { sideBySide } from '../../side-by-side.ts';
import { purgeKey } from '../ask-object.ts';
import type { Services } from '../services.ts';
import { type EmitServices, emitPurgesAhead } from '../webhooks/emit-events.ts';

const DAY_MS = 86_400_000;
/** Entries that one step of the walk examines, and therefore the most purges of a step. */
const WALKED_ENTRIES = 50;

/** One step of the slow walk over all entries; `now` in ms since the epoch. The next walk retries what fails. */
export async function evictUnread(
  services: EmitServices & Pick<Services, 'settings' | 'entries' | 'objects' | 'lookup'>,
  now: number,
  limit = WALKED_ENTRIES,
): Promise<void> {
  const { evictUnreadDays } = services.settings;
  if (evictUnreadDays === 0) return;
  const unread = await services.entries.walkUnread(now - evictUnreadDays * DAY_MS, limit);
  await sideBySide(unread, async ({ key, isEmpty }) => {
    try {
      if (!isEmpty) await tellAhead(services, key, now);
      await purgeKey(services, key, false, isEmpty);
    } catch (error) {
      log('warn', 'evict.failed', { key, error });
    }
  });
  if (unread.length > 0) log('notice', 'evict.done', { caches: unread.length });
}

/** Emits the event before the purge, because the walk does not come back to a purged cache. */
async function tellAhead(services: EmitServices & Pick<Services, 'entries'>, key: string, now: number): Promise<void> {
  if ((await services.webhooks.active()).length === 0) return;
  const entry = await services.entries.find(key);
  if (entry !== null) await emitPurgesAhead(services, [entry], now);
}
