/**
 * The long soak: the built service with 200 slow clients, its isolate limited to 128 MB. A flag limits V8's heap to
 * that size, and heap
 * and buffers together are sampled each second: the run ends if they exceed the limit, and they must stay flat. The
 * whole process, in
 * which all local stores run too, is killed if it has twice the memory that they use by themselves.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../../test/e2e/support/service.ts';
import { buildWorker } from '../../harness/build-worker.ts';
import { seededRandom } from '../../harness/random.ts';
import { NUMBERED, Site, type SiteOptions } from '../../harness/site.ts';
import { IsolateMemory, type MemorySample } from '../isolate-memory.ts';
import { type Base, measureBase } from './base.ts';
import { type Client, KINDS, type Scene } from './clients.ts';
import { MemoryLimit } from './limit.ts';
import { SHAPES, SoakTable } from './tables.ts';
import { type Count, Tally } from './tally.ts';
import { Verifier } from './verifier.ts';

/** Memory limit of an isolate, bytes. */
const ISOLATE_BYTES = 128 * 1024 * 1024;
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
  /** Memory that workerd and the local stores use by themselves. */
  base: Base;
  limitBytes: number;
  peakBytes: number;
  samples: readonly MemorySample[];
  /** Heap and buffers of the Worker's isolate; older runs do not have them. */
  isolateSamples?: readonly MemorySample[];
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
 * contain garbage
 * that is not collected yet, so they rise and fall; memory that is never released shows in their mean.
 */
const FLAT = 1.1;
const FIRST_MINUTES = 5;
/**
 * Limit of the process, as a multiple of what the local stores use with a Worker that does nothing. With the service they hold more:
 * each requested cache is an object with its own database in the same process, which on the platform is not part of the isolate.
 */
const PROCESS_FACTOR = 2;

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
  tell('measuring what workerd and the local stores take by themselves');
  const base = await measureBase(options, tables, clients);
  const limitBytes = PROCESS_FACTOR * base.readersBytes;
  const { restBytes, loadsBytes, readersBytes } = base;
  tell(`${mb(restBytes)} MB at rest, ${mb(loadsBytes)} with loads, ${mb(readersBytes)} with readers`);
  tell(`the limit of the process is ${mb(limitBytes)} MB, of its isolate ${mb(ISOLATE_BYTES)} MB`);
  const [inspectorPort = 0] = await freePorts();
  const more = { inspectorPort } as object;
  const site = await openSite({ ...options, more, script: await buildWorker() }, tables);
  const memory = new MemoryLimit(site.pids, limitBytes);
  const [closing, ending] = [new AbortController(), new AbortController()];
  const tally = new Tally();
  const isolateSamples: MemorySample[] = [];
  const isolate = await IsolateMemory.connect(inspectorPort);
  const watching = isolate.watch(isolateSamples, ending.signal);
  const verifier = new Verifier(site, tables, tally);
  try {
    const isReady = await verifier.loadAll();
    tell(`the tables are loaded: ${mb(memory.peakBytes)} MB`);
    const scene = { site, tables, tally, random, closing: closing.signal, ending: ending.signal };
    const startedAt = Date.now();
    const work = [
      verifier.run(closing.signal),
      ...clientsOf(clients, random).map((client) => keepAsking(scene, client)),
    ];
    const isOver = () =>
      !isReady || memory.killed !== null || isOverLimit(isolateSamples) || Date.now() >= startedAt + minutes * 60_000;
    while (!isOver()) {
      await sleep(1000);
      if (Math.round((Date.now() - startedAt) / 1000) % 30 === 0) tell(progress(memory, isolateSamples, tally));
    }
    const lasted = (Date.now() - startedAt) / 60_000;
    // Running requests are read to their end, fast, since errors in an answer that was cut would not show.
    closing.abort();
    if (memory.killed === null) await Promise.race([Promise.all(work), sleep(DRAIN_MS)]);
    if (memory.killed !== null) tally.fault('the Worker', memory.killed);
    tally.close();
    ending.abort();
    await Promise.all([...work, watching]);
    const growth = growthOf(isolateSamples);
    const most = Math.max(0, ...isolateSamples.map(([, bytes]) => bytes));
    if (most > ISOLATE_BYTES) tally.faults.push(`the isolate had ${mb(most)} MB`);
    const faults = [
      ...tally.faults,
      ...(growth > FLAT ? [`the isolate's memory grew by the factor ${growth.toFixed(2)}`] : []),
    ];
    return {
      at: new Date(startedAt).toISOString(),
      seed,
      clients,
      minutes,
      lasted: Math.round(lasted * 10) / 10,
      base,
      limitBytes,
      peakBytes: memory.peakBytes,
      samples: memory.samples,
      isolateSamples,
      loads: verifier.loads,
      counts: Object.fromEntries(tally.counts),
      logged,
      faults,
    };
  } finally {
    memory.stop();
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

/** Whether the isolate exceeded its limit at the last sample. */
function isOverLimit(samples: readonly MemorySample[]): boolean {
  return (samples.at(-1)?.[1] ?? 0) > ISOLATE_BYTES;
}

/** Mean of the last quarter divided by that of the quarter after the first minutes; 1: the run was too short. */
function growthOf(samples: readonly MemorySample[]): number {
  const later = samples.filter(([seconds]) => seconds > FIRST_MINUTES * 60).map(([, bytes]) => bytes);
  const quarter = Math.floor(later.length / 4);
  const mean = (some: readonly number[]) => some.reduce((sum, bytes) => sum + bytes, 0) / some.length;
  return quarter < 10 ? 1 : mean(later.slice(-quarter)) / mean(later.slice(0, quarter));
}

function progress(
  { samples, peakBytes }: MemoryLimit,
  isolate: readonly MemorySample[],
  { counts, faults }: Tally,
): string {
  const told = [...counts].map(
    ([kind, { whole, refused }]) => `${whole} ${kind}${refused > 0 ? ` (${refused} refused)` : ''}`,
  );
  const ofIsolate = Math.max(0, ...isolate.map(([, bytes]) => bytes));
  return `${mb(samples.at(-1)?.[1] ?? 0)} MB, at most ${mb(peakBytes)}, the isolate ${mb(ofIsolate)}; ${told.join(', ')}; ${faults.length} faults`;
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
