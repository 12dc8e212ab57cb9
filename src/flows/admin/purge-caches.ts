/** Purges (CONTRACT 4): one cache, the caches with certain parameters, or a whole resource by one write. */

import { MAX_BULK } from '../../contract/constants.ts';
import { isCacheKey } from '../../core/cache-key.ts';
import { selectionOf } from '../../core/parameters.ts';
import type { Parameters } from '../../ports/entry.ts';
import type { EntryRow } from '../../ports/stores.ts';
import { sideBySide } from '../../side-by-side.ts';
import { purgeKey } from '../ask-object.ts';
import { findResource } from '../read/find-resource.ts';
import type { Services } from '../services.ts';
import { sweepResource } from '../upkeep/sweep.ts';
import { type EmitServices, emitPurges } from '../webhooks/emit-events.ts';
import { judgeCaches, unknownCache } from './judged-caches.ts';
import { walkEntries } from './walk-entries.ts';

/** How many caches held something, and the key to continue after; null if nothing is left. */
export interface Purged {
  purged: number;
  /** Of a dry run: how many caches it would have purged. */
  would?: number;
  next: string | null;
}

/**
 * Purges one cache, and emits its event for webhooks.
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
 * Purges all caches of a resource with one write. The sweep, which starts after the answer, removes what they hold.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`
 */
export async function purgeResource(services: Services, title: string, soft: boolean, now: number): Promise<Purged> {
  await findResource(services.resources, title, null);
  const purged = await services.entries.count(title);
  // If the resource was deleted after it was found, its caches are being purged anyway.
  await services.resources.expireAll(title, soft, now);
  if (!soft) services.waitUntil(sweepResource(services, title, now));
  return { purged, next: null };
}

/**
 * How many caches a purge of the whole resource would find.
 *
 * @throws Problem `not-found`
 */
export async function countResource(services: Pick<Services, 'resources' | 'entries'>, title: string): Promise<Purged> {
  await findResource(services.resources, title, null);
  return { purged: 0, would: await services.entries.count(title), next: null };
}

/** Which caches of a resource to purge. */
export interface PurgeSelection {
  title: string;
  /** Caches whose parameters contain these members with these values. */
  parameters: Parameters;
  soft: boolean;
}

/**
 * Purges the caches of a resource with certain parameter values: at most `limit` a call, starting after the key
 * `after`.
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
  let purged = 0;
  const next = await walkSelected(services, { title, parameters }, { after, limit, now }, async (matching) => {
    const entries = await sideBySide(matching, ({ key }) => purgeKey(services, key, soft));
    // Counted as listed, before the purge.
    purged += await countHeld(services, matching, now);
    // A soft purge only makes caches stale; webhooks get an event when they are loaded again.
    if (!soft)
      await emitPurges(
        services,
        entries.filter((entry) => entry !== null),
        now,
      );
  });
  return { purged, next };
}

/**
 * How many caches the same call of `purgeSelected` would purge.
 *
 * @throws Problem `not-found`
 */
export async function countSelected(
  services: Pick<Services, 'resources' | 'entries'>,
  selection: Omit<PurgeSelection, 'soft'>,
  after: string | null,
  now: number,
  limit = MAX_BULK,
): Promise<Purged> {
  await findResource(services.resources, selection.title, null);
  let would = 0;
  const next = await walkSelected(services, selection, { after, limit, now }, async (matching) => {
    would += await countHeld(services, matching, now);
  });
  return { purged: 0, would, next };
}

/** Applies the work to the selected entries, and returns the key to continue after. */
async function walkSelected(
  { entries }: Pick<Services, 'entries'>,
  { title, parameters }: Omit<PurgeSelection, 'soft'>,
  part: { after: string | null; limit: number; now: number },
  work: (matching: readonly EntryRow[]) => Promise<void>,
): Promise<string | null> {
  const isSelected = selectionOf(parameters);
  const { next } = await walkEntries(entries, { resource: title }, part, async (page) => {
    const matching = page.filter((entry) => isSelected(entry.parameters));
    await work(matching);
    return matching.length;
  });
  return next;
}

async function countHeld(
  { resources }: Pick<Services, 'resources'>,
  entries: readonly EntryRow[],
  now: number,
): Promise<number> {
  const judged = await judgeCaches(resources, entries, now);
  return judged.filter(({ freshness }) => freshness.state !== 'absent').length;
}
