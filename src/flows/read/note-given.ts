/** Records which versions a device was given, after the answer. */

import type { GivenVersion } from '../../core/choose-answer.ts';
import type { DeviceSync } from '../../ports/sync-store.ts';
import type { Services } from '../services.ts';

type NoteServices = Pick<Services, 'syncBuffer' | 'waitUntil'>;

/** The user and device that were given something; `device` null: the request named none. */
export interface Recipient {
  user: string;
  device: string | null;
}

/** A cache that was read; `given` null: its device got no body, or a part of one. */
export interface ReadCache {
  cache: { key: string; resource: string };
  given: Pick<GivenVersion, 'version' | 'changed'> | null;
}

/** Records that a cache was read, and which version the device was given. `now`: ms since the epoch. */
export function noteGiven(
  { syncBuffer, waitUntil }: NoteServices,
  { user, device }: Recipient,
  { cache: { key, resource }, given }: ReadCache,
  now: number,
): void {
  const record =
    given === null || device === null
      ? null
      : { user, device, resource, key, syncedAt: now, version: given.version, changed: given.changed };
  const work = syncBuffer.add(record, key, now);
  if (work !== null) waitUntil(work);
}

/** Same for many caches in one answer; `check`: the keys that the device holds, if it said so. */
export function noteSynced(
  { syncBuffer, waitUntil }: NoteServices,
  recipient: Recipient,
  reads: readonly ReadCache[],
  check: DeviceSync['check'],
  now: number,
): void {
  const given = reads.flatMap(({ cache: { key, resource }, given: version }) =>
    version === null ? [] : { resource, key, version: version.version, changed: version.changed },
  );
  const read = reads.flatMap(({ cache, given: version }) => (version === null ? cache.key : []));
  const work = syncBuffer.addAll({ ...recipient, given, read, check }, now);
  if (work !== null) waitUntil(work);
}
