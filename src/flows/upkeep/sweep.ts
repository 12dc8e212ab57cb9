/**
 * The sweep: purges, one by one, the caches of resources that were purged or deleted as a whole. Because of the
 * resource's number they already count as absent; the sweep frees what they hold. Each step may be repeated, and run
 * several times in parallel.
 */

import { MAX_BULK } from '../../contract/constants.ts';
import type { StoredResource } from '../../contract/resource.ts';
import { log } from '../../log.ts';
import { sideBySide } from '../../side-by-side.ts';
import type { Services } from '../services.ts';
import { type EmitServices, emitPurgesAhead } from '../webhooks/emit-events.ts';

type SweepServices = EmitServices & Pick<Services, 'resources' | 'entries' | 'objects'>;

/** Most resources that one run examines. */
const MAX_RESOURCES = 20;
/** Most pages of entries that one run walks for each resource. */
const MAX_PAGES = 20;

/** Continues all sweeps, with at most `limit` purges in total. A resource that fails does not block the others. */
export async function sweepAll(services: SweepServices, now: number, limit = MAX_BULK): Promise<void> {
  let left = limit;
  for (const resource of await services.resources.listSweeping(MAX_RESOURCES)) {
    if (left <= 0) return;
    left -= await sweep(services, resource, left, now);
  }
}

/** Starts the sweep of one resource, after the answer that made it necessary. */
export async function sweepResource(services: SweepServices, title: string, now: number): Promise<void> {
  try {
    const resource = await services.resources.read(title);
    if (resource !== null) await sweep(services, resource, MAX_BULK, now);
  } catch (error) {
    log('warn', 'sweep.failed', { resource: title, error });
  }
}

/**
 * Purges at most `limit` caches of a resource and, if none is left, ends its sweep. Returns the number of attempted
 * purges.
 */
async function sweep(services: SweepServices, resource: StoredResource, limit: number, now: number): Promise<number> {
  const { title, purged, definition } = resource;
  let tried = 0;
  try {
    let failed = 0;
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES && tried < limit; pages++) {
      const filter = { resource: title, numberBelow: purged };
      const page = await services.entries.list(filter, after, limit - tried, now);
      // They already count as absent. For a deleted resource no events are sent: it is gone, and soon so are the names
      // of its caches.
      if (definition !== null) await emitPurgesAhead(services, page.entries, now);
      const purges = await sideBySide(page.entries, ({ key }) => purge(services, title, key));
      tried += purges.length;
      failed += purges.filter((done) => !done).length;
      after = page.next;
      if (after !== null) continue;
      // The next run retries what could not be purged now.
      if (failed === 0 && (definition !== null || (await forgetEntries(services, title, now)))) {
        await services.resources.endSweep(title, purged);
      }
      break;
    }
  } catch (error) {
    log('warn', 'sweep.failed', { resource: title, error });
  }
  return tried;
}

/** Purges a key. An object that does not know the cache has nothing to purge. False: ask again later. */
async function purge(services: SweepServices, title: string, key: string, forget = false): Promise<boolean> {
  try {
    return (
      (await services.objects.purge({ key, soft: false, ...(forget ? { forget } : {}) })).outcome !== 'unavailable'
    );
  } catch (error) {
    log('warn', 'sweep.purge_failed', { resource: title, key, error });
    return false;
  }
}

/**
 * Removes the purged entries of a deleted resource; the objects of private caches forget their users. True: none is
 * left.
 */
async function forgetEntries(services: SweepServices, title: string, now: number): Promise<boolean> {
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await services.entries.list({ resource: title }, after, MAX_BULK, now);
    // After that, nothing in D1 leads to the objects that still name them.
    const isPrivate = page.entries.filter(({ owner }) => owner !== null);
    const forgotten = await sideBySide(isPrivate, ({ key }) => purge(services, title, key, true));
    if (forgotten.includes(false)) return false;
    if (page.entries.length > 0) await services.entries.remove(page.entries.map(({ key }) => key));
    if (page.next === null) return true;
    after = page.next;
  }
  return false;
}
