/** A definition in a request and in an answer, and a cache of it. */

const ORIGIN = {
  url: 'https://erp.example.com/cars{?year,origin}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
  headers: { Authorization: 'Bearer ${ORIGIN_ERP_TOKEN}' },
};
const PARAMETERS = {
  type: 'object',
  properties: {
    year: { type: 'integer', minimum: 1970, maximum: 1982, default: 1982 },
    origin: { type: 'string', enum: ['Europe', 'Japan', 'USA'] },
  },
};
const TABLE = { name: 'cars', rows: '/cars', columns: ['id', 'name', 'origin', 'year', 'horsepower'] };

export const DEFINITION = {
  description: 'Cars by model year. Ask the fleet desk.',
  origin: ORIGIN,
  parameters: PARAMETERS,
  ttl_s: 60,
  stale_while_revalidate_s: 60,
  guard: { min_rows: 1, max_deleted: 0.5 },
  tables: [TABLE],
};

/** The definition with its title and all defaults, as GET and PUT answer it. */
export const DEFINED = {
  title: 'cars',
  description: DEFINITION.description,
  origin: {
    url: ORIGIN.url,
    method: 'GET',
    headers: ORIGIN.headers,
    timeout_s: 30,
    max_bytes: 33554432,
    conditional: true,
    redirects: 'same',
  },
  parameters: PARAMETERS,
  parameters_max_bytes: 2048,
  scope: 'shared',
  format: 'json',
  ttl_s: 60,
  stale_while_revalidate_s: 60,
  stale_if_error_s: 86400,
  error_ttl_s: 30,
  refresh_min_s: 0,
  wait_s: 10,
  retry: { max_attempts: 5, backoff_s: 2 },
  retain_versions: 50,
  guard: DEFINITION.guard,
  tables: [{ ...TABLE, single: false, missing: 'fail', short_rows: 'fail' }],
};

export const STATS = {
  caches: { fresh: 91, stale: 7, failing: 2 },
  bytes: 335_214,
  loaded: '2026-11-23T19:34:12.480Z',
  counted_at: '2026-11-23T19:35:00.000Z',
  next_refresh: '2026-11-23T20:00:00.000Z',
};

export const PROBED = {
  status: 200,
  ms: 840,
  content_type: 'application/json',
  bytes: 9120,
  rows: 61,
  cut: false,
  tables: [
    {
      name: 'cars',
      columns: TABLE.columns,
      rows: 61,
      data: [
        [346, 'plymouth reliant', 'USA', 1982, 84],
        [347, 'buick skylark', 'USA', 1982, 84],
      ],
    },
  ],
  faults: [],
  warnings: [],
};

export const PROBED_BADLY = {
  ...PROBED,
  status: 401,
  content_type: 'text/plain',
  bytes: 0,
  rows: 0,
  tables: [{ name: 'cars', columns: TABLE.columns, rows: 0, data: [] }],
  faults: [
    {
      type: '/docs/problems#origin-status',
      title: 'The origin answered with an error',
      detail: 'The origin answered with status 401.',
      pointer: '/origin/url',
    },
  ],
};

export const VERSIONS = [
  {
    version: 5,
    etag: '2d85c16d29704923-v5',
    loaded: '2026-11-23T19:33:31.399Z',
    inserted: 2,
    deleted: 2,
    bytes: 121,
    hash: 'da563f6b6c93dd7c3547dff8b4a4d72f530687cfaef5e8657acc33bc00b67238',
  },
  {
    version: 1,
    etag: '2d85c16d29704923-v1',
    loaded: '2026-11-23T19:14:36.426Z',
    inserted: 61,
    deleted: 0,
    bytes: null,
    hash: '5f1c9a04e2b7d86c13a0f94e2d85c16d29704923da563f6b6c93dd7c3547dff8',
  },
];

export const CACHE = {
  key: '2d85c16d2970492343d5ee56e234227b8a542415266a629d0c015ad793815b88',
  resource_title: 'cars',
  parameters: { year: 1982 },
  owner: null,
  version: 5,
  etag: '2d85c16d29704923-v5',
  bytes: 3418,
  rows: 61,
  loaded: '2026-11-23T19:33:31.639Z',
  expires: '2026-11-23T19:34:25.799Z',
  read: '2026-11-23T19:00:00.000Z',
  last_task_id: '2d85c16d-2970-81ff-9dbb-7c603f84d626',
  last_error: null,
  failing: null,
  warnings: [],
};
