/** Many refreshes of different caches: the time until every one is SUCCESS. */

import { Api, type Server } from '../harness/api.ts';
import { quiet } from '../harness/machine.ts';
import { cpuSeconds } from '../harness/processes.ts';

/** Number of callers that request the refreshes and poll them: few, since polling must not be the load. */
const CALLERS = 16;
const WATCHERS = 4;

export const TASKS = 500;

/** Resources, and how the report describes them. */
export const TITLES = { weather: '', slow: ', the origin takes 100 ms' } as const;

/** What was measured. */
export interface Succeeded {
  /** Until all were accepted, and until all were SUCCESS, s. */
  acceptedS: number;
  successS: number;
  /** User and system time of the server's processes, ms per task. */
  cpuMs: number;
}

/** Years are counted on, so that no cache is requested twice. */
let nextYear = 10_000;

/** Requests 500 refreshes of a resource at once. @throws Error if one fails, or two are the same task */
export async function succeed(server: Server, title: string, patienceS: number): Promise<Succeeded> {
  const api = new Api(server);
  await quiet(patienceS);
  const first = nextYear;
  nextYear += TASKS;
  const ids: string[] = [];
  const cpuBefore = cpuSeconds(server.pids);
  const startedAt = performance.now();
  await byMany(CALLERS, async (at) => {
    ids.push((await api.refresh(title, { year: first + at })).taskId);
  });
  const acceptedAt = performance.now();
  await byMany(WATCHERS, async (at) => {
    const state = await api.ended(ids[at] ?? '', { waitS: 0 });
    if (state !== 'SUCCESS') throw new Error(`${title}: a refresh ended in ${state}`);
  });
  const endedAt = performance.now();
  if (new Set(ids).size !== TASKS) throw new Error(`${title}: refreshes of distinct caches have one task`);
  return {
    acceptedS: (acceptedAt - startedAt) / 1000,
    successS: (endedAt - startedAt) / 1000,
    cpuMs: ((cpuSeconds(server.pids) - cpuBefore) / TASKS) * 1000,
  };
}

/** Does the work for each task, with this many workers at a time. */
async function byMany(workers: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < TASKS; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
