/** What apps do wrong, or at an odd moment: it is told where and how, and harms nothing. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client, ClientEvent, Lifecycle, Options, Parameters } from '../../../src/api.ts';
import { FreshetError } from '../../../src/error.ts';
import { createClient, memory } from '../../../src/index.ts';
import type { AskedCache } from '../../../src/network/transport.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { platformClock, platformShared, type Shared } from '../../../src/shell/platform.ts';
import type { Store } from '../../../src/store/store.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

const PATIENCE = { timeout: 60_000 };
const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

const OPTIONS: Options = { url: 'https://example.com/api/v1', user: 'alice', auth: async () => 'token' };

function open(
  service: FakeService,
  options: Partial<Options> = {},
  store: Store = memory(),
  shared: Shared | null = null,
) {
  const events: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => events.push(event);
  const asked: AskedCache[] = [];
  const transport = service.transport();
  const sync: typeof transport.sync = (question, ...more) => {
    asked.push(...question.caches);
    return transport.sync(question, ...more);
  };
  const platform = { store, clock: platformClock(), shared, transport: () => ({ ...transport, sync }) };
  const client = clientOf({ ...OPTIONS, onEvent, ...options }, platform);
  clients.push(client);
  return { client, events, asked };
}

describe('options', () => {
  it.each([
    ['url', { url: undefined }],
    ['url', { url: 'example.com/api/v1' }],
    ['url', { url: '/api/v1' }],
    ['url', { url: 'https://example.com/api/v1?x=1' }],
    ['user', { user: '' }],
    ['user', { user: 7 }],
    ['auth', { auth: 'token' }],
    ['device', { device: 'ein Gerät' }],
    ['live', { live: 'sockets' }],
    ['denied', { denied: true }],
    ['pollS', { pollS: Number.NaN }],
    ['pollS', { pollS: 0 }],
    ['pokeFloorS', { pokeFloorS: -1 }],
    ['maxBytes', { maxBytes: '200 MB' }],
    ['store', { store: {} }],
    ['fetch', { fetch: {} }],
    ['onEvent', { onEvent: 'log' }],
    ['lifecycle', { lifecycle: { isVisible: () => true } }],
  ])('%s is named that cannot be followed: %j', (name, wrong) => {
    expect(() => createClient({ ...OPTIONS, ...wrong } as Options)).toThrow(new RegExp(`^${name} must be `));
  });

  it('are needed', () => {
    expect(() => createClient(undefined as never)).toThrow(/^createClient\(options\): options must be an object$/);
  });

  it('auth keeps its object, and is told what is no token', async () => {
    const session = {
      tokens: ['Bearer abc', { token: 'abc' }, 'abc'] as unknown[],
      async auth() {
        return this.tokens.shift() as string;
      },
    };
    const service = new FakeService('plan');
    const { client } = open(service, { auth: () => session.auth() });
    const cache = client.cache('plan');
    await expect.poll(() => client.status.error?.message, PATIENCE).toMatch(/^auth\(\) must give a token/);
    await cache.ready();
    expect(service.tokens).toContain('abc');
    expect(service.tokens).not.toContain('Bearer abc');
  });

  it('auth is a method like any other', async () => {
    class Session {
      token = 'abc';
      async auth() {
        return this.token;
      }
    }
    const session: Pick<Options, 'auth'> = new Session();
    const service = new FakeService('plan');
    const options: Options = Object.assign(session, { url: OPTIONS.url, user: 'alice' });
    const client = clientOf(options, {
      store: memory(),
      clock: platformClock(),
      shared: null,
      transport: () => service.transport(),
    });
    clients.push(client);
    await client.cache('plan').ready();
    expect(service.tokens[0]).toBe('abc');
  });
});

describe('parameters', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  it.each([
    ['parameters of plan', null],
    ['parameters of plan', [1]],
    ['parameters of plan', new Map()],
    ['parameters of plan/year', { year: Number.NaN }],
    ['parameters of plan/year', { year: 1n }],
    ['parameters of plan/year', { year: () => 1 }],
    ['parameters of plan/years/1', { years: [1, undefined] }],
    ['parameters of plan/deep/at', { deep: { at: Number.POSITIVE_INFINITY } }],
    ['parameters of plan/since', { since: new Date(Number.NaN) === null ? null : new Set() }],
    ['parameters of plan(/self)+', circle],
    ['parameters of plan', { text: 'ß'.repeat(40_000) }],
  ])('%s are told that are not JSON, or too much of it', (place, parameters) => {
    const { client } = open(new FakeService('plan'));
    expect(() => client.cache('plan', parameters as never)).toThrow(new RegExp(`^${place} must be `));
    expect(() => client.peek('plan', parameters as never)).toThrow(TypeError);
  });

  it('are asked for as JSON has them, and as they were when they were given', async () => {
    const { client, asked } = open(new FakeService('plan'));
    const year: { value: number; not?: undefined } = { value: 1982, not: undefined };
    const given = { year, since: new Date(0), none: undefined };
    const parameters = JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>;
    Object.assign(parameters, given);
    const cache = client.cache('plan', parameters as Parameters);
    year.value = 1983;
    await cache.ready();
    expect(JSON.stringify(asked[0]?.parameters)).toBe(
      '{"__proto__":{"a":1},"year":{"value":1982},"since":"1970-01-01T00:00:00.000Z"}',
    );
    const same = client.cache('plan', JSON.parse(JSON.stringify(asked[0]?.parameters)));
    expect(same.snapshot).toBe(cache.snapshot);
  });

  it.each([
    ['cache\\(title\\): title', ['']],
    ['keep', ['plan', {}, { keep: 'always' }]],
    ['rows', ['plan', {}, { rows: 'maps' }]],
    ['numbers', ['plan', {}, { numbers: 'bigint' }]],
  ])('%s is told', (place, call) => {
    const { client } = open(new FakeService('plan'));
    expect(() => client.cache(...(call as ['plan']))).toThrow(new RegExp(`^${place} must be `));
  });
});

describe('calls', () => {
  it.each([Number.NaN, -1, '5 minutes', undefined])('fresh(%s) is refused', async (maxAgeS) => {
    const service = new FakeService('plan');
    const cache = open(service).client.cache('plan');
    await cache.ready();
    const before = service.calls.length;
    await expect(cache.fresh(maxAgeS as number)).rejects.toThrow(/^fresh\(maxAgeS\): maxAgeS must be seconds/);
    expect(service.calls).toHaveLength(before);
  });

  it('fresh() of any age gives what is held, and of none asks', async () => {
    const service = new FakeService('plan');
    const cache = open(service).client.cache('plan');
    expect(await cache.fresh(Number.POSITIVE_INFINITY)).toBe(cache.snapshot);
    expect(service.calls).not.toContain('read');
    await cache.fresh(0);
    expect(service.calls).toContain('read');
  });

  it.each([undefined, null, {}])('subscribe(%j) is refused where it is made', (heard) => {
    const { client } = open(new FakeService('plan'));
    expect(() => client.subscribe(heard as never)).toThrow(/^subscribe\(heard\): heard must be a function/);
    expect(() => client.cache('plan').subscribe(heard as never)).toThrow(TypeError);
  });

  it('a cache can be dropped before the store is open, and is loaded again', async () => {
    const { client } = open(new FakeService('plan'));
    const cache = client.cache('plan');
    await cache.drop();
    expect((await cache.ready()).version).toBe(1);
    await cache.drop();
    expect(cache.snapshot.status.data).toBe('none');
    expect((await cache.ready()).version).toBe(1);
  });

  it('a cache that another tab drops is loaded again by the one that leads', async () => {
    const service = new FakeService('plan');
    const store = { ...memory(), lasts: true };
    const options = { url: 'https://example.com/drop' };
    const one = open(service, options, store, platformShared()).client;
    await one.cache('plan').ready();
    const two = open(service, options, store, platformShared()).client;
    const cache = two.cache('plan');
    await cache.ready();
    expect(two.status.leads).toBe(false);
    const syncs = () => service.calls.filter((name) => name === 'sync').length;
    await expect.poll(() => one.status.sync, PATIENCE).toBe('live');
    const before = syncs();
    await cache.drop();
    await expect.poll(syncs, PATIENCE).toBe(before + 1);
    await cache.ready();
  });

  it('all say that the client is closed, with the one error that there is', async () => {
    const { client } = open(new FakeService('plan'));
    const cache = client.cache('plan');
    await client.close();
    const calls = [
      () => cache.ready(),
      () => cache.refresh(),
      () => cache.fresh(1),
      () => cache.drop(),
      () => client.check(),
      () => client.held(),
      () => client.usage(),
      () => client.cache('other').ready(),
    ];
    for (const call of calls) {
      const error = await call().catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(FreshetError);
      expect(error).toMatchObject({ code: 'closed' });
    }
    client.resume();
    await client.close();
  });

  it('may come from within what is told, at once', async () => {
    const service = new FakeService('plan', 'other');
    const { client } = open(service, {
      onEvent(event) {
        if (event.name === 'load') client.cache('other');
        if (event.name === 'check') client.resume();
      },
    });
    const cache = client.cache('plan');
    const done: string[] = [];
    const stop = client.subscribe(() => {
      void client.status;
      void cache.snapshot;
      if (client.status.sync === 'checking') done.push('checking');
    });
    let version = 0;
    cache.subscribe(() => {
      version = cache.snapshot.version ?? 0;
      if (version === 1) void cache.refresh().catch(() => {});
      if (version === 2) {
        cache.release();
        cache.release();
        stop();
        stop();
        void client.close().then(() => done.push('closed'));
      }
    });
    await expect.poll(() => done.at(-1), PATIENCE).toBe('closed');
    await expect.poll(() => service.sockets, PATIENCE).toBe(0);
  });
});

describe('holders', () => {
  it('one that releases twice ends its own use alone', async () => {
    const service = new FakeService('plan');
    const { client } = open(service);
    const [once, other] = [client.cache('plan'), client.cache('plan')];
    await other.ready();
    once.release();
    once.release();
    await expect.poll(() => other.snapshot.status.sync, PATIENCE).toBe('live');
    const heard = new Promise<void>((resolve) => other.subscribe(() => resolve()));
    service.change('plan', [[2, 'two']]);
    await heard;
  });
});

describe('a platform that is asked to keep what is stored', () => {
  afterEach(() => void vi.unstubAllGlobals());
  const asked = (isGranted: { now: boolean }) =>
    vi.stubGlobal('navigator', { storage: { persisted: async () => isGranted.now } });

  it('is read again by usage(), and shown from then on', async () => {
    const isGranted = { now: false };
    asked(isGranted);
    const { client } = open(new FakeService('plan'), {}, { ...memory(), lasts: true });
    const cache = client.cache('plan');
    await cache.ready();
    expect([client.status.storage, (await client.usage()).persisted]).toEqual(['best-effort', false]);
    isGranted.now = true;
    const heard = new Promise<void>((resolve) =>
      client.subscribe(() => client.status.storage === 'persistent' && resolve()),
    );
    expect((await client.usage()).persisted).toBe(true);
    await heard;
    expect(cache.snapshot.status.storage).toBe('persistent');
  });

  it('is read again when the page is looked at again', async () => {
    const isGranted = { now: false };
    asked(isGranted);
    let look = () => {};
    const lifecycle: Lifecycle = {
      isVisible: () => true,
      isOnline: () => true,
      listen(heard) {
        look = heard;
        return () => {};
      },
    };
    const { client } = open(new FakeService('plan'), { lifecycle }, { ...memory(), lasts: true });
    await client.cache('plan').ready();
    expect(client.status.storage).toBe('best-effort');
    isGranted.now = true;
    look();
    await expect.poll(() => client.status.storage, PATIENCE).toBe('persistent');
  });
});

describe('signing out', () => {
  it('wipes also what a client held that was closed before', async () => {
    const store = memory();
    const { client } = open(new FakeService('plan'), {}, store);
    await client.cache('plan').ready();
    await client.close();
    await client.signOut({ wipe: true });
    expect(await open(new FakeService('plan'), { live: 'off' }, store).client.held()).toEqual([]);
  });

  it('wipes the database also while rows are in memory, and tells where it cannot', async () => {
    const real = memory();
    let isGone = false;
    const store: Store = {
      lasts: true,
      open: (name) => (isGone ? Promise.reject(new Error('no database')) : real.open(name)),
    };
    const first = open(new FakeService('plan'), {}, store).client;
    await first.cache('plan').ready();
    await first.close();
    isGone = true;
    const { client } = open(new FakeService('plan'), {}, store);
    await client.cache('plan').ready();
    expect(client.status.storage).toBe('memory');
    await expect(client.signOut({ wipe: true })).rejects.toMatchObject({ code: 'storage' });
    isGone = false;
    await client.signOut({ wipe: true });
    expect(await open(new FakeService('plan'), { live: 'off' }, real).client.held()).toEqual([]);
  });

  it('ends a check under way', async () => {
    const { client } = open(new FakeService('plan'));
    await client.cache('plan').ready();
    const checked = client.check().catch((error: unknown) => error);
    await client.signOut({ wipe: true });
    expect(await checked).toMatchObject({ code: 'closed' });
  });
});
