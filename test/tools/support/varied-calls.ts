/** Valid calls of every operation, with the answers that they can have. They are made in this order: later ones use what earlier ones found. */

/** What earlier calls found. */
export interface Found {
  /** ETag, and `Link` to the next page, of the last answer that had one. */
  etag: string;
  link: string;
  taskId: string;
  key: string;
  /** The definition of `cars`, as GET gave it. */
  cars: Record<string, unknown>;
}

export interface VariedCall {
  name: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1/`, or absolute with a leading `/`. */
  path: string | ((found: Found) => string);
  headers?: Record<string, string> | ((found: Found) => Record<string, string>);
  /** Sent as JSON. */
  body?: unknown | ((found: Found) => unknown);
  status: number;
  /** What later calls need of the answer. */
  keep?: (json: never, found: Found) => void;
}

const NOWHERE = '2d85c16d-2970-8b31-a836-b1339dafff36';
const post = (
  name: string,
  path: string,
  body: unknown,
  status: number,
  more: Partial<VariedCall> = {},
): VariedCall => ({
  name,
  method: 'POST',
  path,
  body,
  status,
  ...more,
});
const get = (name: string, path: VariedCall['path'], status = 200, more: Partial<VariedCall> = {}): VariedCall => ({
  name,
  path,
  status,
  ...more,
});
const wait = { Prefer: 'wait=20' };
const current = ({ etag }: Found) => ({ 'If-None-Match': etag });
const next = ({ link }: Found) => /<([^>]+)>/.exec(link)?.[1] ?? 'no further page';
const keepTask = ({ task_id: taskId }: { task_id: string }, found: Found) => Object.assign(found, { taskId });
const task = ({ taskId }: Found) => `cache/state/?task_id=${taskId}`;

const RESOURCE = {
  description: 'Countries of Europe',
  origin: { url: 'https://erp.example.com/countries{?region}', method: 'POST', headers: { 'X-Tenant': '7' } },
  parameters: { properties: { region: { type: 'string', default: 'north' } } },
  ttl_s: 600,
  schedule: '0 3 * * *',
  retry: { max_attempts: 2 },
  guard: { min_rows: 1 },
  tables: [{ name: 'countries', rows: '/countries', columns: ['country', 'capital'], missing: 'empty' }],
};

export const VARIED_CALLS: readonly VariedCall[] = [
  get('health', '/healthz'),
  get('the settings of the console', '/console/config.json'),
  get('whoami', 'whoami/', 200, { headers: { 'X-Device-Id': 'tablet-9' } }),
  get('whoami that has not changed in its form', 'whoami/', 200, {
    headers: { 'If-None-Match': '"0123456789abcdef"' },
  }),

  post('a refresh', 'cache/refresh/', { resource_title: 'cars', year: 1982 }, 200, { headers: wait, keep: keepTask }),
  post('a refresh with defaults alone', 'cache/refresh/', { resource_title: 'boroughs' }, 200),
  post('a refresh of a private cache', 'cache/refresh/', { resource_title: 'inspections' }, 200),
  post('a refresh by a text', 'cache/refresh/', { resource_title: 'airports', state: 'CA' }, 200),
  post('all of a refresh', 'cache/refresh/?expand=task', { resource_title: 'weather', year: 2013 }, 200),
  post('a refresh that is not waited for', 'cache/refresh/', { resource_title: 'countries' }, 200, {
    headers: { Prefer: 'respond-async' },
  }),
  post('a refresh of nothing', 'cache/refresh/', { resource_title: 'nothing' }, 404),
  post('a refresh with a wrong value', 'cache/refresh/', { resource_title: 'cars', year: 'x' }, 400),
  post('a refresh with an unknown parameter', 'cache/refresh/', { resource_title: 'cars', colour: 'red' }, 400),

  get('the state of a task', task),
  get('all of a task', (found) => `${task(found)}&expand=task`),
  get('the state of a task, waited for', task, 200, { headers: wait }),
  get('a state that is known', task, 304, { headers: current }),
  get('the state of nothing', `cache/state/?task_id=${NOWHERE}`, 404),
  get('a stream of states', task, 200, { headers: { Accept: 'text/event-stream' } }),
  post('revoking what has ended', 'cache/revoke/', ({ taskId }: Found) => ({ task_id: taskId }), 409),
  post('revoking nothing', 'cache/revoke/', { task_id: NOWHERE }, 404),

  get('data', 'rpc/cars/?year=1982', 200, { headers: { 'X-Device-Id': 'tablet-9' } }),
  get('data that is known', 'rpc/cars/?year=1982', 304, { headers: current }),
  get('data by two parameters', 'rpc/cars/?year=1980&origin=Japan'),
  get('data by defaults', 'rpc/cars/'),
  get('two tables', 'rpc/countries/?continent=Europe'),
  get('tables out of CSV', 'rpc/airports/?state=TX'),
  get('a body that is no table', 'rpc/boroughs/'),
  get('data of a user', 'rpc/inspections/'),
  get('data that is waited for', 'rpc/weather/?year=2014', 200, { headers: wait }),
  get('data that must be new', 'rpc/cars/?year=1982', 200, { headers: { 'Cache-Control': 'max-age=1' } }),
  // Prism reads a part of a JSON body as JSON, so that no 206 comes through.
  get('a part that is not there', 'rpc/boroughs/', 416, { headers: { Range: 'bytes=99999999-' } }),
  get('data with a wrong value', 'rpc/cars/?year=x', 400),
  get('data of nothing', 'rpc/nothing/', 404),
  post('data by POST', 'rpc/cars/', { year: 1982 }, 200),
  post('data by POST that is known', 'rpc/cars/', { year: 1982 }, 304, { headers: current }),
  post('data by POST, by defaults', 'rpc/cars/', {}, 200),
  post('data by POST without a body', 'rpc/boroughs/', undefined, 200),

  post('a further refresh', 'cache/refresh/', { resource_title: 'cars', year: 1982 }, 200, { headers: wait }),
  get('a delta', 'rpc/cars/?year=1982', 200, { headers: { 'X-Delta': 'v1-last' } }),
  get('a delta from what is known', 'rpc/cars/?year=1982', 304, {
    headers: ({ etag }) => ({ 'X-Delta': 'auto', 'If-None-Match': etag }),
  }),
  get('a delta from nothing', 'rpc/cars/?year=1982', 200, { headers: { 'X-Delta': 'v0-last' } }),
  get('a delta from a version that is not reached', 'rpc/cars/?year=1982', 400, { headers: { 'X-Delta': 'v99-last' } }),
  get('a delta of what is no table', 'rpc/boroughs/', 200, { headers: { 'X-Delta': 'auto' } }),

  post('a ticket for a live socket', 'live/', undefined, 200),
  post(
    'several caches at once',
    'sync/',
    {
      caches: [
        { id: 'a', resource_title: 'cars', parameters: { year: 1982 } },
        { id: 'b', resource_title: 'nobody-knows', etag: 'x-v1', min_revision: 3 },
      ],
    },
    200,
  ),
  post(
    'several caches, told over a connection that is gone',
    'sync/',
    {
      caches: [{ id: 'a', resource_title: 'cars' }],
      inline_bytes: 0,
      live: { id: '0.00', seq: 1, add: true },
    },
    200,
  ),
  get('devices', 'devices/'),
  get('devices with their caches', 'devices/?expand=caches&user=alice'),
  get('devices by name that are behind', 'devices/?search=tablet%201&prefix=tab&behind=true'),

  get('records', 'cache/'),
  get('records that are known', 'cache/', 304, { headers: current }),
  get('a page of records', 'cache/?limit=2'),
  get('the next page of records', next),
  get('records of a device', 'cache/?device=tablet-1'),
  get('records of a resource', 'cache/?resource_title=cars&limit=10'),
  get('all of the records', 'cache/?expand=resource'),
  get('records of all users', 'cache/?user=*&expand=resource'),
  get('records by a cursor of another list', 'cache/?cursor=WyJjYWNoZXMiLCIwIl0', 400),

  get('the catalog', 'catalog/'),
  get('the catalog that is known', 'catalog/', 304, { headers: current }),
  get('a page of the catalog', 'catalog/?limit=1'),
  get('the next page of the catalog', next),
  get('the document of a resource', 'catalog/cars/openapi.json'),
  get('the document of nothing', 'catalog/nothing/openapi.json', 404),

  get('definitions', 'resources/'),
  get('a page of definitions', 'resources/?limit=2'),
  get('definitions of a source by words', 'resources/?source=crm&search=Cars'),
  get('a definition', 'resources/cars/', 200, { keep: (cars, found) => Object.assign(found, { cars }) }),
  get('a definition that is known', 'resources/cars/', 304, { headers: current }),
  {
    name: 'a definition as it was given',
    method: 'PUT',
    path: 'resources/cars/',
    body: ({ cars }: Found) => cars,
    status: 200,
    headers: ({ etag }) => ({ 'If-Match': etag }),
  },
  { name: 'a new definition', method: 'PUT', path: 'resources/europe/', body: RESOURCE, status: 201 },
  {
    name: 'a definition that is another one by now',
    method: 'PUT',
    path: 'resources/europe/',
    body: RESOURCE,
    status: 412,
    headers: { 'If-Match': '"0123456789abcdef"' },
  },
  {
    name: 'a definition that contradicts itself',
    method: 'PUT',
    path: 'resources/europe/',
    body: { ...RESOURCE, schedule: 'never' },
    status: 400,
  },
  post('a refresh of all caches', 'resources/cars/refresh/', undefined, 202),
  get('how the caches of a resource stand', 'resources/cars/stats/'),
  get('how the caches of nothing stand', 'resources/nothing/stats/', 404),
  post('a probe of what is defined', 'resources/cars/probe/', { parameters: { year: 1982 } }, 200),
  post(
    'a probe of a draft',
    'resources/draft/probe/',
    ({ cars: { title: _, ...cars } }: Found) => ({ definition: cars }),
    200,
  ),
  post('a probe of nothing', 'resources/nothing/probe/', {}, 404),
  post(
    'a probe of a draft that contradicts itself',
    'resources/draft/probe/',
    { definition: { ...RESOURCE, schedule: 'never' } },
    400,
  ),
  get('a definition of nothing', 'resources/nothing/', 404),
  {
    name: 'a new webhook',
    method: 'PUT',
    path: 'webhooks/crm/',
    body: { url: 'http://127.0.0.1:9/hook', secrets: [`\${ORIGIN_HOOK}`], resources: ['cars'] },
    status: 201,
  },
  {
    name: 'a new source',
    method: 'PUT',
    path: 'sources/crm/',
    body: {
      url: 'http://127.0.0.1:9/',
      auth: { basic: { user: 'freshet', password: `\${ORIGIN_HOOK}` }, query: { key: `\${ORIGIN_HOOK}` } },
    },
    status: 201,
  },
  {
    name: 'what a change of a source would do',
    method: 'PUT',
    path: 'sources/crm/?dry_run=true',
    body: { url: 'http://127.0.0.1:9/other', auth: { query: { key: `\${ORIGIN_UNSET}` } } },
    status: 200,
  },
  { name: 'a source without an address', method: 'PUT', path: 'sources/none/', body: {}, status: 400 },
  get('sources', 'sources/'),
  get('a source', 'sources/crm/'),
  get('no source', 'sources/nothing/', 404),
  { name: 'deleting a source', method: 'DELETE', path: 'sources/crm/', status: 204 },
  get('webhooks', 'webhooks/'),
  get('a webhook', 'webhooks/crm/'),
  post('a webhook that is tried', 'webhooks/crm/test/', undefined, 200),
  { name: 'deleting a webhook', method: 'DELETE', path: 'webhooks/crm/', status: 204 },
  { name: 'deleting a definition', method: 'DELETE', path: 'resources/europe/', status: 204 },
  { name: 'deleting no definition', method: 'DELETE', path: 'resources/europe/', status: 404 },

  get('caches', 'caches/?resource_title=boroughs', 200, {
    keep: ([cache]: { key: string }[], found: Found) => Object.assign(found, { key: cache?.key }),
  }),
  get('failing caches', 'caches/?state=failing'),
  get('caches by a parameter', `caches/?resource_title=cars&parameters=${encodeURIComponent('{"year":1982}')}`),
  get('caches of a user', 'caches/?owner=alice&state=fresh'),
  get('a page of caches', 'caches/?limit=1'),
  get('the next page of caches', next),
  get('a cache', ({ key }) => `caches/${key}/`),
  get('the versions of a cache', ({ key }) => `caches/${key}/versions/`),
  get('versions that are known', ({ key }) => `caches/${key}/versions/`, 304, { headers: current }),
  get('the tasks of a cache', ({ key }) => `caches/${key}/tasks/?limit=10`),
  get('the tasks of no cache', `caches/${'0'.repeat(64)}/tasks/`, 404),
  get('no cache', `caches/${'0'.repeat(64)}/`, 404),
  {
    name: 'a refresh of a cache',
    method: 'POST',
    path: ({ key }) => `caches/${key}/refresh/?force=true`,
    status: 200,
    headers: wait,
  },
  {
    name: 'expiring caches by a parameter',
    method: 'DELETE',
    path: `caches/?resource_title=cars&soft=true&parameters=${encodeURIComponent('{"year":1982}')}`,
    status: 200,
  },
  {
    name: 'counting what a purge would purge',
    method: 'DELETE',
    path: `caches/?resource_title=cars&dry_run=true&parameters=${encodeURIComponent('{"year":1982}')}`,
    status: 200,
  },
  { name: 'purging all caches of a resource', method: 'DELETE', path: 'caches/?resource_title=weather', status: 200 },
  { name: 'purging a cache', method: 'DELETE', path: ({ key }) => `caches/${key}/`, status: 204 },
  get('figures', 'stats/?figure=load&by=outcome'),
  get('figures by no label', 'stats/?figure=load&by=colour', 400),
  get('actions', 'actions/'),
  get('actions of a kind', 'actions/?action=put_source'),
  get('a page of actions', 'actions/?limit=2&since=2026-01-01T00:00:00Z'),
  get('the next page of actions', next),
  { name: 'forgetting a device', method: 'DELETE', path: 'syncs/?user=alice&device=tablet-9', status: 200 },
];
