/** Many caches in one question, as lines come. */
import { describe, expect, it } from 'vitest';
import { itemOf, itemOfLine, type SyncLine } from '../../../src/network/item.ts';
import { imitation, problem, says } from '../../support/imitation.ts';
import { cacheOf, options, questionOf, synced, TAG, transportTo, withoutStreams } from '../../support/transports.ts';

const lines = { 'Content-Type': 'application/x-ndjson' };
const END = '{"end":true,"user":"alice","now":"2026-11-28T12:00:00.000Z","live":"ok"}\n';
/** Also with members that the client does not heed. */
const line = (item: Partial<SyncLine> & { behind?: true; bytes?: number; href?: string; post?: true }) =>
  `${JSON.stringify(item)}\n`;

describe('the question', () => {
  it('names what is held, and the connection that is to be told', async () => {
    const server = await imitation(says(200, lines, END));
    const caches = [
      cacheOf('a'),
      cacheOf('b', { title: 'ü', parameters: { year: 1982, list: [1] }, etag: `${TAG}-v2`, minRevision: 7 }),
    ];
    await synced(transportTo(server), { caches, live: { id: 'socket', seq: 3, add: false } });
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/sync/',
      headers: { accept: 'application/x-ndjson', 'content-type': 'application/json' },
    });
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      caches: [
        { id: 'a', resource_title: 'cars', parameters: {} },
        { id: 'b', resource_title: 'ü', parameters: { year: 1982, list: [1] }, etag: `${TAG}-v2`, min_revision: 7 },
      ],
      inline_bytes: 1_048_576,
      live: { id: 'socket', seq: 3, add: false },
    });
  });

  it('of more than the service takes is asked in parts, of which the later add to what the connection is told', async () => {
    const server = await imitation(
      says(200, lines, line({ id: '0', status: 304 }) + END.replace('"ok"', '"full"')),
      says(200, lines, line({ id: '3', status: 304 }) + END),
    );
    const caches = Array.from({ length: 4 }, (_cache, at) =>
      cacheOf(`${at}`, { parameters: { list: 'ü'.repeat(15_000) } }),
    );
    const { items, end } = await synced(transportTo(server), {
      caches,
      live: { id: 'socket', seq: 3, add: false },
    });
    const asked = server.asked.map(({ body }) => JSON.parse(body) as { caches: { id: string }[]; live: object });
    expect(asked.map(({ caches, live }) => [caches.map(({ id }) => id).join(), live])).toEqual([
      ['0,1', { id: 'socket', seq: 3, add: false }],
      ['2,3', { id: 'socket', seq: 3, add: true }],
    ]);
    expect([items.map(([{ id }]) => id), end.live]).toEqual([['0', '3'], 'full']);
  });
});

describe('the answer', () => {
  it('is told item by item as it comes, bodies byte for byte', async () => {
    const body = '[{"name":"t","columns":["ü€😀"],"data":[[1,9007199254740993.50]]}]';
    let go = () => {};
    const heard = new Promise<void>((resolve) => {
      go = resolve;
    });
    const server = await imitation(async (response) => {
      response.writeHead(200, lines);
      response.write(
        line({
          id: 'a',
          tag: TAG,
          status: 200,
          etag: `${TAG}-v2`,
          version: 3,
          revision: 9,
          content_version: 'delta v1-v3',
          hash: 'h',
          loaded: '2026-11-28T11:00:00.000Z',
          expires: '2026-11-28T13:00:00.000Z',
          lines: 1,
        }),
      );
      // Each byte alone: characters and lines are put together again.
      for (const byte of Buffer.from(`${body}\n`)) response.write(Uint8Array.of(byte));
      await heard;
      response.write(line({ id: 'b', status: 202, behind: true, task: { task_id: 'task-1' }, retry_after: 4 }));
      response.write(line({ id: 'c', status: 200, content_type: 'text/html', bytes: 5, href: '/api/v1/rpc/c/' }));
      response.write(line({ id: 'd', status: 200, post: true }));
      response.end(END);
    });
    const items: unknown[] = [];
    const end = await transportTo(server).sync(
      questionOf(cacheOf('a'), cacheOf('b'), cacheOf('c'), cacheOf('d')),
      (item, text) => {
        items.push([item, text]);
        go();
      },
      options(),
    );
    expect(items).toEqual([
      [
        itemOf('a', 200, {
          tag: TAG,
          etag: `${TAG}-v2`,
          version: 3,
          revision: 9,
          delta: { from: 1, to: 3 },
          hash: 'h',
          loadedAt: Date.UTC(2026, 10, 28, 11),
          expiresAt: Date.UTC(2026, 10, 28, 13),
          hasBody: true,
        }),
        body,
      ],
      [itemOf('b', 202, { taskId: 'task-1', retryAfterS: 4 }), null],
      [itemOf('c', 200, { contentType: 'text/html' }), null],
      [itemOf('d', 200, {}), null],
    ]);
    expect(end).toEqual({ user: 'alice', now: Date.UTC(2026, 10, 28, 12), live: 'ok' });
  });

  it('is the same where the platform has no streams', async () => {
    const server = await imitation(says(200, lines, `${line({ id: 'a', status: 200, lines: 1 })}[]\n${END}`));
    const { items, end } = await synced(transportTo(server, { fetch: withoutStreams }), questionOf(cacheOf('a')));
    expect([items.map(([{ id }, body]) => [id, body]), end.user]).toEqual([[['a', '[]']], 'alice']);
  });

  it.each([
    ['before an item', ''],
    ['within an item', '{"id":"b","sta'],
    ['within a body', `${line({ id: 'b', status: 200, lines: 1 })}[{"name":"t"`],
    ['before its end', line({ id: 'b', status: 304 })],
    ['within its end', `${line({ id: 'b', status: 304 })}{"end":true`],
  ])('that is cut %s is a network error, after what came whole was told', async (_where, rest) => {
    for (const isTorn of [true, false]) {
      const server = await imitation((response) => {
        response.writeHead(200, lines);
        response.write(line({ id: 'a', status: 304 }) + rest, () => (isTorn ? response.destroy() : response.end()));
      });
      const items: string[] = [];
      const work = transportTo(server).sync(
        questionOf(cacheOf('a'), cacheOf('b')),
        ({ id }) => items.push(id),
        options(),
      );
      await expect(work).rejects.toMatchObject({ code: 'network', retryable: true });
      expect(items).toEqual(rest.includes('304') ? ['a', 'b'] : ['a']);
    }
  });

  it('leaves out what was not asked for', async () => {
    const server = await imitation(
      says(200, lines, `${line({ id: 'other', status: 200, lines: 1 })}[]\n${line({ id: 'b', status: 304 })}${END}`),
    );
    expect((await synced(transportTo(server), questionOf(cacheOf('a')))).items).toEqual([]);
  });

  it.each([
    '{"end":true}',
    '{"end":true,"user":5,"now":"2026-11-28T12:00:00Z"}',
    '{"end":true,"user":"a","now":"then"}',
  ])('that does not say whose it is, or when, is a network error: %s', async (end) => {
    const server = await imitation(says(200, lines, `${end}\n`));
    await expect(synced(transportTo(server), questionOf(cacheOf('a')))).rejects.toMatchObject({ code: 'network' });
  });

  it('passes on an error of its listener unchanged', async () => {
    const server = await imitation(says(200, lines, line({ id: 'a', status: 304 }) + END));
    const fault = new Error('a fault of ours');
    const work = transportTo(server).sync(
      questionOf(cacheOf('a')),
      () => {
        throw fault;
      },
      options(),
    );
    await expect(work).rejects.toBe(fault);
  });
});

describe('a service without /sync/', () => {
  const whoami = says(200, { 'Content-Type': 'application/json' }, '{"user":"alice","now":"2026-11-28T12:00:00.000Z"}');
  const table = says(
    200,
    { ETag: `"${TAG}-v2"`, 'Content-Version': 'v2', 'Cache-Hash-Value': 'h', 'Content-Type': 'application/json' },
    '[]',
  );
  const page = says(200, { ETag: `"${TAG}-v1"`, 'Content-Version': 'v1', 'Content-Type': 'text/html' }, 'a page');
  const same = says(304, { ETag: `"${TAG}-v2"`, 'Content-Version': 'v2' });

  it('is asked by reads alone, and for a day not again', async () => {
    const server = await imitation(
      problem(404, 'not-found'),
      whoami,
      table,
      page,
      same,
      problem(403, 'insufficient-scope'),
      whoami,
      same,
    );
    const transport = transportTo(server);
    const { items, end } = await synced(
      transport,
      questionOf(cacheOf('a'), cacheOf('b'), cacheOf('c', { etag: `${TAG}-v2` }), cacheOf('d')),
    );
    expect(end).toEqual({ user: 'alice', now: Date.UTC(2026, 10, 28, 12), live: null });
    expect(
      items.map(([{ id, status, hasBody, error }, body]) => [id, status, hasBody, error?.code ?? null, body]),
    ).toEqual([
      ['a', 200, true, null, '[]'],
      ['b', 200, false, null, null],
      ['c', 304, false, null, null],
      ['d', 403, false, 'insufficient-scope', null],
    ]);
    expect(server.asked.map(({ path }) => path)).toEqual(
      ['sync/', 'whoami/', 'rpc/cars/', 'rpc/cars/', 'rpc/cars/', 'rpc/cars/'].map((path) => `/api/v1/${path}`),
    );
  });

  it('exists although a proxy answers 404', async () => {
    const server = await imitation(says(404, {}, 'not here'));
    await expect(synced(transportTo(server), questionOf(cacheOf('a')))).rejects.toMatchObject({
      code: 'network',
      status: 404,
    });
    expect(server.asked.length).toBe(1);
  });
});

it.each([
  [1e9, 3600],
  [-5, 0],
  ['soon', null],
])('invariant 19: heeds a wait of an item as one of a header: %j', (told, heeded) => {
  const item = { id: 'a', status: 503, retry_after: told as number };
  expect(itemOfLine(item).retryAfterS).toBe(heeded);
});
