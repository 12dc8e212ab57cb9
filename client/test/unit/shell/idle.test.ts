/** An hour of a device with ten caches of which nothing changes, by a clock of the test: what it asks. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Lifecycle, Options } from '../../../src/api.ts';
import { clientOf } from '../../../src/shell/client.ts';
import { platformClock } from '../../../src/shell/platform.ts';
import { memory } from '../../../src/store/memory.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

const LOOKED_AT: Lifecycle = { isVisible: () => true, isOnline: () => true, listen: () => () => {} };
const LEFT: Lifecycle = { ...LOOKED_AT, isVisible: () => false };
const TITLES = Array.from({ length: 10 }, (_, n) => `plan-${n}`);
const MINUTE_MS = 60_000;
const HOURS = 6;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is asked in some hours, once all is loaded. */
async function hoursOf(options: Pick<Options, 'live'>, lifecycle: Lifecycle): Promise<string[]> {
  const service = new FakeService(...TITLES);
  const client = clientOf(
    { url: 'https://example.com', user: 'alice', auth: async () => 'token', lifecycle, ...options },
    { store: memory(), clock: platformClock(), shared: null, transport: () => service.transport() },
  );
  const caches = TITLES.map((title) => client.cache(title));
  await vi.advanceTimersByTimeAsync(1000);
  // Hashes are made beside the clock.
  await Promise.all(caches.map((cache) => cache.ready()));
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(caches.map(({ snapshot }) => snapshot.version)).toEqual(TITLES.map(() => 1));
  expect(client.status.sync).toBe(options.live === 'socket' ? 'live' : 'idle');
  service.calls.length = 0;
  for (let hour = 0; hour < HOURS; hour += 1) await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  const calls = [...service.calls];
  // One for all, and none of its own for each cache.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(2);
  await client.close();
  expect(vi.getTimerCount()).toBe(0);
  return calls;
}

it.each([
  ['four checks an hour by polling', 'poll', LOOKED_AT, 4],
  ['four checks an hour by polling, also in the background', 'poll', LEFT, 4],
  ['two checks an hour beside a socket', 'socket', LOOKED_AT, 2],
  ['two checks an hour beside a socket, also in the background', 'socket', LEFT, 2],
  ['nothing where it is not to be live', 'off', LOOKED_AT, 0],
] as const)('asks at most %s for all of its caches (invariant 7)', async (_what, live, lifecycle, most) => {
  const calls = await hoursOf({ live }, lifecycle);
  expect(new Set(calls)).toEqual(new Set(most === 0 ? [] : ['sync']));
  expect(calls.length).toBeLessThanOrEqual(HOURS * most);
  // It does look after them.
  expect(calls.length).toBeGreaterThanOrEqual((HOURS * most) / 2);
});
