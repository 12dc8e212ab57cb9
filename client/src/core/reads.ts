/** Bodies that are read by their own address, and loads that apps ask for. */

import type { Item } from '../network/transport.ts';
import type { Meta } from '../store/store.ts';
import { askBy, expiresSoonAt, isReady } from './ask.ts';
import { isIdle } from './check.ts';
import { change, type Draft, isDue } from './draft.ts';
import { NEVER } from './state.ts';

/** Most bodies read at once: HTTP/1.1 has six connections for all tabs. */
const MOST_READS = 3;

/** Begins reads and refreshes that are due. */
export function planReads(d: Draft): void {
  if (d.refreshes.length > 0 && isReady(d)) {
    for (const { cache, waiter } of d.refreshes) d.commands.push({ do: 'refresh', cache, waiter });
    d.refreshes = [];
  }
  let under = [...d.caches.values()].filter(({ phase }) => phase === 'fetching').length;
  for (const cache of [...d.caches.values()]) {
    const { id, demand, meta } = cache;
    if (demand !== null && isIdle(cache) && cache.isRead && isDue(d, cache.floorAt)) {
      // Only a check tells whose token it is.
      if (d.auth.isVerified)
        change(d, id, { phase: 'queued', askedEtag: meta?.etag ?? null, served: demand, demand: null });
      else askBy(d, cache, d.now);
    }
    const { phase, title, parameters, askedEtag, served, item } = d.caches.get(id) ?? cache;
    if (phase !== 'queued' || under >= MOST_READS || !d.auth.isVerified || !isReady(d)) continue;
    under += 1;
    change(d, id, { phase: 'fetching', askedAt: d.now, askAt: NEVER });
    const afterVersion = served?.afterVersion ?? newer(item);
    const question = { title, parameters, etag: askedEtag, afterVersion, maxAgeS: served?.maxAgeS ?? null };
    d.commands.push({ do: 'fetch', cache: id, question });
  }
}

/** The version that a check has told. */
function newer(item: Item | null): number | null {
  return item?.version ?? null;
}

/** The token is renewed before the socket ends with it. */
export function planToken(d: Draft): void {
  if (d.socket.phase === 'open' && d.auth.phase === 'ready' && !d.auth.isOld && isDue(d, expiresSoonAt(d))) isReady(d);
}

/** A copy of many deltas is written anew while nothing else is done. */
export function planCompaction(d: Draft): void {
  if (d.check !== null) return;
  for (const { id, phase, meta, wantsWhole, compactAt } of d.caches.values()) {
    if (phase !== 'resting' || meta === null || wantsWhole || !isFragmented(meta) || !isDue(d, compactAt)) continue;
    change(d, id, { phase: 'storing', item: null });
    d.commands.push({ do: 'compact', cache: id });
    return;
  }
}

/** Deltas behind a whole body after which the copy is written anew, or the part of its rows that they change. */
const MOST_ENTRIES = 32;
const MOST_CHANGED = 0.25;
/** Fewer changed rows than that cost less to read than a body costs to write. */
const LEAST_CHANGED = 500;

function isFragmented({ entries, changed, rows }: Meta): boolean {
  return entries >= MOST_ENTRIES || changed > Math.max(LEAST_CHANGED, rows * MOST_CHANGED);
}
