/** The memory that workerd and the local stores use by themselves, with the same loads and readers. */

import { setTimeout as sleep } from 'node:timers/promises';
import { send } from '../../harness/api.ts';
import { buildWorker } from '../../harness/build-worker.ts';
import { memoryOf } from '../../harness/processes.ts';
import { Site, type SiteOptions } from '../../harness/site.ts';
import { readSlowly } from '../slow-reader.ts';
import { MemoryLimit } from './limit.ts';
import type { SoakTable } from './tables.ts';

/** Memory of the process, bytes. */
export interface Base {
  /** Before any request. */
  restBytes: number;
  /** Peak while tables were loaded without readers, and with all readers in addition. */
  loadsBytes: number;
  readersBytes: number;
}

const FIRST_LOADS = 4;
const READERS_MS = 180_000;
/** Readers start again after this time, as the clients of the soak do. */
const LEAVE_MS = [10_000, 90_000] as const;
const SMALL_EVERY_MS = 250;
const BYTES_PER_S = 6000;
const LOAD_EVERY_MS = 10_000;

/** Measures it with this many slow readers; `options` are those of the soak, without a memory limit. */
export async function measureBase(
  options: Omit<SiteOptions, 'script'>,
  tables: readonly SoakTable[],
  clients: number,
): Promise<Base> {
  const site = await Site.open({
    ...options,
    script: await buildWorker('tools/measure/soak/slow-clients/base-worker.ts'),
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const load = async ({ shape }: SoakTable) => {
    const origin = encodeURIComponent(site.originUrl(shape.title));
    const { status } = await send(`${site.url}/${shape.title}?origin=${origin}`);
    if (status !== 204) throw new Error(`loading ${shape.title} was answered ${status}`);
  };
  const memory = new MemoryLimit(site.pids, Infinity);
  try {
    const restBytes = memoryOf(site.pids).now;
    for (let round = 0; round < FIRST_LOADS; round += 1) for (const table of tables) await load(table);
    const loadsBytes = memory.peakBytes;
    const readers = Array.from({ length: clients }, async (_, at) => {
      const url = `${site.url}/${tables[at % tables.length]?.shape.title}`;
      while (!signal.aborted) {
        const staysMs = LEAVE_MS[0] + ((at * 7919) % (LEAVE_MS[1] - LEAVE_MS[0]));
        const leaving = AbortSignal.any([signal, AbortSignal.timeout(staysMs)]);
        await readSlowly({ url }, { pace: { bytesPerS: BYTES_PER_S }, signal: leaving });
      }
    });
    readers.push(loadSmallOnes(site.url, signal));
    const until = Date.now() + READERS_MS;
    for (let turn = 0; Date.now() < until; turn += 1) {
      await sleep(Math.min(LOAD_EVERY_MS, until - Date.now()));
      const table = tables[turn % tables.length];
      if (table !== undefined) await load(table);
    }
    stopping.abort();
    await Promise.all(readers);
    return { restBytes, loadsBytes, readersBytes: memory.peakBytes };
  } finally {
    memory.stop();
    stopping.abort();
    await site.stop();
  }
}

/** Loads a new small cache every quarter of a second. */
async function loadSmallOnes(url: string, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    await send(`${url}/?small=${n}`);
    await sleep(SMALL_EVERY_MS);
  }
}
