import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import type { CommitRequest } from '../../src/ports/object.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Refreshed, run, services, stateOf } from '../support/refreshes.ts';

/** What is in R2 after one load that changed the body: fences are times. */
const ONE_BODY = /^[0-9]+\/body$/;

const TABLES = [{ name: 't', rows: '/items', columns: ['a'] }];
const ack = { ack: true };
const again = (delayS: unknown = expect.any(Number)) => ({ ack: false, delayS });
const failed = (state: string, code: string, detail: unknown = expect.any(String), admin_detail?: unknown) => ({
  state,
  error: expect.objectContaining({
    type: `/docs/problems#${code}`,
    detail,
    ...(admin_detail === undefined ? {} : { admin_detail }),
  }),
});

describe('a load', () => {
  it('of a body that is not a table passes it through, with its type', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: '<p>ü</p>', headers: { 'Content-Type': 'text/html; charset=latin1' } });
    const { disposition, task, entry } = await cache.refresh();
    expect([disposition, task.state]).toEqual([ack, 'SUCCESS']);
    expect(entry?.loaded).toMatchObject({
      version: 1,
      contentType: 'text/html; charset=latin1',
      rows: null,
      hash: null,
      mapBytes: 0,
    });
    expect(entry && (await cache.body(entry))).toBe('<p>ü</p>');
  });

  it('of an empty body is a version like any other', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: '' });
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({ version: 1, bytes: 0 });
  });

  it('of tables gives ids that last from load to load', async () => {
    const cache = await Refreshed.define({ tables: TABLES });
    await cache.origin.answer({ body: '{"items":[{"a":1.0},{"a":"x"}]}' });
    await cache.refresh();
    await cache.origin.answer({ body: '{"items":[{"a":"y"},{"a":1.0}]}' });
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({
      version: 2,
      changed: 2,
      rows: 2,
      contentType: 'application/json; charset=utf-8',
    });
    expect(entry && (await cache.body(entry))).toBe('[{"name":"t","columns":["a"],"data":[[3,"y"],[1,1.0]]}]');
  });

  it.each([
    ['csv', 'text/csv; charset=utf-8', 'b,a\r\n0,1.0\r\n"x,\r\n",é\r\n', 'a\r\n2\r\n1.0\r\n', '"1.0"', '"é"', '"2"'],
    ['ndjson', 'application/x-ndjson', '{"a":1.0,"b":0}\n["é"]\n', '[2]\n\n{"a":1.0}', '1.0', '"é"', '2'],
  ] as const)(
    'of %s gives rows that are told from each other like any',
    async (format, type, first, second, ...cells) => {
      const [stays, goes, comes] = cells;
      const cache = await Refreshed.define({ format, tables: [{ name: 't', columns: ['a'] }] });
      const answer = (body: string) =>
        cache.origin.answer({ body, headers: { 'Content-Type': type }, bytes_per_chunk: 3 });
      await answer(first);
      const before = (await cache.refresh()).entry;
      expect(before && (await cache.body(before))).toBe(
        `[{"name":"t","columns":["a"],"data":[[1,${stays}],[2,${goes}]]}]`,
      );
      await answer(second);
      const after = (await cache.refresh()).entry;
      expect(after?.loaded).toMatchObject({ rows: 2, contentType: 'application/json; charset=utf-8' });
      expect(after && (await cache.body(after))).toBe(
        `[{"name":"t","columns":["a"],"data":[[3,${comes}],[1,${stays}]]}]`,
      );
      const [{ headers } = { headers: {} as Record<string, string> }] = await cache.origin.requests();
      expect(headers.accept).toContain(type.split(';')[0]);
    },
  );

  it.each([
    ['csv', 'text/csv', 'b\n1\n', /names no column "a"/],
    ['csv', 'application/json', 'a\n1\n', /content type is application\/json, not text\/csv/],
    ['ndjson', 'application/x-ndjson', '{"a":1}\n{"a":', /breaks off/],
  ] as const)('of %s in another form fails, and nothing changes (Invariant 7)', async (format, type, body, detail) => {
    const cache = await Refreshed.define({ format, tables: [{ name: 't', columns: ['a'] }] });
    await cache.origin.answer({ body, headers: { 'Content-Type': type } });
    const { task, entry } = await cache.refresh();
    expect(task).toMatchObject(failed('FAILURE', 'origin-malformed', expect.stringMatching(detail)));
    expect(entry?.loaded).toBeNull();
    expect(await cache.objects()).toEqual([]);
  });

  it.each([
    ['a body', undefined, '{"items":[[1]]}'],
    ['tables', TABLES, '{"items":[[1]]}'],
  ])('of %s that is what it was adds a version and writes nothing to R2', async (_name, tables, body) => {
    const cache = await Refreshed.define(tables === undefined ? {} : { tables });
    await cache.origin.answer({ body });
    await cache.refresh();
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({ version: 2, changed: 1 });
    expect(await cache.objects()).toEqual([expect.stringMatching(ONE_BODY)]);
  });

  it('whose content type alone changed is a change', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x', headers: { 'Content-Type': 'text/a' } });
    await cache.refresh();
    await cache.origin.answer({ body: 'x', headers: { 'Content-Type': 'text/b' } });
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({ changed: 2, contentType: 'text/b' });
  });

  it('is conditional under the same definition, and takes 304 as the same body', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x', headers: { ETag: '"e1"' } });
    await cache.refresh();
    await cache.origin.answer({ status: 304 });
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({ version: 2, changed: 1 });
    await cache.refresh();
    await cache.origin.answer({ body: 'x', headers: { ETag: '"e1"' } });
    await cache.redefine({ ttl_s: 5 });
    await cache.refresh();
    const sent = (await cache.origin.requests()).map(({ headers }) => headers['if-none-match']);
    expect(sent).toEqual([undefined, '"e1"', '"e1"', undefined]);
  });

  it('is not conditional by what proves nothing, when it is forced, after a soft purge, or where the definition says so', async () => {
    const cache = await Refreshed.define();
    const conditions = async () => {
      const { headers } = (await cache.origin.requests()).at(-1) ?? { headers: {} as Record<string, string> };
      return [headers['if-none-match'], headers['if-modified-since']];
    };
    const now = new Date().toUTCString();
    await cache.origin.answer({ body: 'half', headers: { Date: now, 'Last-Modified': now, ETag: '*' } });
    await cache.refresh();
    await cache.refresh();
    expect(await conditions()).toEqual([undefined, undefined]);
    const earlier = 'Mon, 02 Nov 2026 10:00:00 GMT';
    await cache.origin.answer({ body: 'whole', headers: { 'Last-Modified': earlier, ETag: 'bare' } });
    await cache.refresh();
    await cache.refresh();
    expect(await conditions()).toEqual(['bare', earlier]);
    await cache.refresh({ enqueue: { force: true } });
    expect(await conditions()).toEqual([undefined, undefined]);
    await cache.refresh();
    expect(await conditions()).toEqual(['bare', earlier]);
    await services.objects.purge({ key: cache.cache.key, soft: true });
    await cache.refresh();
    expect(await conditions()).toEqual([undefined, undefined]);
    await cache.redefine({ origin: { conditional: false } });
    await cache.refresh();
    await cache.refresh();
    expect(await conditions()).toEqual([undefined, undefined]);
  });

  it('without content is an empty table where the definition says so, which guard counts', async () => {
    const tables = [{ name: 't', rows: '/items', columns: ['a'], missing: 'empty' as const }];
    const cache = await Refreshed.define({ tables });
    await cache.origin.answer({ body: '{"items":[[1],[2]]}' });
    await cache.refresh();
    await cache.origin.answer({ status: 204 });
    const { entry } = await cache.refresh();
    expect(entry?.loaded).toMatchObject({ version: 2, rows: 0, contentType: 'application/json; charset=utf-8' });
    expect(entry && (await cache.body(entry))).toBe('[{"name":"t","columns":["a"],"data":[]}]');
    await cache.redefine({ tables, guard: { min_rows: 1 } });
    for (const answer of [{ status: 205 }, { body: '{}' }, { body: '{"items":null}' }]) {
      await cache.origin.answer(answer);
      expect((await cache.refresh()).task).toMatchObject(failed('FAILURE', 'origin-guard'));
    }
  });

  it('is expanded with its quotes escaped, so that no value ends a literal', async () => {
    const cache = await Refreshed.define();
    await cache.redefine({ origin: { url: `${cache.origin.url}/data?$filter=Of eq '{of}'`, quote: 'odata' } });
    await cache.origin.answer({ body: 'x' });
    const taskId = await cache.ask({ cache: cacheIdentity(cache.title, { of: "x' or '1' eq '1" }, null) });
    expect(await run(taskId)).toEqual(ack);
    const [{ path } = { path: '' }] = await cache.origin.requests();
    expect(decodeURIComponent(path)).toContain("/data?$filter=Of eq 'x'' or ''1'' eq ''1'");
  });

  it('of what looks like part of the data is committed with warnings under PARTIAL_ANSWERS = "warn"', async () => {
    const settings = { ...services.settings, partialAnswers: 'warn' as const };
    const cache = await Refreshed.define({ tables: TABLES });
    await cache.origin.answer({ body: '{"items":[{"a":1},{"b":2}],"nextLink":"x"}' });
    expect((await cache.refresh()).task.state).toBe('FAILURE');
    const { task, entry } = await cache.refresh({ settings });
    expect([task.state, entry?.loaded?.rows]).toEqual(['SUCCESS', 2]);
    expect(entry?.loaded?.warnings).toEqual([
      'Table "t", row 1: it has members, but none of the declared columns; there are b.',
      expect.stringMatching(/next page at \/nextLink/),
    ]);
    const stored = await d1Entries(env.DB).find(cache.cache.key);
    expect(stored?.loaded?.warnings).toEqual(entry?.loaded?.warnings);
  });

  it('past the first megabyte waits for its turn and continues', async () => {
    const cache = await Refreshed.define({ tables: TABLES });
    const items = Array.from({ length: 30_000 }, (_row, a) => ({
      a,
      text: 'not a column, but long enough to be heavy',
    }));
    await cache.origin.answerJson({ items });
    const { entry } = await cache.refresh();
    expect(entry?.loaded?.rows).toBe(30_000);
  });
});

describe('a failure', () => {
  it('that may pass is tried again: not before Retry-After', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ status: 503, headers: { 'Retry-After': '77' } });
    const { disposition, task } = await cache.refresh();
    expect(task).toMatchObject(failed('RETRY', 'origin-status', 'The origin answered with status 503.'));
    expect(disposition).toEqual(again(expect.closeTo(77, -1)));
  });

  it.each([
    ['origin-status', { status: 404 }],
    ['origin-status', { status: 204 }],
    ['origin-malformed', { body: '{"items":[{"a":1}' }],
    ['origin-malformed', { body: '{"items":{}}' }],
    ['origin-malformed', { body: '{"items":[]}', headers: { 'Content-Type': 'text/html' } }],
    ['origin-malformed', { body: '{"items":[{"b":1}]}' }],
    ['origin-malformed', { body: '{"items":[{"a":1e400}]}' }],
    ['origin-malformed', { body: '{"items":[]}', headers: { 'Content-Encoding': 'zstd' } }],
    ['origin-pages', { body: '{"items":[],"@odata.nextLink":"x"}' }],
    ['origin-pages', { body: '{"items":[]}', headers: { Link: '<?page=2>; rel=next' } }],
    ['origin-refused', { body: '{"items":[],"errors":["x"]}' }],
    ['origin-status', { status: 204 }],
    ['origin-status', { status: 205 }],
    ['origin-too-large', { body: `{"items":[]}${' '.repeat(200)}` }],
    ['origin-redirect', { status: 301, headers: { Location: 'https://login.example.net/' } }],
  ])('%s that stays ends the task and changes nothing: %j', async (code, answer) => {
    const cache = await Refreshed.define({ tables: TABLES, origin: { max_bytes: 100 } });
    await cache.origin.answer({ body: '{"items":[{"a":1}]}' });
    const first = await cache.refresh();
    await cache.origin.answer(answer);
    const { disposition, task, entry } = await cache.refresh();
    expect(task).toMatchObject(failed('FAILURE', code));
    expect(disposition).toEqual(ack);
    expect(entry?.loaded).toEqual(first.entry?.loaded);
    expect(await cache.objects()).toEqual([expect.stringMatching(ONE_BODY)]);
  });

  it('is logged once a minute and cache, however often it is asked for', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ status: 404 });
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (let loads = 0; loads < 3; loads += 1) await cache.refresh();
    const lines = warned.mock.calls.map(([line]) => String(line));
    warned.mockRestore();
    const failed = lines.filter((line) => line.includes('refresh.failed') && line.includes(cache.cache.key));
    expect(failed).toHaveLength(1);
  });

  it('is an answer without content, also of a body that is not a table', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const first = await cache.refresh();
    await cache.origin.answer({ status: 204 });
    const { task, entry } = await cache.refresh();
    expect(task).toMatchObject(failed('FAILURE', 'origin-status', 'The origin answered with status 204.'));
    expect(entry?.loaded).toEqual(first.entry?.loaded);
    expect(entry && (await cache.body(entry))).toBe('x');
  });

  it('is an answer cut short: it changes nothing and is tried again', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'whole' });
    const first = await cache.refresh();
    await cache.origin.answer({ body: 'x'.repeat(10_000), cut_after: 5000, bytes_per_chunk: 100 });
    const { task } = await cache.refresh();
    expect(task.state).toBe('RETRY');
    const found = await services.objects.entry(cache.cache.key);
    expect(found).toMatchObject({ entry: { loaded: first.entry?.loaded } });
    expect(await cache.objects()).toEqual([expect.stringMatching(ONE_BODY)]);
  });

  it('is a time-out of the whole load', async () => {
    const cache = await Refreshed.define({ origin: { timeout_s: 1 } });
    await cache.origin.answer({ hang: true });
    const { task } = await cache.refresh();
    expect(task).toMatchObject(failed('RETRY', 'origin-timeout', 'The load took longer than 1 s (origin.timeout_s).'));
  });

  it('is a store that hangs, too', async () => {
    const cache = await Refreshed.define({ origin: { timeout_s: 1 } });
    await cache.origin.answer({ body: 'x' });
    const blobs = { ...services.blobs, put: () => new Promise<void>(() => undefined) };
    expect((await cache.refresh({ blobs })).task).toMatchObject(failed('RETRY', 'origin-timeout'));
  });

  it('of the guard ends the task; a forced load goes past it', async () => {
    const cache = await Refreshed.define({ tables: TABLES, guard: { min_rows: 1, max_deleted: 0.5 } });
    await cache.origin.answer({ body: '{"items":[[1],[2],[3]]}' });
    await cache.refresh();
    await cache.origin.answer({ body: '{"items":[[1]]}' });
    expect((await cache.refresh()).task).toMatchObject(failed('FAILURE', 'origin-guard'));
    const { task, entry } = await cache.refresh({ enqueue: { force: true } });
    expect([task.state, entry?.loaded?.rows]).toEqual(['SUCCESS', 1]);
  });

  it('of a fault of the service tells nothing of it and is tried again', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const blobs = { ...services.blobs, put: () => Promise.reject(new Error('inner secret')) };
    const { task } = await cache.refresh({ blobs });
    expect(task).toMatchObject(
      failed('RETRY', 'internal', 'The load failed because of a fault in the service, which is in its log.'),
    );
  });

  it('for want of a secret names it, and no failure tells one', async () => {
    const headers = (name: string) => ({ origin: { headers: { Authorization: `Bearer $\{${name}}` } } });
    const cache = await Refreshed.define(headers('ORIGIN_MISSING'));
    expect((await cache.refresh()).task).toMatchObject(
      failed(
        'FAILURE',
        'misconfigured',
        'The origin of this resource is not configured correctly.',
        'The secret ORIGIN_MISSING is not set. Set it with npx wrangler secret put ORIGIN_MISSING, or under npm start with a line ORIGIN_MISSING=… in .dev.vars.',
      ),
    );
    await cache.redefine(headers('ORIGIN_TEST_TOKEN'));
    await cache.origin.answer({
      status: 302,
      headers: { Location: 'https://elsewhere.example/?secret%20of%20the%20origin' },
    });
    const { task } = await cache.refresh();
    const [detail, full] = [expect.stringContaining('elsewhere, where'), expect.stringContaining('elsewhere.example')];
    expect(task).toMatchObject(failed('FAILURE', 'origin-redirect', detail, full));
    expect(JSON.stringify(task)).not.toContain('secret');
    const [seen] = await cache.origin.requests();
    expect(seen?.headers.authorization).toBe('Bearer secret of the origin');
  });

  it('is a host that ORIGIN_HOSTS does not name any more', async () => {
    const cache = await Refreshed.define();
    const settings = { ...services.settings, originHosts: ['other.example.com'] };
    expect((await cache.refresh({ settings })).task).toMatchObject(failed('FAILURE', 'misconfigured'));
    expect(await cache.origin.requests()).toEqual([]);
  });
});

describe('a definition that changed meanwhile', () => {
  it.each([
    ['is gone', 'not-found', (cache: Refreshed) => cache.remove()],
    ['has another scope', 'invalid-parameters', (cache: Refreshed) => cache.redefine({ scope: 'user' })],
    [
      'lost a parameter',
      'invalid-parameters',
      (cache: Refreshed) => cache.redefine({ parameters: { type: 'object' } }),
    ],
    [
      'has a new default',
      'invalid-parameters',
      (cache: Refreshed) =>
        cache.redefine({
          parameters: { type: 'object', properties: { of: { type: 'string' }, year: { type: 'integer', default: 1 } } },
        }),
    ],
  ])('ends the task when it %s', async (_name, code, change) => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const taskId = await cache.ask();
    await change(cache);
    expect(await run(taskId)).toEqual(ack);
    expect((await stateOf(taskId)).task).toMatchObject(failed('FAILURE', code));
    expect(await cache.origin.requests()).toEqual([]);
  });

  it('is what the load goes by otherwise', async () => {
    const cache = await Refreshed.define();
    const taskId = await cache.ask();
    await cache.redefine({ tables: TABLES, ttl_s: 7 });
    await cache.origin.answer({ body: '{"items":[[1]]}' });
    await run(taskId, { random: () => 0 });
    const { entry } = await stateOf(taskId);
    expect(entry?.loaded?.rows).toBe(1);
    expect((entry?.loaded?.expiresAt ?? 0) - (entry?.loaded?.loadedAt ?? 0)).toBe(7000);
  });

  it('sets when the load expires, spread by chance', async () => {
    const cache = await Refreshed.define({ ttl_s: 100 });
    await cache.origin.answer({ body: 'x' });
    const { entry } = await cache.refresh({ random: () => 0.5 });
    expect((entry?.loaded?.expiresAt ?? 0) - (entry?.loaded?.loadedAt ?? 0)).toBe(95_000);
  });
});

describe('a delivery', () => {
  it('of a task that has ended is done with', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const { task } = await cache.refresh();
    expect(await run(task.taskId)).toEqual(ack);
    expect(await cache.origin.requests()).toHaveLength(1);
  });

  it('of a task that runs comes again when its lease is over', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x', delay_ms: 500 });
    const taskId = await cache.ask();
    let other: unknown;
    const first = run(taskId, {
      onLease: () => {
        other = run(taskId);
      },
    });
    expect(await first).toEqual(ack);
    expect(await other).toEqual(again(expect.closeTo(120, -1)));
    expect(await cache.origin.requests()).toHaveLength(1);
  });

  it('whose commit was not answered asks again, and one load is one version', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const { objects } = services;
    let asked = 0;
    const commit = async (request: CommitRequest) => {
      const answer = await objects.commit(request);
      asked += 1;
      if (asked === 1) throw new Error('the answer was lost');
      return answer;
    };
    const { disposition, task, entry } = await cache.refresh({ objects: { ...objects, commit } });
    expect([disposition, task.state, entry?.loaded?.version, asked]).toEqual([ack, 'SUCCESS', 1, 2]);
  });

  it('that gets no answer to its commit leaves the task to its lease', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const objects = { ...services.objects, commit: () => Promise.reject(new Error('nobody there')) };
    const { disposition, task } = await cache.refresh({ objects });
    expect([disposition, task.state]).toEqual([again(10), 'STARTED']);
  });

  it('that cannot claim comes again', async () => {
    const cache = await Refreshed.define();
    const objects = { ...services.objects, claim: () => Promise.reject(new Error('nobody there')) };
    const { disposition, task } = await cache.refresh({ objects });
    expect([disposition, task.state]).toEqual([again(10), 'PENDING']);
  });

  it('that settles in D1 comes again when that is due', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const commit = async () => ({ outcome: 'settling' as const, delayMs: 4200 });
    expect((await cache.refresh({ objects: { ...services.objects, commit } })).disposition).toEqual(again(5));
  });

  it('whose cache is purged meanwhile commits nothing', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    await cache.refresh();
    await cache.origin.answer({ body: 'y', delay_ms: 300 });
    const taskId = await cache.ask();
    let purged: Promise<unknown> = Promise.resolve();
    const disposition = await run(taskId, {
      onLease: () => {
        purged = services.objects.purge({ key: cache.cache.key, soft: false });
      },
    });
    await purged;
    expect(disposition).toEqual(again(1));
    expect(await services.objects.entry(cache.cache.key)).toMatchObject({ entry: { loaded: null } });
  });
});
