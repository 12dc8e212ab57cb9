/** Many sockets of one hub: the memory of each, whether the hub sleeps with them, and the cost of waking it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from '../../harness/processes.ts';
import type { HubState } from './entry.ts';
import { type Stand, until } from './stand.ts';

/** An object of workerd sleeps after 10 s without work. */
const ASLEEP_MS = 15_000;
const CACHES = 10;

export interface SleepReport {
  sockets: number;
  /** Memory of workerd per socket, with ten watched caches, bytes. */
  bytesPerSocket: number;
  /** How often the hub was constructed again for the pokes that each followed 15 s of silence. */
  pokesAfterSilence: number;
  madeAgain: number;
  /** A request to the sleeping hub, and the same to the hub awake, ms: the difference is the cost of waking. */
  asleepMs: number;
  awakeMs: number;
  faults: string[];
}

export async function sleepUnderSockets(stand: Stand, sockets: number): Promise<SleepReport> {
  const titles = Array.from({ length: CACHES }, (_, number) => `held-${number}`);
  await stand.define(...titles);
  await stand.open(50, () => titles, true);
  const before = memoryOf(stand.site.pids).now;
  const devices = await stand.open(sockets, () => titles, true);
  const bytesPerSocket = Math.round((memoryOf(stand.site.pids).now - before) / sockets);
  const state = () => stand.hub<HubState>();
  const pokesAfterSilence = 2;
  // The alarm that looks after new watches (WATCH_RETRY_MS) would interrupt the first silence.
  await sleep(ASLEEP_MS);
  const first = await state();
  for (let poke = 0; poke < pokesAfterSilence; poke++) {
    await sleep(ASLEEP_MS);
    const told = devices.map(({ pokes }) => pokes);
    await stand.load(titles[0] ?? '');
    if (!(await until(() => devices.every(({ pokes }, at) => pokes > (told[at] ?? 0)), ASLEEP_MS)))
      throw new Error('not all sockets were told');
  }
  const { made, sockets: held } = await state();
  await sleep(ASLEEP_MS);
  const asleepMs = await timed(state);
  const awakeMs = await timed(state);
  const madeAgain = made - first.made;
  return {
    sockets: held,
    bytesPerSocket,
    pokesAfterSilence,
    madeAgain,
    asleepMs,
    awakeMs,
    faults:
      madeAgain === pokesAfterSilence ? [] : [`the hub was made ${madeAgain} times for ${pokesAfterSilence} pokes`],
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(performance.now() - startedAt);
}
