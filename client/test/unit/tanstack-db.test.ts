/** The adapter for TanStack DB, with the real package. */

import { type Collection, createCollection } from '@tanstack/db';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/api.ts';
import { createClient, memory } from '../../src/index.ts';
import { freshetCollectionOptions } from '../../src/tanstack-db.ts';
import { fakeService } from '../../src/test.ts';

interface Car {
  id: number;
  name: string;
}

const cars = (...rows: [number, string][]) => ({ cars: { columns: ['id', 'name'], rows } });

const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function started() {
  const service = fakeService();
  const { url, fetch } = service;
  const client = createClient({ url, fetch, user: 'alice', auth: async () => 'token', store: memory(), live: 'off' });
  clients.push(client);
  return { service, client };
}

/** Notes the changes from now on. */
function listen(collection: Collection<Car, number>, told: string[]): void {
  const heard = (changes: readonly { type: string; value: Car }[]) => {
    told.push(...changes.map(({ type, value }) => `${type} ${value.name}`));
  };
  // Without its rows TanStack DB tells a listener of no delete.
  collection.subscribeChanges(heard, { includeInitialState: true });
  told.length = 0;
}

describe('a cache as a collection', () => {
  it('has the rows of the cache once it is ready', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick'], [2, 'fiat']));
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'cars' }));
    await collection.preload();
    expect(collection.toArray.map(({ name }) => name).sort()).toEqual(['buick', 'fiat']);
  });

  it('takes a delta as inserts and deletes of single rows', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick'], [2, 'fiat']));
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'cars' }));
    await collection.preload();
    const told: string[] = [];
    listen(collection, told);
    service.set('cars', {}, cars([1, 'buick'], [3, 'saab']));
    await client.check();
    await expect.poll(() => told.sort()).toEqual(['delete fiat', 'insert saab']);
    expect(collection.size).toBe(2);
  });

  it('takes a row that changed as an update where rows have a key of their own', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick'], [2, 'fiat']));
    const options = freshetCollectionOptions<Car, number>({ client, title: 'cars', getKey: ({ id }) => id });
    const collection = createCollection(options);
    await collection.preload();
    const told: string[] = [];
    listen(collection, told);
    service.set('cars', {}, cars([1, 'buick'], [2, 'fiat 500']));
    await client.check();
    await expect.poll(() => told).toEqual(['update fiat 500']);
    expect(collection.get(2)?.name).toBe('fiat 500');
  });

  it('replaces all rows at once when the columns have changed', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick'], [2, 'fiat']));
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'cars' }));
    await collection.preload();
    const sizes: number[] = [];
    collection.subscribeChanges(() => sizes.push(collection.size));
    service.set('cars', {}, { cars: { columns: ['name'], rows: [['saab']] } });
    await client.check();
    await expect.poll(() => collection.toArray.map(({ name }) => name)).toEqual(['saab']);
    expect(sizes).not.toContain(0);
  });

  it('fails to preload what the user may not have, with the error of the service', async () => {
    const { client } = started();
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'lorries' }));
    await expect(collection.preload()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('demands the name of a table where there are several', async () => {
    const { service, client } = started();
    service.set('two', {}, { ...cars([1, 'buick']), more: { columns: ['id'], rows: [[1]] } });
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'two' }));
    await expect(collection.preload()).rejects.toThrow('two has the tables cars, more');
    const named = createCollection(freshetCollectionOptions<Car>({ client, title: 'two', table: 'cars' }));
    await named.preload();
    expect(named.size).toBe(1);
  });

  it('refreshes from the origin by its utils, and tells the status', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick']));
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'cars' }));
    await collection.preload();
    service.set('cars', {}, cars([1, 'saab']));
    await collection.utils.refresh();
    await expect.poll(() => collection.toArray.map(({ name }) => name)).toEqual(['saab']);
    expect(collection.utils.status().data).toBe('held');
  });

  it('releases the cache when the collection is cleaned up', async () => {
    const { service, client } = started();
    service.set('cars', {}, cars([1, 'buick']));
    const holds = vi.spyOn(client, 'cache');
    const collection = createCollection(freshetCollectionOptions<Car>({ client, title: 'cars' }));
    await collection.preload();
    const [held] = holds.mock.results.map(({ value }) => value);
    const release = vi.spyOn(held, 'release');
    await collection.cleanup();
    expect(holds).toHaveBeenCalledOnce();
    expect(release).toHaveBeenCalledOnce();
  });
});
