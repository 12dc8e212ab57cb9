/** CONTRACT 3 "Tables and deltas": what `X-Delta` is answered, through the whole service. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { Client } from '../support/client.ts';
import { apply, hashOfHeld, heldIn, sorted } from '../support/deltas.ts';
import { Source } from '../support/sources.ts';
import { until } from '../support/until.ts';

const alice = new Client({ user: 'alice' });
const TABLES = [
  { name: 'sales', rows: '/sales', columns: ['id', 'product'] },
  { name: 'shops ü', rows: '/shops', columns: ['name'] },
];
type Members = Parameters<typeof Source.define>[0];
/** An answer of the origin, with numbers as they are written. */
const answerOf = (sales: string[], shops: string[] = ['"A"']) =>
  `{"sales":[${sales.map((row) => `[${row}]`)}],"shops":[${shops.map((row) => `[${row}]`)}]}`;
const THREE = ['1.0,"a"', '2,"b"', '3,"c"'];

/** A source after these loads. */
async function loaded(answers: string[], members: Members = {}): Promise<Source> {
  const source = await Source.define({ tables: TABLES, ...members });
  for (const body of answers) await load(source, body);
  return source;
}
async function load(source: Source, body: string): Promise<void> {
  await source.origin.answer({ body });
  const answer = await alice.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'wait=20' });
  expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
}
async function ask(source: Source, headers: Record<string, string>) {
  const answer = await alice.get(source.path, headers);
  const header = (name: string) => answer.headers.get(name);
  return { answer, header, text: await answer.text(), version: header('Content-Version'), status: answer.status };
}
const tagOf = (source: Source, version: number) =>
  `"${cacheIdentity(source.title, {}, null).key.slice(0, 16)}-v${version}"`;

describe('a delta', () => {
  it('names every table, what came and what went, with the digits of the origin and the headers of its end', async () => {
    const source = await loaded([answerOf(THREE), answerOf(['3,"c"', '2,"B"', '1.0,"a"'])]);
    const { answer, header, text } = await ask(source, { 'X-Delta': 'v1-v2' });
    expect(text).toBe(
      '[{"name":"sales","insert_rows":[[5,2,"B"]],"delete_ids":[2]},{"name":"shops ü","insert_rows":[],"delete_ids":[]}]',
    );
    const full = await ask(source, {});
    expect(hashOfHeld(heldIn(full.text))).toBe(header('Cache-Hash-Value'));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-version': '"delta v1-v2"',
      'cache-control': 'private, no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(new TextEncoder().encode(text).length),
      etag: tagOf(source, 2),
      'cache-hash-value': full.header('Cache-Hash-Value'),
      'last-modified': full.header('Last-Modified'),
      vary: 'Authorization, X-Delta, Accept, Origin',
      'cache-status': expect.stringContaining('hit'),
    });
    expect(answer.headers.has('Accept-Ranges')).toBe(false);
  });

  it('brings a device from any version to any later one', async () => {
    const histories = [THREE, ['2,"b"', '1.0,"a"', '4,"d"'], ['4,"d"'], ['4,"d"', '4,"d"', '1.0,"a"'], []];
    const source = await Source.define({ tables: TABLES });
    const held = [];
    for (const [index, sales] of histories.entries()) {
      await load(source, answerOf(sales, [`${index % 2}`, '"same"', '"same too, and long enough"']));
      held.push(heldIn((await ask(source, {})).text));
    }
    let deltas = 0;
    for (const [a, before] of held.entries()) {
      for (const [b, after] of held.entries()) {
        if (b < a) continue;
        const { header, text, version } = await ask(source, { 'X-Delta': `v${a + 1}-v${b + 1}` });
        if (version !== `"delta v${a + 1}-v${b + 1}"`) {
          // Larger than the table, which is a small one.
          expect(version).toBe('v5');
          continue;
        }
        deltas += 1;
        expect(sorted(apply(before, text))).toEqual(sorted(after));
        expect(header('Cache-Hash-Value')).toBe(hashOfHeld(after));
        expect(header('ETag')).toBe(tagOf(source, b + 1));
      }
    }
    expect(deltas).toBeGreaterThanOrEqual(12);
    const whole = await ask(source, { 'X-Delta': 'v0-last' });
    expect(whole.version).toBe('"delta v0-v5"');
    expect(sorted(apply(new Map(), whole.text))).toEqual(sorted(held[4] ?? new Map()));
  });

  it.each([
    ['v2-last', '"delta v2-v2"'],
    ['v2-v2', '"delta v2-v2"'],
    ['v1-last', '"delta v1-v2"'],
  ])('%s is an empty one where only versions were counted since', async (range, version) => {
    const source = await loaded([answerOf(THREE), answerOf(THREE)]);
    const answer = await ask(source, { 'X-Delta': range });
    expect([answer.version, answer.text]).toEqual([
      version,
      '[{"name":"sales","insert_rows":[],"delete_ids":[]},{"name":"shops ü","insert_rows":[],"delete_ids":[]}]',
    ]);
    expect(answer.header('ETag')).toBe(tagOf(source, 1));
  });

  it('from v0 has every row as an insert', async () => {
    const source = await loaded([answerOf(['1.0,"]}"', '2,"\\"[\\\\"'], [])]);
    const { header, text, version } = await ask(source, { 'X-Delta': 'v0-v1' });
    expect(text).toBe(
      '[{"name":"sales","insert_rows":[[1,1.0,"]}"],[2,2,"\\"[\\\\"]],"delete_ids":[]},{"name":"shops ü","insert_rows":[],"delete_ids":[]}]',
    );
    expect([version, header('ETag'), header('Cache-Control')]).toEqual([
      '"delta v0-v1"',
      tagOf(source, 1),
      'private, no-store',
    ]);
  });

  it('starts at a version between two kept ones', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE), answerOf(THREE.slice(1))], { retain_versions: 2 });
    const { version, text } = await ask(source, { 'X-Delta': 'v2-v3' });
    expect(version).toBe('"delta v2-v3"');
    expect(text).toContain('"delete_ids":[1]');
  });

  it('is the same by POST, and Range asks for no part of it', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1))]);
    const { text } = await ask(source, { 'X-Delta': 'v1-last' });
    expect(await (await alice.post(source.path, {}, { 'X-Delta': 'v1-last' })).text()).toBe(text);
    expect(await ask(source, { 'X-Delta': 'v1-last', Range: 'bytes=0-3' })).toMatchObject({ status: 200, text });
  });

  it('is told to HEAD without its body', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1))]);
    const { text } = await ask(source, { 'X-Delta': 'v1-last' });
    const head = await alice.head(source.path, { 'X-Delta': 'v1-last' });
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([
      200,
      `${text.length + 1}`,
      '',
    ]);
    expect((await alice.head(source.path, { 'X-Delta': 'v0-last' })).headers.get('Content-Version')).toBe(
      '"delta v0-v2"',
    );
  });

  it('is recorded as what the device was given: its end version', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1)), answerOf(THREE)]);
    const device = `tablet-${source.title}`;
    await ask(source, { 'X-Delta': 'v1-v2', 'X-Device-Id': device });
    await until(async () => {
      const records = await (await alice.get(`/cache/?device=${device}`)).json();
      expect(records).toMatchObject([{ version: 2, etag: tagOf(source, 2).slice(1, -1) }]);
    }, 100);
  });
});

describe('auto', () => {
  const history = () => loaded([answerOf(THREE), answerOf(THREE.slice(1)), answerOf(THREE)]);

  it.each(['If-None-Match', 'If-Match'])('starts at the version that %s names, weak or not', async (name) => {
    const source = await history();
    for (const tag of [tagOf(source, 1), `W/${tagOf(source, 1)}`, `"x", ${tagOf(source, 1)}`]) {
      expect((await ask(source, { 'X-Delta': 'auto', [name]: tag })).version).toBe('"delta v1-v3"');
    }
  });

  it('is the delta from the version held, 304 for who holds the last by If-None-Match, and empty by If-Match', async () => {
    const source = await history();
    for (const tag of [
      tagOf(source, 1),
      tagOf(source, 1).replaceAll('"', ''),
      tagOf(source, 1).replace(/"$/, '-gzip"'),
    ]) {
      const { version } = await ask(source, { 'X-Delta': 'auto', 'If-None-Match': tag });
      expect(version).toBe('"delta v1-v3"');
    }
    const same = await ask(source, { 'X-Delta': 'auto', 'If-None-Match': tagOf(source, 3) });
    expect([same.status, same.version, same.text]).toEqual([304, 'v3', '']);
    const empty = await ask(source, { 'X-Delta': 'auto', 'If-Match': tagOf(source, 3) });
    expect([empty.status, empty.version]).toEqual([200, '"delta v3-v3"']);
  });

  it.each([{}, { 'If-None-Match': '"x"' }, { 'If-Match': '*' }, { 'If-None-Match': '"0000000000000000-v1"' }])(
    'is the full table with %j',
    async (headers) => {
      const { status, version, header } = await ask(await history(), { 'X-Delta': 'auto', ...headers });
      expect([status, version, header('Cache-Control')]).toEqual([200, 'v3', 'private, no-store']);
    },
  );
});

describe('conditions', () => {
  it('never make 304 of a delta between named versions: the ETag may be what a browser has stored', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1)), answerOf(THREE)]);
    const later = new Date(Date.now() + 5000).toUTCString();
    for (const range of ['v1-last', 'v3-last', 'v1-v2', 'v3-v3', 'v0-last']) {
      for (const version of [1, 2, 3]) {
        const told = await ask(source, { 'X-Delta': range, 'If-None-Match': tagOf(source, version) });
        expect([told.status, told.version]).toEqual([200, `"delta ${range.replace('last', 'v3')}"`]);
      }
      expect((await ask(source, { 'X-Delta': range, 'If-None-Match': '*' })).status).toBe(200);
      expect((await ask(source, { 'X-Delta': range, 'If-Modified-Since': later })).status).toBe(200);
    }
  });

  it('never make 304 of the full table that stands in for one', async () => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1))], { retain_versions: 1 });
    const told = await ask(source, { 'X-Delta': 'v1-last', 'If-None-Match': tagOf(source, 2) });
    expect([told.status, told.version]).toEqual([200, 'v2']);
  });
});

describe('an answer to X-Delta', () => {
  it.each<[string, number, Record<string, string>]>([
    ['a delta', 200, { 'X-Delta': 'v1-last' }],
    ['the full table', 200, { 'X-Delta': 'auto' }],
    ['304', 304, { 'X-Delta': 'auto', 'If-None-Match': '*' }],
    ['a refusal', 400, { 'X-Delta': 'v9-last' }],
    ['an event stream', 200, { 'X-Delta': 'auto', Accept: 'text/event-stream' }],
    ['206', 206, { 'X-Delta': 'auto', Range: 'bytes=0-1' }],
  ])('is kept by no cache: %s', async (_what, status, headers) => {
    const source = await loaded([answerOf(THREE), answerOf(THREE.slice(1))]);
    const answer = await alice.get(source.path, headers);
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([status, 'private, no-store']);
    await answer.body?.cancel();
  });

  it('that is still to be loaded is kept by no cache either', async () => {
    const source = await Source.define({ tables: TABLES });
    await source.origin.answer({ hold: true });
    const answer = await alice.get(source.path, { 'X-Delta': 'auto', Prefer: 'respond-async' });
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([202, 'private, no-store']);
    await source.origin.answer({ body: answerOf(THREE) });
  });
});

describe('the full table is the answer', () => {
  const CHANGED = [answerOf(THREE), answerOf(THREE.slice(1)), answerOf(THREE)];
  it.each<[string, string, string[], Members]>([
    ['to a version no longer kept', 'v1-last', CHANGED, { retain_versions: 2 }],
    ['to two versions no longer kept', 'v1-v1', CHANGED, { retain_versions: 2 }],
    ['to v0 up to an older version', 'v0-v2', CHANGED, {}],
    ['to a delta larger than the table', 'v1-last', [answerOf(['1,"a"']), answerOf(['2,"b"'], [])], {}],
  ])('%s', async (_name, range, answers, members) => {
    const source = await loaded(answers, members);
    const { status, version, text } = await ask(source, { 'X-Delta': range });
    expect([status, version, text]).toEqual([200, `v${answers.length}`, (await ask(source, {})).text]);
  });

  it('across a change of the tables, and a purge', async () => {
    const source = await loaded([answerOf(THREE)]);
    await source.redefine({ tables: TABLES.map((table) => ({ ...table, name: `${table.name}!` })) });
    await load(source, answerOf(THREE));
    expect((await ask(source, { 'X-Delta': 'v1-last' })).version).toBe('v2');
    const admin = new Client({ user: 'admin', scope: 'cache:admin' });
    const { key } = cacheIdentity(source.title, {}, null);
    expect((await admin.delete(`/caches/${key}/`)).status).toBe(204);
    const after = await ask(source, { 'X-Delta': 'v2-last' });
    expect(after.version).toBe('v3');
    const empty = await ask(source, { 'X-Delta': 'v3-last' });
    expect([empty.version, empty.text]).toEqual(['"delta v3-v3"', expect.stringContaining('"shops ü!"')]);
  });

  it('where the delta in R2 is lost or of another release', async () => {
    for (const harm of [
      (path: string) => env.BLOBS.delete(path),
      async (path: string) => {
        const text = (await (await env.BLOBS.get(path))?.text()) ?? '';
        await env.BLOBS.put(path, text.replace('"format":1', '"format":2'));
      },
    ]) {
      const source = await Source.define({ tables: TABLES });
      await load(source, answerOf(THREE));
      await load(source, answerOf(THREE.slice(1)));
      const { key } = cacheIdentity(source.title, {}, null);
      const { objects } = await env.BLOBS.list({ prefix: `${key}/` });
      const path = objects.map((object) => object.key).find((name) => name.endsWith('/delta'));
      await harm(path ?? '');
      expect((await ask(source, { 'X-Delta': 'v1-last' })).version).toBe('v2');
    }
  });
});

describe('X-Delta', () => {
  it.each(['v2-v1', 'v0-v0', 'v1-v9', 'v9-last', 'v1', '', 'V1-V2'])('"%s" is 400', async (range) => {
    const source = await loaded([answerOf(THREE)]);
    expect((await ask(source, { 'X-Delta': range })).status).toBe(400);
  });

  it('is checked and then ignored on a body that is not a table', async () => {
    const source = await Source.define();
    expect((await ask(source, { 'X-Delta': 'v0-last' })).version).toBe('v1');
    expect((await ask(source, { 'X-Delta': 'v1-v1' })).text).toBe('{"n":1}');
    expect((await ask(source, { 'X-Delta': 'v2-v1' })).status).toBe(400);
    expect((await ask(source, { 'X-Delta': 'v1-v2' })).status).toBe(400);
  });
});
