/** A simulated day: what a busy device asks and holds, and one without a service. Each thing that the client holds has a bound. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Client, Options } from '../../../src/api.ts';
import { FreshetError } from '../../../src/error.ts';
import type { SocketEars, Transport } from '../../../src/network/transport.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { memory } from '../../../src/store/memory.ts';
import { FakeClock } from '../../support/shell/fake-clock.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

const HOUR = 3_600_000;
// As on an http address: rows are hashed at once, so that nothing is under way beside the clock.
beforeAll(() => void vi.stubGlobal('crypto', undefined));
afterAll(() => void vi.unstubAllGlobals());
const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function open(service: FakeService, clock: FakeClock, options: Partial<Options> = {}, more: Partial<Transport> = {}) {
  const client = clientOf(
    { url: 'https://example.com', user: 'alice', auth: async () => 'token', ...options },
    { store: memory(), clock, shared: null, transport: () => ({ ...service.transport(), ...more }) },
  );
  clients.push(client);
  return client;
}

const titles = (count: number) => Array.from({ length: count }, (_, at) => `cache ${at}`);

it('a device whose service answers nothing asks less and less often, and holds no more', {
  timeout: 60_000,
}, async () => {
  const service = new FakeService(...titles(10));
  const clock = new FakeClock();
  const client = open(service, clock);
  service.error = new FreshetError('network', 'network', { retryable: true });
  for (const title of titles(10)) client.cache(title);
  await clock.pass(HOUR);
  const before = service.calls.length;
  await clock.pass(2 * HOUR);
  // A check and a ticket each five minutes, half of that by chance.
  expect(service.calls.length - before).toBeLessThanOrEqual(2 * ((2 * HOUR) / 150_000 + 1));
  expect(clock.timers).toBe(1);
});

it('loads each minute of a day leave one version in memory, and no more timers', { timeout: 120_000 }, async () => {
  const service = new FakeService('plan');
  const clock = new FakeClock();
  const client = open(service, clock);
  const plan = client.cache<{ name: string }>('plan');
  await clock.pass(10_000);
  for (let minute = 0; minute < 1440; minute += 1) {
    service.change('plan', [[minute + 2, `row ${minute}`]], minute === 0 ? [] : [minute + 1]);
    // The service keeps a few versions.
    service.caches.set('plan', service.caches.get('plan')?.slice(-3) ?? []);
    await clock.pass(60_000);
  }
  await clock.pass(300_000);
  expect(plan.snapshot.version).toBe(1441);
  expect(plan.snapshot.tables.t?.toArray()).toHaveLength(2);
  expect(clock.timers).toBeLessThanOrEqual(1);
  const [held] = await client.held();
  // Deltas are written together before they are many.
  expect(held?.bytes).toBeLessThan(32 * 100);
  const { sync, ticket } = Object.groupBy(service.calls, (name) => name) as Record<string, string[]>;
  expect(sync?.length).toBeLessThan(1440 + 48 + 10);
  expect(ticket).toHaveLength(1);
});

it('a socket that reports a thousand things a second makes no more requests', {
  timeout: 60_000,
}, async () => {
  const service = new FakeService('plan');
  const clock = new FakeClock();
  let ears: SocketEars | null = null;
  const { socket } = service.transport();
  const client = open(
    service,
    clock,
    {},
    {
      socket(ticket, own) {
        ears = own;
        return socket(ticket, own);
      },
    },
  );
  const plan = client.cache('plan');
  await clock.pass(10_000);
  const tag = plan.snapshot.etag?.split('-')[0] ?? '';
  const before = service.calls.length;
  for (let second = 0; second < 20; second += 1) {
    for (let at = 0; at < 1000; at += 1) {
      const strange = { tag: `${second}-${at}`, version: 1, revision: 1 };
      (ears as SocketEars | null)?.poked([{ tag, version: 2 + second, revision: 1000 * second + at }, strange], 0);
    }
    await clock.pass(1000);
  }
  // The floor between checks grows from 2 s, also where the service lags behind what it tells.
  expect(service.calls.length - before).toBeLessThanOrEqual(5);
  expect(plan.snapshot.status.sync).toBe('checking');
});
