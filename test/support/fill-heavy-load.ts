/**
 * Loads the largest allowed amount of data and prints the peak of held memory, after a garbage collection at each check. Runs in its
 * own process with `--expose-gc`. `keys`: a table with a key and the most rows allowed, with as many rows in the version before.
 * `changes <characters>`: changed rows of about this many characters, as many as may be held, with the largest id maps that leave
 * changes all their room. Blobs are in a folder, since a load does not hold what R2 keeps.
 */

import { appendFileSync, createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MAX_CHANGED_BYTES, MAX_CHANGED_ROWS } from '../../src/contract/changes.ts';
import { MAX_KEYED_ROWS } from '../../src/contract/constants.ts';
import { GateHold, noGates } from '../../src/flows/load/gate-hold.ts';
import { loadCache } from '../../src/flows/load/load-cache.ts';
import { LoadClock } from '../../src/flows/load/load-clock.ts';
import type { LoadServices } from '../../src/flows/load/loading.ts';
import { CHANGE_BYTES } from '../../src/origin/changes/changed-rows.ts';
import type { Blobs } from '../../src/ports/blobs.ts';
import { CHANGES_ROOM, ROW_BYTES } from '../../src/ports/memory-shares.ts';
import type { Lease, PreviousLoad } from '../../src/ports/object.ts';
import { sampleResource } from './resources.ts';

const [, , what = 'keys', characters = '0'] = process.argv;
const ORIGIN = 'https://erp.example.com';
const KEY = 'f'.repeat(64);
const PIECE_ROWS = 500;
/** Rows between two checks. */
const LOOK_ROWS = 20_000;
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'freshet-fill-'));
const ROWS = what === 'keys' ? MAX_KEYED_ROWS : Math.floor((CHANGES_ROOM - MAX_CHANGED_BYTES) / ROW_BYTES);
/** Each load has other texts in one row of this many. */
const SHARE = 100;
// Two bytes per character, as V8 stores text that is not Latin-1.
const NOTE = 'д'.repeat(Math.max(Number(characters) - 20, 0));

let most = 0;
/** Memory when the first blob is requested: all changes have been read by then. */
let atFirstBlob = 0;
let held = 0;
/** Measures the memory held now, above that at rest. */
function look(): void {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  most = Math.max(most, heapUsed + arrayBuffers - held);
}

const pathOf = (...names: (string | number)[]) => join(folder, names.join('-'));
const blobs: Blobs = {
  async get(key, fence, name, { offset, length } = { offset: 0, length: Number.POSITIVE_INFINITY }) {
    look();
    atFirstBlob ||= most;
    const file = createReadStream(pathOf(key, fence, name), {
      start: offset,
      end: offset + length - 1,
      highWaterMark: 65_536,
    });
    return Readable.toWeb(file) as unknown as ReadableStream<Uint8Array>;
  },
  async put(key, fence, name, content) {
    writeFileSync(pathOf(key, fence, name), content);
  },
  async begin(key, fence, name) {
    return {
      async part(bytes) {
        look();
        appendFileSync(pathOf(key, fence, name), bytes);
      },
      complete: async () => look(),
      async abort() {},
    };
  },
  async remove() {},
};

/** Rows as JSON, generated while they are read. */
function answer(count: number, rowOf: (at: number) => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode('{"value":[')),
    pull(controller) {
      const rows = Array.from({ length: Math.min(PIECE_ROWS, count - at) }, (_row, n) => rowOf(at + n));
      if (at % LOOK_ROWS === 0) look();
      controller.enqueue(encoder.encode(`${at === 0 ? '' : ','}${rows.join(',')}`));
      at += rows.length;
      if (at < count) return;
      controller.enqueue(encoder.encode(']}'));
      controller.close();
    },
  });
}

const rowOf = (load: number) => (id: number) =>
  `{"id":"key ${id}","a":"${id % SHARE === load ? `l${load}` : 'x'}","at":"2026-01-02T10:00:00Z"}`;
/** Three of four change existing rows. */
const changeOf = (at: number) => `{"id":"key ${at * 4}","a":"c${at}${NOTE}","at":"2026-01-02T11:00:00Z"}`;
/** The most that one change is counted as: two bytes per character of its key and of its row. */
const COUNTED = CHANGE_BYTES + 2 * ('"key 400000"'.length + '"key 400000","c100000"'.length + NOTE.length);
const CHANGES = Math.min(MAX_CHANGED_ROWS, Math.floor(MAX_CHANGED_BYTES / COUNTED));

const definition = sampleResource({
  tables: [{ name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] }],
  origin: {
    url: `${ORIGIN}/all`,
    max_bytes: 33_554_432,
    ...(what === 'keys' ? {} : { changes: { url: `${ORIGIN}/since/{_since}`, cursor: '/at' } }),
  },
});

async function load(fence: number, previous: PreviousLoad | null, rows: ReadableStream<Uint8Array>[]) {
  using clock = new LoadClock(HOUR_MS, Date.now() + HOUR_MS);
  const cache = { key: KEY, resource: 't', parameters: {}, owner: null };
  const lease: Lease = {
    ...{ taskId: 'task', fence, cache, previous, leaseMs: HOUR_MS, timeoutMs: HOUR_MS, attempt: 1, force: false },
    nextRowId: previous === null ? 1 : fence * 10 * MAX_KEYED_ROWS,
  };
  const settings = { originHosts: [], partialAnswers: 'fail' };
  const services = { blobs, secret: () => undefined, via: () => undefined, settings } as unknown as LoadServices;
  const { change, changes } = await loadCache(
    { title: 't', definition, number: 1, purged: 0, changedAt: 0 },
    lease,
    services,
    {
      fetch: async () => new Response(rows.shift(), { headers: { 'Content-Type': 'application/json' } }),
      accepts: async () => true,
      clock,
      slot: { setOrigin: () => undefined, becomeHeavy: async () => undefined, release: () => undefined },
      gate: new GateHold(noGates, 'load'),
      now: Date.now(),
      random: Math.random,
      onHeavy: () => undefined,
    },
  );
  if (change === null) throw new Error('nothing was loaded');
  const { nextRowId: _, deltaBytes: __, ...loaded } = change;
  const facts = { fence, version: fence, changed: fence, loadedAt: 0, changedAt: 0, expiresAt: 0, number: 1 };
  return { ...loaded, ...facts, originEtag: null, originLastModified: null, ...(changes && { changes }) };
}

try {
  const before = await load(1, null, [answer(ROWS, rowOf(1))]);
  // Buffers are released one turn after their objects.
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  held = heapUsed + arrayBuffers;
  [most, atFirstBlob] = [0, 0];
  const after = await load(2, before, [what === 'keys' ? answer(ROWS, rowOf(2)) : answer(CHANGES, changeOf)]);
  console.log(
    JSON.stringify({
      rowsBefore: before.rows,
      rows: after.rows,
      changes: what === 'keys' ? 0 : CHANGES,
      changeBytes: Math.round(atFirstBlob / CHANGES),
      counted: COUNTED,
      most,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
