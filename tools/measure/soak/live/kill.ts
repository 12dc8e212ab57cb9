/**
 * The service is killed with live sockets and a load of commits: after a restart with the same stores, every device
 * gets the last version of all its caches.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Stand, until } from './stand.ts';

const CACHES = 5;
const LOAD_MS = 2_000;
const PATIENCE_MS = 180_000;

export interface KillReport {
  sockets: number;
  kills: number;
  /** Loads that succeeded, and pokes. */
  loads: number;
  pokes: number;
  /** From the last load to the last device that has it, ms. */
  convergedMs: number;
  faults: string[];
}

export async function killUnderSockets(stand: Stand, sockets: number, kills: number): Promise<KillReport> {
  const titles = Array.from({ length: CACHES }, (_, number) => `killed-${number}`);
  await stand.define(...titles);
  const two = (number: number) => [0, 1].map((more) => titles[(number + more) % CACHES] ?? '');
  const devices = await stand.open(sockets, two);
  let loads = 0;
  let isLoading = true;
  const loading = Promise.all(
    titles.map(async (title) => {
      while (isLoading)
        if (await stand.load(title)) loads += 1;
        else await sleep(100);
    }),
  );
  for (let kill = 0; kill < kills; kill++) {
    await sleep(LOAD_MS * (0.5 + Math.random()));
    await stand.site.kill();
  }
  await sleep(LOAD_MS);
  isLoading = false;
  await loading;
  const last = new Map<string, number>();
  for (const title of titles) {
    while (!(await stand.load(title))) await sleep(100);
    last.set(title, await stand.versionOf(title));
  }
  const endedAt = performance.now();
  const isStale = () =>
    devices.filter(({ titles: held, versions }) => held.some((of) => versions.get(of) !== last.get(of)));
  const converged = await until(() => isStale().length === 0, PATIENCE_MS);
  const wentBack = devices.reduce((sum, device) => sum + device.wentBack, 0);
  return {
    sockets,
    kills,
    loads,
    pokes: devices.reduce((sum, device) => sum + device.pokes, 0),
    convergedMs: Math.round(performance.now() - endedAt),
    faults: [
      ...(converged ? [] : [`${isStale().length} of ${sockets} devices have not come to the last version`]),
      ...(wentBack === 0 ? [] : [`a version went back ${wentBack} times`]),
    ],
  };
}
