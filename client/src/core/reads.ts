/** Bodies that are read from their own address, and loads that apps ask for. */

import type { Item } from '../network/transport.ts';
import { askBy, expiresSoonAt, isReady } from './ask.ts';
import { isIdle } from './caches.ts';
import { change, type Draft, isDue } from './draft.ts';
import { NEVER } from './times.ts';

/** Most bodies read at once: HTTP/1.1 allows six connections for all tabs together. */
const MOST_READS = 3;

/** Begins reads and refreshes that are due. */
export function planReads(d: Draft): void {
  if (d.refreshes.length > 0 && isReady(d)) {
    for (const { cache, waiter } of d.refreshes) d.commands.push({ do: 'refresh', cache, waiter });
    d.refreshes = [];
  }
  for (const cache of d.caches.of('demanded')) {
    const { id, demand, meta } = cache;
    if (!isIdle(cache) || !cache.isRead || !isDue(d, cache.floorAt)) continue;
    // Only a check tells whose token it is.
    if (d.auth.isVerified)
      change(d, id, { phase: 'queued', askedEtag: meta?.etag ?? null, served: demand, demand: null });
    else askBy(d, cache, d.now);
  }
  for (const { id, title, parameters, askedEtag, served, item } of d.caches.of('queued')) {
    if (d.caches.count('fetching') >= MOST_READS || !d.auth.isVerified || !isReady(d)) return;
    change(d, id, { phase: 'fetching', askedAt: d.now, askAt: NEVER });
    const afterVersion = served?.afterVersion ?? newer(item);
    const question = { title, parameters, etag: askedEtag, afterVersion, maxAgeS: served?.maxAgeS ?? null };
    d.commands.push({ do: 'fetch', cache: id, question });
  }
}

/** The version that a check announced. */
function newer(item: Item | null): number | null {
  return item?.version ?? null;
}

/** Renews the token before the socket ends with it. */
export function planToken(d: Draft): void {
  if (d.socket.phase === 'open' && d.auth.phase === 'ready' && !d.auth.isOld && isDue(d, expiresSoonAt(d))) isReady(d);
}

/** Rewrites a copy that has many deltas when nothing else is in progress. */
export function planCompaction(d: Draft): void {
  if (d.check !== null) return;
  for (const { id, compactAt } of d.caches.of('fragmented')) {
    if (!isDue(d, compactAt)) continue;
    change(d, id, { phase: 'storing', item: null });
    d.commands.push({ do: 'compact', cache: id });
    return;
  }
}
