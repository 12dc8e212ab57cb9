/** How long it takes to tell all sockets of a hub about a commit, compared with the same hub only sending a text. */

import { median } from '../../harness/statistics.ts';
import type { LiveDevice } from './device.ts';
import { type Stand, until } from './stand.ts';

const ROUNDS = 15;
const PATIENCE_MS = 30_000;

export interface PokeReport {
  sockets: number;
  /** From the answer SUCCESS, or from the request that makes the hub send, to the last socket: median and longest, ms. */
  poked: { median: number; most: number };
  floor: { median: number; most: number };
  /**
   * For devices that all open their sockets and make their full check at once: how long it took, and how many answers
   * were not 200.
   */
  reconnected: { ms: number; refused: number };
  faults: string[];
}

export async function pokeAll(stand: Stand, sockets: number): Promise<PokeReport> {
  await stand.define('poked');
  const devices = await stand.open(sockets, () => ['poked'], true);
  // The first poke of each device answers the watch, if it came in time.
  const poked: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    poked.push(
      await lastTold(devices, async () => {
        if (!(await stand.load('poked'))) throw new Error('the load has failed');
        return performance.now();
      }),
    );
    floor.push(
      await lastTold(devices, async () => {
        const startedAt = performance.now();
        await stand.hub({ body: { poke: [], spread_ms: 0 } });
        return startedAt;
      }),
    );
  }
  const { statuses } = stand;
  const before = { ...statuses };
  const startedAt = performance.now();
  const ends = devices.map((device) => device.ends.length);
  for (const device of devices) device.drop();
  const areBack = () => devices.every((device, at) => device.isLive && device.ends.length > (ends[at] ?? 0));
  const cameBack = await until(areBack, PATIENCE_MS * 4);
  const refused = Object.entries(statuses).reduce(
    (sum, [status, count]) => sum + (status === '200' ? 0 : count - (before[Number(status)] ?? 0)),
    0,
  );
  const reconnected = { ms: Math.round(performance.now() - startedAt), refused };
  const report = { sockets, poked: summary(poked), floor: summary(floor), reconnected };
  return {
    ...report,
    faults: [
      ...(cameBack ? [] : ['not all devices came back']),
      ...(refused === 0 ? [] : [`${refused} requests of devices that came back were refused`]),
    ],
  };
}

/** From the time that `tell` returns to the last of the devices, ms. */
async function lastTold(devices: readonly LiveDevice[], tell: () => Promise<number>): Promise<number> {
  const before = devices.map(({ pokes }) => pokes);
  const from = await tell();
  if (!(await until(() => devices.every(({ pokes }, at) => pokes > (before[at] ?? 0)), PATIENCE_MS)))
    throw new Error('not all sockets were told');
  return Math.max(0, Math.max(...devices.map(({ toldAt }) => toldAt)) - from);
}

function summary(times: readonly number[]): { median: number; most: number } {
  return { median: Math.round(median(times)), most: Math.round(Math.max(...times)) };
}
