/** What to do when R2 does not have a body that an entry names. */

import { log } from '../../log.ts';
import type { Entry } from '../../ports/entry.ts';
import { demandAvailable } from '../demand-available.ts';
import { purgeKey } from '../purge-key.ts';
import type { Services } from '../services.ts';

/**
 * After an old look-up the body was removed in due course, and the object tells the newer entry. If it names the same body,
 * that is lost: the cache is purged, for a load that finds nothing changed would write no body; the next read loads it.
 *
 * @param entry the one that names the missing body
 * @throws Problem `overloaded`
 */
export async function recoverBody(services: Pick<Services, 'lookup' | 'objects'>, entry: Entry): Promise<void> {
  const { key } = entry;
  const answer = demandAvailable(await services.objects.entry(key));
  if (answer.outcome === 'found' && answer.entry.loaded?.fence !== entry.loaded?.fence) {
    await services.lookup.put(answer.entry);
    return;
  }
  log('error', 'cache.body_lost', { key, fence: entry.loaded?.fence });
  await purgeKey(services, key, false);
}
