/** The OpenAPI document of one resource, made of that of the whole API. */
import { expect, it } from 'vitest';
import { resourceDocument } from '../../src/core/resource-document/index.ts';
import { sampleResource } from '../support/resources.ts';

type Members = Parameters<typeof sampleResource>[0];
interface Described {
  paths: Record<
    string,
    Record<
      string,
      { parameters: Described['parameter'][]; requestBody: object; responses: Record<string, { content: object }> }
    >
  >;
  components: Record<string, Record<string, Record<string, unknown>>>;
  tags: { name: string }[];
  parameter: { in: string; name: string; required?: boolean; schema: unknown };
}

const answers = {
  200: { description: 'ok', content: { '*/*': {}, 'text/event-stream': {} } },
  default: { $ref: '#/components/responses/Problem' },
};
const parameters = [
  { in: 'path', name: 'title', required: true, schema: {} },
  { $ref: '#/components/parameters/Delta' },
];
const anyName = { in: 'query', name: 'parameters', schema: { type: 'object', additionalProperties: true } };
/** A small document of the whole API. */
const API = {
  openapi: '3.1.0',
  info: { title: 'Freshet', version: '1', description: 'All' },
  servers: [{ url: '/' }],
  tags: [{ name: 'Data' }, { name: 'Administration' }],
  paths: {
    '/rpc/{title}/': {
      get: { operationId: 'readCache', tags: ['Data'], parameters: [...parameters, anyName], responses: answers },
      post: { operationId: 'readCacheByPost', tags: ['Data'], parameters, responses: answers },
    },
    '/cache/refresh/': { post: { operationId: 'refreshCache', tags: ['Data'], responses: answers } },
    '/cache/state/': { get: { operationId: 'getTaskState', tags: ['Data'], responses: answers } },
    '/caches/': { get: { operationId: 'listCaches', tags: ['Administration'], responses: answers } },
  },
  components: {
    schemas: { ProblemBody: { type: 'object' }, CacheRecord: {}, OrdersRow: {} },
    responses: {
      Problem: {
        description: 'no',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemBody' } } },
      },
    },
    parameters: { Delta: { in: 'header', name: 'X-Delta', schema: {} } },
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  },
};

function documentOf(
  members: Members,
): Described & { get: Described['paths'][string][string]; post: Described['paths'][string][string] } {
  const document = resourceDocument(API, {
    title: 'orders',
    definition: sampleResource(members),
  }) as unknown as Described;
  const path = document.paths['/api/v1/rpc/orders/'] ?? {};
  return { ...document, get: path.get as never, post: path.post as never };
}
const queryOf = (members: Members) =>
  documentOf(members)
    .get.parameters.filter((each) => each.in === 'query')
    .map(({ name, required }) => [name, required]);
const schemasOf = (members: Members) => documentOf(members).components.schemas ?? {};

it('keeps what is said of the whole API: security, headers, problems; and leaves out what is not needed', () => {
  const { components, get, tags } = documentOf({});
  expect(get.parameters).toEqual([{ $ref: '#/components/parameters/Delta' }]);
  expect(get.responses.default).toEqual({ $ref: '#/components/responses/Problem' });
  expect(tags).toEqual([{ name: 'Data' }]);
  expect(Object.keys(components).toSorted()).toEqual(['parameters', 'responses', 'schemas', 'securitySchemes']);
  expect(Object.keys(components.schemas ?? {}).toSorted()).toEqual([
    'ProblemBody',
    'RefreshRequest',
    'ResourceParameters',
  ]);
});

it('demands what has no default, in query and body', () => {
  const properties = { year: { default: 1 }, region: {}, month: {} };
  const members = { parameters: { properties, required: ['year', 'region'] } };
  expect(queryOf(members)).toEqual([
    ['year', false],
    ['region', true],
    ['month', false],
  ]);
  expect(schemasOf(members).ResourceParameters).toMatchObject({ required: ['region'], additionalProperties: false });
  expect(schemasOf(members).RefreshRequest).toMatchObject({
    required: ['resource_title', 'region'],
    additionalProperties: false,
  });
  expect(documentOf(members).post.requestBody).toMatchObject({ required: true });
  expect(documentOf({}).post.requestBody).toMatchObject({ required: false });
});

it('leaves arrays and objects to bodies, and GET out where one of them must be sent', () => {
  const parameters = { properties: { ids: { type: 'array' }, both: { type: ['array', 'integer'] } } };
  expect(queryOf({ parameters })).toEqual([['both', false]]);
  expect(documentOf({ parameters: { ...parameters, required: ['ids'] } }).get).toBeUndefined();
  expect(documentOf({ parameters: { ...parameters, required: ['ids'] } }).post).toBeDefined();
});

it('accepts other names where the schema does', () => {
  const open = { parameters: { properties: { a: {} }, additionalProperties: { type: 'integer' } } };
  expect(queryOf(open).map(([name]) => name)).toEqual(['a', 'parameters']);
  expect(schemasOf(open).RefreshRequest).toMatchObject({ additionalProperties: { type: 'integer' } });
  const patterns = { parameters: { patternProperties: { '^x': { type: 'integer' } } } };
  expect(queryOf(patterns).map(([name]) => name)).toEqual(['parameters']);
  expect(schemasOf(patterns).RefreshRequest).toMatchObject({ additionalProperties: true });
});

it('names every part of the schema that is referred to, also those that refer to themselves', () => {
  const schemas = schemasOf({
    parameters: {
      properties: { from: { $ref: '#/$defs/day' }, to: { $ref: '#/properties/from' }, tree: { $ref: '#/$defs/tree' } },
      $defs: {
        day: { type: 'string', format: 'date' },
        tree: { type: 'object', properties: { of: { type: 'array', items: { $ref: '#/$defs/tree' } } } },
        unused: { $ref: '#/$defs/day' },
      },
    },
  });
  expect(schemas.ResourceParameters).toEqual({
    type: 'object',
    additionalProperties: false,
    properties: {
      from: { $ref: '#/components/schemas/ResourceParametersDay' },
      to: { $ref: '#/components/schemas/ResourceParametersFrom' },
      tree: { $ref: '#/components/schemas/ResourceParametersTree' },
    },
  });
  expect(schemas.ResourceParametersDay).toEqual({ type: 'string', format: 'date' });
  expect(schemas.ResourceParametersFrom).toEqual({ $ref: '#/components/schemas/ResourceParametersDay' });
  expect(schemas.ResourceParametersTree).toMatchObject({
    properties: { of: { items: { $ref: '#/components/schemas/ResourceParametersTree' } } },
  });
});

it('has rows as tuples of their id and the columns', () => {
  const members: Members = { tables: [{ name: 'order lines', rows: '', columns: ['id', 'total'] }] };
  const { OrderLinesRow, OrderLinesTable, OrderLinesChanges, Tables } = schemasOf(members);
  expect(OrderLinesRow).toMatchObject({
    prefixItems: [{ type: 'integer' }, { description: 'id' }, { description: 'total' }],
    items: false,
    minItems: 3,
    maxItems: 3,
  });
  expect(OrderLinesTable).toMatchObject({
    properties: { name: { const: 'order lines' }, columns: { prefixItems: [{ const: 'id' }, { const: 'total' }] } },
  });
  expect(OrderLinesChanges).toMatchObject({ required: ['name', 'insert_rows', 'delete_ids'] });
  expect(Tables).toMatchObject({
    prefixItems: [{ $ref: '#/components/schemas/OrderLinesTable' }],
    minItems: 1,
    maxItems: 1,
  });
});

it.each<[string, Members, unknown]>([
  ['JSON may be anything', { format: 'ndjson' }, { description: 'a' }],
  ['CSV are strings', { format: 'csv' }, { description: 'a', type: 'string' }],
  [
    'CSV may lack at the end',
    { format: 'csv', tables: [{ name: 't', columns: ['a'], short_rows: 'null' }] },
    { description: 'a', type: ['string', 'null'] },
  ],
  [
    'CSV that become numbers',
    { format: 'csv', tables: [{ name: 't', columns: [{ name: 'a', as: 'number' }] }] },
    { description: 'a', type: 'number' },
  ],
  [
    'CSV some texts of which are null',
    { format: 'csv', tables: [{ name: 't', columns: [{ name: 'a', null: [''] }] }] },
    { description: 'a', type: ['string', 'null'] },
  ],
  ...(
    [
      ['text', { type: ['string', 'null'] }],
      ['number', { type: ['number', 'null'] }],
      ['boolean', { type: ['boolean', 'null'] }],
      ['date', { type: ['string', 'null'], format: 'date' }],
      ['time', { type: ['string', 'null'], format: 'date-time' }],
      ['json', {}],
    ] as const
  ).map(([as, cell]): [string, Members, unknown] => [
    `JSON as ${as}, or missing`,
    { tables: [{ name: 't', rows: '', columns: [{ name: 'a', at: '/A/b', as }] }] },
    { description: 'a', ...cell },
  ]),
])('cells of %s', (_what, members, cell) => {
  const { TRow } = schemasOf({ tables: [{ name: 't', columns: ['a'] }], ...members });
  expect((TRow as { prefixItems: unknown[] }).prefixItems[1]).toEqual(cell);
});

it('gives each table names of its own, whatever it is called', () => {
  const names = ['orders', 'Orders', 'o rders', '日本', '2024', 'o-rders'];
  const tables = names.map((name) => ({ name, rows: '', columns: ['a'] }));
  const rows = Object.keys(schemasOf({ tables })).filter((name) => name.includes('Row'));
  // `OrdersRow` is a name of the whole API here.
  expect(rows).toEqual(['OrdersRow2', 'OrdersRow3', 'ORdersRow4', 'Row', 'N2024Row', 'ORdersRow5']);
});

it.each<[string, Members, unknown]>([
  ['tables', { tables: [{ name: 't', rows: '', columns: ['a'] }] }, ['application/json', 'text/event-stream']],
  ['no tables', {}, ['*/*', 'text/event-stream']],
  ['a declared type', { content_type: 'Application/JSON; charset=utf-8' }, ['application/json', 'text/event-stream']],
])('says what type the body of a resource with %s has', (_what, members, types) => {
  expect(Object.keys(documentOf(members).get.responses['200']?.content ?? {})).toEqual(types);
});

it('needs the operations of the whole API', () => {
  const api = { ...API, paths: {} };
  expect(() => resourceDocument(api, { title: 't', definition: sampleResource() })).toThrow(
    'has no operation readCache',
  );
});
