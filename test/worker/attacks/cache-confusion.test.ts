/**
 * Requests that look alike and must not share a cache, and those that look different and must
 * (CONTRACT 2 "Parameter values", Invariant 6): never the wrong body, never another user's. The origin tells what it was
 * asked, so a body shows whose it is.
 */
import { describe, expect, it } from 'vitest';
import { Client } from '../../support/client.ts';
import { Source } from '../../support/sources.ts';

/** Any parameters, which go to the origin as its body. */
async function echoing(more: Parameters<typeof Source.define>[0] = {}): Promise<Source> {
  const open = { parameters: { additionalProperties: true }, parameters_max_bytes: 65_536 };
  const source = await Source.define({ ...open, ...more });
  await source.redefine({ origin: { url: source.origin.url, method: 'POST', ...more.origin } });
  await source.origin.answer({ echo: true });
  return source;
}

interface Read {
  status: number;
  etag: string | null;
  /** The parameters that the origin was asked for. */
  asked: unknown;
  headers: Record<string, string>;
  path: string;
}

async function readOf(answer: Response): Promise<Read> {
  const { status } = answer;
  if (status !== 200) return { status, etag: null, asked: null, headers: {}, path: '' };
  const { body, headers, path } = await answer.json<{ body: string; headers: Record<string, string>; path: string }>();
  return { status, etag: answer.headers.get('ETag'), asked: JSON.parse(body || 'null'), headers, path };
}

const alice = new Client({ user: 'alice' });

/** Reads with a body that is sent as it is written. */
async function read(source: Source, text: string, client = alice): Promise<Read> {
  return readOf(await client.send('POST', source.path, { 'Content-Type': 'application/json' }, text));
}

describe('one cache', () => {
  it.each<[string, string, string]>([
    ['a number written otherwise', '{"a":1}', '{"a":1.0}'],
    ['a number with an exponent', '{"a":100}', '{"a":1e2}'],
    ['minus zero', '{"a":0}', '{"a":-0}'],
    ['members in another order', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['white space', '{"a":[1,2]}', '  { "a" : [ 1 , 2 ] }\n'],
    ['escapes', '{"é":"/"}', '{"\\u00e9":"\\/"}'],
    ['a member that stands twice: the last counts', '{"a":2}', '{"a":1,"a":2}'],
  ])('has %s', async (_what, one, other) => {
    const source = await echoing();
    const [first, second] = [await read(source, one), await read(source, other)];
    expect(second.etag).toBe(first.etag);
    expect(second.asked).toEqual(first.asked);
    expect(await source.loads()).toBe(1);
  });

  it('has a query and a body that say the same', async () => {
    const source = await echoing({ parameters: { properties: { n: { type: 'number' }, s: { type: 'string' } } } });
    const { etag } = await read(source, '{"n":1,"s":"1"}');
    for (const query of ['n=1&s=1', 's=1&n=1.0', 'n=1e0&s=%31']) {
      expect((await readOf(await alice.get(`${source.path}?${query}`))).etag).toBe(etag);
    }
    expect(await source.loads()).toBe(1);
  });
});

describe('two caches', () => {
  it.each<[string, string, string]>([
    ['a number and its text', '{"a":1}', '{"a":"1"}'],
    ['true and its text', '{"a":true}', '{"a":"true"}'],
    ['true and 1', '{"a":true}', '{"a":1}'],
    ['null and nothing', '{"a":null}', '{}'],
    ['null and an empty text', '{"a":null}', '{"a":""}'],
    ['null and its text', '{"a":null}', '{"a":"null"}'],
    ['an empty list and an empty object', '{"a":[]}', '{"a":{}}'],
    ['a value and a list of it', '{"a":1}', '{"a":[1]}'],
    ['a list in another order', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['upper and lower case', '{"a":"Q"}', '{"a":"q"}'],
    ['names in upper and lower case', '{"a":1}', '{"A":1}'],
    ['Unicode forms (NFC, NFD)', '{"a":"\u00e9"}', '{"a":"e\u0301"}'],
    ['names in Unicode forms', '{"\u00e9":1}', '{"e\u0301":1}'],
    ['letters that look alike', '{"a":"a"}', '{"a":"\u0430"}'],
    ['white space at the end', '{"a":"x"}', '{"a":"x "}'],
    ['a character of no width', '{"a":"x"}', '{"a":"x\u200b"}'],
    ['a NUL', '{"a":"x"}', '{"a":"x\\u0000"}'],
    ['percent-encoding', '{"a":"%41"}', '{"a":"A"}'],
    ['values moved between names', '{"a":"x","b":"y"}', '{"a":"xy","b":""}'],
    ['JSON in a text', '{"a":"x","b":"y"}', '{"a":"x\\",\\"b\\":\\"y"}'],
    ['JSON in a name', '{"a":1,"b":2}', '{"a\\":1,\\"b":2}'],
    ['a nested object and its text', '{"a":{"b":1}}', '{"a":"{\\"b\\":1}"}'],
    ['names of what objects inherit', '{"constructor":1}', '{"toString":1}'],
    ['numbers next to each other', '{"a":9007199254740991}', '{"a":9007199254740990}'],
    ['fractions next to each other', '{"a":0.1}', '{"a":0.10000000000000002}'],
    [
      'depths next to each other',
      `{"a":${'['.repeat(31)}${']'.repeat(31)}}`,
      `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
    ],
    ['long texts that differ at their end', `{"a":"${'x'.repeat(60_000)}a"}`, `{"a":"${'x'.repeat(60_000)}b"}`],
    ['many names that differ in one', ...manyNames()],
  ])('have %s', async (_what, one, other) => {
    const source = await echoing();
    for (const found of ['loaded', 'kept']) {
      const [first, second] = await Promise.all([read(source, one), read(source, other)]);
      expect([first.status, second.status], found).toEqual([200, 200]);
      expect([first.asked, second.asked], found).toEqual([JSON.parse(one), JSON.parse(other)]);
      expect(first.etag, found).not.toBe(second.etag);
    }
    expect(await source.loads()).toBe(2);
  });

  function manyNames(): [string, string] {
    const names = Array.from({ length: 2000 }, (_, at) => `"n${at}":${at}`).join(',');
    return [`{${names},"z":1}`, `{${names},"z":2}`];
  }
});

it.each(['{"__proto__":{"a":1}}', '{"a":{"__proto__":1}}', '{"_user":"bob"}', '{"resource_title":"other"}'])(
  '%s is no parameter, and gives nobody a cache',
  async (text) => {
    const source = await echoing();
    expect((await read(source, text)).status).toBe(400);
    expect(await source.loads()).toBe(0);
  },
);

describe('users', () => {
  const USERS = [
    ...['ann', 'Ann', 'ann ', ' ann', 'ann\u200b', 'ann/bob', 'ann%2Fbob', 'ann?x=1', 'ann#', 'ann&user=bob'],
    ...['\u00e5nn', 'a\u030ann', '"],"ann', 'null', '*', '__proto__', '{_user}', '$' + '{ORIGIN_TEST_TOKEN}', '🚜'],
  ];

  it('however alike their names, see their own data alone', async () => {
    const source = await echoing({ scope: 'user' });
    await source.redefine({ scope: 'user', origin: { url: `${source.origin.url}/of/{_user}` } });
    const etags = new Set<string | null>();
    for (const found of ['loaded', 'kept']) {
      const reads = await Promise.all(
        USERS.map(async (user) => readOf(await new Client({ user }).get(source.path, { Prefer: 'wait=30' }))),
      );
      for (const [at, { status, path, etag }] of reads.entries()) {
        expect(status, `${USERS[at]} ${found}`).toBe(200);
        expect(decodeURIComponent(path.split('/of/')[1] ?? '')).toBe(USERS[at]);
        etags.add(etag);
      }
    }
    expect(etags.size).toBe(USERS.length);
    expect(await source.loads()).toBe(USERS.length);
  });

  it('see nothing of another by naming what the other holds', async () => {
    const source = await echoing({ scope: 'user' });
    await source.redefine({ scope: 'user', origin: { url: `${source.origin.url}/of/{_user}` } });
    const bob = new Client({ user: 'bob' });
    const [own, theirs] = [await readOf(await alice.get(source.path)), await readOf(await bob.get(source.path))];
    expect(own.etag).not.toBe(theirs.etag);
    for (const headers of [
      { 'If-None-Match': own.etag ?? '' },
      { 'If-Match': own.etag ?? '', 'X-Delta': 'auto' },
      { 'If-Range': own.etag ?? '', Range: 'bytes=0-9' },
      { 'Last-Event-ID': 'v1' },
      { 'X-Device-Id': 'tablet-of-alice' },
    ]) {
      const answer = await readOf(await bob.get(source.path, headers as Record<string, string>));
      expect(answer.path).toMatch(/\/of\/bob$/);
      expect(answer.etag).toBe(theirs.etag);
    }
  });

  it('of a private cache and the shared one of the same values do not meet', async () => {
    const source = await echoing({ scope: 'user' });
    const privately = await read(source, '{"a":1}');
    await source.redefine({ scope: 'shared', origin: { url: source.origin.url, method: 'POST' } });
    const bob = new Client({ user: 'bob' });
    const shared = await read(source, '{"a":1}', bob);
    expect(shared.etag?.slice(0, 17)).not.toBe(privately.etag?.slice(0, 17));
  });
});

describe('titles', () => {
  it('that differ only in case or at their end are different resources', async () => {
    const source = await Source.define({}, 'Title.of');
    const { title } = source;
    expect((await alice.get(`/rpc/${title}/`)).status).toBe(200);
    for (const other of [title.toLowerCase(), `${title}.`, `${title}-`, `${title}%20`, `${title}%00`, `.${title}`]) {
      expect((await alice.get(`/rpc/${other}/`)).status, other).toBe(404);
    }
  });

  it('with dots, slashes and percent signs lead nowhere else', async () => {
    const { title } = await Source.define({}, 'a.b_c-d');
    expect((await alice.get(`/rpc/${title.replaceAll('.', '%2E')}/`)).status).toBe(200);
    for (const path of [
      ...[`x%2F${title}`, `${title}%2F..`, `..%2F${title}`, `%2e%2e%2f${title}`, `${title}%252F`, `${title}%5C`],
      ...[`${title.replace('.', '%252E')}`, `${title};x=1`, `${title}%3Fa=1`, `${title}%23`, `x/../../rpc//${title}`],
    ]) {
      expect((await alice.get(`/rpc/${path}/`)).status, path).toBe(404);
    }
    expect((await alice.get(`/rpc/%2e%2e/cache/`)).status).toBe(200); // the URL's own dots: the list, with its own rules
    expect((await new Client({ scope: 'cache:refresh' }).get(`/rpc/%2e%2e/cache/`)).status).toBe(403);
  });

  it('in another Unicode form are not found', async () => {
    const { title } = await Source.define({}, 'caf\u00e9');
    expect((await alice.get(`/rpc/${encodeURIComponent(title)}/`)).status).toBe(200);
    expect((await alice.get(`/rpc/${encodeURIComponent(title.normalize('NFD'))}/`)).status).toBe(404);
  });
});

describe('devices', () => {
  const DEVICES = ['a', 'A', 'a:b', 'a,b', 'a/b', 'a|b', '"a"', 'a","b', '{}', '%61', "'--", '*', '__proto__'];

  it('with separators in their ids are told apart in the list', async () => {
    const source = await Source.define();
    const client = new Client({ user: `user of ${source.title}` });
    for (const device of DEVICES) expect((await client.get(source.path, { 'X-Device-Id': device })).status).toBe(200);
    const listed = async (query = '') =>
      (await (await client.get(`/cache/?${query}`)).json<{ device: string }[]>()).map(({ device }) => device);
    await expect.poll(async () => (await listed()).toSorted()).toEqual(DEVICES.toSorted());
    for (const device of DEVICES) expect(await listed(`device=${encodeURIComponent(device)}`)).toEqual([device]);
  });

  it('of two users with the same id do not meet, whatever the users are called', async () => {
    const source = await Source.define();
    const users = [`${source.title}`, `${source.title}","tablet`, `${source.title}:tablet`, `${source.title}%`];
    for (const user of users) await new Client({ user }).get(source.path, { 'X-Device-Id': 'tablet' });
    for (const user of users) {
      const client = new Client({ user });
      const listed = async () =>
        (await (await client.get('/cache/')).json<{ user: string }[]>()).map((one) => one.user);
      await expect.poll(listed).toEqual([user]);
    }
  });
});
