/** Stores that fail under the client: rows are kept in memory, and written again when the database is back. */
import { afterEach, expect, it } from 'vitest';
import type { Client, ClientEvent, Lifecycle, Options } from '../../../src/api.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { type Clock, platformClock } from '../../../src/shell/platform.ts';
import { type HeldCopy, rewrite } from '../../../src/shell/rewrite.ts';
import { memory } from '../../../src/store/memory.ts';
import { type Meta, type Store, StoreError, type StoreHandle } from '../../../src/store/store.ts';
import { metaOf } from '../../support/machine/drive.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

const PATIENCE = { timeout: 60_000 };
const ALONE: Lifecycle = { isVisible: () => true, isOnline: () => true, listen: () => () => {} };
const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

/** A database that lasts, and that the test breaks. */
class Breakable implements Store {
  readonly lasts = true;
  readonly inner = memory();
  broken: StoreError | null = null;
  /** Commits that fail for want of room. */
  full = 0;
  opened = 0;

  async open(name: string): Promise<StoreHandle> {
    this.opened += 1;
    if (this.broken !== null) throw this.broken;
    const handle = await this.inner.open(name);
    return new Proxy(handle, {
      get: (target, method: keyof StoreHandle) => {
        // Not a promise, whatever is asked of it.
        if (method === 'onLost' || method === 'close' || !(method in target)) return target[method];
        return async (...args: never[]) => {
          if (this.broken !== null) throw this.broken;
          if (method === 'commit' && this.full > 0) {
            this.full -= 1;
            throw new StoreError('full', 'no room');
          }
          return (target[method] as (...all: never[]) => unknown)(...args);
        };
      },
    });
  }
}

/** Timers of the shell at once: only those that wait for the database. */
const hasty = (): Clock => {
  const clock = platformClock();
  const isOfStore = (ms: number) => ms === 1000 || ms === 10_000 || (ms >= 60_000 && ms % 60_000 === 0);
  return { ...clock, after: (ms, ring) => clock.after(isOfStore(ms) ? 50 : ms, ring) };
};

let names = 0;
function open(service: FakeService, store: Store, options: Partial<Options> = {}, clock: Clock = hasty()) {
  const events: ClientEvent[] = [];
  const all = { url: 'https://example.com', user: `user ${names}`, auth: async () => 'token', lifecycle: ALONE };
  const client = clientOf(
    { ...all, ...options, onEvent: (event) => events.push(event) },
    { store, clock, shared: null, transport: () => service.transport() },
  );
  clients.push(client);
  return { client, events };
}

const size = (client: Client) => client.peek('plan').tables.t?.size;

it('invariant 10: continues in memory when the database is lost, says so, and writes everything again when it is back', async () => {
  names += 1;
  const service = new FakeService('plan');
  const store = new Breakable();
  const { client, events } = open(service, store);
  const cache = client.cache('plan');
  await cache.ready();
  await expect.poll(() => cache.snapshot.status.sync, PATIENCE).toBe('live');
  expect(cache.snapshot.status.storage).toBe('persistent');

  store.broken = new StoreError('lost', 'gone');
  service.change('plan', [[2, 'two']]);
  await expect.poll(() => size(client), PATIENCE).toBe(2);
  expect(cache.snapshot.status).toMatchObject({ storage: 'memory', data: 'held', error: null });
  expect(events.map(({ name }) => name)).toContain('store.lost');

  store.broken = null;
  await expect.poll(() => cache.snapshot.status.storage, PATIENCE).toBe('persistent');
  expect(events.map(({ name }) => name)).toContain('store.healed');
  await client.close();
  // What was learned meanwhile is there at the next start, without the network.
  service.error = Object.assign(new Error('offline'));
  const next = open(service, store);
  const { version, tables } = await next.client.cache('plan').ready();
  expect({ version, size: tables.t?.size }).toEqual({ version: 2, size: 2 });
});

it('invariant 10: works from the start without a database, and gives up on it after three more tries', async () => {
  names += 1;
  const service = new FakeService('plan');
  const store = new Breakable();
  store.broken = new StoreError('lost', 'private mode');
  const { client } = open(service, store);
  const { status } = await client.cache('plan').ready();
  expect(status.storage).toBe('memory');
  await expect.poll(() => store.opened, PATIENCE).toBe(4);
});

it('invariant 27: keeps nothing of a user who was signed out while the database could not be reached', async () => {
  names += 1;
  const service = new FakeService('plan', 'old');
  const store = new Breakable();
  const before = open(service, store);
  await before.client.cache('old').ready();
  await before.client.close();
  let cut: ((code: number, wasOpen: boolean) => void) | undefined;
  const transport = service.transport();
  service.transport = () => ({
    ...transport,
    socket: (ticket, ears) => {
      cut = ears.closed;
      return transport.socket(ticket, ears);
    },
  });
  const { client } = open(service, store, { denied: 'drop' });
  const cache = client.cache('plan');
  await cache.ready();
  await expect.poll(() => cache.snapshot.status.sync, PATIENCE).toBe('live');
  expect((await client.held()).map(({ title }) => title).sort()).toEqual(['old', 'plan']);
  store.broken = new StoreError('lost', 'gone');
  await expect.poll(async () => (await client.held().catch(() => [])).length, PATIENCE).toBe(1);
  cut?.(4403, true);
  await expect.poll(() => client.held(), PATIENCE).toEqual([]);
  store.broken = null;
  await expect.poll(() => client.status.storage, PATIENCE).toBe('persistent');
  expect(await client.held()).toEqual([]);
});

it('invariant 11: makes room by what is least used and not pinned, and tells', async () => {
  names += 1;
  const service = new FakeService('old', 'pinned', 'plan');
  const store = new Breakable();
  const { client, events } = open(service, store, { live: 'poll' });
  for (const [title, keep] of [
    ['old', 'lru'],
    ['pinned', 'pinned'],
  ] as const) {
    const cache = client.cache(title, {}, { keep });
    await cache.ready();
    cache.release();
  }
  store.full = 1;
  await client.cache('plan').ready();
  expect(events.filter(({ name }) => name === 'store.evicted')).toHaveLength(1);
  expect((await client.held()).map(({ title }) => title).sort()).toEqual(['pinned', 'plan']);
});

it('invariant 11: continues in memory when nothing is left to evict', async () => {
  names += 1;
  const service = new FakeService('plan');
  const store = new Breakable();
  store.full = Number.POSITIVE_INFINITY;
  const { client } = open(service, store);
  const { status, tables } = await client.cache('plan').ready();
  expect([status.storage, tables.t?.size]).toEqual(['memory', 1]);
});

it('invariants 10, 11: is rewritten once there is room, and begins from there after a restart', async () => {
  names += 1;
  const service = new FakeService('plan');
  const store = new Breakable();
  const { client, events } = open(service, store);
  const cache = client.cache('plan');
  await cache.ready();
  await expect.poll(() => cache.snapshot.status.sync, PATIENCE).toBe('live');
  store.full = Number.POSITIVE_INFINITY;
  service.change('plan', [[2, 'two']]);
  await expect.poll(() => cache.snapshot.status.storage, PATIENCE).toBe('memory');
  await expect.poll(() => size(client), PATIENCE).toBe(2);
  store.full = 0;
  await expect.poll(() => cache.snapshot.status.storage, PATIENCE).toBe('persistent');
  expect(events.map(({ name }) => name)).toContain('store.healed');
  service.change('plan', [[3, 'three']]);
  await expect.poll(() => size(client), PATIENCE).toBe(3);
  await client.close();
  service.error = Object.assign(new Error('offline'));
  const next = open(service, store);
  expect((await next.client.cache('plan').ready()).tables.t?.size).toBe(3);
});

it('invariant 11: tries again soon after a copy was dropped, which is not there after a restart either', async () => {
  names += 1;
  const service = new FakeService('large', 'plan');
  const store = new Breakable();
  // Only what follows a drop comes soon.
  const clock: Clock = { ...platformClock(), after: (ms, ring) => platformClock().after(ms === 1000 ? 50 : ms, ring) };
  const { client } = open(service, store, { live: 'poll' }, clock);
  const large = client.cache('large');
  await large.ready();
  store.full = Number.POSITIVE_INFINITY;
  const cache = client.cache('plan');
  await cache.ready();
  await expect.poll(() => cache.snapshot.status.storage, PATIENCE).toBe('memory');
  store.full = 0;
  large.release();
  await large.drop();
  await expect.poll(() => cache.snapshot.status.storage, PATIENCE).toBe('persistent');
  await client.close();
  const { client: next } = open(service, store, { live: 'off' });
  expect((await next.held()).map(({ title }) => title)).toEqual(['plan']);
});

it('invariant 11: tries less and less often while there is no room, once an hour at last', async () => {
  names += 1;
  const store = new Breakable();
  store.full = Number.POSITIVE_INFINITY;
  const waits: number[] = [];
  const isOfRoom = (ms: number) => ms >= 60_000 && ms % 60_000 === 0;
  // Waits for room end at once, but not before memory has the rows: a database that lacks nothing has room.
  const held = Promise.withResolvers<void>();
  const after: Clock['after'] = (ms, ring) => {
    if (!isOfRoom(ms)) return platformClock().after(ms, ring);
    waits.push(ms / 60_000);
    return platformClock().after(0, () => void held.promise.then(ring));
  };
  const { client } = open(new FakeService('plan'), store, { live: 'off' }, { ...platformClock(), after });
  const { status } = await client.cache('plan').ready();
  held.resolve();
  expect(status.storage).toBe('memory');
  await expect.poll(() => waits.slice(0, 8), PATIENCE).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

it('what changes while everything is rewritten is written as well, and what is dropped meanwhile is not there', async () => {
  const handle = await memory().open('one');
  const { generation } = await handle.device();
  const copyOf = (cache: string, version: number): HeldCopy => {
    const meta = metaOf({ version, title: cache });
    return { cache, meta, whole: () => ({ meta, write: { kind: 'whole', chunks: [] } }) };
  };
  const held = new Map(['a', 'b', 'c'].map((cache) => [cache, copyOf(cache, 1)]));
  const gone = new Set<string>();
  const commits: string[] = [];
  const to: StoreHandle = {
    ...handle,
    async commit(change) {
      commits.push(`${change.cache} ${change.meta.version}`);
      const outcome = await handle.commit(change);
      if (commits.length === 3) {
        held.set('a', copyOf('a', 2));
        held.delete('b');
        gone.add('b');
      }
      return outcome;
    },
  };
  let metas = new Map<string, Meta | null>();
  await rewrite(
    to,
    generation,
    () => [...held.values()],
    gone,
    (moved) => {
      metas = moved;
    },
  );
  expect(commits).toEqual(['a 1', 'b 1', 'c 1', 'a 2']);
  const there = await handle.list();
  expect([...there].map(([cache, { version }]) => `${cache} ${version}`).sort()).toEqual(['a 2', 'c 1']);
  expect(metas).toEqual(there);
});

it('keeps to the most bytes that the app allows, least used first', async () => {
  names += 1;
  const service = new FakeService('a', 'b', 'c');
  const { client } = open(service, new Breakable(), { live: 'poll', maxBytes: 20 });
  for (const title of ['a', 'b', 'c']) {
    const cache = client.cache(title);
    await cache.ready();
    cache.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect((await client.held()).map(({ title }) => title)).toEqual(['c', 'b']);
});
