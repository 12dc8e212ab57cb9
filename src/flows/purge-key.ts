/** The purge of one key, which every flow that purges comes down to. */

import type { Entry } from '../ports/entry.ts';
import { demandAvailable } from './demand-available.ts';
import type { Services } from './services.ts';

/**
 * Asks the object of a key to purge it: nothing fetched before is ever current again, and this location knows at once.
 * The entry after it; null: the object never heard of the key.
 *
 * @param soft the cache only counts as expired
 * @param forget its user has left: nothing that names the user or the parameters is kept
 * @throws Problem `overloaded`
 */
export async function purgeKey(
  services: Pick<Services, 'objects' | 'lookup'>,
  key: string,
  soft: boolean,
  forget = false,
): Promise<Entry | null> {
  const answer = demandAvailable(await services.objects.purge({ key, soft, ...(forget ? { forget } : {}) }));
  if (answer.outcome !== 'purged') return null;
  await services.lookup.put(answer.entry);
  return answer.entry;
}
