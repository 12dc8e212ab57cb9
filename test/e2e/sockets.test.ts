/** CONTRACT 3 "Sockets": a device stays live by the very code of docs/sync.md, through a real `npm start`. */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { PROJECT, Service } from './support/service.ts';
import { SlowOrigin } from './support/slow-origin.ts';

interface Held {
  resource_title: string;
  parameters?: Record<string, string>;
  etag?: string;
  /** Of an earlier call: the tag that pokes use for it. */
  tag?: string;
}
interface Taken {
  id: string;
  status: number;
  version: number;
  content_version: string;
  body?: { data: unknown[] }[];
}
/** More than comes along in an answer to `/sync/`. */
const LARGE = Array.from({ length: 6_000 }, (_, id) => ({ id, text: 'x'.repeat(60) }));
type StayLive = (
  api: string,
  token: string,
  device: string,
  held: Record<string, Held>,
  take: (item: Taken) => void,
) => Promise<never>;

let service: Service;
let origin: SlowOrigin;
let largeOrigin: Server;
/** Answers when it is let. */
let heldOrigin: Server;
let letAnswer = () => {};
const endings: Promise<unknown>[] = [];
let admin: Api;

beforeAll(async () => {
  service = await Service.start({ env: { DEMO: '0' } });
  origin = await SlowOrigin.start(0);
  admin = await Api.of(service, await service.token('root', { scope: 'cache:admin cache:refresh cache:read' }));
  largeOrigin = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(LARGE));
  });
  await new Promise<void>((resolve) => largeOrigin.listen(0, '127.0.0.1', resolve));
  const { port } = largeOrigin.address() as AddressInfo;
  const large = {
    origin: { url: `http://127.0.0.1:${port}/large` },
    tables: [{ name: 'large', rows: '', columns: ['id', 'text'] }],
  };
  expect((await admin.call('resources/large/', { method: 'PUT', body: large })).status).toBe(201);
  heldOrigin = createServer(async (_, response) => {
    await new Promise<void>((resolve) => (letAnswer = resolve));
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify([{ id: 1 }]));
  });
  await new Promise<void>((resolve) => heldOrigin.listen(0, '127.0.0.1', resolve));
  const late = {
    origin: { url: `http://127.0.0.1:${(heldOrigin.address() as AddressInfo).port}/late{?for}` },
    parameters: { type: 'object', properties: { for: { type: 'string' } } },
    ttl_s: 3600,
    tables: [{ name: 'late', rows: '', columns: ['id'] }],
  };
  expect((await admin.call('resources/late/', { method: 'PUT', body: late })).status).toBe(201);
  for (const title of ['plan', 'stock', 'news']) {
    const tables = [{ name: 'items', rows: '/items', columns: ['id', 'answer'] }];
    const definition = { origin: { url: `${origin.url}/${title}` }, ttl_s: 3600, tables };
    expect((await admin.call(`resources/${title}/`, { method: 'PUT', body: definition })).status).toBe(201);
  }
});
afterAll(async () => {
  await Promise.race([Promise.allSettled(endings), sleep(30_000)]);
  largeOrigin?.close();
  heldOrigin?.close();
  await service?.stop();
  await origin?.stop();
});

/** The function of docs/sync.md; `hear` gets what its sockets are told. */
function stayLive(hear: (message: string) => void = () => {}): StayLive {
  const text = readFileSync(join(PROJECT, 'docs/sync.md'), 'utf8');
  const found = /```js\n(async function stayLive[\s\S]*?)\n```/.exec(text)?.[1];
  class HeardSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => hear(data));
    }
  }
  return new Function('WebSocket', `${found}; return stayLive;`)(HeardSocket) as StayLive;
}

it('says in words what a request without an upgrade lacks: the platform removes the header for it', async () => {
  const response = await fetch(`${service.url}/api/v1/live/`);
  expect([response.status, response.headers.get('Upgrade')]).toEqual([426, null]);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('This path opens a WebSocket') });
});

// Locally the connection itself ends about 10 s after the close frame, and Node reports the end only then.
it('is given what it holds, and then only what changes', { timeout: 90_000 }, async () => {
  const taken: Taken[] = [];
  let changed = () => {};
  const until = async (count: number) => {
    while (taken.length < count) await new Promise<void>((resolve) => (changed = resolve));
  };
  const token = await service.token('alice');
  const held = {
    a: { resource_title: 'plan' },
    b: { resource_title: 'stock' },
    large: { resource_title: 'large' },
    wrong: { resource_title: 'nobody-knows' },
  };
  const ended = stayLive()(`http://127.0.0.1:${service.port}/api/v1`, token, 'tablet-1', held, (item) => {
    taken.push(item);
    changed();
  });
  ended.catch(() => {});
  await until(4);
  expect(taken.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual([
    'a 200',
    'b 200',
    'large 200',
    'wrong 404',
  ]);
  expect(taken.find(({ id }) => id === 'large')?.body?.[0]?.data).toHaveLength(LARGE.length);
  expect(held.large).toMatchObject({ etag: expect.stringMatching(/-v1$/) });
  const asked = { method: 'POST' as const, body: { resource_title: 'plan' }, headers: { Prefer: 'wait=20' } };
  await admin.call('cache/refresh/', asked);
  await until(5);
  expect(taken[4]).toMatchObject({ id: 'a', version: 2, content_version: 'delta v1-v2' });
  // What a device holds is noted after the answer.
  await expect
    .poll(async () => (await admin.call('devices/?user=alice&expand=caches')).json)
    .toMatchObject([{ user: 'alice', device: 'tablet-1', caches: [{ held: true }, { held: true }, { held: true }] }]);
  await admin.call('syncs/?user=alice', { method: 'DELETE' });
  await expect(ended).rejects.toThrow('4403');
});

// The full check is held by the load of another cache, so that its answer comes after news that is younger.
it.each(['a device that knows no tag yet', 'a device that knows the tag from an earlier call'])(
  'takes versions in their order where news overtakes the first answer: %s',
  { timeout: 40_000 },
  async (which) => {
    const refresh = { method: 'POST', body: { resource_title: 'news' }, headers: { Prefer: 'wait=20' } };
    await admin.call('cache/refresh/', refresh);
    const [, tag, digits] = /"(\w+)-v(\d+)"/.exec((await admin.call('rpc/news/')).headers.get('ETag') ?? '') ?? [];
    const version = Number(digits);
    const taken: Taken[] = [];
    const told: number[] = [];
    let happened = () => {};
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise<void>((resolve) => (happened = resolve));
    };
    const user = which.includes('no tag') ? 'bob' : 'carol';
    const held: Record<string, Held> = {
      news: { resource_title: 'news', ...(user === 'carol' && tag && { tag }) },
      late: { resource_title: 'late', parameters: { for: user } },
    };
    const hear = (message: string) => {
      const { poke = [] } = message === 'pong' ? {} : (JSON.parse(message) as { poke?: [string, number, number][] });
      told.push(...poke.filter(([of]) => of === tag).map(([, of]) => of));
      happened();
    };
    const ended = stayLive(hear)(`${service.url}/api/v1`, await service.token(user), 'tablet-1', held, (item) => {
      taken.push(item);
      happened();
    });
    endings.push(ended);
    ended.catch(() => {});
    await until(() => told.includes(version));
    await admin.call('cache/refresh/', refresh);
    await until(() => told.includes(version + 1));
    letAnswer();
    await until(() =>
      ['news', 'late'].every((id) => taken.some((item) => item.id === id && (id === 'late' || item.version > version))),
    );
    const versions = taken.filter(({ id }) => id === 'news').map((item) => item.version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(held.news?.etag).toBe(`${tag}-v${version + 1}`);
    await admin.call(`syncs/?user=${user}`, { method: 'DELETE' });
  },
);
