import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPages, loadWhole, ORIGIN, type Page, pagedResource } from '../support/pages.ts';

const row = fc.record({ id: fc.integer(), a: fc.jsonValue() }, { requiredKeys: ['id'] });
/** Rows, and where they are cut into pages. */
const cut = fc.tuple(
  fc.array(row, { maxLength: 30 }),
  fc.array(fc.nat(30), { maxLength: 8 }),
  fc.integer({ min: 1, max: 60 }),
);

type Row = { id: number; a?: unknown };

/** The rows of each page; `empties`: pages without rows may stand anywhere. */
function pagesOf(rows: Row[], cuts: number[], empties: boolean): Row[][] {
  const ends = [...cuts.map((at) => at % (rows.length + 1)).toSorted((one, other) => one - other), rows.length];
  const pages = ends.map((end, index) => rows.slice(index === 0 ? 0 : ends[index - 1], end));
  return empties ? pages : pages.filter((page) => page.length > 0);
}

/** What of a load does not tell how it was cut. */
async function resultOf(load: ReturnType<typeof loadWhole>) {
  const { body, change, facts } = await load;
  return { body, hash: change.hash, rows: change.rows, bytes: change.bytes, digest: change.digest, facts };
}

describe('any cut of rows into pages comes to what one page does', () => {
  const same = (
    name: string,
    definition: ReturnType<typeof pagedResource>,
    pageOf: (pages: Row[][], asked: URL, rows: Row[]) => Page,
    empties: boolean,
  ) =>
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(cut, async ([rows, cuts, piece]) => {
          // An origin that does not know its parameter sends the same rows again: that is another case.
          const unique = rows.map((each, index) => ({ ...each, id: index }));
          const pages = pagesOf(unique, cuts, empties);
          const paged = loadPages(definition, ({ url }) => pageOf(pages, url, unique), piece);
          const whole = definition.format === 'xml' ? xmlOf(unique, '', true) : { body: { items: unique } };
          expect(await resultOf(paged)).toEqual(await resultOf(loadWhole(definition, whole)));
          expect((await paged).asked.length).toBeGreaterThanOrEqual(pages.length);
        }),
      );
    });

  const numberOf = (url: URL) => Number(url.searchParams.get('p') ?? 0);
  same(
    'by links, before or behind the rows',
    pagedResource({ next: '/next', total: '/n' }),
    (pages, url, rows) => {
      const at = numberOf(url);
      const items = pages[at] ?? [];
      const next = at + 1 < pages.length ? { next: `${ORIGIN}?p=${at + 1}` } : {};
      return { body: at % 2 === 0 ? { ...next, n: rows.length, items } : { items, n: String(rows.length), ...next } };
    },
    true,
  );
  same(
    'by Link headers',
    pagedResource({ next: 'link' }),
    (pages, url) => {
      const at = numberOf(url);
      const headers = at + 1 < pages.length ? { Link: `</first>; rel=first, <?p=${at + 1}>; rel="next"` } : {};
      return { body: { items: pages[at] ?? [] }, headers: headers as Record<string, string> };
    },
    true,
  );
  same(
    'by tokens',
    pagedResource({ cursor: '/meta/token', param: 'p', more: '/meta/more' }),
    (pages, url) => {
      const at = numberOf(url);
      const isLast = at + 1 >= pages.length;
      return { body: { meta: { token: isLast ? null : at + 1, more: !isLast }, items: pages[at] ?? [] } };
    },
    true,
  );
  same(
    'by the number of the page, till one is empty',
    pagedResource({ page: 'p', first: 0 }),
    (pages, url) => ({ body: { items: pages[numberOf(url)] ?? [] } }),
    false,
  );
  same(
    'by the number of rows that have come, with a key',
    pagedResource(
      { offset: 'p', total: 'X-Total' },
      { tables: [{ name: 't', rows: '/items', columns: ['id', 'a'], key: ['id'] }] },
    ),
    (pages, url, rows) => {
      const offset = numberOf(url);
      let begin = 0;
      const page = pages.find((each) => {
        const isThis = begin === offset;
        if (!isThis) begin += each.length;
        return isThis;
      });
      return { body: { items: page ?? [] }, headers: { 'X-Total': String(rows.length) } };
    },
    false,
  );
  same(
    'as XML, by an element before or behind the rows',
    pagedResource(
      { next: '/r/next' },
      {
        format: 'xml',
        tables: [{ name: 't', rows: '/r/i', columns: [{ name: 'id', at: '/@id', as: 'number' }, 'a'] }],
      },
    ),
    (pages, url) => {
      const at = numberOf(url);
      const next = at + 1 < pages.length ? `<next>?p=${at + 1}</next>` : '';
      return xmlOf(pages[at] ?? [], next, at % 2 === 0);
    },
    true,
  );
});

/** JSON has no other text for a cell than XML has here. */
const cellOf = (a: unknown) => JSON.stringify(a ?? null).replaceAll(/[<>&]/g, (found) => `&#${found.charCodeAt(0)};`);

function xmlOf(items: readonly Row[], next: string, isBefore: boolean): Page {
  const rows = items.map(({ id, a }) => `<i id="${id}"><a>${cellOf(a)}</a></i>`).join('');
  const body = `<r>${isBefore ? next : ''}${rows}${isBefore ? '' : next}</r>`;
  return { body, headers: { 'Content-Type': 'application/xml' } };
}
