import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fetchOnce } from '../../src/stores/fetch-once.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const id = () => crypto.randomUUID();

/** Ten requests for the same thing; each fetch takes 30 ms. */
function herd(keeps: boolean, fetched: () => Promise<string> = async () => 'it') {
  const name = id();
  let kept: string | undefined;
  let fetches = 0;
  const ask = () =>
    fetchOnce(
      name,
      () => kept,
      async () => {
        fetches += 1;
        await vi.advanceTimersByTimeAsync(30);
        const value = await fetched();
        if (keeps) kept = value;
        return value;
      },
    );
  return { asked: Array.from({ length: 10 }, ask), fetches: () => fetches };
}

it('one of many fetches, and the others take it from memory', async () => {
  const { asked, fetches } = herd(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 10 }, () => 'it'));
  expect(fetches()).toBe(1);
});

it('what is not kept in memory is fetched by each, not one after the other', async () => {
  const { asked, fetches } = herd(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 10 }, () => 'it'));
  expect(fetches()).toBe(10);
});

it('a fetch that fails fails its own request alone', async () => {
  let fails = true;
  const { asked } = herd(true, async () => {
    if (!fails) return 'it';
    fails = false;
    throw new Error('lost');
  });
  const settled = Promise.allSettled(asked);
  await vi.advanceTimersByTimeAsync(200);
  expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

it('a fetch that is never heard of again is not waited for', async () => {
  const name = id();
  void fetchOnce(
    name,
    () => undefined,
    () => new Promise<string>(() => undefined),
  );
  const asked = fetchOnce(
    name,
    () => undefined,
    async () => 'it',
  );
  await vi.advanceTimersByTimeAsync(1100);
  expect(await asked).toBe('it');
});
