/**
 * What 100,000 rows of ten cells cost a device: `node --expose-gc client/bench/rows.ts [rows]`. Bounds are those of the client's
 * specification: opened with all rows parsed within 0.6 s, a delta of one row in a hundred within 0.15 s, at most 60 MB of heap.
 */

import { applyDelta } from '../src/data/delta.ts';
import { foldedChunks } from '../src/data/fold.ts';
import { hashOfRows } from '../src/data/hash.ts';
import { sha256InScript } from '../src/data/sha256.ts';
import { storedContent } from '../src/data/stored.ts';
import { tablesOf } from '../src/data/table.ts';
import { wholeTables } from '../src/data/whole-body.ts';
import type { Stored } from '../src/store/store.ts';

const COUNT = Number(process.argv[2] ?? 100_000);
const COLUMNS = ['id', 'name', 'weight', 'price', 'place', 'made', 'is_new', 'note', 'x', 'y'];

function rowOf(id: number, n: number): string {
  const cells = [
    n,
    `name of ${n}`,
    n % 977,
    n / 8,
    `place ${n % 50}`,
    '2026-11-28T12:00:00Z',
    n % 2 === 0,
    null,
    n * 3,
    n / 7,
  ];
  return JSON.stringify([id, ...cells]);
}

/** The best of some runs, ms. */
async function timed(what: string, run: () => unknown, runs = 5): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const begun = performance.now();
    await run();
    times.push(performance.now() - begun);
  }
  const [first = 0] = times;
  console.log(
    `${what.padEnd(52)} first ${first.toFixed(1).padStart(7)} ms, best ${Math.min(...times)
      .toFixed(1)
      .padStart(7)} ms`,
  );
}

/** MB of values and of typed arrays. */
function heapMb(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_000_000;
}

const bodyText = () =>
  `[{"name":"t","columns":${JSON.stringify(COLUMNS)},"data":[${Array.from({ length: COUNT }, (_row, at) => rowOf(at + 1, at)).join(',')}]}]`;

/** What an open cache holds on to, its text among it. */
function measureHeap(): void {
  const start = heapMb();
  const content = wholeTables(bodyText()).content;
  const opened = heapMb() - start;
  const tables = tablesOf(content, {}, null);
  const rows = tables.t?.toArray();
  const shown = heapMb() - start;
  const index = tables.t?.index('id');
  const indexed = heapMb() - start;
  console.log(`heap of ${rows?.length} rows: as text ${opened.toFixed(1)} MB, as objects too ${shown.toFixed(1)} MB`);
  console.log(`with an index of ${index?.size} values ${indexed.toFixed(1)} MB`);
}

if (globalThis.gc === undefined) console.log('heap: only with --expose-gc');
else measureHeap();
const text = bodyText();
console.log(`${COUNT} rows, ${(text.length / 1_000_000).toFixed(1)} MB of text`);
const whole = wholeTables(text);
const stored = (): Stored => ({
  meta: { contentType: null, tables: whole.tables } as Stored['meta'],
  chunks: whole.chunks,
  entries: [],
});
const share = Math.ceil(COUNT / 100);
const insert = Array.from({ length: share }, (_row, at) => rowOf(COUNT + at + 1, at * 100)).join(',');
const deletes = Array.from({ length: share }, (_row, at) => at * 100 + 1).join(',');
const delta = `[{"name":"t","insert_rows":[${insert}],"delete_ids":[${deletes}]}]`;

await timed('whole body cut into chunks, each proven to be JSON', () => wholeTables(text));
await timed('opened from the store, nothing parsed', () => storedContent(stored()));
await timed('opened, and all rows as objects', () => tablesOf(storedContent(stored()), {}, null).t?.toArray());
await timed('opened, and all rows as arrays', () =>
  tablesOf(storedContent(stored()), { rows: 'array' }, null).t?.toArray(),
);
await timed('the same with long numbers as text', () =>
  tablesOf(storedContent(stored()), { rows: 'array', numbers: 'text' }, null).t?.toArray(),
);
await timed('hash, by the platform', () => hashOfRows(whole.content));
const ids = Array.from({ length: COUNT }, (_row, at) => at + 1).join(',');
await timed('hash, by our own script', () => sha256InScript(ids));
const before = tablesOf(whole.content, {}, null);
before.t?.toArray();
before.t?.index('place');
before.t?.index('id');
await timed('delta of 1 %: applied and hashed', async () => hashOfRows(applyDelta(whole.content, delta).content));
await timed('delta of 1 %, with rows and two indexes of it', () => {
  const next = tablesOf(applyDelta(whole.content, delta).content, {}, before);
  return [next.t?.toArray(), next.t?.index('place'), next.t?.index('id')];
});
await timed('folded to chunks after it', () => foldedChunks(applyDelta(whole.content, delta).content));
