/**
 * Tells the hubs of a cache what is new, and asks whether they still need the cache. If a call is lost, the alarm
 * repeats it.
 */

import type { LiveHubs } from '../contract/live.ts';
import type { HubWatch } from '../core/task-machine/watchers.ts';
import { untold } from '../core/task-machine/watchers.ts';
import { log } from '../log.ts';
import type { KeyRows } from './key-rows.ts';

/**
 * Tells each hub that does not know the newest revision yet. All are called at the same time: there is at most one call
 * per hub.
 */
export async function tellWatchers(key: string, rows: KeyRows, hubs: LiveHubs): Promise<void> {
  const document = rows.find({ key });
  if (document?.news === undefined) return;
  const { revision } = document.news;
  const version = document.loaded?.changed ?? 0;
  const told: HubWatch[] = [];
  const left: HubWatch[] = [];
  await Promise.all(
    untold(document).map(async ({ hub, n }) => {
      const count = document.watchers?.length ?? 1;
      try {
        const isNeeded = await hubs.verbs(hub).poke({ key, n, version, revision, hubs: count });
        (isNeeded ? told : left).push({ hub, n });
      } catch (error) {
        log('warn', 'live.not_told', { key, hub, error });
      }
    }),
  );
  await rows.run({ key }, 'poked', { revision, told, left });
}

/**
 * Asks the hubs one after the other whether they still need the cache. Returns the first that does, or else those that
 * do not.
 */
export async function askHubs(key: string, rows: KeyRows, hubs: LiveHubs): Promise<{ hub: number } | HubWatch[]> {
  const asked: HubWatch[] = [];
  for (const { hub, n } of rows.find({ key })?.watchers ?? []) {
    try {
      if (await hubs.verbs(hub).isWatched({ key, n, keeps: true })) return { hub };
      asked.push({ hub, n });
    } catch (error) {
      log('warn', 'live.not_asked', { key, hub, error });
    }
  }
  return asked;
}
