/** Live sockets against the real service: it is killed, it tells of commits, and it sleeps with many of them. */

import { readFileSync } from 'node:fs';
import { buildWorker } from '../../harness/build-worker.ts';
import { type KillReport, killUnderSockets } from './kill.ts';
import { type PokeReport, pokeAll } from './pokes.ts';
import { type SleepReport, sleepUnderSockets } from './sleep.ts';
import { Stand } from './stand.ts';

/** How many sockets each part opens; 0: the part is left out. */
export interface LiveOptions {
  killed: number;
  kills: number;
  poked: number;
  asleep: number;
  tell(line: string): void;
}

export interface LiveReport {
  killed?: KillReport;
  poked?: PokeReport;
  asleep?: SleepReport;
}

/** Runs the parts one after the other, each on its own service. */
export async function liveSockets({ killed, kills, poked, asleep, tell }: LiveOptions): Promise<LiveReport> {
  const room = roomForSockets();
  if (asleep > room) tell(`the limit of open files leaves room for ${room} sockets`);
  const script = await buildWorker('tools/measure/soak/live/entry.ts');
  const part = async <Report>(name: string, count: number, run: (stand: Stand) => Promise<Report>) => {
    if (count === 0) return {};
    const stand = await Stand.open(script);
    try {
      const report = await run(stand);
      tell(`${name}: ${JSON.stringify(report)}`);
      return { [name]: report };
    } finally {
      await stand.close();
    }
  };
  return {
    ...(await part('killed', killed, (stand) => killUnderSockets(stand, killed, kills))),
    ...(await part('poked', poked, (stand) => pokeAll(stand, poked))),
    ...(await part('asleep', asleep, (stand) => sleepUnderSockets(stand, Math.min(asleep, room)))),
  };
}

/** workerd uses two descriptors per connection; the rest is for its stores and for other requests. */
const DESCRIPTORS_A_SOCKET = 2;
const OTHER_DESCRIPTORS = 300;

/** How many sockets one process may have (Linux, proc(5)). */
function roomForSockets(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return soft === undefined
    ? Number.POSITIVE_INFINITY
    : Math.floor((Number(soft) - OTHER_DESCRIPTORS) / DESCRIPTORS_A_SOCKET);
}
