import { describe, expect, it } from 'vitest';
import { loadPages, loadWhole, ORIGIN, type Page, type PagesInput, pagedResource } from '../../support/pages.ts';

const KEYED = { tables: [{ name: 't', rows: '/items', columns: ['id', 'a'], key: ['id'] }] };
const items = (...ids: number[]) => ids.map((id) => ({ id, a: `r${id}` }));
const page = (ids: number[], more: object = {}): Page => ({ body: { items: items(...ids), ...more } });

/** Loads these pages in the order in which they are asked for; the last is answered again and again. */
async function load(pages: PagesInput, given: readonly Page[], more: Parameters<typeof pagedResource>[1] = {}) {
  const { asked, body, warnings, change } = await loadPages(
    pagedResource(pages, more),
    (_request, number) => given[number] ?? (given.at(-1) as Page),
  );
  const [{ data }] = JSON.parse(body) as [{ data: unknown[][] }];
  return {
    asked: asked.map(({ url }) => url.href.slice(ORIGIN.length)),
    ids: data.map(([, id]) => id),
    warnings,
    hash: change.hash,
  };
}
const failing = (code: string, message: RegExp, more: object = {}) =>
  expect.objectContaining({ code, message: expect.stringMatching(message), ...more });
const final = { retryable: false };
const again = { retryable: true };

describe('pages follow each other', () => {
  it('by a link in the body, relative or whole, wherever it is', async () => {
    const given = [
      { body: { '@odata.nextLink': '?$skiptoken=2', items: items(1, 2) } },
      page([3], { '@odata.nextLink': `${ORIGIN}?$skiptoken=3` }),
      page([4]),
    ];
    const loaded = await load({ next: '/@odata.nextLink' }, given);
    expect(loaded).toMatchObject({ ids: [1, 2, 3, 4], asked: ['', '?$skiptoken=2', '?$skiptoken=3'], warnings: [] });
  });

  it('by a token that is set again in the first request, digits kept', async () => {
    const given = [
      page([1], { c: '12345678901234567890' }),
      { body: `{"c":12345678901234567891,"items":[]}` },
      page([2], { c: '' }),
    ];
    const origin = { url: `${ORIGIN}?$top=2` };
    const { asked, ids } = await load({ cursor: '/c', param: 'after' }, given, { origin });
    expect(asked).toEqual(['?$top=2', '?$top=2&after=12345678901234567890', '?$top=2&after=12345678901234567891']);
    expect(ids).toEqual([1, 2]);
  });

  it('complaint 4: by the rows that came, not by those that were asked for, where the origin caps a page', async () => {
    const given = [page([1, 2]), page([3, 4]), page([5]), page([])];
    const loaded = await load({ offset: '$skip', limit: '$top', size: 100 }, given);
    expect(loaded.asked).toEqual([0, 2, 4, 5].map((skip) => `?$top=100&$skip=${skip}`));
    expect(loaded.ids).toEqual([1, 2, 3, 4, 5]);
  });

  it('by the number of the page, from the first', async () => {
    const { asked } = await load({ page: 'p', first: 0, total: '/n' }, [page([1, 2], { n: 3 }), page([3], { n: 3 })]);
    expect(asked).toEqual(['?p=0', '?p=1']);
    expect((await load({ page: 'p' }, [page([1]), page([])])).asked).toEqual(['?p=1', '?p=2']);
  });

  it('by what is set in the body of a POST', async () => {
    const origin = { url: ORIGIN, method: 'POST' };
    const definition = pagedResource({ page: '/paging/n', limit: '/paging/size', size: 2 }, { origin });
    const { asked } = await loadPages(definition, (_request, number) => page(number < 2 ? [number] : []));
    expect(asked.map(({ method, body }) => `${method} ${body}`)).toEqual(
      [1, 2, 3].map((n) => `POST {"paging":{"size":2,"n":${n}}}`),
    );
  });
});

describe('pages end', () => {
  it.each<[string, PagesInput, Page[], number]>([
    ['where the link is not there', { next: '/next' }, [page([1])], 1],
    ['where the link is null', { next: '/next' }, [page([1], { next: null })], 1],
    ['where the link is empty', { next: '/next' }, [page([1], { next: ' ' })], 1],
    [
      'where no link of the header is the next',
      { next: 'Link' },
      [{ ...page([1]), headers: { Link: '<?p=0>; rel=prev' } }],
      1,
    ],
    [
      'where the origin says that no more follow',
      { offset: 'o', more: '/more' },
      [page([1], { more: true }), page([2], { more: 'false' })],
      2,
    ],
    ['where it says so beside a link', { next: '/next', more: '/more' }, [page([1], { next: '?p=2', more: false })], 1],
    ['at a page without rows', { page: 'p' }, [page([1]), page([])], 2],
    [
      'at the number of all rows, as a number or a text',
      { page: 'p', total: '/n' },
      [page([1], { n: '2' }), page([2], { n: 2 })],
      2,
    ],
    [
      'at a short page, where the definition says so',
      { page: 'p', limit: 'l', size: 2, end: 'short' },
      [page([1, 2]), page([3])],
      2,
    ],
  ])('%s', async (_name, pages, given, count) => {
    expect((await load(pages, given)).asked).toHaveLength(count);
  });

  it('complaint 4: at no short page, which only some origins mean so', async () => {
    const given = [page([1]), page([2, 3]), page([])];
    expect((await load({ page: 'p', limit: 'l', size: 2 }, given)).ids).toEqual([1, 2, 3]);
  });

  it('at no page without rows that names another, by a link, a token or by saying so', async () => {
    const link = [page([1], { next: '?p=2' }), page([], { next: '?p=3' }), page([2])];
    expect((await load({ next: '/next' }, link)).ids).toEqual([1, 2]);
    const told = [page([1], { more: true }), page([], { more: true }), page([2], { more: false })];
    expect((await load({ page: 'p', more: '/more' }, told)).ids).toEqual([1, 2]);
  });

  it('complaint 9: with null instead of the rows of the last page', async () => {
    const given = [page([1], { next: '?p=2' }), { body: { items: null } }];
    expect((await load({ next: '/next' }, given)).ids).toEqual([1]);
  });

  it.each<[string, PagesInput, Page[], RegExp]>([
    [
      'says that more follows and leads nowhere',
      { next: '/next', more: '/more' },
      [page([1], { more: true })],
      /says that a page follows, but has nothing at "\/next"/,
    ],
    [
      'has a link that is an object',
      { next: '/next' },
      [page([1], { next: { href: 'x' } })],
      /an object or array at "\/next"/,
    ],
    ['has a link that is true', { next: '/next' }, [page([1], { next: true })], /true or false at "\/next"/],
    [
      'has a link that is too long',
      { next: '/next' },
      [page([1], { next: 'x'.repeat(8193) })],
      /more than 8192 characters/,
    ],
    ['has no count where it should be', { next: '/next', total: '/n' }, [page([1])], /no count of rows at "\/n"/],
    ['has a count that is none', { next: '/next', total: '/n' }, [page([1], { n: -1 })], /no count of rows at "\/n"/],
    [
      'says neither true nor false',
      { page: 'p', more: '/more' },
      [page([1], { more: 1 })],
      /neither true nor false at "\/more"/,
    ],
    [
      'complaint 10: has no rows at all',
      { next: '/next' },
      [page([1], { next: '?p=2' }), { body: { next: null } }],
      /there is no array at "\/items"/,
    ],
  ])('in a load that fails, where an answer %s', async (_name, pages, given, message) => {
    await expect(load(pages, given)).rejects.toThrow(failing('origin-malformed', message, final));
  });

  it('in a load that fails, where a page has no row and the origin says that more follow', async () => {
    const given = [page([1], { more: true }), page([], { more: true })];
    await expect(load({ offset: 'o', more: '/more' }, given)).rejects.toThrow(
      failing('origin-pages', /has no rows, but says that a page follows/, again),
    );
  });

  it('in a load that fails, where the last page has a link that the definition does not name', async () => {
    const given = [page([1], { cursor: 'x', nextLink: '?p=2' }), page([2], { nextLink: '?p=3' })];
    const pages = { cursor: '/cursor', param: 'p' };
    await expect(load(pages, given)).rejects.toThrow(
      failing('origin-pages', /names a next page at \/nextLink\. .*origin\.partial: \["next"\]/, final),
    );
    const accepted = await load(pages, given, { origin: { url: ORIGIN, partial: ['next'] } });
    expect(accepted).toMatchObject({ ids: [1, 2], warnings: [expect.stringContaining('/nextLink')] });
    const header = [{ ...page([1]), headers: { Link: '<?p=2>; rel=next' } }];
    await expect(load({ next: '/next' }, header)).rejects.toThrow(failing('origin-pages', /its header Link/));
  });
});

describe('pages without end', () => {
  it.each<[string, PagesInput, Page[]]>([
    ['a link that leads to the page itself', { next: '/next' }, [page([1], { next: ORIGIN })]],
    ['a token that repeats', { cursor: '/c', param: 'c' }, [page([1], { c: 'x' }), page([2], { c: 'x' })]],
    [
      'A, B, A, B',
      { next: '/next' },
      [page([1], { next: '?p=a' }), page([2], { next: '?p=b' }), page([3], { next: '?p=a' })],
    ],
  ])('complaint 3: by %s fail', async (_name, pages, given) => {
    await expect(load(pages, given)).rejects.toThrow(
      failing('origin-pages', /leads to a page that was read before/, final),
    );
  });

  it('complaint 3: whose links repeat with no row behind them end there', async () => {
    const given = [page([1], { next: '?p=2' }), page([], { next: '?p=2' })];
    expect(await load({ next: '/next' }, given)).toMatchObject({ ids: [1], asked: ['', '?p=2'] });
  });

  it('complaint 3: since the origin does not know the parameter fail, and name it', async () => {
    for (const pages of [{ page: 'p' }, { offset: 'p' }]) {
      await expect(load(pages, [page([1, 2])])).rejects.toThrow(
        failing('origin-pages', /ignores the parameter "p"/, final),
      );
    }
  });

  it('complaint 3: fail at the most that the definition allows', async () => {
    let asked = 0;
    const definition = pagedResource({ next: '/next', max: 5 });
    const endless = loadPages(definition, (_request, number) => {
      asked = number + 1;
      return page([number], { next: `?p=${asked}` });
    });
    await expect(endless).rejects.toThrow(
      failing('origin-too-large', /more than 5 pages \(origin\.pages\.max\)/, final),
    );
    expect(asked).toBe(5);
  });
});

describe('rows that moved while pages were read', () => {
  it('complaint 1: show by a key that comes twice, and the load is tried again', async () => {
    const given = [page([1, 2]), page([2, 3]), page([])];
    await expect(load({ offset: 'o' }, given, KEYED)).rejects.toThrow(
      failing(
        'origin-pages',
        /Table "t", row 2: its key occurred on an earlier page.*origin\.pages\.drift: "keep"/,
        again,
      ),
    );
  });

  it.each<[string, PagesInput, Page[]]>([
    [
      'complaint 1: by another count at the end',
      { offset: 'o', total: '/n' },
      [page([1, 2], { n: 4 }), page([3], { n: 3 })],
    ],
    [
      'complaint 4: by more rows than were counted',
      { page: 'p', total: '/n' },
      [page([1, 2], { n: 3 }), page([3, 4], { n: 3 })],
    ],
    [
      'complaint 26: by fewer rows than were counted',
      { page: 'p', total: '/n' },
      [page([1, 2], { n: 4 }), page([3], { n: 4 }), page([], { n: 4 })],
    ],
    [
      'complaint 2: by fewer rows than links should have led to',
      { next: '/next', total: '/n' },
      [page([1], { n: 4, next: '?p=2' }), page([2], { n: 3 })],
    ],
  ])('show %s, and the load is tried again', async (_name, pages, given) => {
    await expect(load(pages, given)).rejects.toThrow(
      failing('origin-pages', /The origin counted .* came, so rows moved/, again),
    );
  });

  it('do not show where links lead past rows that came meanwhile', async () => {
    const given = [page([1], { n: 2, next: '?p=2' }), page([2, 3], { n: 3 })];
    expect((await load({ next: '/next', total: '/n' }, given)).ids).toEqual([1, 2, 3]);
  });

  it('are kept with a warning where the definition says so: of rows with one key the first', async () => {
    const moved = { body: { items: [{ id: 2, a: 'moved' }, ...items(3)], n: 5 } };
    const pages = { offset: 'o', drift: 'keep', total: '/n' } as const;
    const loaded = await load(pages, [page([1, 2], { n: 4 }), moved, page([], { n: 5 })], KEYED);
    expect(loaded).toMatchObject({
      ids: [1, 2, 3],
      // The offset counts what came.
      asked: ['?o=0', '?o=2', '?o=4'],
      warnings: [
        expect.stringContaining('rows moved while pages were read'),
        expect.stringContaining('than the origin counted'),
      ],
    });
  });

  it('are none where a key repeats within one answer: it is no key', async () => {
    const malformed = failing(
      'origin-malformed',
      /row 1: its key occurred before in the same answer, so tables\[\]\.key/,
      final,
    );
    await expect(load({ offset: 'o' }, [page([1, 1])], KEYED)).rejects.toThrow(malformed);
    await expect(load({ offset: 'o', drift: 'keep' }, [page([1, 1])], KEYED)).rejects.toThrow(malformed);
    const { pages: _pages, ...origin } = pagedResource({ next: '/next' }, KEYED).origin;
    const whole = { ...pagedResource({ next: '/next' }, KEYED), origin };
    await expect(loadWhole(whole, page([1, 1]))).rejects.toThrow(malformed);
    expect((await loadWhole(whole, page([1, 2]))).change.rows).toBe(2);
  });

  it('are told by all columns of the key together, and by what their cells become', async () => {
    const columns = [{ name: 'id', as: 'text' as const }, 'a'];
    const tables = [{ name: 't', rows: '/items', columns, key: ['a', 'id'] }];
    const rows = (...pairs: [unknown, unknown][]) => ({ body: { items: pairs.map(([id, a]) => ({ id, a })) } });
    const given = [rows([1, 'x'], [1, 'y']), rows([2, 'x']), rows()];
    expect((await load({ page: 'p' }, given, { tables })).ids).toEqual(['1', '1', '2']);
    await expect(load({ page: 'p' }, [rows([1, 'x']), rows(['1', 'x']), rows()], { tables })).rejects.toThrow(
      /its key/,
    );
  });
});

describe('columns of pages', () => {
  it('are looked for in all of them together', async () => {
    const columns = [
      { name: 'id', required: true },
      { name: 'a', required: true },
    ];
    const tables = [{ name: 't', rows: '/items', columns }];
    const first = { body: { items: [{ id: 1 }], next: '?p=2' } };
    expect((await load({ next: '/next' }, [first, page([2])], { tables })).ids).toEqual([1, 2]);
    await expect(load({ next: '/next' }, [first, { body: { items: [{ id: 2 }] } }], { tables })).rejects.toThrow(
      failing('origin-malformed', /column "a".*which the definition requires/),
    );
  });

  it('name their rows over all of them', async () => {
    const tables = [{ name: 't', rows: '/items', columns: [{ name: 'id', as: 'number' as const }] }];
    const given = [page([1, 2], { next: '?p=2' }), { body: { items: [{ id: 3 }, { id: 'x' }] } }];
    await expect(load({ next: '/next' }, given, { tables })).rejects.toThrow(/Table "t", row 3, column "id"/);
  });
});

describe('lines in pages', () => {
  it('complaint 19: follow a header, each with its own line of names, whatever type they are sent as', async () => {
    const more = { format: 'csv', content_type: '*/*', tables: [{ name: 't', columns: ['id', 'a'] }] };
    const headers = { 'Content-Type': 'application/octet-stream' };
    const given = [
      { body: 'id,a\n1,x\n', headers: { ...headers, 'X-Next': '2' } },
      { body: 'a;id\ny;2\n'.replaceAll(';', ','), headers },
    ];
    const { ids, asked } = await load({ cursor: 'X-Next', param: 'p' }, given, more);
    expect([ids, asked]).toEqual([
      ['1', '2'],
      ['', '?p=2'],
    ]);
  });

  it('may be NDJSON', async () => {
    const more = { format: 'ndjson', tables: [{ name: 't', columns: ['id', 'a'], missing: 'empty' }] };
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const given = [
      { body: '{"id":1}\n[2,3]', headers },
      { body: '', headers },
    ];
    expect((await load({ page: 'p' }, given, more)).ids).toEqual([1, 2]);
  });
});
