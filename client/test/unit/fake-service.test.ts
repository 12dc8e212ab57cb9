/** What `@freshet/client/test` gives an app's own tests: the client works with it as with the real service. */

import { afterEach, expect, it, vi } from 'vitest';
import type { Change, Client, Options } from '../../src/api.ts';
import { createClient, memory } from '../../src/index.ts';
import { failingStore, fakeService } from '../../src/test.ts';

const CARS = {
  columns: ['id', 'name'],
  rows: [
    [1, 'buick'],
    [2, 'fiat'],
  ],
} as const;
const MORE_CARS = {
  columns: ['id', 'name'],
  rows: [
    [1, 'buick'],
    [3, 'saab'],
  ],
} as const;

const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function started(options: Partial<Options> = {}) {
  const service = fakeService();
  const client = createClient({
    url: service.url,
    user: 'alice',
    auth: async () => 'token',
    fetch: service.fetch,
    store: memory(),
    live: 'off',
    ...options,
  });
  clients.push(client);
  return { service, client };
}

const names = (rows: Iterable<object>) => Array.from(rows, (row) => (row as { name: string }).name).sort();

it('gives the rows that a test has set', async () => {
  const { service, client } = started();
  service.set('cars', { year: 1982 }, { cars: CARS });
  const { tables, status } = await client.cache('cars', { year: 1982 }).ready();
  expect(names(tables.cars ?? [])).toEqual(['buick', 'fiat']);
  expect(status.error).toBeNull();
  expect(service.requests[0]).toMatchObject({ method: 'POST', path: '/sync/', token: 'token' });
});

it('gives a delta of the rows that a test sets then', async () => {
  const { service, client } = started();
  service.set('cars', {}, { cars: CARS });
  const cars = client.cache('cars');
  await cars.ready();
  const changes: Change[] = [];
  cars.subscribe((change) => changes.push(change));
  service.set('cars', {}, { cars: MORE_CARS });
  await client.check();
  expect(names(cars.snapshot.tables.cars ?? [])).toEqual(['buick', 'saab']);
  expect(changes).toEqual([{ inserted: [3], deleted: [2], whole: false }]);
});

it('loads a cache again when a test refreshes it', async () => {
  const { service, client } = started();
  service.set('cars', {}, { cars: CARS });
  const cars = client.cache('cars');
  await cars.ready();
  service.set('cars', {}, { cars: MORE_CARS });
  const { version } = await cars.refresh();
  expect(version).toBe(2);
});

it('denies what it does not know, or what a test has removed', async () => {
  const { client } = started();
  await expect(client.cache('lorries').ready()).rejects.toMatchObject({ code: 'not-found' });
});

it('serves what is held while a test has the service fail', async () => {
  const { service, client } = started();
  service.set('cars', {}, { cars: CARS });
  const cars = client.cache('cars');
  await cars.ready();
  service.fail('offline', 1);
  await client.check().catch(() => undefined);
  expect(cars.snapshot.status).toMatchObject({ data: 'held', sync: 'offline' });
});

it('asks for another token when a test refuses the first', async () => {
  const asked: string[] = [];
  const { service, client } = started({
    auth: async (why) => {
      asked.push(why);
      return `token-${asked.length}`;
    },
  });
  service.set('cars', {}, { cars: CARS });
  service.fail(401, 1);
  await client.cache('cars').ready();
  expect(asked).toEqual(['start', 'rejected']);
});

it('continues in memory while a test has the store fail', async () => {
  const failing = failingStore({ ...memory(), lasts: true });
  const { service, client } = started({ store: failing.store });
  service.set('cars', {}, { cars: CARS });
  failing.fail('full');
  const { status } = await client.cache('cars').ready();
  expect(status).toMatchObject({ data: 'held', storage: 'memory' });
});

it('tells each listener, also after one that throws', async () => {
  const { service, client } = started();
  service.set('cars', {}, { cars: CARS });
  const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  client.subscribe(() => {
    throw new Error('of the app');
  });
  const heard = vi.fn();
  client.subscribe(heard);
  await client.cache('cars').ready();
  await expect.poll(() => heard).toHaveBeenCalled();
  expect(reported).toHaveBeenCalledWith(expect.objectContaining({ message: 'of the app' }));
  reported.mockRestore();
});
