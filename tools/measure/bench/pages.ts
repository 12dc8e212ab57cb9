/**
 * What loads in pages and loads of changes cost beside one answer with all rows, in one process: `node tools/measure/bench/pages.ts [--rounds 7]`.
 * Nothing is sent over a network; the figures are CPU of reading, hashing and writing, and bytes that the origin would send.
 */

import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { Lease, PreviousLoad } from '../../../src/contract/object.ts';
import { Resource } from '../../../src/contract/resource.ts';
import type { Blobs } from '../../../src/contract/stores.ts';
import { GateHold, noGates } from '../../../src/flows/load/gate-hold.ts';
import { loadCache } from '../../../src/flows/load/load-cache.ts';
import { LoadClock } from '../../../src/flows/load/load-clock.ts';
import type { LoadServices } from '../../../src/flows/load/loading.ts';
import { median } from '../harness/statistics.ts';

const ROWS = 100_000;
const PAGES = 100;
const CHANGED = ROWS / 100;
const ORIGIN = 'https://erp.example.com';
const KEY = 'f'.repeat(64);
const TABLE = { name: 'orders', rows: '/value', columns: ['id', 'customer', 'city', 'amount', 'note'], key: ['id'] };
const NEXT = '@odata.nextLink';

const rowOf = (id: number, note = 'as usual') =>
  `{"id":${id},"customer":"C${id % 997}","city":"Town ${id % 89}","amount":${id % 1000}.50,"note":"${note} ${id}","at":"2026-01-02T10:00:00Z"}`;
const answer = (from: number, count: number, more = '') =>
  new TextEncoder().encode(
    `{"value":[${Array.from({ length: count }, (_row, n) => rowOf(from + n)).join(',')}]${more}}`,
  );

const WHOLE = answer(0, ROWS);
const PAGE_ROWS = ROWS / PAGES;
const PIECES = Array.from({ length: PAGES }, (_page, n) =>
  answer(n * PAGE_ROWS, PAGE_ROWS, n + 1 < PAGES ? `,"${NEXT}":"?page=${n + 1}"` : ''),
);
const SOME = new TextEncoder().encode(
  `{"value":[${Array.from({ length: CHANGED }, (_row, n) => rowOf(n * 100, 'changed')).join(',')}]}`,
);

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });

/** Keeps bodies as R2 does. */
function keptBlobs(): Blobs & { bodies: Map<string, Uint8Array<ArrayBuffer>> } {
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  const name = (key: string, fence: number, blob: string) => `${key}/${fence}/${blob}`;
  return {
    bodies,
    async get(key, fence, blob, { offset, length } = { offset: 0, length: Number.POSITIVE_INFINITY }) {
      return bodies.get(name(key, fence, blob))?.subarray(offset, offset + length) ?? null;
    },
    async put(key, fence, blob, content) {
      bodies.set(name(key, fence, blob), new Uint8Array(content));
    },
    async begin(key, fence, blob) {
      const parts: Uint8Array[] = [];
      return {
        async part(bytes) {
          parts.push(new Uint8Array(bytes));
        },
        async complete() {
          bodies.set(name(key, fence, blob), new Uint8Array(Buffer.concat(parts)));
        },
        async abort() {
          parts.length = 0;
        },
      };
    },
    async remove() {},
  };
}

type Members = Omit<v.InferInput<typeof Resource>['origin'], 'url'>;

/** Loads once; what it cost, and what the next load is told. */
async function load(blobs: Blobs, origin: Members, previous: PreviousLoad | null) {
  const definition = v.parse(Resource, { origin: { url: `${ORIGIN}/all`, ...origin }, tables: [TABLE] });
  const fence = (previous?.fence ?? 0) + 1;
  const cache = { key: KEY, resource: 'orders', parameters: {}, owner: null };
  const terms = { taskId: 'task', leaseMs: 600_000, timeoutMs: 600_000, attempt: 1, force: false };
  const lease: Lease = { ...terms, fence, cache, previous, nextRowId: ROWS * fence + 1 };
  let bytes = 0;
  using clock = new LoadClock(600_000, Date.now() + 600_000);
  const before = process.cpuUsage();
  const resource = { title: 'orders', definition, number: 1, purged: 0, changedAt: 0 };
  const services = {
    blobs,
    secret: () => undefined,
    via: () => undefined,
    settings: { originHosts: [], partialAnswers: 'fail' },
  };
  const { change, changes } = await loadCache(resource, lease, services as unknown as LoadServices, {
    fetch: async (url) => {
      const { pathname, searchParams } = new URL(url);
      const page = 'pages' in origin ? PIECES[Number(searchParams.get('page'))] : WHOLE;
      const body = pathname.startsWith('/since') ? SOME : (page ?? new Uint8Array());
      bytes += body.byteLength;
      return new Response(body, { headers: { 'Content-Type': 'application/json' } });
    },
    accepts: async () => true,
    clock,
    slot: { setOrigin: () => undefined, becomeHeavy: async () => undefined, release: () => undefined },
    gate: new GateHold(noGates, 'load'),
    now: Date.now(),
    random: Math.random,
    onHeavy: () => undefined,
  });
  const { user, system } = process.cpuUsage(before);
  if (change === null) throw new Error('a load that was to change the body did not');
  const { nextRowId: _, deltaBytes: __, ...loaded } = change;
  const facts = { fence, version: fence, changed: fence, loadedAt: 0, changedAt: 0, expiresAt: 0, number: 1 };
  const next: PreviousLoad = {
    ...loaded,
    ...facts,
    originEtag: null,
    originLastModified: null,
    ...(changes && { changes }),
  };
  return { cpuMs: (user + system) / 1000, bytes, next };
}

const CHANGES = { changes: { url: `${ORIGIN}/since/{_since}`, cursor: '/at' } };
const runs = { whole: [] as number[], paged: [] as number[], full: [] as number[], changed: [] as number[] };
const sent = { full: 0, changed: 0 };
for (let round = 0; round <= Number(values.rounds); round += 1) {
  const whole = await load(keptBlobs(), {}, null);
  const paged = await load(keptBlobs(), { pages: { next: `/${NEXT}` } }, null);
  const blobs = keptBlobs();
  const first = await load(blobs, CHANGES, null);
  const changed = await load(blobs, CHANGES, first.next);
  // The same change by a load of all rows: beside the id map, as the incremental one.
  const { changes: _, ...held } = first.next;
  const full = await load(blobs, {}, { ...held, digest: 'x'.repeat(64) });
  Object.assign(sent, { full: first.bytes, changed: changed.bytes });
  // The first round warms up.
  if (round === 0) continue;
  runs.whole.push(whole.cpuMs);
  runs.paged.push(paged.cpuMs);
  runs.full.push(full.cpuMs);
  runs.changed.push(changed.cpuMs);
}
const ratio = (ours: number[], theirs: number[]) => median(ours.map((ms, round) => ms / (theirs[round] ?? 1)));
const told = (ms: number[]) => `${median(ms).toFixed(0)} ms`;
console.log(`${ROWS} rows in one answer, with a key: ${told(runs.whole)} of CPU`);
console.log(
  `in ${PAGES} pages: ${told(runs.paged)}, ${ratio(runs.paged, runs.whole).toFixed(2)} of that (at most 1.3)`,
);
console.log(`a full load beside the id map: ${told(runs.full)}`);
console.log(
  `${CHANGED} changed rows: ${told(runs.changed)}, ${ratio(runs.changed, runs.full).toFixed(2)} of that (at most 1), and ${((sent.changed / sent.full) * 100).toFixed(1)} % of its bytes`,
);
