/** Tabs of one store, with the locks and channels of Node.js: who asks, who is told, what is left behind. */
import { afterEach, expect, it } from 'vitest';
import type { Client, ClientEvent, Lifecycle, Options } from '../../../src/api.ts';
import { FreshetError } from '../../../src/error.ts';
import type { SocketEars, Transport } from '../../../src/network/transport.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { storeName } from '../../../src/shell/ids.ts';
import { platformClock, platformShared, type Shared } from '../../../src/shell/platform.ts';
import { memory } from '../../../src/store/memory.ts';
import type { Store } from '../../../src/store/store.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

const PATIENCE = { timeout: 60_000 };
const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

class Page implements Lifecycle {
  visible = true;
  heard: (() => void)[] = [];
  isVisible = () => this.visible;
  isOnline = () => true;
  listen(heard: () => void): () => void {
    this.heard.push(heard);
    return () => void this.heard.splice(this.heard.indexOf(heard), 1);
  }
  show(visible: boolean): void {
    this.visible = visible;
    for (const heard of this.heard) heard();
  }
}

interface Tab {
  client: Client;
  page: Page;
  events: ClientEvent[];
  auths: string[];
}

let stores = 0;
function storeOf(): Store {
  stores += 1;
  return { ...memory(), lasts: true };
}

function open(
  service: FakeService,
  store: Store,
  options: Partial<Options> = {},
  shared: Shared | null = platformShared(),
): Tab {
  const page = new Page();
  const events: ClientEvent[] = [];
  const auths: string[] = [];
  const auth = async (why: string) => {
    auths.push(why);
    return `token-${auths.length}`;
  };
  const all = { url: `https://example.com/${stores}`, user: 'alice', auth, lifecycle: page, ...options };
  const client = clientOf(
    { ...all, onEvent: (event) => events.push(event) },
    { store, clock: platformClock(), shared, transport: () => service.transport() },
  );
  clients.push(client);
  return { client, page, events, auths };
}

const names = (client: Client, title = 'plan') =>
  [...(client.peek<{ name: string }>(title).tables.t?.toArray() ?? [])].map(({ name }) => name).sort();

it('one tab asks the network, and each shows what is stored', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const [one, two] = [open(service, store), open(service, store)];
  await Promise.all([one.client.cache('plan').ready(), two.client.cache('plan').ready()]);
  await expect
    .poll(() => [one, two].map(({ client }) => client.status.leads).filter(Boolean), PATIENCE)
    .toEqual([true]);
  await expect.poll(() => service.sockets, PATIENCE).toBe(1);
  service.change('plan', [[2, 'two']]);
  await expect.poll(() => names(one.client), PATIENCE).toEqual(['one', 'two']);
  await expect.poll(() => names(two.client), PATIENCE).toEqual(['one', 'two']);
  expect([...one.auths, ...two.auths]).toEqual(['start']);
});

it('a tab that does not lead shows what the one that leads knows, and has it ask', async () => {
  const service = new FakeService('plan', 'other');
  const store = storeOf();
  const one = open(service, store);
  await one.client.cache('plan').ready();
  const two = open(service, store);
  // Only the second tab uses it: the first loads it.
  const other = two.client.cache('other');
  await other.ready();
  await expect.poll(() => other.snapshot.status.sync, PATIENCE).toBe('live');
  expect(two.auths).toEqual([]);
  const { version } = await other.refresh();
  expect(version).toBe(2);
  await two.client.check();
  await expect(two.client.cache('unknown').ready()).rejects.toMatchObject({ code: 'not-found' });
});

it('hands over when it is hidden and another tab is looked at', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const one = open(service, store);
  await one.client.cache('plan').ready();
  const two = open(service, store);
  await two.client.cache('plan').ready();
  one.page.show(false);
  await expect.poll(() => two.client.status.leads, PATIENCE).toBe(true);
  expect(one.client.status.leads).toBe(false);
  service.change('plan', [[2, 'two']]);
  await expect.poll(() => names(one.client), PATIENCE).toEqual(['one', 'two']);
});

it('a tab that is closed is followed at once', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const one = open(service, store);
  await one.client.cache('plan').ready();
  const two = open(service, store);
  await two.client.cache('plan').ready();
  await one.client.close();
  await expect.poll(() => two.client.status.leads, PATIENCE).toBe(true);
});

it('invariant 6: without locks each tab syncs, and both end with the same', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const [one, two] = [open(service, store, {}, null), open(service, store, {}, null)];
  await Promise.all([one.client.cache('plan').ready(), two.client.cache('plan').ready()]);
  await expect.poll(() => service.sockets, PATIENCE).toBe(2);
  await expect.poll(() => [one, two].every(({ client }) => client.status.sync === 'live'), PATIENCE).toBe(true);
  for (let number = 2; number < 6; number += 1) service.change('plan', [[number, `${number}`]], [number - 1]);
  await expect.poll(() => names(one.client), PATIENCE).toEqual(['5']);
  await expect.poll(() => names(two.client), PATIENCE).toEqual(['5']);
});

it('invariant 26: after a wipe no tab writes, and what was shown is gone', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const [one, two] = [open(service, store), open(service, store)];
  const shown = two.client.cache('plan');
  await Promise.all([one.client.cache('plan').ready(), shown.ready()]);
  await one.client.signOut({ wipe: true });
  await expect.poll(() => shown.snapshot.status.data, PATIENCE).toBe('none');
  service.change('plan', [[2, 'two']]);
  await expect(two.client.check()).rejects.toMatchObject({ code: 'closed' });
  const three = open(service, store);
  expect(await three.client.held()).toEqual([]);
});

it('invariant 14: a store is of one user, and a new token changes nothing', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const one = open(service, store);
  await one.client.cache('plan').ready();
  const bob = open(service, store, { user: 'bob' });
  expect(bob.client.peek('plan').status.data).toBe('none');
  expect(await bob.client.held()).toEqual([]);
});

it('invariant 9: the token is in no event, error or message', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  const heard: unknown[] = [];
  const shared = platformShared();
  const spy: Shared | null = shared && {
    locks: shared.locks,
    channel: (name) => {
      const channel = shared.channel(name);
      const post = channel.postMessage.bind(channel);
      channel.postMessage = (message) => {
        heard.push(message);
        post(message);
      };
      return channel;
    },
  };
  const one = open(service, store, {}, spy);
  const two = open(service, store, {}, spy);
  await two.client.cache('plan').ready();
  service.good = 'none is good';
  await one.client.check().catch((error) => heard.push(String(error), JSON.stringify(error)));
  await expect.poll(() => [one, two].some(({ client }) => client.status.sync === 'needs-auth'), PATIENCE).toBe(true);
  const all = JSON.stringify([heard, one.events, two.events, one.client.status, two.client.status]);
  expect(all).not.toContain('token-1');
  expect(all).not.toContain('token-2');
  expect([...one.auths, ...two.auths].filter((why) => why === 'rejected')).toHaveLength(1);
});

it('a tab that does not lead tells that somebody must sign in, and resume() there has the one that leads continue', async () => {
  const service = new FakeService('plan');
  const store = storeOf();
  let signedIn: string | null = null;
  const auth = async () => signedIn;
  const one = open(service, store, { auth });
  one.client.cache('plan');
  await expect.poll(() => one.client.status.sync, PATIENCE).toBe('needs-auth');
  const two = open(service, store, { auth });
  const shown = two.client.cache('plan');
  await expect.poll(() => two.client.status.sync, PATIENCE).toBe('needs-auth');
  expect(two.client.status.error).toMatchObject({ code: 'unauthenticated' });
  await expect.poll(() => shown.snapshot.status.sync, PATIENCE).toBe('needs-auth');
  signedIn = 'token';
  two.client.resume();
  await shown.ready();
  expect(one.client.status.leads).toBe(true);
});

/** A service whose checks wait, and whose sockets the test can end. */
class Waiting extends FakeService {
  isWaiting = false;
  ears: SocketEars | null = null;
  override transport(): Transport {
    const transport = super.transport();
    return {
      ...transport,
      sync: async (...question) => {
        if (!this.isWaiting) return transport.sync(...question);
        this.calls.push('check that waits');
        return new Promise(() => {});
      },
      socket: (ticket, ears) => {
        this.ears = ears;
        return transport.socket(ticket, ears);
      },
    };
  }
}

it('what apps have asked of a tab that loses the lead, its own as well, the next one answers', async () => {
  const service = new Waiting('plan');
  const store = storeOf();
  const one = open(service, store);
  await expect.poll(() => one.client.status.leads, PATIENCE).toBe(true);
  const two = open(service, store);
  await two.client.cache('plan').ready();
  service.isWaiting = true;
  const asked = [two.client.check()];
  await expect.poll(() => service.calls.at(-1), PATIENCE).toBe('check that waits');
  asked.push(one.client.check());
  await Promise.resolve();
  service.isWaiting = false;
  await navigator.locks.request(storeName(`https://example.com/${stores}`, 'alice'), { steal: true }, async () => {});
  await Promise.all(asked);
  expect(two.client.status.leads).toBe(true);
});

it('all tabs say that they are offline as soon as the socket is cut, and no other state before', async () => {
  const service = new Waiting('plan');
  const store = storeOf();
  const tabs = [open(service, store), open(service, store)].map(({ client }) => client);
  for (const client of tabs) await client.cache('plan').ready();
  for (const client of tabs) await expect.poll(() => client.status.sync, PATIENCE).toBe('live');
  const heard: string[] = [];
  for (const client of tabs) client.subscribe(() => heard.push(client.status.sync, client.peek('plan').status.sync));
  service.error = new FreshetError('network', 'gone');
  service.ears?.closed(1006, true);
  for (const client of tabs) await expect.poll(() => client.status.sync, PATIENCE).toBe('offline');
  expect(new Set(heard)).toEqual(new Set(['offline']));
});

it('with denied: drop the end of a user drops all that the store holds, used or not, and no tab shows it any more', async () => {
  const service = new Waiting('old', 'plan');
  const store = storeOf();
  const before = open(service, store, { live: 'poll' });
  await before.client.cache('old').ready();
  await before.client.close();
  const one = open(service, store, { denied: 'drop' });
  await one.client.cache('plan').ready();
  await expect.poll(() => service.sockets, PATIENCE).toBe(1);
  const two = open(service, store, { denied: 'drop' });
  await two.client.cache('plan').ready();
  service.ears?.closed(4403, true);
  await expect.poll(() => one.client.held(), PATIENCE).toEqual([]);
  for (const { client } of [one, two]) await expect.poll(() => client.peek('plan').status.data, PATIENCE).toBe('none');
});

/** A store whose commits wait until the test lets them go on. */
function holdingStore() {
  const inner = storeOf();
  const gate = { isShut: false, waiting: 0, done: 0, open: () => {} };
  const opened = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const open: Store['open'] = async (name) => {
    const handle = await inner.open(name);
    return {
      ...handle,
      async commit(change) {
        gate.waiting += 1;
        if (gate.isShut) await opened;
        const outcome = await handle.commit(change);
        gate.done += 1;
        return outcome;
      },
    };
  };
  return { gate, store: { ...inner, open } };
}

/** A tab that leads whatever others do, as one that was frozen before it heard that it does not any more. */
function leading(): Shared | null {
  const shared = platformShared();
  const request = (_name: string, _options: LockOptions, work: () => unknown) => Promise.resolve(work());
  return shared && { ...shared, locks: { request } as unknown as LockManager };
}

it.each([
  ['that it was told by the socket', 0],
  ['that another tab has told it', 1],
])('invariant 27: keeps no first load that was being stored at the end of a user %s', async (_name, at) => {
  const service = new Waiting('plan', 'first');
  const { gate, store } = holdingStore();
  const one = open(service, store, { denied: 'drop' });
  await one.client.cache('plan').ready();
  await expect.poll(() => service.sockets, PATIENCE).toBe(1);
  const two = open(service, store, { denied: 'drop', live: 'poll' }, at === 0 ? platformShared() : leading());
  gate.isShut = true;
  const { waiting, done } = gate;
  const first = [one, two][at]?.client.cache('first');
  await expect.poll(() => gate.waiting, PATIENCE).toBeGreaterThan(waiting);
  service.ears?.closed(4403, true);
  await expect.poll(() => one.client.held(), PATIENCE).toEqual([]);
  gate.open();
  await expect.poll(() => gate.done, PATIENCE).toBeGreaterThan(done);
  await expect.poll(() => one.client.held(), PATIENCE).toEqual([]);
  await expect.poll(() => first?.snapshot.status.data, PATIENCE).toBe('none');
});

it('invariant 17: a thousand mounts leave no listener, socket or use', async () => {
  const service = new FakeService('plan');
  const { client, page } = open(service, storeOf());
  await client.cache('plan').ready();
  for (let turn = 0; turn < 1000; turn += 1) {
    const cache = client.cache('plan');
    const stop = cache.subscribe(() => {});
    stop();
    cache.release();
  }
  client.cache('plan').release();
  client.cache('plan').release();
  await client.close();
  expect(page.heard).toEqual([]);
  expect(service.sockets).toBe(0);
});

it('subscribers get each version once, after it is stored, and an error of one affects no other', async () => {
  const service = new FakeService('plan');
  const { client } = open(service, storeOf());
  const cache = client.cache('plan');
  await cache.ready();
  await expect.poll(() => cache.snapshot.status.sync, PATIENCE).toBe('live');
  const heard: unknown[] = [];
  const report = console.error;
  console.error = () => {};
  cache.subscribe(() => {
    throw new Error('of the app');
  });
  cache.subscribe((change) => heard.push([change, cache.snapshot.version]));
  service.change('plan', [[2, 'two']], [1]);
  await expect.poll(() => heard, PATIENCE).toEqual([[{ inserted: [2], deleted: [1], whole: false }, 2]]);
  console.error = report;
  expect(cache.snapshot).toBe(cache.snapshot);
});
