/**
 * What slow readers make the Worker hold: folded deltas, full tables, bodies that are not at the edge yet, and waiting
 * requests.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../../scripts/lib/free-ports.ts';
import { answering, OCTETS, octets } from '../../harness/origin.ts';
import { NUMBERED, onSite, type Site } from '../../harness/site.ts';
import { IsolateMemory } from '../isolate-memory.ts';
import { questionTo, readSlowly, type SlowAnswer } from '../slow-reader.ts';
import type { Bound, Figures } from './bound.ts';

const READERS = 40;
const BYTES_PER_S = 4000;
const WATCHED_MS = 20_000;
const ROWS = 60_000;
const TEXT = 'n'.repeat(110);
const LOADS = 10;
/** Each load changes rows that no earlier load has changed: a delta over all loads has 3.8 MB. */
const CHANGED = 2800;
const TITLE = 'items';
const MIB = 1024 * 1024;

/** The table at its n-th load. */
function tableOf(load: number): string {
  const rows = Array.from({ length: ROWS }, (_, id) => [id, id < load * CHANGED ? 1 : 0, TEXT]);
  return JSON.stringify(rows);
}

/** 40 readers of a table that was loaded several times, on a service that was then restarted. */
function readersOf(headers: Record<string, string>, { isAtEdge = false } = {}): Bound['measure'] {
  return (script) => {
    let load = 0;
    return onSite({ script, origin: answering(() => tableOf(load)) }, async (site) => {
      await site.define(TITLE, { tables: [{ name: TITLE, rows: '', columns: ['id', 'changed', 'text'] }] });
      for (; load <= LOADS; load += 1) await site.api.load(TITLE);
      // Memory left over from the loads would hide what the readers add.
      await site.restart();
      await site.api.ask(`rpc/${TITLE}/`, { method: isAtEdge ? 'GET' : 'HEAD' });
      return readTogether(site, Array<string>(READERS).fill(`rpc/${TITLE}/`), headers);
    });
  };
}

/** The same number of bodies without tables, each with one slow reader, which is its first. */
function firstReadersOf(bodies: number, bytes: number): Bound['measure'] {
  return (script) =>
    onSite({ script, origin: octets(bytes) }, async (site) => {
      await site.define(TITLE, { parameters: NUMBERED, content_type: OCTETS }, { query: '{?n}' });
      for (let n = 0; n < bodies; n += 1) await site.api.load(TITLE, { n });
      await site.restart();
      return readTogether(
        site,
        Array.from({ length: bodies }, (_body, n) => `rpc/${TITLE}/?n=${n}`),
        {},
      );
    });
}

/** Readers that begin together; returns the sizes that they were promised, and the memory that they add. */
async function readTogether(site: Site, paths: readonly string[], headers: Record<string, string>): Promise<Figures> {
  let begun = 0;
  let answers: (SlowAnswer | null)[] = [];
  const added = await site.added(async () => {
    const stopping = new AbortController();
    const reading = {
      pace: { bytesPerS: BYTES_PER_S },
      signal: stopping.signal,
      begun: (status: number) => {
        if (status === 200) begun += 1;
      },
    };
    const reads = paths.map(async (path) => readSlowly(await questionTo(site, path, headers), reading));
    await sleep(WATCHED_MS);
    stopping.abort();
    answers = await Promise.all(reads);
  });
  const promised = Math.max(...answers.map((answer) => Number(answer?.headers['content-length'] ?? 0)));
  return {
    'answers that had begun after 20 s': begun,
    'size of an answer, MB': Math.round(promised / 1e5) / 10,
    'memory added, MB': added,
  };
}

export const slowDeltas: Bound = {
  title: '40 slow readers of a folded delta',
  measure: readersOf({ 'X-Delta': 'v1-last' }),
};

export const everyRow: Bound = {
  title: '40 slow readers of a delta that inserts every row',
  measure: readersOf({ 'X-Delta': 'v0-last' }),
};

export const slowTables: Bound = {
  title: '40 slow readers of a full table that the edge has',
  measure: readersOf({}, { isAtEdge: true }),
};

export const slowNewTables: Bound = {
  title: '40 slow readers of a full table that nobody has read before',
  measure: readersOf({}),
};

export const firstReaders: Bound = {
  title: 'the first slow readers of eight bodies of 20 MiB',
  measure: firstReadersOf(8, 20 * MIB),
};

export const firstReadersOfSmall: Bound = {
  title: 'the first slow readers of 40 bodies of 1.5 MiB',
  measure: firstReadersOf(READERS, 1.5 * MIB),
};

const HELD = 1000;
const USERS = 50;
const LOOK_MS = 4000;
const MOST_MS = 20_000;
const FLAT = 1.01;

export const heldRequests: Bound = {
  title: '1,000 requests of 50 users that wait for a version, or follow it in an event stream',
  async measure(script) {
    const waiting = (etag: string) => ({ 'If-None-Match': etag, Prefer: 'wait=30' });
    const following = () => ({ Accept: 'text/event-stream' });
    return {
      'heap of the isolate for each that waits, KB': await heldBy(script, waiting),
      'for each event stream, KB': await heldBy(script, following),
    };
  },
};

/** KB of the isolate for each of many requests while all are held. */
async function heldBy(script: string, headersFor: (etag: string) => Record<string, string>): Promise<number> {
  const [inspectorPort = 0] = await freePorts();
  const more = { inspectorPort } as object;
  return onSite({ script, origin: octets(100), more }, async (site) => {
    await site.define(TITLE, { content_type: OCTETS });
    await site.api.load(TITLE);
    const headers = headersFor(String((await site.api.ask(`rpc/${TITLE}/`)).headers.etag));
    const memory = await IsolateMemory.connect(inspectorPort);
    const stopping = new AbortController();
    const before = await memory.held();
    const reads = Array.from({ length: HELD }, async (_request, n) =>
      readSlowly(await questionTo(site, `rpc/${TITLE}/`, headers, `user-${n % USERS}`), {
        pace: { bytesPerS: BYTES_PER_S },
        signal: stopping.signal,
      }),
    );
    const bytes = (await settled(memory)) - before;
    stopping.abort();
    await Promise.all(reads);
    memory.close();
    return Math.round(bytes / HELD / 100) / 10;
  });
}

/**
 * Bytes held when they stop growing, since nothing reports that all requests are held; waits at most as long as the
 * requests do.
 */
async function settled(memory: IsolateMemory): Promise<number> {
  let held = await memory.held();
  for (const until = Date.now() + MOST_MS; Date.now() < until; ) {
    await sleep(LOOK_MS);
    const now = await memory.held();
    if (now < held * FLAT) return now;
    held = now;
  }
  return held;
}
