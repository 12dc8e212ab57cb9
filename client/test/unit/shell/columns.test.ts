/** Invariant 16: a definition that changes its columns comes with its rows, in each tab, and from the store. */
import { afterEach, expect, it } from 'vitest';
import type { Cache, Client } from '../../../src/api.ts';
import { createTransport } from '../../../src/network/create-transport.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { platformClock, platformShared } from '../../../src/shell/platform.ts';
import { memory } from '../../../src/store/memory.ts';
import type { Store } from '../../../src/store/store.ts';
import { type FakeService, fakeService } from '../../../src/test.ts';

const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function open({ url, fetch }: FakeService, store: Store): Client {
  const client = clientOf(
    { url, fetch, user: 'alice', auth: async () => 'token', live: 'off' },
    {
      store,
      clock: platformClock(),
      shared: platformShared(),
      transport: (device) => createTransport({ url, device, fetch }),
    },
  );
  clients.push(client);
  return client;
}

type Row = Record<string, unknown>;
/** The columns that are shown, and those of the rows beside them: both must be the same at any moment. */
function shapesOf({ snapshot }: Cache<Row>): string[] {
  const { t } = snapshot.tables;
  return [t?.columns.join() ?? '', ...(t?.toArray().map((row) => Object.keys(row).join()) ?? [])];
}

it('shows each version with its own columns and rows, whoever has loaded it, also after a restart', async () => {
  const service = fakeService();
  const store = { ...memory(), lasts: true };
  const versions = [
    { columns: ['id', 'name'], rows: [[1, 'buick']] },
    { columns: ['id', 'name', 'year'], rows: [[1, 'buick', 1982]] },
    { columns: ['year', 'name'], rows: [[1982, 'buick']] },
  ];
  const tabs = [open(service, store), open(service, store)].map((client) => ({
    client,
    cache: client.cache<Row>('cars'),
  }));
  const seen = new Set<string>();
  for (const { client, cache } of tabs) client.subscribe(() => seen.add(shapesOf(cache).join(' ')));
  for (const version of versions) {
    service.set('cars', {}, { t: version });
    const heard = tabs.map(({ cache }) => new Promise<void>((resolve) => cache.subscribe(() => resolve())));
    await tabs[0]?.client.check();
    await Promise.all(heard);
    const shape = version.columns.join();
    for (const { cache } of tabs) expect(shapesOf(cache)).toEqual([shape, shape]);
  }
  for (const shapes of seen) expect(new Set(shapes.split(' ').filter(Boolean)).size).toBeLessThanOrEqual(1);
  await Promise.all(tabs.map(({ client }) => client.close()));

  service.fail('offline');
  const again = open(service, store).cache<Row>('cars');
  await again.ready();
  expect(shapesOf(again)).toEqual(['year,name', 'year,name']);
});
