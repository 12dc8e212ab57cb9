/** Forgets a lost device, or a user who has left (CONTRACT 4). */

import { MAX_BULK } from '../../contract/constants.ts';
import { hubsOf } from '../../core/live-hub/place.ts';
import { sideBySide } from '../../side-by-side.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { purgeKey } from '../ask-object.ts';
import type { Services } from '../services.ts';

/** How many records were removed, and where to continue (a key or an empty text); null if nothing is left. */
export interface Forgotten {
  forgotten: number;
  next: string | null;
}

/**
 * Forgets the records of a user, or of one device. Without a device, then also forgets the user's private caches. Each
 * call handles at most `limit` of each, and continues with the caches after the key `after`. When the call returns, D1
 * no longer names them; their objects forget them within 7 days.
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

/** Closes the live sockets of a user who has left, at all hubs. */
async function signOut({ liveHubs, settings }: Pick<Services, 'liveHubs' | 'settings'>, user: string): Promise<void> {
  try {
    await sideBySide(hubsOf(user, settings.liveShards), (hub) => liveHubs.verbs(hub).signOut(user));
  } catch (error) {
    throw overloaded('The live sockets of this user could not be closed. Try again in a moment.', error);
  }
}
