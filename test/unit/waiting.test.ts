import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { growingPauses, looks, randomPauses, sleep, withTimeout } from '../../src/waiting.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each look comes, ms. */
async function times(...args: Parameters<typeof looks>): Promise<number[]> {
  const seen: number[] = [];
  const done = (async () => {
    for await (const look of looks(...args)) {
      expect(look).toBe(seen.length);
      seen.push(Date.now());
    }
  })();
  await vi.runAllTimersAsync();
  await done;
  return seen;
}

describe('looks', () => {
  it('come at once, after pauses that grow, and at the end', async () => {
    expect(await times(1000, growingPauses(100, 400))).toEqual([0, 100, 300, 700, 1000]);
    expect(await times(2000, growingPauses(200, 300, 1.5))).toEqual([1000, 1200, 1500, 1800, 2000]);
  });

  it('come once where there is no time', async () => {
    expect(await times(0, growingPauses(100, 400))).toEqual([0]);
  });

  it('come after pauses by chance', async () => {
    const seen = await times(10_000, randomPauses(400, 800));
    const pauses = seen.slice(1, -1).map((at, look) => at - (seen[look] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(400);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(800);
    expect(new Set(pauses).size).toBeGreaterThan(1);
  });

  it('end as soon as the signal aborts, and leave no timer', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 250);
    expect(await times(60_000, growingPauses(100, 60_000), controller.signal)).toEqual([0, 100]);
    expect(Date.now()).toBe(250);
    expect(await times(60_000, growingPauses(100, 60_000), controller.signal)).toEqual([250]);
  });
});

it('sleep takes its signal off again', async () => {
  const { signal } = new AbortController();
  const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  void sleep(100, signal);
  await vi.runAllTimersAsync();
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
});

it('work that takes too long is given up, and its timer with work that does not', async () => {
  const late = withTimeout(new Promise(() => undefined), 100).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(100);
  expect(await late).toBe('no answer within 100 ms');
  expect(await withTimeout(Promise.resolve('it'), 100)).toBe('it');
  await Promise.resolve();
  expect(vi.getTimerCount()).toBe(0);
});
