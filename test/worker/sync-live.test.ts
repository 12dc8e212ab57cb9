/** CONTRACT 3 "Sockets": a full check by `POST /sync/` says what the socket is notified of. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { SyncItemAnswer } from '../../src/contract/sync.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { tagOfKey } from '../../src/core/etag.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { recordWrites } from '../support/record-writes.ts';
import { Device } from '../support/sockets.ts';
import { Source } from '../support/sources.ts';
import { readLines, syncOf } from '../support/sync.ts';
import { bearer, token } from '../support/token.ts';
import { until } from '../support/until.ts';

const keyOf = ({ title }: Source, parameters = {}) => cacheIdentity(title, parameters, null).key;
const itemOf = ({ title }: Source, more: object = {}) => ({ id: title, resource_title: title, ...more });

/** A device with a socket, and what it asks with. */
async function connected(user = unique('user')) {
  const device = await Device.open(user);
  const client = new Client({ user, device: device.name });
  const live = (seq: number, more: object = {}) => ({ live: { id: device.id, seq, ...more } });
  return { user, device, client, live };
}

/** Whether the hub has a socket that watches the source. */
function isTold(source: Source): Promise<boolean> {
  return env.LIVE_HUB.getByName('0').isWatched({ key: keyOf(source), n: 1 });
}

/** Rows of the hub's watches. */
function watches(): Promise<number> {
  return runInDurableObject(env.LIVE_HUB.getByName('0'), (_hub, { storage }) => {
    const tables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'watches'").toArray();
    return tables.length === 0
      ? 0
      : storage.sql.exec<{ count: number }>('SELECT count(*) AS count FROM watches').one().count;
  });
}

describe('a full check', () => {
  it('has the socket told, and a question with the revision that it was told gets the version', async () => {
    const source = await loadedTable();
    const { device, client, live } = await connected();
    const first = await syncOf(client, [itemOf(source)], live(1));
    expect(first).toMatchObject({ live: 'ok', caches: [{ status: 200, version: 1 }] });
    await device.until(() => device.pokes.length === 1);
    await loadRows(source, 1, 2, 4);
    await device.until(() => device.pokes.length === 2);
    const [tag, version, revision] = device.pokes.at(-1) ?? [];
    expect([tag, version]).toEqual([tagOfKey(keyOf(source)), 2]);
    const held = itemOf(source, { etag: first.caches[0]?.etag, min_revision: revision });
    const [news] = (await syncOf(client, [held])).caches;
    expect(news).toMatchObject({ status: 200, version: 2, content_version: 'delta v1-v2' });
  });

  it('of another user, another device, or by an unknown connection is told that it is gone', async () => {
    const source = await loadedTable();
    const { user, live } = await connected();
    const others = [new Client({ user: unique('mallory'), device: 'tablet-1' }), new Client({ user, device: 'phone' })];
    for (const other of others)
      expect(await syncOf(other, [itemOf(source)], live(1))).toMatchObject({ live: 'gone', caches: [{ status: 200 }] });
    for (const id of ['99.abc', '', `0.${'0'.repeat(24)}`])
      expect((await syncOf(others[0] as Client, [itemOf(source)], { live: { id, seq: 1 } })).live).toBe('gone');
  });

  it('of another form is refused as a whole', async () => {
    const { client } = await connected();
    for (const live of [{ id: 'x' }, { id: 'x', seq: -1 }, 'x', { id: 'x', seq: 1, more: 1 }])
      expect((await client.post('/sync/', { caches: [], live })).status).toBe(400);
  });

  it('in lines tells at the end', async () => {
    const source = await loadedTable();
    const { client, live } = await connected();
    const body = { caches: [itemOf(source)], ...live(1) };
    const answer = await client.post('/sync/', body, { Accept: 'application/x-ndjson' });
    expect(readLines(await answer.text()).end).toMatchObject({ end: true, live: 'ok' });
  });

  it('of a device that no longer holds anything is answered, and ends the socket’s subscriptions', async () => {
    const source = await loadedTable();
    const { device, client, live } = await connected();
    await syncOf(client, [itemOf(source)], live(1));
    await device.until(() => device.pokes.length === 1);
    expect(await syncOf(client, [], live(2))).toMatchObject({ live: 'ok', caches: [] });
    expect(await syncOf(client, [{ id: 'x' }], live(3))).toMatchObject({ live: 'ok', caches: [{ status: 400 }] });
    const answer = await client.post('/sync/', { caches: [], ...live(4) }, { Accept: 'application/x-ndjson' });
    expect(readLines(await answer.text()).end).toMatchObject({ end: true, live: 'ok' });
    expect(await isTold(source)).toBe(false);
  });

  it('in which a cache could not be judged continues telling of what was told before', async () => {
    const [one, two] = [await loadedTable(), await loadedTable()];
    const told = await inOnePeriod(async () => {
      const { device, user, client, live } = await connected();
      await syncOf(client, [itemOf(one), itemOf(two)], live(1));
      const headers = { ...(await bearer({ user, device: device.name })), 'Content-Type': 'application/json' };
      const body = JSON.stringify({ caches: [itemOf(one), itemOf(two)], inline_bytes: 0, ...live(2) });
      const init = { method: 'POST', headers, body };
      const answer = await sendUnder(lowered('USER_REQUESTS', 1), '/api/v1/sync/', init);
      const { caches } = await answer.json<{ caches: SyncItemAnswer[] }>();
      return { live: caches.map(({ status }) => status), isTold: await isTold(two) };
    });
    expect(told).toEqual({ live: [200, 429], isTold: true });
  });

  it('that was overtaken changes nothing, one that adds extends', async () => {
    const [one, two] = [await loadedTable(), await loadedTable()];
    const { device, client, live } = await connected();
    await syncOf(client, [itemOf(one)], live(2));
    await syncOf(client, [itemOf(two)], live(1));
    await syncOf(client, [itemOf(two)], live(3, { add: true }));
    await device.until(() => new Set(device.pokes.map(([tag]) => tag)).size === 2);
    await loadRows(one, 7);
    await device.until(() => device.pokes.some(([tag, version]) => tag === tagOfKey(keyOf(one)) && version === 2));
  });
});

describe('what a check is answered with', () => {
  it('was asked of D1 after the hub knew of it, whatever the location has as current', async () => {
    const source = await loadedTable();
    const { device, user, live } = await connected();
    const ask = async (more: object) => {
      const headers = {
        Authorization: `Bearer ${await token({ user, device: device.name })}`,
        'Content-Type': 'application/json',
      };
      const body = JSON.stringify({ caches: [itemOf(source)], inline_bytes: 0, ...more });
      const answer = await sendUnder({ ENTRY_CACHE_MS: '60000' }, '/api/v1/sync/', { method: 'POST', headers, body });
      return (await answer.json<{ caches: SyncItemAnswer[] }>()).caches[0]?.revision;
    };
    const before = await ask({});
    const { entry } = await d1Entries(env.DB).read(keyOf(source), source.title);
    if (entry === null) throw new Error('nothing is loaded');
    await d1Entries(env.DB).put({ ...entry, revision: entry.revision + 1 });
    expect(await ask({})).toBe(before);
    expect(await ask(live(1))).toBe(entry.revision + 1);
  });

  it('never brings back what was purged: the socket is notified of the purge', async () => {
    const source = await loadedTable();
    const { device, client, live } = await connected();
    const [held] = (await syncOf(client, [itemOf(source)], live(1))).caches;
    await device.until(() => device.pokes.length === 1);
    await source.origin.answerJson([{ n: 9 }]);
    const admin = new Client({ user: 'root', scope: 'cache:admin' });
    expect((await admin.delete(`/caches/${keyOf(source)}/`)).status).toBe(204);
    await device.until(() => device.pokes.length === 2);
    const [tag, version, revision] = device.pokes.at(-1) ?? [];
    expect([tag, version]).toEqual([tagOfKey(keyOf(source)), 0]);
    const asked = itemOf(source, { etag: held?.etag, min_revision: revision });
    const [news] = (await syncOf(client, [asked])).caches;
    expect(news).toMatchObject({
      status: 200,
      version: 2,
      content_version: 'v2',
      body: [{ data: [[expect.any(Number), 9]] }],
    });
  });

  it('brings a cache whose load it began: the socket is notified of it', async () => {
    const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['n'] }] });
    await source.origin.answerJson([{ n: 1 }]);
    const { device, client, live } = await connected();
    const answer = await syncOf(client, [itemOf(source)], live(1), { Prefer: 'respond-async' });
    expect(answer).toMatchObject({ live: 'ok', caches: [{ status: 202, tag: tagOfKey(keyOf(source)) }] });
    await device.until(() => device.pokes.some(([tag, version]) => tag === tagOfKey(keyOf(source)) && version === 1));
  });
});

describe('what nobody may be notified of', () => {
  it('a resource that is closed to the user', async () => {
    const source = await loadedTable();
    await source.redefine({ groups: ['sales'] }, false);
    const { client, live } = await connected();
    const before = await watches();
    await until(async () => {
      const { caches } = await syncOf(client, [itemOf(source)], live(Date.now()));
      expect(caches).toMatchObject([{ status: 404 }]);
    }, 50);
    const now = await watches();
    await syncOf(client, [itemOf(source)], live(Date.now()));
    expect([now - before <= 1, await watches()]).toEqual([true, now]);
  });

  it('ten sockets of a user, each with a thousand caches by chance: all live, and no object or row comes of it', async () => {
    const closed = await Source.define({ groups: ['sales'] });
    const source = await Source.define({ parameters: { type: 'object', properties: { n: { type: 'integer' } } } });
    const user = unique('user');
    const record = recordWrites();
    const before = await watches();
    for (let number = 0; number < 10; number += 1) {
      const device = await Device.open(user, `tablet-${number}`);
      for (let check = 1; check <= 10; check += 1) {
        const caches = Array.from({ length: 100 }, (_item, at) => ({
          id: `${at}`,
          ...[
            { resource_title: unique('unknown') },
            { resource_title: closed.title, parameters: { n: at } },
            { resource_title: source.title, parameters: { n: unique('n') } },
          ][at % 3],
        }));
        const body = JSON.stringify({ caches, live: { id: device.id, seq: check, add: check > 1 } });
        const headers = { ...(await bearer({ user })), 'X-Device-Id': device.name, 'Content-Type': 'application/json' };
        const answer = await sendUnder(record.bindings, '/api/v1/sync/', { method: 'POST', headers, body });
        const read = await answer.json<{ live: string; caches: SyncItemAnswer[] }>();
        expect([read.live, read.caches.every(({ status }) => status === 404 || status === 400)]).toEqual(['ok', true]);
      }
    }
    // That a device was refused is noted of it, once an hour.
    expect(record.writes().filter((what) => what !== 'SYNC_QUEUE.send')).toEqual([]);
    expect(await watches()).toBe(before);
  });

  it('caches that nobody has are watched by no row', async () => {
    const source = await Source.define({
      parameters: { type: 'object', properties: { n: { type: 'integer' } } },
      wait_s: 0,
    });
    const { client, live } = await connected();
    const before = await watches();
    const items = Array.from({ length: 40 }, (_, n) => ({ ...itemOf(source), id: `${n}`, parameters: { n: `${n}x` } }));
    const { caches } = await syncOf(client, items, live(1));
    expect(caches.every(({ status }) => status === 400)).toBe(true);
    expect(await watches()).toBe(before);
  });

  it('hundreds of caches that nobody has, asked for by ten sockets of a user who may make none, leave no object and no row', {
    timeout: 90_000,
  }, async () => {
    const source = await Source.define({
      parameters: { type: 'object', properties: { n: { type: 'integer' } } },
      wait_s: 0,
    });
    const user = unique('user');
    const devices = await Promise.all(Array.from({ length: 10 }, (_, at) => Device.open(user, `tablet-${at}`)));
    const before = await watches();
    let touched = 0;
    const settings = {
      ...lowered('NEW_CACHES', 0),
      CACHE_OBJECT: {
        getByName: (name: string) => {
          touched += 1;
          return env.CACHE_OBJECT.getByName(name);
        },
      },
    };
    for (const [at, device] of devices.entries()) {
      const caches = Array.from({ length: 40 }, (_, n) => ({
        ...itemOf(source),
        id: `${n}`,
        parameters: { n: at * 100 + n },
      }));
      const headers = { ...(await bearer({ user, device: device.name })), 'Content-Type': 'application/json' };
      const body = JSON.stringify({ caches, live: { id: device.id, seq: 1 } });
      const answer = await sendUnder(settings, '/api/v1/sync/', { method: 'POST', headers, body });
      expect(await answer.json()).toMatchObject({ live: 'ok' });
    }
    expect([touched, await watches()]).toEqual([0, before]);
    expect((await d1Entries(env.DB).list({ resource: source.title }, null, 10, Date.now())).entries).toEqual([]);
  });
});
