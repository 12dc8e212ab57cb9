import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../src/flows/admin/manage-resources.ts';
import { pagesWarnings } from '../../../src/origin/check-pages.ts';
import type { Json } from '../../../src/ports/entry.ts';
import { table } from '../../support/rows.ts';

const put = (pages: Json, { origin = {}, ...more }: { [name: string]: Json } = {}) =>
  parseDefinition(
    'paged',
    {
      origin: { url: 'https://erp.example.com/items', pages, ...(origin as object) },
      tables: [{ ...table('t', '/value', 'id') }],
      ...more,
    } as Json,
    [],
  );

/** The faults that PUT names, as `pointer detail`. */
function faults(...given: Parameters<typeof put>): string[] {
  try {
    put(...given);
    return [];
  } catch (error) {
    return (error as { errors: { pointer: string; detail: string }[] }).errors.map(
      ({ pointer, detail }) => `${pointer} ${detail}`,
    );
  }
}
const post = { origin: { method: 'POST' } };
const csv = { format: 'csv', tables: [{ name: 't', columns: ['id'] }] };

describe('origin.pages', () => {
  it.each<[Json, { [name: string]: Json }?]>([
    [{ next: '/@odata.nextLink' }],
    [{ next: 'Link', rehost: true, total: 'X-Total-Count' }],
    [{ cursor: '/meta/cursor', param: 'after', more: '/meta/more', total: '/meta/total' }],
    [{ offset: '$skip', limit: '$top', size: 1000, end: 'short' }],
    [{ offset: '$skip' }],
    [{ page: 'page', first: 0, size: 5, max: 1000, drift: 'keep' }],
    [{ page: '/paging/page', limit: '/paging/size', size: 100 }, post],
    [{ next: 'Link' }, csv],
  ])('takes %j', (pages, more) => {
    expect(faults(pages, more)).toEqual([]);
  });

  it.each<[Json, string, { [name: string]: Json }?]>([
    [{}, '/origin/pages must have exactly one of next, cursor, offset and page'],
    [{ next: '/a', page: 'p' }, '/origin/pages must have exactly one of next, cursor, offset and page'],
    [{ cursor: '/a' }, '/origin/pages/param is required with cursor'],
    [{ next: '/a', param: 'p' }, '/origin/pages/param goes with cursor only'],
    [{ next: '/a', first: 1 }, '/origin/pages/first goes with page only'],
    [{ next: '/a', limit: 'l' }, '/origin/pages/limit goes with offset or page only'],
    [{ cursor: '/a', param: 'p', size: 5 }, '/origin/pages/size goes with offset or page only'],
    [{ next: '/a', end: 'short' }, '/origin/pages/end goes with offset or page only'],
    [{ offset: 'o', limit: 'l' }, '/origin/pages/size is required with limit, and with "end": "short"'],
    [{ page: 'p', end: 'short' }, '/origin/pages/size is required with limit, and with "end": "short"'],
    [{ page: 'p', rehost: true }, '/origin/pages/rehost goes with next only'],
    [{ page: '/p' }, '/origin/pages/page must be a parameter of the query: only a POST has a body'],
    [
      { page: '/p' },
      '/origin/pages/page must be a parameter of the query: origin.body is a text',
      { origin: { method: 'POST', body: '<x/>', headers: { 'Content-Type': 'text/xml' } } },
    ],
    [{ page: '/p~' }, '/origin/pages/page must be a JSON pointer (RFC 6901), such as /value', post],
    [{ page: 'p', limit: 'p', size: 5 }, '/origin/pages/limit must differ from the others'],
    [{ next: '/a~' }, '/origin/pages/next must be a JSON pointer (RFC 6901), such as /value'],
    [{ next: 'a b' }, '/origin/pages/next must be a JSON pointer (RFC 6901) or the name of a header'],
    [{ next: '/value/0/next' }, '/origin/pages/next must not lie at or within the rows of table "t"'],
    [{ next: '/a' }, '/origin/pages/next must be the name of a header: the format "csv" has no other place', csv],
    [{ page: 'p', max: 1001 }, '/origin/pages/max must be at most 1000'],
    [{ page: 'p', sizes: 1 }, '/origin/pages/sizes is not known here; perhaps "size" is meant'],
    [
      { next: '/a' },
      '/origin/pages needs exactly one table: rows of several would come mixed',
      { tables: [table('a', '/x', 'x'), table('b', '/y', 'x')] as unknown as Json },
    ],
  ])('refuses %j: %s', (pages, fault, more) => {
    expect(faults(pages, more)).toEqual([fault]);
  });

  it('refuses a body that is not a table', () => {
    const definition = { origin: { url: 'https://erp.example.com/', pages: { next: '/a' } } };
    expect(() => parseDefinition('paged', definition, [])).toThrow(/needs exactly one table/);
  });

  it('has two minutes unless the definition says otherwise', () => {
    expect(put({ next: '/a' }).origin.timeout_s).toBe(120);
    expect(put({ next: '/a' }, { origin: { timeout_s: 30 } }).origin.timeout_s).toBe(30);
    expect(put(undefined as never).origin.timeout_s).toBe(30);
  });

  it('warns where nothing would show that rows moved, and of ends that come too early', () => {
    expect(pagesWarnings(put({ next: '/a' }))).toEqual([
      expect.stringContaining('tables[].key and origin.pages.total'),
    ]);
    expect(pagesWarnings(put({ next: '/a', total: '/n' }))).toEqual([]);
    const keyed = { tables: [{ ...table('t', '/value', 'id'), key: ['id'] }] as unknown as Json };
    expect(pagesWarnings(put({ next: '/a' }, keyed))).toEqual([]);
    expect(pagesWarnings(put({ page: 'p', size: 5, end: 'short' }, keyed))).toEqual([
      expect.stringContaining('origin.pages.end: "short"'),
    ]);
  });
});
