/**
 * The long soak: the built service with 200 slow clients, its isolate limited to 128 MB. A flag limits V8's heap to
 * that size, and heap and buffers together are sampled each second: the run ends if they exceed the limit, and they
 * must stay flat. The stores run in the same process, but the platform does not count them, and neither does the soak.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../../test/e2e/support/service.ts';
import { buildWorker } from '../../harness/build-worker.ts';
import { seededRandom } from '../../harness/random.ts';
import { NUMBERED, Site, type SiteOptions } from '../../harness/site.ts';
import { IsolateMemory } from '../isolate-memory.ts';
import { type Client, KINDS, type Scene } from './clients.ts';
import { SHAPES, SoakTable } from './tables.ts';
import { type Count, Tally } from './tally.ts';
import { Verifier } from './verifier.ts';

/** Memory limit of an isolate, bytes. */
export const ISOLATE_BYTES = 128 * 1024 * 1024;
/**
 * The same for V8, MiB. With a small young generation little garbage is counted: most of what is counted is really
 * held.
 */
const V8_FLAGS = '--max-old-space-size=128 --max-semi-space-size=4';

export interface SlowClientsOptions {
  minutes: number;
  clients: number;
  seed: number;
  tell(line: string): void;
}

/** The result of a run. */
export interface SlowClientsReport {
  at: string;
  seed: number;
  clients: number;
  minutes: number;
  /** Minutes that the service lived, at most the requested ones. */
  lasted: number;
  /** Most heap and buffers of the isolate, and their growth: 1.1 is a tenth. */
  mostBytes: number;
  growth: number;
  /** Most heap and buffers in each five seconds, MB. */
  megabytes: number[];
  /** How many loads of the large tables succeeded. */
  loads: number;
  counts: Record<string, Count>;
  /** How often the Worker logged each warning or error. */
  logged: Record<string, number>;
  faults: string[];
}

const USERS = 40;
const SMALL_ROWS = 300;
/** Lowest and highest speed of a client, bytes per second. */
const BYTES_PER_S = [2000, 12_000] as const;
const DRAIN_MS = 180_000;
/**
 * Largest ratio of the isolate's memory in the last quarter to that in the quarter after the first minutes. The samples
 * contain garbage that is not collected yet, so they rise and fall; memory that is never released shows in their mean.
 */
const FLAT = 1.1;
const FIRST_MINUTES = 5;

/** Runs the soak. */
export async function slowClients({ minutes, clients, seed, tell }: SlowClientsOptions): Promise<SlowClientsReport> {
  const random = seededRandom(seed);
  const tables = SHAPES.map((shape) => new SoakTable(shape));
  const logged: Record<string, number> = {};
  const options = {
    origin: originOf(tables),
    logged: (message: string) => {
      const event = /"event":"([^"]+)"/.exec(message)?.[1] ?? message.slice(0, 100);
      logged[event] = (logged[event] ?? 0) + 1;
    },
  };
  process.env.MINIFLARE_WORKERD_V8_FLAGS = V8_FLAGS;
  const [inspectorPort = 0] = await freePorts();
  const more = { inspectorPort } as object;
  const site = await openSite({ ...options, more, script: await buildWorker() }, tables);
  const [closing, ending] = [new AbortController(), new AbortController()];
  const tally = new Tally();
  const samples: number[] = [];
  const isolate = await IsolateMemory.connect(inspectorPort);
  let hasEnded = false;
  const watching = isolate.watch(samples, ending.signal).then(() => {
    hasEnded = true;
  });
  const verifier = new Verifier(site, tables, tally);
  try {
    const isReady = await verifier.loadAll();
    tell('the tables are loaded');
    const scene = { site, tables, tally, random, closing: closing.signal, ending: ending.signal };
    const startedAt = Date.now();
    const work = [
      verifier.run(closing.signal),
      ...clientsOf(clients, random).map((client) => keepAsking(scene, client)),
    ];
    const isOver = () =>
      !isReady || hasEnded || (samples.at(-1) ?? 0) > ISOLATE_BYTES || Date.now() >= startedAt + minutes * 60_000;
    while (!isOver()) {
      await sleep(1000);
      if (Math.round((Date.now() - startedAt) / 1000) % 30 === 0) tell(progress(samples, tally));
    }
    const lasted = (Date.now() - startedAt) / 60_000;
    // Running requests are read to their end, fast, since errors in an answer that was cut would not show.
    closing.abort();
    if (hasEnded) tally.fault('the Worker', 'its process has ended');
    else await Promise.race([Promise.all(work), sleep(DRAIN_MS)]);
    tally.close();
    ending.abort();
    await Promise.all([...work, watching]);
    const growth = growthOf(samples);
    const mostBytes = Math.max(0, ...samples);
    if (mostBytes > ISOLATE_BYTES) tally.faults.push(`the isolate had ${mb(mostBytes)} MB`);
    if (growth > FLAT) tally.faults.push(`the isolate's memory grew by the factor ${growth.toFixed(2)}`);
    return {
      ...{ at: new Date(startedAt).toISOString(), seed, clients, minutes, lasted: Math.round(lasted * 10) / 10 },
      ...{
        mostBytes,
        growth,
        megabytes: megabytesOf(samples),
        loads: verifier.loads,
        counts: Object.fromEntries(tally.counts),
        logged,
      },
      faults: tally.faults,
    };
  } finally {
    closing.abort();
    ending.abort();
    isolate.close();
    await site.stop();
  }
}

/** Answers with the tables, and for `small` with a different body each time. */
function originOf(tables: readonly SoakTable[]): SiteOptions['origin'] {
  let answers = 0;
  return async (request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://origin');
    const table = tables.find(({ shape }) => pathname === `/${shape.title}`);
    answers += 1;
    const rows = Array.from({ length: SMALL_ROWS }, (_, row) => `row ${row} of answer ${answers}`);
    const pieces = table?.answer() ?? [JSON.stringify({ n: Number(searchParams.get('n')), answers, rows })];
    for (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await new Promise<void>((resolve) => response.once('drain', () => resolve()));
    }
    response.end();
  };
}

async function openSite(options: SiteOptions, tables: readonly SoakTable[]): Promise<Site> {
  const site = await Site.open(options);
  for (const { shape } of tables) {
    await site.define(shape.title, { tables: [{ name: shape.title, rows: '', columns: ['id', 'loads', 'text'] }] });
  }
  await site.define('small', { parameters: NUMBERED }, { query: '{?n}' });
  return site;
}

function clientsOf(count: number, random: () => number): (Client & { act: (typeof KINDS)[number][1] })[] {
  const acts = KINDS.flatMap(([share, act]) => Array(Math.round((count * share) / 100)).fill(act) as (typeof act)[]);
  return acts.map((act, at) => ({
    act,
    user: `user-${at % USERS}`,
    bytesPerS: BYTES_PER_S[0] + random() * (BYTES_PER_S[1] - BYTES_PER_S[0]),
  }));
}

async function keepAsking(scene: Scene, { act, ...client }: ReturnType<typeof clientsOf>[number]): Promise<void> {
  // Clients must not all start at the same moment.
  await sleep(scene.random() * 10_000);
  while (!scene.closing.aborted && !scene.ending.aborted) {
    try {
      await act(scene, client);
    } catch (error) {
      if (!scene.ending.aborted) scene.tally.fault('a request', String((error as Error).cause ?? error));
      await sleep(1000);
    }
  }
}

/** Mean of the last quarter divided by that of the quarter after the first minutes; 1: the run was too short. */
function growthOf(samples: readonly number[]): number {
  const later = samples.slice(FIRST_MINUTES * 60);
  const quarter = Math.floor(later.length / 4);
  const mean = (some: readonly number[]) => some.reduce((sum, bytes) => sum + bytes, 0) / some.length;
  return quarter < 50 ? 1 : mean(later.slice(-quarter)) / mean(later.slice(0, quarter));
}

/** Seconds of one value of the picture. */
export const SHOWN_S = 5;

function megabytesOf(samples: readonly number[]): number[] {
  const count = Math.ceil(samples.length / SHOWN_S);
  return Array.from({ length: count }, (_, at) => mb(Math.max(...samples.slice(at * SHOWN_S, (at + 1) * SHOWN_S))));
}

function progress(samples: readonly number[], { counts, faults }: Tally): string {
  const told = [...counts].map(
    ([kind, { whole, refused }]) => `${whole} ${kind}${refused > 0 ? ` (${refused} refused)` : ''}`,
  );
  const most = mb(Math.max(0, ...samples));
  return `the isolate had at most ${most} MB; ${told.join(', ')}; ${faults.length} faults`;
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
