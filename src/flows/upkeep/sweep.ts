/**
 * The sweep: purges, one by one, the caches of resources that were purged or deleted as a whole. They count as absent
 * already, by the resource's number; this frees what they hold. Each step can be done again, and by several at once.
 */

import { MAX_BULK } from '../../contract/constants.ts';
import type { StoredResource } from '../../contract/resource.ts';
import { log } from '../../log.ts';
import { sideBySide } from '../../side-by-side.ts';
import type { Services } from '../services.ts';
import { type EmitServices, emitPurgesAhead } from '../webhooks/emit-events.ts';

type SweepServices = EmitServices & Pick<Services, 'resources' | 'entries' | 'objects'>;

/** Resources that one run looks at. */
const MAX_RESOURCES = 20;
/** Most pages of entries that one run walks of a resource. */
const MAX_PAGES = 20;

/** Goes on with all sweeps, at most `limit` purges in all. A resource that fails keeps no other from its turn. */
export async function sweepAll(services: SweepServices, now: number, limit = MAX_BULK): Promise<void> {
  let left = limit;
  for (const resource of await services.resources.listSweeping(MAX_RESOURCES)) {
    if (left <= 0) return;
    left -= await sweep(services, resource, left, now);
  }
}

/** Begins the sweep of one resource, after the answer that made it necessary. */
export async function sweepResource(services: SweepServices, title: string, now: number): Promise<void> {
  try {
    const resource = await services.resources.read(title);
    if (resource !== null) await sweep(services, resource, MAX_BULK, now);
  } catch (error) {
    log('warn', 'sweep.failed', { resource: title, error });
  }
}

/** Purges at most `limit` caches of a resource and, when none is left, ends its sweep. The number of purges tried. */
async function sweep(services: SweepServices, resource: StoredResource, limit: number, now: number): Promise<number> {
  const { title, purged, definition } = resource;
  let tried = 0;
  try {
    let failed = 0;
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES && tried < limit; pages++) {
      const filter = { resource: title, numberBelow: purged };
      const page = await services.entries.list(filter, after, limit - tried, now);
      // They count as absent already. Of a resource that is deleted nobody is told: it is gone, and so are the names of its caches soon.
      if (definition !== null) await emitPurgesAhead(services, page.entries, now);
      const purges = await sideBySide(page.entries, ({ key }) => purge(services, title, key));
      tried += purges.length;
      failed += purges.filter((done) => !done).length;
      after = page.next;
      if (after !== null) continue;
      // What could not be purged now is there at the next run.
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

/** An object that never heard of the cache has nothing to purge. False: it is to be asked again. */
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

/** Removes the purged entries of a deleted resource; the objects of private ones forget their users. True: none is left. */
async function forgetEntries(services: SweepServices, title: string, now: number): Promise<boolean> {
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await services.entries.list({ resource: title }, after, MAX_BULK, now);
    // Later nothing in D1 would lead to the objects that still name them.
    const isPrivate = page.entries.filter(({ owner }) => owner !== null);
    const forgotten = await sideBySide(isPrivate, ({ key }) => purge(services, title, key, true));
    if (forgotten.includes(false)) return false;
    if (page.entries.length > 0) await services.entries.remove(page.entries.map(({ key }) => key));
    if (page.next === null) return true;
    after = page.next;
  }
  return false;
}
