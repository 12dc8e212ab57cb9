/** CONTRACT 3 "Sockets": sockets that tell a device which of its caches have changed. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { tagOfKey } from '../../src/core/etag.ts';
import { Hub } from '../../src/core/live-hub/hub.ts';
import { hubOf } from '../../src/core/live-hub/place.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { HubRows } from '../../src/object/hub-rows.ts';
import { LiveHub } from '../../src/object/live-hub.ts';
import { Client, send, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { newCache } from '../support/loads.ts';
import { runningClock } from '../support/running-clock.ts';
import { Device, sealedTicket } from '../support/sockets.ts';
import type { Source } from '../support/sources.ts';
import { bearer } from '../support/token.ts';
import { until } from '../support/until.ts';

const putForward = runningClock();
const admin = new Client({ user: 'root', scope: 'cache:admin' });
const keyOf = (source: Source) => cacheIdentity(source.title, {}, null).key;
const hub = () => env.LIVE_HUB.getByName('0');
const objectOf = (source: Source) => env.CACHE_OBJECT.getByName(objectNameOfKey(keyOf(source)));

/** A device that is notified of the source, and whose watch the object has acknowledged. */
async function watching(source: Source, user = unique('user')): Promise<Device> {
  const device = await Device.open(user);
  expect(await device.subscribe([keyOf(source)])).toBe('ok');
  await device.until(() => device.pokes.length === 1);
  return device;
}

/** Upgrades with these tickets, one after the other: how often a hub was asked, and what came of each. */
async function knocking(settings: Record<string, unknown>, tickets: readonly string[], ask?: () => Promise<Response>) {
  let asked = 0;
  const LIVE_HUB = {
    idFromName: (name: string) => env.LIVE_HUB.idFromName(name),
    getByName: (name: string) => {
      asked += 1;
      return ask === undefined ? env.LIVE_HUB.getByName(name) : { fetch: ask };
    },
  };
  const statuses: number[] = [];
  const codes: number[] = [];
  for (const ticket of tickets) {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `freshet.v1, ticket.${ticket}` };
    const { status, webSocket } = await sendUnder({ ...settings, LIVE_HUB }, '/api/v1/live/', { headers });
    statuses.push(status);
    const closed = new Promise<number>((resolve) => webSocket?.addEventListener('close', ({ code }) => resolve(code)));
    webSocket?.accept();
    codes.push(await closed);
  }
  return { asked, statuses, codes };
}

describe('a socket', () => {
  it('opens with a ticket and says who it is', async () => {
    const device = await Device.open(unique('user'));
    expect(device.messages).toEqual([{ live: device.id, check_within_ms: 0, ping_s: 55 }]);
  });

  it.each([undefined, '', 'ticket.x', 'freshet.v2, ticket.x', 'chat'])(
    'is refused where the subprotocols are %j, since a client fails at one that it has not offered',
    async (offered) => {
      const headers = { Upgrade: 'websocket', ...(offered !== undefined && { 'Sec-WebSocket-Protocol': offered }) };
      const answer = await send('/live/', { headers });
      expect([answer.status, answer.webSocket, await answer.json()]).toEqual([
        400,
        null,
        expect.objectContaining({
          type: '/docs/problems#invalid-header',
          detail: expect.stringContaining('must offer "freshet.v1" and "ticket.<ticket>"'),
        }),
      ]);
    },
  );

  it('is closed with 4408 when its ticket is unknown, used, or no ticket', async () => {
    const first = await Device.open(unique('user'));
    const unknown = sealedTicket('mallory');
    const others = [`${unknown.slice(0, -1)}x`, sealedTicket('mallory', Date.now() - 60_000), '99.abc', ''];
    for (const ticket of [first.id, unknown, ...others]) {
      const device = new Device('mallory');
      await device.connect(ticket);
      expect(device.closed).toEqual({ code: 4408, reason: 'unknownTicket' });
    }
    first.send('ping');
    expect(first.closed).toBeNull();
  });

  it('is asked of no hub with an invented ticket, or one whose time is over, however many come', async () => {
    const { asked, statuses } = await knocking({}, [
      ...Array.from({ length: 200 }, (_, at) =>
        sealedTicket(`user-${at}`).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      ),
      ...Array.from({ length: 20 }, (_, at) => `0.${at.toString(16).padStart(24, '0')}`),
      sealedTicket('late', Date.now() - 2_000),
    ]);
    expect([new Set(statuses), asked]).toEqual([new Set([101]), 0]);
  });

  it('is opened with a ticket no more often than its user may send requests', async () => {
    const { asked } = await inOnePeriod(() => {
      const ticket = sealedTicket(unique('user'));
      return knocking(
        lowered('USER_REQUESTS', 3),
        Array.from({ length: 10 }, () => ticket),
      );
    });
    expect(asked).toBe(3);
  });

  it('of a hub that cannot be reached is closed with 4408: a ticket is refused in a form that devices see', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { statuses, codes } = await knocking({}, [sealedTicket('alice')], () => Promise.reject(new Error('away')));
    warn.mockRestore();
    expect([statuses, codes]).toEqual([[101], [4408]]);
  });

  it('is asked for by a WebSocket request, and the ticket with a token', async () => {
    const { status, headers } = await send('/live/');
    expect([status, headers.get('Upgrade'), headers.get('Connection')]).toEqual([426, 'websocket', 'upgrade']);
    expect((await send('/live/', { method: 'POST' })).status).toBe(401);
  });

  it.each<[string, string | Uint8Array]>([
    ['another word', 'hello'],
    ['a word that begins like it', 'ping ping'],
    ['its bytes', new TextEncoder().encode('ping')],
    ['a megabyte', 'x'.repeat(1_000_000)],
    ['nothing', ''],
  ])('ends when the device says anything but ping: %s', async (_, said) => {
    const device = await Device.open(unique('user'));
    for (let times = 0; times < 20; times += 1) device.send(said);
    await device.until(() => device.closed !== null);
    expect(device.closed?.code).toBe(1008);
  });

  it('answers a thousand pings at once, and receives what follows', async () => {
    const source = await loadedTable();
    const device = await watching(source);
    for (let times = 0; times < 1_000; times += 1) device.send('ping');
    await device.until(() => device.pongs === 1_000);
    await loadRows(source, 8);
    await device.until(() => device.pokes.length === 2);
  });
});

describe('a hub', () => {
  it('answers the end of a socket, so that the device sees it end well', async () => {
    const device = await Device.open(unique('user'));
    device.close();
    await device.until(() => device.closed !== null);
    expect(device.closed?.code).toBe(1000);
  });

  it('keeps the earlier alarm of two steps that come at once', async () => {
    const source = await loadedTable();
    const device = await Device.open(unique('user'));
    await runInDurableObject(hub(), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(hub());
    const { id, user, name } = device;
    const expiresAt = Date.now() + 3_600_000;
    const check = { id, user, device: name, seq: 1, add: false, expiresAt, keys: [keyOf(source)] };
    const ticket = sealedTicket(unique('user'));
    const alarmAt = await runInDurableObject(hub(), async (live, { storage }) => {
      await live.ticket({ id: ticket, user: unique('user'), device: '', expiresAt });
      const opened = live.fetch(new Request(`http://hub/api/v1/live/${ticket}`));
      await Promise.all([live.subscribe(check), opened]);
      const alarmAt = await storage.getAlarm();
      // The device's end of a socket that nobody takes keeps the hub awake until it is collected as garbage.
      const { webSocket } = await opened;
      webSocket?.accept();
      webSocket?.close(1000);
      return alarmAt;
    });
    expect((alarmAt ?? Number.POSITIVE_INFINITY) - Date.now()).toBeLessThan(60_000);
  });

  it('knows of no watch that its storage has not taken, and of each that it has not let go', async () => {
    const tag = '7a'.repeat(8);
    const watch = { tag, key: tag.padEnd(64, '0'), n: 5, dueAt: null, acknowledgedAt: 7, rests: false };
    const kept = await runInDurableObject(env.LIVE_HUB.getByName('97'), (_, { storage }) => {
      let isFull = true;
      const transactionSync = (work: () => void) =>
        storage.transactionSync(() => {
          work();
          if (isFull) throw new Error('database or disk is full');
        });
      const rows = new HubRows({ sql: storage.sql, transactionSync } as unknown as DurableObjectStorage);
      const known = new Hub();
      known.watches.set(tag, watch);
      expect(() => rows.write(known, new Set([tag]))).toThrow('full');
      const before = known.watches.size;
      isFull = false;
      known.watches.set(tag, watch);
      rows.write(known, new Set([tag]));
      isFull = true;
      known.watches.delete(tag);
      expect(() => rows.write(known, new Set([tag]))).toThrow('full');
      return { before, after: [...known.watches.values()] };
    });
    expect(kept).toEqual({ before: 0, after: [watch] });
  });

  it('finds the watches of an earlier release, owed or acknowledged, and those that it acknowledged itself', async () => {
    const tags = ['1a', '2b', '3c'].map((digits) => digits.repeat(8));
    const restored = await runInDurableObject(env.LIVE_HUB.getByName('96'), (_, { storage }) => {
      const known = new Hub();
      for (const [at, tag] of tags.entries()) {
        const watch = {
          tag,
          key: tag.padEnd(64, '0'),
          n: 5,
          dueAt: null,
          acknowledgedAt: [0, 1, 7][at] ?? 0,
          rests: false,
        };
        known.watches.set(tag, watch);
      }
      new HubRows(storage).write(known, new Set(tags));
      const found = new Hub();
      new HubRows(storage).restore(found);
      return tags.map((tag) => found.watches.get(tag));
    });
    expect(restored.map((watch) => [watch?.dueAt, watch?.acknowledgedAt])).toEqual([
      [0, 0],
      [null, 5],
      [null, 7],
    ]);
  });

  it('has no socket of a refused upgrade: one whose device gives no answer would keep it awake', async () => {
    const sockets = () => runInDurableObject(hub(), (_, state) => state.getWebSockets().length);
    const { id } = await Device.open(unique('user'));
    const before = await sockets();
    const { webSocket } = await send('/live/', {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `freshet.v1, ticket.${id}` },
    });
    expect(webSocket).not.toBeNull();
    expect(await sockets()).toBe(before);
  });

  it('forgets a socket that it has ended, although the device has not answered', async () => {
    const user = unique('user');
    const device = await Device.open(user);
    const source = await loadedTable();
    await device.subscribe([keyOf(source)]);
    const known = () =>
      runInDurableObject(hub(), (_, state) => {
        const attachments = state.getWebSockets().map((webSocket) => webSocket.deserializeAttachment());
        return attachments.filter((attachment) => attachment?.user === user).length;
      });
    expect(await known()).toBe(1);
    await hub().signOut(user);
    expect(await known()).toBe(0);
  });

  it('remembers 1,000 caches of a user and a device with the longest names', async () => {
    const user = unique('ü中').padEnd(256, '中');
    const id = sealedTicket(user);
    const device = '中'.repeat(256);
    const expiresAt = Date.now() + 3_600_000;
    await hub().ticket({ id, user, device, expiresAt });
    await new Device(user).connect(id);
    const keys = Array.from({ length: 1_000 }, (_, number) => number.toString(16).padStart(16, '0').padEnd(64, '0'));
    const check = { id, user, device, seq: 1, add: false, expiresAt, keys };
    // Another hub on the same rows and sockets, whose cache objects are never there: 1,000 real ones would keep the hub
    // awake for as long as the disk needs to make them, and a hub that is awake cannot be evicted.
    const CACHE_OBJECT = { getByName: () => ({ watch: () => Promise.resolve('{"outcome":"unavailable"}') }) };
    const answer = await runInDurableObject(hub(), async (_, state) => {
      const answer = await new LiveHub(state, { ...env, CACHE_OBJECT } as unknown as Env).subscribe(check);
      await state.storage.deleteAlarm();
      return answer;
    });
    expect(answer).toBe('ok');
    await evictDurableObject(hub());
    const remembered = await runInDurableObject(hub(), (_, { storage }) => {
      return storage.sql
        .exec('SELECT count(*) AS n FROM watches WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys))
        .one().n;
    });
    expect(remembered).toBe(1_000);
    expect(await hub().subscribe({ ...check, seq: 2, keys: [] })).toBe('ok');
  });
});

it('caches that no hub watches yet count as loads of their user, and none is watched beyond the limit', async () => {
  const { answers, rows, other } = await inOnePeriod(async () => {
    const [device, neighbour] = await Promise.all([Device.open(unique('user')), Device.open(unique('user'))]);
    const [one, two, three] = [newCache().key, newCache().key, newCache().key];
    // Another hub on the same rows and sockets, whose limits a test can reach.
    return runInDurableObject(hub(), async (_, state) => {
      const limited = new LiveHub(state, { ...env, ...lowered('USER_LOADS', 2) } as Env);
      const check = (from: Device, seq: number, ...keys: string[]) => {
        const { id, user, name } = from;
        const expiresAt = Date.now() + 3_600_000;
        return limited.subscribe({ id, user, device: name, seq, add: false, expiresAt, keys });
      };
      const answers = [await check(device, 1, one, two, two), await check(device, 2, two, three)];
      answers.push(await check(device, 0, three), await check(device, 3, two, one));
      const rows = state.storage.sql.exec('SELECT key FROM watches WHERE key IN (?, ?, ?)', one, two, three).toArray();
      return { answers, rows, other: await check(neighbour, 1, three) };
    });
  });
  // One that was overtaken sets nothing; those that are watched cost nothing.
  expect(answers).toEqual(['ok', 'full', 'ok', 'ok']);
  expect([rows.length, other]).toEqual([2, 'ok']);
});

describe('a leaver', () => {
  it('is signed out at the hubs of both counts while users move, and of a ticket that is not used yet', async () => {
    const user = unique('user');
    const settings = { LIVE_SHARDS: '40,1' };
    const headers = { ...(await bearer({ user, device: 'tablet-2' })) };
    const old = await Device.open(user);
    const answer = await sendUnder(settings, '/api/v1/live/', { method: 'POST', headers });
    const { live } = await answer.json<{ live: string }>();
    expect(live.split('.')[0]).toBe(`${hubOf(user, 40)}`);
    const byAdmin = await bearer({ user: 'root', scope: 'cache:admin' });
    const init = { method: 'DELETE', headers: byAdmin };
    expect((await sendUnder(settings, `/api/v1/syncs/?user=${user}`, init)).status).toBe(200);
    await old.until(() => old.closed !== null);
    expect(old.closed?.code).toBe(4403);
    const { codes } = await knocking(settings, [live]);
    expect(codes).toEqual([4408]);
  });

  it('is signed out of all sockets with 4403, and of nobody else', async () => {
    const user = unique('user');
    const [first, second, other] = await Promise.all([
      Device.open(user),
      Device.open(user, 'b'),
      Device.open(`${user}2`),
    ]);
    expect((await admin.delete(`/syncs/?user=${user}`)).status).toBe(200);
    await Promise.all([first, second].map((device) => device.until(() => device.closed !== null)));
    expect([first.closed?.code, second.closed?.code, other.closed]).toEqual([4403, 4403, null]);
  });
});

it('an object of a release without watchers is asked again, until the next release has it and the device is notified', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const source = await loadedTable();
  const device = await Device.open(unique('user'));
  const { id, user, name } = device;
  // As the platform answers where a class has no such method.
  const older = {
    watch: () => Promise.reject(new TypeError('The RPC receiver does not implement the method "watch".')),
  };
  const check = {
    id,
    user,
    device: name,
    seq: 1,
    add: false,
    expiresAt: Date.now() + 3_600_000,
    keys: [keyOf(source)],
  };
  await runInDurableObject(hub(), async (_, state) => {
    const before = new LiveHub(state, { ...env, CACHE_OBJECT: { getByName: () => older } } as unknown as Env);
    expect(await before.subscribe(check)).toBe('ok');
  });
  const refused = () => warn.mock.calls.some(([line]) => String(line).includes('live.not_watched'));
  await until(() => expect(refused()).toBe(true));
  warn.mockRestore();
  await loadRows(source, 1, 2);
  expect(device.messages).toHaveLength(1);
  await evictDurableObject(hub());
  await runDurableObjectAlarm(hub());
  await device.until(() => device.pokes.length === 1);
  expect(device.pokes).toEqual([[tagOfKey(keyOf(source)), 2, expect.any(Number)]]);
  await loadRows(source, 7);
  await device.until(() => device.pokes.length === 2);
});

describe('a device is told', () => {
  it('what D1 has when the watch begins, each version that changed the body, and purges', async () => {
    const source = await loadedTable();
    const device = await watching(source);
    const tag = tagOfKey(keyOf(source));
    expect(device.pokes).toEqual([[tag, 1, expect.any(Number)]]);
    await loadRows(source, 1, 2);
    await device.until(() => device.pokes.length === 2);
    await loadRows(source, 1, 2);
    expect((await admin.delete(`/caches/${keyOf(source)}/`)).status).toBe(204);
    await device.until(() => device.pokes.length === 3);
    expect(device.pokes.map(([, version]) => version)).toEqual([1, 2, 0]);
    const revisions = device.pokes.map(([, , revision]) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
  });

  it('after its hub has slept', async () => {
    const source = await loadedTable();
    const device = await watching(source);
    await evictDurableObject(hub());
    await loadRows(source, 4);
    await device.until(() => device.pokes.length === 2);
    expect(device.closed).toBeNull();
  });

  it('of a cache that expires, once it was loaded again', async () => {
    const source = await loadedTable({ ttl_s: 60 });
    const device = await watching(source);
    await source.origin.answerJson([{ n: 9 }]);
    putForward(60_000);
    expect(await runDurableObjectAlarm(objectOf(source))).toBe(true);
    await device.until(() => device.pokes.length === 2);
  });

  it('of nothing when a cache expires whose definition says told', async () => {
    const source = await loadedTable({ ttl_s: 60, live: 'told' });
    const device = await watching(source);
    const loads = await source.loads();
    putForward(120_000);
    await runDurableObjectAlarm(objectOf(source));
    await loadRows(source, 7);
    await device.until(() => device.pokes.length === 2);
    expect(await source.loads()).toBe(loads + 1);
  });
});
