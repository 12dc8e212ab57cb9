/** Purging (CONTRACT 4): of one cache, of those with certain parameters, of a whole resource by one write. */

import { MAX_BULK } from '../contract/constants.ts';
import type { Parameters } from '../contract/entry.ts';
import { isCacheKey } from '../core/cache-key.ts';
import { selectionOf } from '../core/selection.ts';
import { sideBySide } from '../side-by-side.ts';
import { type EmitServices, emitPurges } from './emit-events.ts';
import { findResource } from './find-resource.ts';
import { judgeCaches, unknownCache } from './judged-caches.ts';
import { purgeKey } from './purge-key.ts';
import type { Services } from './services.ts';
import { sweepResource } from './sweep.ts';
import { walkEntries } from './walk-entries.ts';

/** How many caches held something, and where to go on (a key); null: nowhere. */
export interface Purged {
  purged: number;
  next: string | null;
}

/**
 * Purges one cache, and has webhooks told.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `overloaded`
 */
export async function purgeCache(
  services: EmitServices & Pick<Services, 'objects' | 'lookup'>,
  key: string,
  now: number,
): Promise<void> {
  const entry = isCacheKey(key) ? await purgeKey(services, key, false) : null;
  if (entry === null) throw unknownCache(key);
  await emitPurges(services, [entry], now);
}

/**
 * Purges all caches of a resource at once. What they hold is removed by the sweep, which begins after the answer.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`
 */
export async function purgeResource(services: Services, title: string, soft: boolean, now: number): Promise<Purged> {
  await findResource(services.resources, title, null);
  const purged = await services.entries.count(title);
  // Deleted since it was found: its caches are being purged anyway.
  await services.resources.expireAll(title, soft, now);
  if (!soft) services.waitUntil(sweepResource(services, title, now));
  return { purged, next: null };
}

/** Which caches of a resource are to be purged. */
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
  services: EmitServices & Pick<Services, 'resources' | 'entries' | 'objects' | 'lookup'>,
  { title, parameters, soft }: PurgeSelection,
  after: string | null,
  now: number,
  limit = MAX_BULK,
): Promise<Purged> {
  await findResource(services.resources, title, null);
  const isSelected = selectionOf(parameters);
  let purged = 0;
  const { next } = await walkEntries(services.entries, { resource: title }, { after, limit, now }, async (page) => {
    const matching = page.filter((entry) => isSelected(entry.parameters));
    const entries = await sideBySide(matching, ({ key }) => purgeKey(services, key, soft));
    // As they were listed, before the purge.
    const judged = await judgeCaches(services.resources, matching, now);
    purged += judged.filter(({ freshness }) => freshness.state !== 'absent').length;
    // What is only stale is told of once it is loaded.
    if (!soft)
      await emitPurges(
        services,
        entries.filter((entry) => entry !== null),
        now,
      );
    return matching.length;
  });
  return { purged, next };
}
