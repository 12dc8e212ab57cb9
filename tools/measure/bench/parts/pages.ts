/**
 * Loads in pages, and loads of changes only, beside one answer that has all rows: CPU of workerd for one load, with
 * local stores, and bytes of the origin.
 */

import type { RequestListener } from 'node:http';
import { cpuSeconds } from '../../harness/processes.ts';
import { type Asking, NUMBERED, onSite, type Site } from '../../harness/site.ts';
import { median } from '../../harness/statistics.ts';
import type { Figure, Part } from './part.ts';

const ROWS = 100_000;
const PAGES = 100;
const PAGE_ROWS = ROWS / PAGES;
/** One row in this many changes from load to load. */
const SHARE = 100;
const TABLE = { name: 'orders', rows: '/value', columns: ['id', 'customer', 'city', 'amount', 'note'], key: ['id'] };
const NEXT = '@odata.nextLink';
const TIMEOUT_S = 300;

/** What one load takes of workerd, and of the origin. */
interface Load {
  cpuMs: number;
  bytes: number;
}

export const pages: Part = async ({ service: script }, { rounds, tell }) => {
  const origin = new PagedOrigin();
  const all: Record<'whole' | 'paged' | 'full' | 'changed', Load>[] = [];
  await onSite({ script, origin: origin.listener }, async (site) => {
    await define(site);
    for (let round = 0; round <= rounds; round += 1) {
      const load = (title: string) => measure(site, origin, title, round);
      origin.hasChanged = false;
      const [whole, paged] = [await load('whole'), await load('paged')];
      await load('full');
      await load('changing');
      // The same change, once with all rows and once alone, both compared with the id map of the version before.
      origin.hasChanged = true;
      const [full, changed] = [await load('full'), await load('changing')];
      tell(`pages, round ${round}: ${paged.cpuMs} ms of CPU in pages, ${whole.cpuMs} ms in one answer`);
      // The first round warms up.
      if (round > 0) all.push({ whole, paged, full, changed });
    }
  });
  const figure = (what: string, unit: string, most: number | null, of: (round: (typeof all)[number]) => number) =>
    ({ what, value: median(all.map(of)), unit, most }) satisfies Figure;
  const what = '100,000 rows with a key';
  const changes = '1,000 changed rows of them';
  return [
    figure(`${what}, in one answer: CPU`, 'ms', null, ({ whole }) => whole.cpuMs),
    figure(`${what}, in 100 pages: CPU compared with that`, '', 1.3, ({ paged, whole }) => paged.cpuMs / whole.cpuMs),
    figure(`${changes}: CPU compared with a load of all`, '', 1, ({ changed, full }) => changed.cpuMs / full.cpuMs),
    figure(`${changes}: bytes of a load of all`, '%', null, ({ changed, full }) => (changed.bytes / full.bytes) * 100),
  ];
};

async function measure(site: Site, origin: PagedOrigin, title: string, n: number): Promise<Load> {
  const [cpuBefore, sentBefore] = [cpuSeconds(site.pids), origin.sent];
  await site.api.load(title, { n });
  return { cpuMs: (cpuSeconds(site.pids) - cpuBefore) * 1000, bytes: origin.sent - sentBefore };
}

async function define(site: Site): Promise<void> {
  const put = (title: string, asking: Asking) =>
    site.define(title, { tables: [TABLE], parameters: NUMBERED }, { query: '{?n}', timeout_s: TIMEOUT_S, ...asking });
  await put('whole', {});
  await put('paged', { pages: { next: `/${NEXT}` } });
  await put('full', {});
  await put('changing', { changes: { url: `${site.originUrl('since')}/{_since}{?n}`, cursor: '/at' } });
}

/** Answers with all rows, with a page of them below `/paged`, or with the changed ones below `/since`. */
class PagedOrigin {
  /** Bytes of all answers. */
  sent = 0;
  /** Whether rows have changed since the first loads. */
  hasChanged = false;
  readonly #whole = answerOf(ids(0, ROWS).map((id) => rowOf(id)));
  readonly #changed = answerOf(ids(0, ROWS).map((id) => rowOf(id, id % SHARE === 0 ? 'changed' : undefined)));
  readonly #some = answerOf(ids(0, ROWS / SHARE, SHARE).map((id) => rowOf(id, 'changed')));
  readonly #pages = ids(0, PAGES).map((page) => {
    const rows = ids(page * PAGE_ROWS, PAGE_ROWS).map((id) => rowOf(id));
    return answerOf(rows, page + 1 < PAGES ? `,"${NEXT}":"?page=${page + 1}"` : '');
  });

  readonly listener: RequestListener = (request, response) => {
    const answer = this.#answerTo(new URL(request.url ?? '/', 'http://origin'));
    this.sent += answer.length;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    response.end(answer);
  };

  #answerTo({ pathname, searchParams }: URL): Buffer {
    const all = this.hasChanged ? this.#changed : this.#whole;
    if (pathname.startsWith('/since')) return this.#some;
    return pathname.startsWith('/paged') ? (this.#pages[Number(searchParams.get('page') ?? 0)] ?? all) : all;
  }
}

function ids(from: number, count: number, step = 1): number[] {
  return Array.from({ length: count }, (_row, at) => from + at * step);
}

function rowOf(id: number, note = 'as usual'): string {
  return `{"id":${id},"customer":"C${id % 997}","city":"Town ${id % 89}","amount":${id % 1000}.50,"note":"${note} ${id}","at":"2026-01-02T10:00:00Z"}`;
}

function answerOf(rows: readonly string[], more = ''): Buffer {
  return Buffer.from(`{"value":[${rows.join(',')}]${more}}`);
}
