/** What many caches cost: ten times as many take ten times the work, whatever happens to them. Counted, not timed. */
import { afterEach, expect, it } from 'vitest';
import type { Client, Options } from '../../../src/api.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { platformClock, platformShared, type Shared } from '../../../src/shell/platform.ts';
import { memory } from '../../../src/store/memory.ts';
import type { Store, StoreHandle } from '../../../src/store/store.ts';
import { FakeService } from '../../support/shell/fake-service.ts';
import { stepsOf } from '../../support/work.ts';

const FEW = 60;
const MANY = 10 * FEW;
/** With what grows with the logarithm; what many tabs tell each other is folded more or less, by chance. */
const MOST_RATIO = 13;
const MOST_RATIO_OF_TWO = 25;
/** What the store says of one of the fake service's caches. */
const BYTES_OF_ONE = 9;
const AT_ONCE = 20;
const PATIENCE = { timeout: 60_000 };

const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

/** As in a browser each answer of the store comes by itself. `listed` hears how many caches each list has. */
function slowStore(listed: (caches: number) => void = () => {}): Store {
  const inner = memory();
  return {
    lasts: true,
    async open(name) {
      const handle = await inner.open(name);
      return new Proxy(handle, {
        get: (target, method: keyof StoreHandle) => {
          if (method === 'onLost' || method === 'close' || !(method in target)) return target[method];
          return async (...args: never[]) => {
            await new Promise<void>((resolve) => setImmediate(resolve));
            if (method === 'list') listed((await target.list()).size);
            return (target[method] as (...all: never[]) => unknown)(...args);
          };
        },
      });
    },
  };
}

let stores = 0;
const titlesOf = (count: number) => Array.from({ length: count }, (_, at) => `cache ${at}`);

function open(
  service: FakeService,
  store: Store,
  shared: Shared | null = null,
  options: Pick<Options, 'maxBytes'> = {},
): Client {
  const client = clientOf(
    { url: `https://example.com/${stores}`, user: 'alice', auth: async () => 'token', ...options },
    { store, clock: platformClock(), shared, transport: () => service.transport() },
  );
  clients.push(client);
  return client;
}

const until = (client: Client, isSo: () => boolean) =>
  new Promise<void>((resolve) => {
    const stop = client.subscribe(look);
    function look() {
      if (!isSo()) return;
      stop();
      resolve();
    }
    look();
  });

const loaded = (client: Client, titles: readonly string[]) =>
  Promise.all(titles.map((title) => client.cache(title).ready()));
const told = (client: Client, titles: readonly string[]) =>
  Promise.all(titles.map((title) => new Promise<void>((resolve) => client.cache(title).subscribe(() => resolve()))));

/** Steps of each part of a device's life with so many caches. */
async function lifeOf(count: number): Promise<Record<string, number>> {
  stores += 1;
  const titles = titlesOf(count);
  const service = new FakeService(...titles);
  const store = slowStore();
  const first = open(service, store);
  const steps: Record<string, number> = {};
  steps.load = await stepsOf(async () => {
    await loaded(first, titles);
    await until(first, () => first.status.sync === 'live');
  });
  steps.poke = await stepsOf(async () => {
    const all = told(first, titles);
    for (const title of titles) service.change(title, [[2, 'two']]);
    await all;
  });
  steps.check = await stepsOf(() => first.check());
  await first.close();

  const again = open(service, store);
  steps.reopen = await stepsOf(async () => {
    await loaded(again, titles);
    await until(again, () => again.status.sync === 'live');
  });
  steps.refuse = await stepsOf(async () => {
    for (const title of titles) service.caches.delete(title);
    await again.check();
  });
  await again.close();
  return steps;
}

it('work grows with their number, not with its square', { timeout: 120_000 }, async () => {
  const few = await lifeOf(FEW);
  let ratios: [string, number][] = [];
  // What the test runner does meanwhile in this process counts as well: it does not do so each time.
  for (let tries = 0; tries < 3 && (tries === 0 || ratios.some(([, ratio]) => ratio > MOST_RATIO)); tries += 1) {
    const many = await lifeOf(MANY);
    ratios = Object.entries(many).map(([part, steps]) => [part, Math.round(steps / (few[part] ?? 1))]);
  }
  expect(ratios.filter(([, ratio]) => ratio > MOST_RATIO)).toEqual([]);
});

/** Most metas that are listed for each cache that is stored. */
const MOST_LISTED = 16;

it.each([
  ['far from it', 2 * MANY],
  ['beyond it', MANY / 2],
])('what is held is counted for `maxBytes` in work that grows with the number of caches: %s', async (_where, most) => {
  stores += 1;
  const titles = titlesOf(MANY);
  let listed = 0;
  const store = slowStore((caches) => {
    listed += caches;
  });
  const maxBytes = most * BYTES_OF_ONE;
  const client = open(new FakeService(...titles), store, null, { maxBytes });
  for (let at = 0; at < MANY; at += AT_ONCE) {
    const some = titles.slice(at, at + AT_ONCE).map((title) => client.cache(title));
    await Promise.all(some.map((cache) => cache.ready()));
    for (const cache of some) cache.release();
  }
  expect(listed).toBeGreaterThan(0);
  expect(listed).toBeLessThanOrEqual(MOST_LISTED * MANY);
  await expect.poll(async () => (await client.usage()).bytes, PATIENCE).toBeLessThanOrEqual(maxBytes);
  expect((await client.held()).length).toBeGreaterThan(Math.min(MANY, most) * 0.8);
});

it('a watcher of a cache is notified of that cache only', async () => {
  stores += 1;
  const titles = titlesOf(FEW);
  const service = new FakeService(...titles);
  const client = open(service, slowStore());
  await loaded(client, titles);
  await until(client, () => client.status.sync === 'live');
  const heard = new Map<string, number | null>();
  const stops = titles.map((title) => {
    const cache = client.cache(title);
    return cache.watch(() => heard.set(title, cache.snapshot.version));
  });
  await client.check();
  heard.clear();
  const all = told(client, ['cache 7']);
  service.change('cache 7', [[2, 'two']]);
  await all;
  await until(client, () => client.cache('cache 7').snapshot.status.sync === 'live');
  expect([...heard]).toEqual([['cache 7', 2]]);
  for (const stop of stops) stop();
});

it('neither does that of another tab than the leading one, nor what both tell each other', {
  timeout: 120_000,
}, async () => {
  const lifeOfTwo = async (count: number) => {
    stores += 1;
    const titles = titlesOf(count);
    const service = new FakeService(...titles);
    const store = slowStore();
    const leader = open(service, store, platformShared());
    await until(leader, () => leader.status.leads);
    const follower = open(service, store, platformShared());
    const load = await stepsOf(async () => {
      await loaded(follower, titles);
      await until(leader, () => leader.status.sync === 'live');
    });
    const poke = await stepsOf(async () => {
      const all = told(follower, titles);
      for (const title of titles) service.change(title, [[2, 'two']]);
      await all;
    });
    return { load, poke };
  };
  const few = await lifeOfTwo(FEW);
  const many = await lifeOfTwo(MANY);
  expect(many.load / few.load).toBeLessThan(MOST_RATIO_OF_TWO);
  expect(many.poke / few.poke).toBeLessThan(MOST_RATIO_OF_TWO);
});
