/** Calls of a cache's object as several flows make them. */

import type { Entry } from '../ports/entry.ts';
import type { Unavailable } from '../ports/object.ts';
import { overloaded } from '../stores/overloaded.ts';
import type { Services } from './services.ts';

/**
 * Returns the answer, unless the object is newer than this release (DESIGN "Two releases at once").
 *
 * @throws Problem `overloaded` with `Retry-After`
 */
export function demandAvailable<Answer extends { outcome: string }>(answer: Answer): Exclude<Answer, Unavailable> {
  if (answer.outcome === 'unavailable') throw overloaded('A new release is being rolled out. Try again in a moment.');
  return answer as Exclude<Answer, Unavailable>;
}

/**
 * Asks the object of a key to purge it: data fetched before never becomes current again, and this location knows of the
 * purge at once. Returns the entry after the purge; null if the object does not know the key.
 *
 * @param soft only marks the cache as expired
 * @param forget the user has left: keeps nothing that names the user or the parameters
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
