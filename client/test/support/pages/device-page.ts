/** An app's page that keeps caches of a service: what tests of a device do and see in it. */

import type {
  AuthReason,
  Cache,
  CacheOptions,
  CacheStatus,
  Client,
  ClientEvent,
  ClientStatus,
  Options,
  Parameters,
} from '../../../src/api.ts';
import { sha256 } from '../../../src/data/sha256.ts';
import { createClient, indexedDb } from '../../../src/index.ts';
import { storeName } from '../../../src/shell/ids.ts';
import type { Fault } from '../failing-indexed-db.ts';
import { keptIn } from '../kept.ts';
import { MomentCounter } from '../moments.ts';

/** What a page is opened with. Functions cannot be sent into a page. */
export interface Opening
  extends Pick<Options, 'url' | 'user' | 'live' | 'pollS' | 'pokeFloorS' | 'maxBytes' | 'denied'> {
  /** What `auth` gives, one after the other, the last again and again; null: nobody is signed in. */
  tokens: readonly (string | null)[];
  /** How long the store waits for the browser (`indexedDb`). */
  patienceMs?: number;
  /** The page stops at this moment (moments.ts), counted from the first. */
  stopAfter?: number;
  /** Caches that the app opens at once, by title. */
  caches?: readonly (readonly [title: string, options: CacheOptions])[];
}

/** What a page shows of a cache; `hash`: of the rows that are shown. */
export interface Shown {
  version: number | null;
  etag: string | null;
  rows: number;
  hash: string | null;
  status: Omit<CacheStatus, 'error'> & { error: string | null };
}

let client: Client;
let opening: Opening;
const caches = new Map<string, Cache<Record<string, unknown>>>();
const asked: AuthReason[] = [];
const events: ClientEvent[] = [];
const faults: string[] = [];
const told: { title: string; version: number | null; hash: string | null }[] = [];
const states: ClientStatus['sync'][] = [];
const moments = new MomentCounter();

addEventListener('error', ({ message }) => faults.push(message));
addEventListener('unhandledrejection', ({ reason }) => faults.push(String(reason)));

/** Makes the client. */
export function open(given: Opening): void {
  opening = given;
  const { tokens, stopAfter: last, patienceMs = 10_000, caches: first = [], ...options } = given;
  if (last !== undefined) stopAfter(last);
  const left = [...tokens];
  client = createClient({
    ...options,
    auth: async (why) => {
      asked.push(why);
      return (left.length > 1 ? left.shift() : left[0]) ?? null;
    },
    ...(globalThis.indexedDB === undefined
      ? {}
      : { store: indexedDb({ factory: moments.indexedDb.factory, patienceMs }) }),
    fetch: moments.fetch,
    onEvent: (event) => events.push(event),
  });
  client.subscribe(() => {
    if (states.at(-1) !== client.status.sync) states.push(client.status.sync);
  });
  for (const [title, how] of first) hold(title, {}, how);
}

/** Opens a cache; each version that is told is noted, with the hash of its rows. */
export function hold(title: string, parameters: Parameters = {}, options: CacheOptions = {}): void {
  const cache = client.cache<Record<string, unknown>>(title, parameters, options);
  caches.set(title, cache);
  cache.subscribe(() => {
    const { version } = cache.snapshot;
    told.push({ title, version, hash: idsOf(cache) });
  });
}

/** Rows of a cache once there are any; after how many ms. */
export async function ready(title: string): Promise<{ ms: number; shown: Shown }> {
  const begun = performance.now();
  await cacheOf(title).ready();
  return { ms: performance.now() - begun, shown: await shown(title) };
}

export async function shown(title: string): Promise<Shown> {
  const cache = cacheOf(title);
  const { version, etag, tables, status } = cache.snapshot;
  const rows = Object.values(tables).reduce((sum, { size }) => sum + size, 0);
  const ids = idsOf(cache);
  const hash = ids === null ? null : await sha256(ids);
  return { version, etag, rows, hash, status: { ...status, error: status.error?.code ?? null } };
}

/** What subscribers were told so far. */
export function heard(title: string): Promise<{ version: number | null; hash: string | null }[]> {
  const own = told.filter((one) => one.title === title);
  return Promise.all(
    own.map(async ({ version, hash }) => ({ version, hash: hash === null ? null : await sha256(hash) })),
  );
}

/** Cells of a column. */
export const column = (title: string, name: string): unknown[] =>
  Object.values(cacheOf(title).snapshot.tables).flatMap((table) => table.toArray().map((row) => row[name]));

/** How the client stands. */
export const status = (): Omit<ClientStatus, 'error'> & { error: string | null } => ({
  ...client.status,
  error: client.status.error?.code ?? null,
});

/** What the app, its user and its monitoring noticed so far. */
export const log = () => ({ asked, events, faults, states });

export const check = (): Promise<void> => client.check();
export const refresh = async (title: string): Promise<number | null> => (await cacheOf(title).refresh()).version;
export const drop = (title: string): Promise<void> => cacheOf(title).drop();
export const release = (title: string): void => cacheOf(title).release();
export const resume = (): void => client.resume();
export const held = () => client.held();
export const usage = () => client.usage();
export const signOut = (wipe: boolean): Promise<void> => client.signOut({ wipe });
export const close = (): Promise<void> => client.close();

/**
 * The store as another app sees it: each cache with the hash of the rows that are kept. `of`: left out, that of the
 * page's client. @throws Error for a mixture
 */
export const kept = (of: Pick<Opening, 'url' | 'user'> = opening) => keptIn(indexedDb(), storeName(of.url, of.user));

/** Moments that have passed: steps of the store, requests and answers. */
export const passed = (): number => moments.count;
/** Makes the page stop at a moment, counted from now, and say so. */
export const stopAfter = (count: number): void => moments.stopAfter(count);

/** Each so many-th step of the store fails so; null: none. */
export const failEvery = (fault: Fault | null, every: number): void => {
  moments.failing = { fault, every };
};
/** Whether `indexedDB` is undefined, and connections to it are dead. */
export const setGone = (isGone: boolean): void => {
  moments.indexedDb.isGone = isGone;
  if (isGone) moments.indexedDb.close();
};

/** Clients that are opened, hold a cache and are closed, one after the other. */
export async function openOften(given: Opening, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { tokens, caches: first = [], ...options } = given;
    const one = createClient({ ...options, auth: async () => tokens[0] ?? null });
    for (const [title, how] of first) await one.cache(title, {}, how).ready();
    await one.close();
  }
}

function cacheOf(title: string): Cache<Record<string, unknown>> {
  const cache = caches.get(title);
  if (cache === undefined) throw new Error(`${title} is not open`);
  return cache;
}

/** Row ids of all tables, as the service hashes them. */
function idsOf({ snapshot: { version, tables, body } }: Cache<Record<string, unknown>>): string | null {
  if (version === null || body !== null) return null;
  return Object.values(tables)
    .flatMap((table) => [...table.ids()])
    .sort((a, b) => a - b)
    .join(',');
}
