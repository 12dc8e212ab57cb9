/** CONTRACT 3 "Sockets": sockets that tell a device which of its caches have changed. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { tagOfKey } from '../../src/core/etag.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { Client, send } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { runningClock } from '../support/running-clock.ts';
import { Device } from '../support/sockets.ts';
import type { Source } from '../support/sources.ts';

const putForward = runningClock();
const admin = new Client({ user: 'root', scope: 'cache:admin' });
const keyOf = (source: Source) => cacheIdentity(source.title, {}, null).key;
const hub = () => env.LIVE_HUB.getByName('0');
const objectOf = (source: Source) => env.CACHE_OBJECT.getByName(objectNameOfKey(keyOf(source)));

/** A device that is told of the source, and whose watch the object has acknowledged. */
async function watching(source: Source, user = unique('user')): Promise<Device> {
  const device = await Device.open(user);
  expect(await device.subscribe([keyOf(source)])).toBe('ok');
  await device.until(() => device.pokes.length === 1);
  return device;
}

describe('a socket', () => {
  it('opens with a ticket and says who it is', async () => {
    const device = await Device.open(unique('user'));
    expect(device.messages).toEqual([{ live: device.id, check_within_ms: 0, ping_s: 55 }]);
  });

  it('is closed with 4408 when its ticket is unknown, used, or no ticket', async () => {
    const first = await Device.open(unique('user'));
    for (const ticket of [first.id, `0.${'0'.repeat(24)}`, '99.abc', '']) {
      const device = new Device('mallory');
      await device.connect(ticket);
      expect(device.closed).toEqual({ code: 4408, reason: 'unknownTicket' });
    }
    first.send('ping');
    expect(first.closed).toBeNull();
  });

  it('is asked for by a WebSocket request, and the ticket with a token', async () => {
    expect((await send('/live/')).status).toBe(426);
    expect((await send('/live/', { method: 'POST' })).status).toBe(401);
  });

  it('ends when the device says anything but ping', async () => {
    const device = await Device.open(unique('user'));
    device.send('hello');
    await device.until(() => device.closed !== null);
    expect(device.closed?.code).toBe(1008);
  });
});

describe('a leaver', () => {
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
});
