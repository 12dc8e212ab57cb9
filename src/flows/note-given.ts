/** Notes what a device was given, after the answer. */

import type { GivenVersion } from '../core/choose-answer.ts';
import type { Services } from './services.ts';

/** Who was given something; `device` null: none was named. */
export interface Recipient {
  user: string;
  device: string | null;
}

/** A cache that was read; `given` null: its device got nothing of it, or a part. */
export interface ReadCache {
  cache: { key: string; resource: string };
  given: Pick<GivenVersion, 'version' | 'changed'> | null;
}

/** That caches were read, and which versions the device was given. `now`: ms since the epoch. */
export function noteGiven(
  services: Pick<Services, 'syncBuffer' | 'waitUntil'>,
  { user, device }: Recipient,
  reads: readonly ReadCache[],
  now: number,
): void {
  for (const { cache, given } of reads) {
    const { key, resource } = cache;
    const record =
      given === null || device === null
        ? null
        : { user, device, resource, key, syncedAt: now, version: given.version, changed: given.changed };
    const work = services.syncBuffer.add(record, key, now);
    if (work !== null) services.waitUntil(work);
  }
}
