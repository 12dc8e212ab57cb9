/** The client against a real `npm start` with its demo origin, in Node.js, with rows in memory. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Service } from '../../../test/e2e/support/service.ts';
import type { Client, ClientEvent, Options } from '../../src/api.ts';
import { createClient, memory } from '../../src/index.ts';

const PATIENCE = { timeout: 60_000 };

let service: Service;
beforeAll(async () => {
  service = await Service.start();
}, 180_000);
afterAll(() => service?.stop(), 60_000);

const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function clientOf(user: string, options: Partial<Options> = {}): { client: Client; events: ClientEvent[] } {
  const events: ClientEvent[] = [];
  const client = createClient({
    url: `${service.url}/api/v1`,
    user,
    auth: () => service.token(user),
    store: memory(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  clients.push(client);
  return { client, events };
}

async function call(path: string, init: RequestInit & { user: string; scope?: string }): Promise<Response> {
  const token = await service.token(init.user, init.scope === undefined ? {} : { scope: init.scope });
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...init.headers };
  return fetch(`${service.url}/api/v1/${path}`, { ...init, headers });
}

/** A resource of which so many rows differ at each load. */
async function defineChanging(title: string, changes: number): Promise<void> {
  const definition = {
    origin: { url: `${service.originUrl}/cars?year=1982&changes=${changes}` },
    ttl_s: 3600,
    tables: [{ name: 'cars', rows: '/cars', columns: ['id', 'name', 'weight_lbs'] }],
  };
  const body = JSON.stringify(definition);
  const answer = await call(`resources/${title}/`, { method: 'PUT', user: 'admin', scope: 'cache:admin', body });
  expect(answer.status).toBe(201);
}

it('has the rows that the service has, is notified of a change made elsewhere, and applies it as a delta', async () => {
  await defineChanging('fleet', 2);
  const { client, events } = clientOf('alice');
  const fleet = client.cache<{ id: number; name: string }>('fleet', {});
  const first = await fleet.ready();
  await expect.poll(() => fleet.snapshot.status.sync, PATIENCE).toBe('live');
  const changes: unknown[] = [];
  fleet.subscribe((change) => changes.push(change));
  const refresh = { method: 'POST', user: 'bob', body: '{"resource_title":"fleet"}', headers: { Prefer: 'wait=20' } };
  expect((await call('cache/refresh/', refresh)).status).toBe(200);

  await expect.poll(() => fleet.snapshot.version, PATIENCE).toBe((first.version ?? 0) + 1);
  expect(changes).toEqual([
    {
      inserted: [expect.any(Number), expect.any(Number)],
      deleted: [expect.any(Number), expect.any(Number)],
      whole: false,
    },
  ]);
  expect(events.filter(({ name }) => name === 'delta')).toHaveLength(1);
  const [theirs] = (await (await call('rpc/fleet/', { user: 'alice' })).json()) as { data: unknown[][] }[];
  const ours = fleet.snapshot.tables.cars;
  expect([...(ours?.ids() ?? [])].sort()).toEqual(theirs?.data.map(([id]) => id).sort());
  // Rows that did not change are the objects that they were.
  const kept = [...(first.tables.cars?.ids() ?? [])].filter((id) => ours?.get(id) !== undefined);
  expect(kept.length).toBeGreaterThan(10);
  for (const id of kept) expect(ours?.get(id)).toBe(first.tables.cars?.get(id));
});

it('gives a refresh the version that it brought', async () => {
  await defineChanging('refreshed', 1);
  const { client } = clientOf('alice');
  const cache = client.cache('refreshed');
  const { version } = await cache.ready();
  expect((await cache.refresh()).version).toBe((version ?? 0) + 1);
});

it('shares one question among caches that are opened together, and reports those that cannot be read', async () => {
  const { client, events } = clientOf('alice', { live: 'poll' });
  const years = [1970, 1976, 1982].map((year) => client.cache('cars', { year }));
  const unknown = client.cache('no-such-thing');
  const wrong = client.cache('cars', { year: 'soon' });
  await Promise.all(years.map((cache) => cache.ready()));
  await expect(unknown.ready()).rejects.toMatchObject({ code: 'not-found', status: 404 });
  await expect(wrong.ready()).rejects.toMatchObject({ code: 'invalid-parameters', status: 400 });
  expect(events.filter(({ name }) => name === 'check').length).toBeLessThanOrEqual(4);
});

it('checks all that is held when asked, and ends when the answers are stored', async () => {
  const { client } = clientOf('alice', { live: 'off' });
  const cars = client.cache('cars', { year: 1982 });
  await cars.ready();
  const before = cars.snapshot.status.checkedAt ?? 0;
  await client.check();
  expect(cars.snapshot.status.checkedAt).toBeGreaterThan(before);
  expect(await client.held()).toMatchObject([{ title: 'cars', parameters: { year: 1982 }, keep: 'lru' }]);
});

it('asks for another token once, then for none until it is told to continue', async () => {
  const asked: string[] = [];
  let token = 'no.good.token';
  const { client } = clientOf('alice', {
    auth: async (why) => {
      asked.push(why);
      return token;
    },
  });
  const cars = client.cache('cars', { year: 1982 });
  await expect.poll(() => client.status.sync, PATIENCE).toBe('needs-auth');
  expect(asked).toEqual(['start', 'rejected']);
  expect(cars.snapshot.status).toMatchObject({ sync: 'needs-auth', data: 'none' });
  token = await service.token('alice');
  client.resume();
  await cars.ready();
  expect(asked).toEqual(['start', 'rejected', 'start']);
});
