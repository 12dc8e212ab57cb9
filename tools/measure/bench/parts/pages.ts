/**
 * Compares loads in pages, and loads of changes only, with one answer that has all rows: `node tools/measure/bench/pages.ts [--rounds 7]`.
 * Runs the built service in workerd, with an origin in this process. CPU: workerd's for one load, with local stores; bytes: the origin's.
 */

import type { RequestListener } from 'node:http';
import { parseArgs } from 'node:util';
import { buildWorker } from '../harness/build-worker.ts';
import { cpuSeconds } from '../harness/processes.ts';
import { NUMBERED, onSite, type Site } from '../harness/site.ts';
import { median } from '../harness/statistics.ts';

const ROWS = 100_000;
const PAGES = 100;
const PAGE_ROWS = ROWS / PAGES;
/** One row in this many changes from load to load. */
const SHARE = 100;
const TABLE = { name: 'orders', rows: '/value', columns: ['id', 'customer', 'city', 'amount', 'note'], key: ['id'] };
const NEXT = '@odata.nextLink';
const TIMEOUT_S = 300;
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });

const rowOf = (id: number, note = 'as usual') =>
  `{"id":${id},"customer":"C${id % 997}","city":"Town ${id % 89}","amount":${id % 1000}.50,"note":"${note} ${id}","at":"2026-01-02T10:00:00Z"}`;
const answerOf = (rows: readonly string[], more = '') => Buffer.from(`{"value":[${rows.join(',')}]${more}}`);
const ids = (from: number, count: number, step = 1) => Array.from({ length: count }, (_row, at) => from + at * step);

const WHOLE = answerOf(ids(0, ROWS).map((id) => rowOf(id)));
const CHANGED = answerOf(ids(0, ROWS).map((id) => rowOf(id, id % SHARE === 0 ? 'changed' : undefined)));
const SOME = answerOf(ids(0, ROWS / SHARE, SHARE).map((id) => rowOf(id, 'changed')));
const PIECES = ids(0, PAGES).map((page) => {
  const rows = ids(page * PAGE_ROWS, PAGE_ROWS).map((id) => rowOf(id));
  return answerOf(rows, page + 1 < PAGES ? `,"${NEXT}":"?page=${page + 1}"` : '');
});

let sent = 0;
/** Whether rows have changed since the first loads. */
let hasChanged = false;
const origin: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://origin');
  const all = hasChanged ? CHANGED : WHOLE;
  const body = pathname.startsWith('/paged') ? PIECES[Number(searchParams.get('page') ?? 0)] : all;
  const answer = pathname.startsWith('/since') ? SOME : (body ?? all);
  sent += answer.length;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
  response.end(answer);
};

/** One load: CPU in ms, bytes sent by the origin. */
async function load(site: Site, title: string, n: number): Promise<{ cpuMs: number; bytes: number }> {
  const [cpuBefore, sentBefore] = [cpuSeconds(site.pids), sent];
  await site.api.load(title, { n });
  return { cpuMs: (cpuSeconds(site.pids) - cpuBefore) * 1000, bytes: sent - sentBefore };
}

async function define(site: Site): Promise<void> {
  const more = { tables: [TABLE], parameters: NUMBERED, ttl_s: 86_400 };
  const put = (title: string, members: object) => {
    const url = `${site.originUrl(title)}{?n}`;
    return site.api.define(title, { ...more, origin: { url, timeout_s: TIMEOUT_S, ...members } });
  };
  await put('whole', {});
  await put('paged', { pages: { next: `/${NEXT}` } });
  await put('full', {});
  await put('changing', { changes: { url: `${site.originUrl('since')}/{_since}{?n}`, cursor: '/at' } });
}

const KINDS = ['whole', 'paged', 'full', 'changed'] as const;
const runs: Record<(typeof KINDS)[number], number[]> = { whole: [], paged: [], full: [], changed: [] };
const bytes = { full: 0, changed: 0 };
await onSite({ script: await buildWorker(), origin }, async (site) => {
  await define(site);
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    hasChanged = false;
    const whole = await load(site, 'whole', round);
    const paged = await load(site, 'paged', round);
    await load(site, 'full', round);
    await load(site, 'changing', round);
    hasChanged = true;
    // The same change, once with all rows and once alone, both compared with the id map of the version before.
    const full = await load(site, 'full', round);
    const changed = await load(site, 'changing', round);
    Object.assign(bytes, { full: full.bytes, changed: changed.bytes });
    // The first round warms up.
    if (round === 0) continue;
    for (const [kind, { cpuMs }] of Object.entries({ whole, paged, full, changed })) {
      runs[kind as (typeof KINDS)[number]].push(cpuMs);
    }
  }
});

const ratio = (ours: number[], theirs: number[]) =>
  median(ours.map((ms, round) => ms / (theirs[round] ?? 1))).toFixed(2);
const told = (ms: number[]) => `${median(ms).toFixed(0)} ms`;
console.log(`${ROWS} rows in one answer, with a key: ${told(runs.whole)} of CPU`);
console.log(`in ${PAGES} pages: ${told(runs.paged)}, ${ratio(runs.paged, runs.whole)} of that (at most 1.3)`);
console.log(`a full load beside the id map: ${told(runs.full)}`);
console.log(
  `${ROWS / SHARE} changed rows: ${told(runs.changed)}, ${ratio(runs.changed, runs.full)} of that (at most 1), and ${((bytes.changed / bytes.full) * 100).toFixed(1)} % of its bytes`,
);
