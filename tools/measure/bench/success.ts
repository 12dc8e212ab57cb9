/** Many refreshes of distinct caches: how long until every one of them is SUCCESS. */

import { quiet } from '../harness/machine.ts';
import { cpuSeconds } from '../harness/processes.ts';
import { demand } from './load/call.ts';
import type { Server } from './operations/operation.ts';
import { refreshShot, taskIdOf, untilSuccess } from './operations/stage.ts';

/** Callers that ask for the refreshes, and that watch them: few, for watching must not be the load. */
const CALLERS = 16;
const WATCHERS = 4;

/** What was measured. */
export interface Succeeded {
  /** Until all were accepted, and until all were SUCCESS, s. */
  acceptedS: number;
  successS: number;
  /** User and system time of the server's processes, ms a task. */
  cpuMs: number;
}

/** Years are numbered on, so that no cache is asked for twice. */
let nextYear = 10_000;

/** Asks a server for so many refreshes of a resource at once. @throws Error when one fails, or two are one task */
export async function succeed(server: Server, title: string, tasks: number, patienceS: number): Promise<Succeeded> {
  await quiet(patienceS);
  const first = nextYear;
  nextYear += tasks;
  const shot = await refreshShot(server, title, '{n}');
  const ids: string[] = [];
  const cpuBefore = cpuSeconds(server.pids);
  const startedAt = performance.now();
  await byMany(CALLERS, tasks, async (at) => {
    ids.push(taskIdOf(await demand(200, server.url, { ...shot, first: first + at })));
  });
  const acceptedAt = performance.now();
  await byMany(WATCHERS, tasks, (at) => untilSuccess(server, ids[at] ?? ''));
  const endedAt = performance.now();
  if (new Set(ids).size !== tasks) throw new Error(`${title}: refreshes of distinct caches have one task`);
  return {
    acceptedS: (acceptedAt - startedAt) / 1000,
    successS: (endedAt - startedAt) / 1000,
    cpuMs: ((cpuSeconds(server.pids) - cpuBefore) / tasks) * 1000,
  };
}

/** Does the work for 0 to `count` - 1, so many at a time. */
async function byMany(workers: number, count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
