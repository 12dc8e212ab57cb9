/**
 * Random requests from our own OpenAPI text (CONTRACT 6): no fault of ours, every answer as the text says, nothing told that
 * is nobody's business, and no store changed by a refusal. FUZZ_RUNS sets how many, TEST_SEED repeats a run.
 */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, expect, inject, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { admin, load } from '../../support/admin.ts';
import { send } from '../../support/client.ts';
import { type Caller, type FuzzedRequest, requestsOf } from '../../support/fuzz/requests.ts';
import { junk, type Words } from '../../support/fuzz/values.ts';
import { OpenApiContract, type OpenApiDocument } from '../../support/openapi-contract.ts';
import { TestOrigin } from '../../support/origin.ts';
import { recordWrites } from '../../support/record-writes.ts';
import { token } from '../../support/token.ts';

const RUNS = inject('fuzzRuns');
const SEED = inject('seed');
/** Faults that are the origin's or the platform's, each documented; a 500 never is. */
const FAULTS = [501, 502, 503, 504];
const TRACE = /\n\s+at |\.[jt]s:\d+|\b(?:SELECT|INSERT|UPDATE) .*\b(?:FROM|INTO|SET)\b|D1_|SQLITE|Error:|workerd/;

const origin = new TestOrigin();
const tokens: Record<Caller, string> = { 'all scopes': '', reader: '', 'no token': '', 'bad token': 'a.b.c' };
/** What earlier answers told, for requests that name it. */
const learnt = { etag: ['"x"'], task: [crypto.randomUUID() as string], key: ['0'.repeat(64)], cursor: ['x'] };

const TITLES = ['fuzz-1', 'fuzz-2', 'fuzz-user', 'продажи'];
const table = [{ name: 't', rows: '', columns: ['id', 'a'] }];
const strict = [
  {
    name: 't',
    rows: '',
    columns: [
      { name: 'id', required: true },
      { name: 'a', optional: true },
    ],
  },
];
const lenient = [{ name: 't', rows: '/t', columns: ['id', 'a'], missing: 'empty', short_rows: 'null' }];
const title = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TITLES) },
  { weight: 1, arbitrary: fc.constantFrom('nobody', 'a/b', 'a b', '..%2f', 'e\u0301', 'x'.repeat(200)) },
);
/** Most definitions are good ones, or the operations on caches would find none. */
const mostly = (good: fc.Arbitrary<unknown>, ...others: unknown[]) =>
  fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...others), junk) });
const url = mostly(
  fc.constantFrom('', '/x', '/{a}', '{?a,n}', '/{+a}', "?q='{n}'", "?q='{a}'").map((end) => origin.url + end),
  ...[
    'http://10.0.0.1/',
    'https://a.example.com{a}',
    'https://{a}/',
    'ftp://127.0.0.1/',
    'https://u:p@127.0.0.1/',
    '{',
  ],
);
const n = { type: 'integer', default: 1 };
const parameters = mostly(
  fc.constantFrom<unknown>(
    { properties: { a: {}, n } },
    { type: 'object', properties: { a: { type: ['string', 'null'], maxLength: 9 }, n } },
    { additionalProperties: { type: 'array', items: { $ref: '#/$defs/x' } }, $defs: { x: { enum: [1, 'b', null] } } },
  ),
  {},
);
const words: Words = {
  title,
  resource_title: title,
  url,
  parameters,
  headers: mostly(fc.constant({ 'X-A': 'b' }), { Host: 'x' }, { 'a b': 'c' }, { Accept: '\n' }),
  schedule: mostly(fc.constantFrom(undefined, '*/15 * * * *'), '* * * * * *', '61 * * * *'),
  live: mostly(fc.constantFrom(undefined, 'told'), 'fresh', null),
  format: mostly(fc.constant('json'), 'csv', 'ndjson'),
  content_type: mostly(fc.constantFrom(undefined, 'application/json'), 'x'),
  tables: mostly(
    fc.constantFrom(undefined, table, lenient, strict),
    [...table, ...table],
    [],
    [{ ...table[0], columns: ['id', { name: 'a', required: true, optional: true }] }],
    [{ ...table[0], columns: ['id', { name: 'id' }, { required: true }, 5, null] }],
    [{ ...table[0], missing: 'none' }],
  ),
  groups: mostly(fc.constantFrom(undefined, undefined, ['readers'], ['nobody', 'sales']), [], ['']),
  partial: mostly(fc.constantFrom(undefined, ['next'], ['errors', 'next']), ['all'], 'next'),
  quote: mostly(fc.constantFrom(undefined, 'odata', 'backslash', 'none'), 'sql'),
  expect: mostly(
    fc.constantFrom(undefined, [{ at: '/error', is: null }], [{ at: 'X-Error', is: null, retry: true }]),
    [{ at: 'a b', is: 1 }],
    [{ at: '/0/id', is: 1 }],
    [{ at: '/a', is: [] }],
    [],
  ),
  key: fc.oneof(
    { weight: 6, arbitrary: fc.constant('{{key}}') },
    { weight: 1, arbitrary: fc.constantFrom('0'.repeat(64), 'A'.repeat(64), 'x') },
  ),
  task_id: fc.oneof({ weight: 6, arbitrary: fc.constant('{{task}}') }, { weight: 1, arbitrary: fc.uuid() }),
  cursor: fc.constantFrom('{{cursor}}', 'WyJjYWNoZXMiLCIiXQ', '', '!', 'e30'),
  user: fc.constantFrom('alice', 'root', '*', 'nobody', 'a\nb', 'x'.repeat(300)),
  device: fc.constantFrom('tablet', 'a/b', 'é', 'x'.repeat(200)),
  wait_s: fc.constant(0),
  a: fc.oneof(junk, fc.constantFrom(1, 'a', [1])),
};

/** How often an operation is chosen; usually 2. */
const WEIGHTS: Readonly<Record<string, number>> = {
  ...{
    putResource: 4,
    readCache: 6,
    readCacheByPost: 6,
    refreshCache: 4,
    getTaskState: 3,
    deleteResource: 1,
    getHealth: 1,
  },
};

let contract: OpenApiContract;
let request: fc.Arbitrary<FuzzedRequest>;

beforeAll(async () => {
  const document = await (await send('/openapi.json')).json<OpenApiDocument>();
  contract = new OpenApiContract(document);
  request = requestsOf(document, words, WEIGHTS);
  tokens['all scopes'] = await token({ user: 'root', scope: 'cache:read cache:refresh cache:admin' });
  tokens.reader = await token({ user: 'reader', scope: 'cache:read', groups: ['readers'] });
});

it(`${RUNS} random requests find no fault`, { timeout: 60_000 + RUNS * 100 }, async () => {
  console.log(`fuzz: ${RUNS} requests, TEST_SEED=${SEED}`);
  await origin.answerJson([{ id: 1, a: 'x' }, { id: 2 }]);
  for (const name of TITLES) {
    const definition = {
      origin: { url: origin.url },
      scope: name === 'fuzz-user' ? 'user' : 'shared',
      wait_s: 0,
      tables: table,
    };
    expect((await admin.put(`/resources/${encodeURIComponent(name)}/`, definition)).status).toBe(201);
    await load(name);
  }
  const found = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(request, async (one) => {
      const status = await check(one);
      found.set(`${one.operation} ${status}`, (found.get(`${one.operation} ${status}`) ?? 0) + 1);
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: false },
  );
  console.log(JSON.stringify(Object.fromEntries([...found].toSorted())));
});

/** Sends a request and judges its answer; the status. */
async function check({ method, path, headers, body, caller }: FuzzedRequest): Promise<number> {
  const { bindings, writes } = recordWrites();
  const bearer: Record<string, string> = caller === 'no token' ? {} : { Authorization: `Bearer ${tokens[caller]}` };
  const target = new URL(fill(path), 'http://freshet.test');
  const sent = new Request(target, {
    method,
    headers: { ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])), ...bearer },
    ...(body === null ? {} : { body: fill(body) }),
  });
  const settings = { ...env, ...bindings, REFRESH_WAIT_MS: '0', RATE_LIMITS: 'off' } as unknown as Env;
  const response = await app.fetch(sent, settings, createExecutionContext());
  const { status } = response;
  const text = await response.text();
  const json = /[/+]json\b/.test(response.headers.get('Content-Type') ?? '') && text !== '' ? parse(text) : undefined;

  if (status >= 500) expect(FAULTS, text).toContain(status);
  if (status === 503) expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
  if (status >= 400) {
    expect(text).not.toMatch(TRACE);
    expect(text).not.toContain(env.JWT_SECRET);
    expect(text).not.toContain(env.ORIGIN_TEST_TOKEN);
    // Health tells of each store, also when one fails.
    if (target.pathname !== '/healthz') expect(json).toMatchObject({ status });
  }
  // Whether a condition or a range holds cannot be told before there is some: a read may load it and then refuse.
  const mayLoad =
    target.pathname.startsWith('/api/v1/rpc/') && (status === 412 || status === 416 || 'X-Delta' in headers);
  const unexpected = writes().filter((call) => !(mayLoad && call === 'CACHE_OBJECT.enqueue'));
  if (status >= 400 && status < 500) expect(unexpected, `what ${status} changed`).toEqual([]);
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  contract.check(method, target.pathname, { status, headers: response.headers, text, json });
  learn(response, json);
  return status;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `{{task}}` and the like stand for something that was told before. */
function fill(text: string): string {
  return text.replace(/\{\{(etag|task|key|cursor)\}\}|%7B%7B(etag|task|key|cursor)%7D%7D/g, (_all, plain, encoded) => {
    const known = learnt[(plain ?? encoded) as keyof typeof learnt];
    return known.at(-1) ?? '';
  });
}

function learn(response: Response, json: unknown): void {
  const etag = response.headers.get('ETag');
  if (etag !== null) learnt.etag.push(etag);
  const cursor = /cursor=([^&>]*)/.exec(response.headers.get('Link') ?? '')?.[1];
  if (cursor !== undefined) learnt.cursor.push(cursor);
  for (const one of [json].flat()) {
    if (typeof one !== 'object' || one === null) continue;
    if ('task_id' in one && typeof one.task_id === 'string') learnt.task.push(one.task_id);
    if ('key' in one && typeof one.key === 'string') learnt.key.push(one.key);
  }
}
