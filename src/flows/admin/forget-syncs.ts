/** Forgetting a lost device or a leaver (CONTRACT 4). */

import { MAX_BULK } from '../../contract/constants.ts';
import { hubsOf } from '../../core/live-hub/place.ts';
import { sideBySide } from '../../side-by-side.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { purgeKey } from '../purge-key.ts';
import type { Services } from '../services.ts';

/** How many records went, and where to go on (a key, or an empty text); null: nothing is left. */
export interface Forgotten {
  forgotten: number;
  next: string | null;
}

/**
 * Forgets records of a user (of one device) and, without a device, then the user's private caches: at most `limit` of each a
 * call, the caches after the key `after`. D1 no longer names them when this answers, their objects within 7 days.
 *
 * @param now ms since the epoch
 * @throws Problem `overloaded`
 */
export async function forgetSyncs(
  services: Pick<Services, 'syncRecords' | 'entries' | 'objects' | 'lookup' | 'liveHubs' | 'settings'>,
  user: string,
  device: string | null,
  after: string | null,
  now: number,
  limit = MAX_BULK,
): Promise<Forgotten> {
  if (device === null && after === null) await signOut(services, user);
  const forgotten = await services.syncRecords.remove(user, device, limit, now);
  if (forgotten === limit) return { forgotten, next: after ?? '' };
  if (device !== null) return { forgotten, next: null };
  const page = await services.entries.list({ owner: user }, after, limit, now);
  await sideBySide(page.entries, ({ key }) => purgeKey(services, key, false, true));
  return { forgotten, next: page.next };
}

/** Closes the live sockets of a leaver, wherever they may be. */
async function signOut({ liveHubs, settings }: Pick<Services, 'liveHubs' | 'settings'>, user: string): Promise<void> {
  try {
    await sideBySide(hubsOf(user, settings.liveShards), (hub) => liveHubs.verbs(hub).signOut(user));
  } catch (error) {
    throw overloaded('The live sockets of this user could not be closed. Try again in a moment.', error);
  }
}
