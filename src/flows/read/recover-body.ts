/** Recovers when R2 does not have a body that an entry names. */

import { log } from '../../log.ts';
import type { Entry } from '../../ports/entry.ts';
import { demandAvailable, purgeKey } from '../ask-object.ts';
import type { Services } from '../services.ts';

/**
 * If the look-up was old, the body was removed as planned, and the object returns a newer entry. If the object names
 * the same body, the body is lost: the cache is purged, because a load that finds nothing changed would write no body.
 * The next read then loads it.
 *
 * @param entry names the missing body
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
