/** What slow clients do, one request after the other, and whether each answer is correct. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../../harness/site.ts';
import { questionTo, type Reading, readSlowly, type SlowAnswer } from '../slow-reader.ts';
import type { SoakTable } from './tables.ts';
import { isRefusal, type Tally } from './tally.ts';

/** What the clients share. */
export interface Scene {
  site: Site;
  tables: readonly SoakTable[];
  tally: Tally;
  random(): number;
  /** When it fires, clients start nothing new and read as fast as they can. */
  closing: AbortSignal;
  /** When it fires, connections are closed. */
  ending: AbortSignal;
}

/** One client. */
export interface Client {
  user: string;
  bytesPerS: number;
}

type Act = (scene: Scene, client: Client) => Promise<void>;

/** This share of full tables is left half-way, as by a phone that loses its connection. */
const LEFT_SHARE = 0.2;
const LEAVE_MS = 90_000;
const BREAK_MS = 1000;
/** Pause of clients that refresh or ask for new caches: each is a load and, for new caches, one more object. */
const LOAD_BREAK_MS = 8000;
const REFUSED_BREAK_MS = 2000;
/** The verifier reads a version soon after its load. */
const KNOWN_MS = 60_000;
/** A stream sends a sign of life every 15 s and ends after 10 minutes; a busy machine is later. */
const SILENT_MS = 60_000;
const STREAM_MS = 590_000;
const RANGE_BYTES = 1_500_000;
const SMALL_CACHES = 50;

const readTable: Act = async (scene, client) => {
  const table = pick(scene);
  const leaving = scene.random() < LEFT_SHARE ? [AbortSignal.timeout(LEAVE_MS)] : [];
  const answer = await read(scene, client, `rpc/${table.shape.title}/`, {}, { leaving });
  scene.tally.note('full tables', answer, answer && (await fullFault(table, answer)));
  await pause(answer);
};

const readDelta: Act = async (scene, client) => {
  const table = pick(scene);
  const { held } = table;
  const from = held[Math.floor(scene.random() * held.length)]?.number ?? 1;
  const pieces: Buffer[] = [];
  const take = (piece: Buffer) => pieces.push(piece);
  const answer = await read(scene, client, `rpc/${table.shape.title}/`, { 'X-Delta': `v${from}-last` }, { take });
  const check = async (whole: SlowAnswer) => {
    const versions = /^"delta v(\d+)-v(\d+)"$/.exec(String(whole.headers['content-version']));
    if (versions === null) return fullFault(table, whole);
    const [, first, last] = versions.map(Number) as [number, number, number];
    await known(table, last);
    return table.deltaFault(Buffer.concat(pieces).toString(), first, last, whole.headers['cache-hash-value']);
  };
  scene.tally.note('deltas', answer, answer && (await check(answer)));
  await pause(answer);
};

const readRange: Act = async (scene, client) => {
  const table = pick(scene);
  const { etag } = table.newest;
  const whole = table.body(etag);
  if (whole === undefined) return;
  const first = scene.random() < 0.5 ? 0 : Math.floor(scene.random() * whole.length);
  const last = Math.min(whole.length - 1, first + Math.floor(scene.random() * RANGE_BYTES));
  const right = whole.subarray(first, last + 1);
  let at = 0;
  let differs = false;
  const take = (piece: Buffer) => {
    if (!piece.equals(right.subarray(at, at + piece.length))) differs = true;
    at += piece.length;
  };
  const headers = { Range: `bytes=${first}-${last}`, 'If-Range': etag };
  const answer = await read(scene, client, `rpc/${table.shape.title}/`, headers, { take });
  const check = async (given: SlowAnswer) => {
    if (given.status !== 206) return fullFault(table, given);
    return differs || at !== right.length ? `other bytes than ${first}-${last} of ${etag}` : null;
  };
  scene.tally.note('ranges', answer, answer && (await check(answer)));
  await pause(answer);
};

const waitForNew: Act = async (scene, client) => {
  const table = pick(scene);
  const headers = { Prefer: 'wait=30', 'If-None-Match': table.newest.etag };
  const answer = await read(scene, client, `rpc/${table.shape.title}/`, headers);
  const check = async (given: SlowAnswer) => (given.status === 304 ? null : fullFault(table, given));
  scene.tally.note('waits', answer, answer && (await check(answer)));
  await pause(answer);
};

const follow: Act = async (scene, client) => {
  const table = pick(scene);
  const startedAt = Date.now();
  let lastAt = startedAt;
  let longestMs = 0;
  let text = '';
  const take = (piece: Buffer) => {
    longestMs = Math.max(longestMs, Date.now() - lastAt);
    lastAt = Date.now();
    text += piece;
  };
  const headers = { Accept: 'text/event-stream' };
  const leaving = [scene.closing];
  const answer = await read(scene, client, `rpc/${table.shape.title}/`, headers, { take, leaving });
  const check = async (given: SlowAnswer) => {
    if (given.status !== 200) return `answered ${given.status}`;
    if (longestMs > SILENT_MS) return `silent for ${Math.round(longestMs / 1000)} s`;
    // A stream without room sends what is known, and when to come again.
    const crowded = /^retry: (\d+)$/m.exec(text)?.[1] !== '1000';
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    if (!crowded && seconds * 1000 < STREAM_MS) return `the stream ended after ${seconds} s`;
    return /^id: v\d+$/m.test(text) ? null : 'the stream told of no version';
  };
  scene.tally.note('event streams', answer, answer && (await check(answer)));
  await pause(answer);
};

const refresh: Act = async (scene, client) => {
  const n = Math.floor(scene.random() * SMALL_CACHES);
  await readSmall(scene, client, 'refreshes', n, async () => {
    await scene.site.api.refresh('small', { n }, { user: client.user });
  });
};

let nextKey = 1_000_000;

const readNew: Act = (scene, client) => {
  nextKey += 1;
  return readSmall(scene, client, 'first reads', nextKey);
};

/** Kinds of clients, and their percentage. */
export const KINDS: readonly (readonly [share: number, act: Act])[] = [
  [25, readTable],
  [25, readDelta],
  [15, follow],
  [10, waitForNew],
  [10, readRange],
  [10, refresh],
  [5, readNew],
];

async function readSmall(scene: Scene, client: Client, kind: string, n: number, first?: () => Promise<void>) {
  await first?.();
  let text = '';
  const take = (piece: Buffer) => {
    text += piece;
  };
  const answer = await read(scene, client, `rpc/small/?n=${n}`, { Prefer: 'wait=30' }, { take });
  const check = ({ status }: SlowAnswer) => {
    if (status === 202) return null;
    return status === 200 && text.startsWith(`{"n":${n},`) ? null : `answered ${status}: ${text.slice(0, 100)}`;
  };
  scene.tally.note(kind, answer, answer && check(answer));
  await pause(answer, LOAD_BREAK_MS);
}

async function read(
  { site, closing, ending }: Scene,
  { user, bytesPerS }: Client,
  path: string,
  headers: Record<string, string>,
  { leaving = [], take }: Pick<Reading, 'take'> & { leaving?: AbortSignal[] } = {},
): Promise<SlowAnswer | null> {
  const pace = {
    get bytesPerS() {
      return closing.aborted ? Infinity : bytesPerS;
    },
  };
  const signal = AbortSignal.any([ending, ...leaving]);
  return readSlowly(await questionTo(site, path, headers, user), { pace, signal, ...(take && { take }) });
}

/** What is wrong with a full table. */
async function fullFault(table: SoakTable, answer: SlowAnswer): Promise<string | null> {
  if (answer.end !== 'whole' || isRefusal(answer)) return null;
  if (answer.status !== 200) return `answered ${answer.status}`;
  const { headers, bytes, sha256 } = answer;
  if (headers['content-length'] !== undefined && Number(headers['content-length']) !== bytes) {
    return `${bytes} bytes of ${headers['content-length']}`;
  }
  const number = Number(String(headers['content-version']).slice(1));
  await known(table, number);
  const version = table.version(number);
  if (version === undefined) return `v${number} of ${table.shape.title}, which nobody saw`;
  return version.sha256 === sha256 && version.etag === headers.etag ? null : `another body of ${version.etag}`;
}

async function known(table: SoakTable, version: number): Promise<void> {
  const until = Date.now() + KNOWN_MS;
  while (table.version(version) === undefined && Date.now() < until) await sleep(BREAK_MS / 4);
}

function pause(answer: SlowAnswer | null, usualMs = BREAK_MS): Promise<void> {
  return sleep(answer !== null && isRefusal(answer) ? Math.max(REFUSED_BREAK_MS, usualMs) : usualMs);
}

function pick({ tables, random }: Scene): SoakTable {
  return tables[Math.floor(random() * tables.length)] as SoakTable;
}
