import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readWhole } from '../../src/stores/blob-content.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a stream that stalls is given up after its time, and cancelled', async () => {
  const cancel = vi.fn();
  const stalled = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(new Uint8Array(5)), cancel });
  const read = readWhole(stalled, 10, 1000);
  await vi.advanceTimersByTimeAsync(999);
  expect(cancel).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(cancel).toHaveBeenCalledOnce();
  expect(await read).toBeNull();
});

it('a stream that ends in time leaves no timer', async () => {
  const whole = new Blob([new Uint8Array(10)]).stream();
  vi.useRealTimers();
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  expect(await readWhole(whole, 10, 1000)).toEqual(new Uint8Array(10));
  expect(cleared).toHaveBeenCalledOnce();
});
