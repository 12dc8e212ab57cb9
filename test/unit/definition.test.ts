import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/contract/problem.ts';
import type { Resource } from '../../src/contract/resource.ts';
import { definitionEtag, mattersToLoads, sameDefinition } from '../../src/core/definition.ts';
import { parseDefinition } from '../../src/flows/admin/manage-resources.ts';
import type { Json } from '../../src/ports/entry.ts';
import { DEFAULTS, ORIGIN_DEFAULTS } from '../support/resources.ts';

type Members = { [name: string]: Json };
const HOSTS = ['erp.example.com'];

/** The example of CONTRACT 4. */
const EXAMPLE = {
  origin: {
    url: 'https://erp.example.com/sales{?year,region}',
    method: 'GET',
    headers: { Authorization: `Bearer \${ORIGIN_ERP_TOKEN}` },
    timeout_s: 30,
    max_bytes: 33554432,
    conditional: true,
    redirects: 'same',
    partial: ['next'],
    quote: 'odata',
    expect: [{ at: '/status', is: 'ok', retry: false }],
  },
  parameters: {
    type: 'object',
    properties: { year: { type: 'integer', default: 2026 }, region: { type: 'string' } },
  },
  parameters_max_bytes: 2048,
  scope: 'shared',
  format: 'json',
  content_type: 'application/json',
  ttl_s: 3600,
  stale_while_revalidate_s: 600,
  stale_if_error_s: 86400,
  error_ttl_s: 30,
  refresh_min_s: 0,
  wait_s: 10,
  retry: { max_attempts: 5, backoff_s: 2 },
  retain_versions: 50,
  schedule: '*/15 * * * *',
  live: 'told',
  guard: { min_rows: 1, max_deleted: 0.5 },
  tables: [
    {
      name: 'sales',
      rows: '/items',
      columns: ['id', 'product', 'amount'],
      single: false,
      missing: 'fail',
      short_rows: 'fail',
    },
  ],
} satisfies Members;

/** One table with these columns, as a part of a definition. */
const columnsOf = (name: string, ...columns: Json[]): Members => ({ tables: [{ name, rows: '/items', columns }] });
const columns = (...given: Json[]) => columnsOf('a', ...given);

const parse = (body: Json, title = 'sales') => parseDefinition(title, body, HOSTS);

function faults(body: Json, title = 'sales') {
  try {
    parse(body, title);
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid-parameters') return error.errors;
    throw error;
  }
  return [];
}
const pointers = (body: Json, title?: string) => faults(body, title).map(({ pointer }) => pointer);

describe('a definition', () => {
  it('is taken as the contract shows it', () => {
    expect(parse(EXAMPLE)).toEqual(EXAMPLE);
  });

  it('gets the defaults of the contract', () => {
    expect(parse({ origin: { url: 'https://erp.example.com/' } })).toEqual({
      origin: { url: 'https://erp.example.com/', ...ORIGIN_DEFAULTS },
      ...DEFAULTS,
    });
  });

  it('may repeat its title, so that what GET gives can be put back', () => {
    expect(parse({ title: 'sales', ...EXAMPLE })).toEqual(EXAMPLE);
    expect(pointers({ title: 'other', ...EXAMPLE })).toEqual(['/title']);
  });

  it.each<[Members, string, string]>([
    [{ origin: {} }, '/origin/url', 'is required, unless origin.source is set'],
    [{ origin: { url: 'ftp://erp.example.com/' } }, '/origin/url', 'must be https'],
    [{ origin: { url: 'https://erp.example.com/', method: 'PUT' } }, '/origin/method', 'must be one of "GET", "POST"'],
    [{ origin: { url: 'https://erp.example.com/', timeout_s: 301 } }, '/origin/timeout_s', 'must be at most 300'],
    [{ origin: { url: 'https://erp.example.com/', max_bytes: 1.5 } }, '/origin/max_bytes', 'must be an integer'],
    [{ origin: { url: 'https://erp.example.com/', bodies: '' } }, '/origin/bodies', 'is not known here'],
    [{ parameters_max_bytes: 65_537 }, '/parameters_max_bytes', 'must be at most 65536'],
    [{ parameters_max_bytes: 1 }, '/parameters_max_bytes', 'must be at least 2'],
    [{ origin: { url: 'https://erp.example.com/', conditional: 1 } }, '/origin/conditional', 'must be true or false'],
    [
      { origin: { url: 'https://erp.example.com/', redirects: 'all' } },
      '/origin/redirects',
      'must be one of "same", "hosts"',
    ],
    [
      { origin: { url: 'https://erp.example.com/', partial: ['all'] } },
      '/origin/partial/0',
      'must be one of "next", "errors"',
    ],
    [
      { origin: { url: 'https://erp.example.com/', quote: 'sql' } },
      '/origin/quote',
      'must be one of "odata", "backslash", "none"',
    ],
    [
      { origin: { url: 'https://erp.example.com/', expect: [{ at: 'two words', is: 1 }] } },
      '/origin/expect/0/at',
      'must be a JSON pointer (RFC 6901) or the name of a header',
    ],
    [{ origin: { url: 'https://erp.example.com/', expect: [{ at: 'X' }] } }, '/origin/expect/0/is', 'is required'],
    [
      { origin: { url: "https://erp.example.com/?q='{a}'" }, parameters: { properties: { a: {} } } },
      '/origin/quote',
      'is required, since {a} stands between quotes: "odata", "backslash", or "none" if the origin needs neither',
    ],
    [{ ttl_s: -1 }, '/ttl_s', 'must be at least 0'],
    [{ ttl_s: '1' }, '/ttl_s', 'must be a number'],
    [{ ttl_s: null }, '/ttl_s', 'must be a number'],
    [{ scope: 'public' }, '/scope', 'must be one of "shared", "user"'],
    [{ retry: { max_attempts: 0 } }, '/retry/max_attempts', 'must be at least 1'],
    [{ retry: { jitter: true } }, '/retry/jitter', 'is not known here; known are "max_attempts", "backoff_s"'],
    [{ ttl: 60 }, '/ttl', 'is not known here; perhaps "ttl_s" is meant'],
    [
      columns({ name: 'x', requierd: true }),
      '/tables/0/columns/0/requierd',
      'is not known here; perhaps "required" is meant',
    ],
    [{ guard: { max_deleted: 2 }, tables: EXAMPLE.tables }, '/guard/max_deleted', 'must be at most 1'],
    [{ constructor: 1 }, '/constructor', 'is not known here'],
    [{ guard: [] }, '/guard', 'must be an object'],
    [{ guard: { min_rows: 1 } }, '/guard', 'needs tables: it counts their rows'],
    [{ origin: [] }, '/origin', 'must be an object'],
    [{ parameters: [] }, '/parameters', 'must be an object'],
    [
      { parameters: { properties: { _x: {} } } },
      '/parameters/properties/_x',
      'must not be called "resource_title" nor begin with "_"',
    ],
    [{ tables: [] }, '/tables', 'must not be empty'],
    [{ tables: [{ name: 'a', columns: ['x'] }] }, '/tables/0/rows', 'is required'],
    [{ tables: [{ name: 'a', rows: '' }] }, '/tables/0/columns', 'is required'],
    [
      { tables: [{ name: 'a', rows: 'x', columns: ['x'] }] },
      '/tables/0/rows',
      'must be a JSON pointer (RFC 6901), such as /value',
    ],
    [{ tables: [{ name: 'a', rows: '', columns: ['x', 'x'] }] }, '/tables/0/columns', 'must not repeat a column'],
    [
      { tables: [{ name: 'a', rows: '', columns: ['x'], keys: 'x' }] },
      '/tables/0/keys',
      'is not known here; perhaps "key" is meant',
    ],
    [{ tables: [{ name: 'a', rows: '', columns: ['x'], key: 'x' }] }, '/tables/0/key', 'must be an array'],
    [{ tables: [{ name: 'a', rows: '', columns: ['x'], key: [] }] }, '/tables/0/key', 'must not be empty'],
    [
      { tables: [{ name: 'a', rows: '', columns: ['x', { name: 'y' }], key: ['y', 'z'] }] },
      '/tables/0/key/1',
      'must be the name of a column',
    ],
    [
      { tables: [{ name: 'a', rows: '', columns: ['x'], key: ['x', 'x'] }] },
      '/tables/0/key/1',
      'must not repeat a column',
    ],
    [columns('x', { name: 'x' }), '/tables/0/columns', 'must not repeat a column'],
    [columns({ name: '' }), '/tables/0/columns/0/name', 'must not be empty'],
    [columns('x', { required: true }), '/tables/0/columns/1/name', 'is required'],
    [columns({ name: 'x', required: 'yes' }), '/tables/0/columns/0/required', 'must be true or false'],
    [columns({ name: 'x', unknown: 1 }), '/tables/0/columns/0/unknown', 'is not known here'],
    [columns(5), '/tables/0/columns/0', 'must be a name, or an object with a name'],
    [columns(['x']), '/tables/0/columns/0', 'must be an object'],
    [
      columns('x', { name: 'y', required: true, optional: true }),
      '/tables/0/columns/1',
      'must not be both required and optional',
    ],
    [
      { tables: ['', '/b'].map((rows) => ({ name: 'a', rows, columns: ['x'] })) },
      '/tables/1/name',
      'must differ from the names of the other tables',
    ],
    [{ content_type: 'json' }, '/content_type', 'must be a media type, such as text/csv'],
    [{ schedule: '* * * *' }, '/schedule', 'must be cron with five fields, such as "*/15 * * * *"'],
    [{ schedule: '0 0 30 2 *' }, '/schedule', 'must name a time that occurs'],
    [{ schedule: 5 }, '/schedule', 'must be a string'],
    [{ format: 'csv' }, '/tables', 'is required with the format "csv"'],
    [
      { format: 'ndjson', tables: ['a', 'b'].map((name) => ({ name, columns: ['x'] })) },
      '/tables',
      'must be one table with the format "ndjson"',
    ],
    [
      { format: 'csv', tables: [{ name: 'a', rows: '', columns: ['x'] }] },
      '/tables/0/rows',
      'must not be given with the format "csv"',
    ],
    [{ format: 'yaml' }, '/format', 'must be one of "json", "ndjson", "csv", "xml"'],
  ])('is refused with a pointer to what is wrong in %j', (part, pointer, detail) => {
    expect(faults({ origin: { url: 'https://erp.example.com/' }, ...part })).toEqual([{ pointer, detail }]);
  });

  it.each(['csv', 'ndjson'])('of the format %s has one table, which is the whole answer', (format) => {
    const tables = [{ name: 'a', columns: ['x'] }];
    expect(faults({ origin: { url: 'https://erp.example.com/' }, format, tables })).toEqual([]);
  });

  it('is refused when it uses a parameter that its schema does not know', () => {
    const origin = { url: 'https://erp.example.com/{year}' };
    expect(pointers({ origin })).toEqual(['/origin/url']);
    expect(pointers({ origin, parameters: { properties: { year: {} } } })).toEqual([]);
    expect(pointers({ origin, parameters: { additionalProperties: true } })).toEqual([]);
  });

  it('has all its faults named at once, every unknown member too', () => {
    const body = { a: 1, b: 2, ttl_s: -1, origin: { url: 'http://x/', y: 1, z: 2 }, parameters: { type: 'array' } };
    expect(pointers(body).toSorted()).toEqual(
      ['/a', '/b', '/origin/url', '/origin/y', '/origin/z', '/parameters/type', '/ttl_s'].toSorted(),
    );
  });

  it.each<[Json]>([[null], [[]], ['x'], [5]])('is an object, not %j', (body) => {
    expect(pointers(body)).toEqual(['']);
  });

  it.each(['', '.', '..', 'a b', 'a/b', 'x'.repeat(129), 'e\u0301', 'a\u0000'])('has no title like %j', (title) => {
    expect(pointers(EXAMPLE, title)).toEqual(['/title']);
  });

  it.each(['sales', '...', 'é_1.-', '売上', '𝒳'.repeat(128)])('may have the title %s', (title) => {
    expect(pointers(EXAMPLE, title)).toEqual([]);
  });
});

describe('a change of a definition', () => {
  // What is expected of the body has no place in CSV.
  const { expect: _, ...origin } = EXAMPLE.origin;
  const ANY_FORMAT = { ...EXAMPLE, origin };
  const before = parse(ANY_FORMAT);

  it.each<[Members]>([
    [{ origin: { ...EXAMPLE.origin, timeout_s: 31 } }],
    [{ origin: { ...EXAMPLE.origin, quote: 'none' } }],
    [{ parameters: { type: 'object', properties: { year: {}, region: {} } } }],
    [{ scope: 'user' }],
    [{ format: 'csv', tables: [{ name: 'sales', columns: ['id', 'product', 'amount'] }] }],
    [{ tables: [{ name: 'sales', rows: '/items', columns: ['id', 'product'] }] }],
    [columnsOf('sales', { name: 'id', required: true }, 'product', 'sum')],
  ])('matters to what was loaded: %j', (change) => {
    expect(mattersToLoads(before, parse({ ...ANY_FORMAT, ...change }))).toBe(true);
  });

  it.each<[Members]>([
    [{ ttl_s: 1 }],
    [{ guard: {} }],
    [{ content_type: 'application/ld+json' }],
    [{ retain_versions: 2 }],
    [{ parameters_max_bytes: 65_536 }],
    [{ schedule: '0 3 * * *' }],
    [columnsOf('sales', { name: 'id', required: true }, { name: 'product', optional: true }, 'amount')],
    [columnsOf('sales', { name: 'id', as: 'json' }, 'product', 'amount')],
    [{ charset: 'UTF-8' }],
  ])('does not matter to what was loaded: %j', (change) => {
    const after = parse({ ...ANY_FORMAT, ...change });
    expect(mattersToLoads(before, after)).toBe(false);
    expect(sameDefinition(before, after)).toBe(false);
    expect(definitionEtag('sales', after)).not.toBe(definitionEtag('sales', before));
  });

  it('is none when only the order of members differs', () => {
    const reversed = Object.fromEntries(Object.entries(ANY_FORMAT).reverse());
    const after = parse(reversed);
    expect(sameDefinition(before, after)).toBe(true);
    expect(definitionEtag('sales', after)).toBe(definitionEtag('sales', before));
    expect(definitionEtag('other', after)).not.toBe(definitionEtag('sales', before));
  });

  it('is none when an earlier release stored it without the members that have come since', () => {
    const bare = { origin: { url: 'https://erp.example.com/' }, tables: [{ name: 't', rows: '/t', columns: ['a'] }] };
    const after = parse(bare);
    const { conditional: _conditional, redirects: _redirects, ...earlier } = after.origin;
    const stored = { ...after, origin: earlier, tables: bare.tables } as Resource;
    expect(mattersToLoads(stored, after)).toBe(false);
    expect(sameDefinition(stored, after)).toBe(true);
  });
});
