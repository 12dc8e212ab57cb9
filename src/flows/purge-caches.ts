/** Purging (CONTRACT 4): of one cache, of those with certain parameters, of a whole resource by one write. */

import { MAX_BULK } from '../contract/constants.ts';
import type { Parameters } from '../contract/entry.ts';
import { isCacheKey } from '../core/cache-key.ts';
import { selectionOf } from '../core/selection.ts';
import { available } from './available.ts';
import { standingsOf } from './cache-standing.ts';
import { findResource } from './find-resource.ts';
import { unknownCache } from './list-caches.ts';
import type { Services } from './services.ts';
import { sideBySide } from './side-by-side.ts';
import { sweepResource } from './sweep.ts';

/** Objects that are called at once. */
export const BULK_WIDTH = 20;
/** Most pages of entries that one call walks in search of matching ones. */
const MAX_WALKED_PAGES = 10;

/** How many caches held something, and where to go on (a key); null: nowhere. */
export interface Purged {
  purged: number;
  next: string | null;
}

/**
 * Purges one cache: nothing fetched before is ever current again. `soft`: it only counts as expired.
 *
 * @throws Problem `not-found`, `overloaded`
 */
export async function purgeCache(
  services: Pick<Services, 'objects' | 'lookup'>,
  key: string,
  soft = false,
): Promise<void> {
  const answer = isCacheKey(key) ? available(await services.objects.purge({ key, soft })) : null;
  if (answer?.outcome !== 'purged') throw unknownCache(key);
  await services.lookup.put(answer.entry);
}

/**
 * Purges all caches of a resource at once. What they hold is removed by the sweep, which begins after the answer.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`
 */
export async function purgeResource(services: Services, title: string, soft: boolean, now: number): Promise<Purged> {
  await findResource(services.resources, title);
  const purged = await services.entries.count(title);
  // Deleted since it was found: its caches are being purged anyway.
  await services.resources.expireAll(title, soft, now);
  if (!soft) services.waitUntil(sweepResource(services, title, now));
  return { purged, next: null };
}

export interface PurgeSelection {
  title: string;
  /** Caches whose parameters contain these members with these values. */
  parameters: Parameters;
  soft: boolean;
}

/**
 * Purges the caches of a resource that have certain parameter values, at most `limit` a call, after the key `after`.
 *
 * @throws Problem `not-found`, `overloaded`
 */
export async function purgeSelected(
  services: Pick<Services, 'resources' | 'entries' | 'objects' | 'lookup'>,
  { title, parameters, soft }: PurgeSelection,
  after: string | null,
  now: number,
  limit = MAX_BULK,
): Promise<Purged> {
  await findResource(services.resources, title);
  const isSelected = selectionOf(parameters);
  let purged = 0;
  let called = 0;
  let next = after;
  for (let pages = 0; pages < MAX_WALKED_PAGES && called < limit; pages++) {
    const page = await services.entries.list({ resource: title }, next, limit - called, now);
    const matching = page.entries.filter((entry) => isSelected(entry.parameters));
    await sideBySide(matching, BULK_WIDTH, async ({ key }) => {
      const answer = available(await services.objects.purge({ key, soft }));
      if (answer.outcome === 'purged') await services.lookup.put(answer.entry);
    });
    const standings = await standingsOf(services.resources, matching, now);
    purged += standings.filter(({ standing }) => standing.state !== 'absent').length;
    called += matching.length;
    next = page.next;
    if (next === null) break;
  }
  return { purged, next };
}
