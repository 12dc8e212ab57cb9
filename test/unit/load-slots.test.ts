import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoadSlot, LoadSlots } from '../../src/flows/load-slots.ts';

const never = new AbortController().signal;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What has settled of the promise after so long; null: nothing yet. */
async function settled<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let value: T | null = null;
  promise.then(
    (found) => {
      value = found;
    },
    (error) => {
      value = error;
    },
  );
  await vi.advanceTimersByTimeAsync(ms);
  return value;
}

async function enter(slots: LoadSlots, resource?: string): Promise<LoadSlot> {
  const slot = await slots.enter(resource, Date.now());
  if (slot === null) throw new Error('no room');
  return slot;
}
const release = (slot: LoadSlot | undefined): void => slot?.release();
const done = async (promise: Promise<void>) => promise.then(() => 'done');

describe('loads of an isolate', () => {
  it('are ten at most; another waits its time and then goes', async () => {
    const slots = new LoadSlots();
    const taken = await Promise.all(Array.from({ length: 10 }, () => enter(slots)));
    expect(
      await settled(
        2100,
        slots.enter(undefined, Date.now() + 2000).then((slot) => slot ?? 'none'),
      ),
    ).toBe('none');
    const waiting = slots.enter(undefined, Date.now() + 2000);
    expect(await settled(1000, waiting)).toBeNull();
    release(taken[0]);
    release(taken[0]);
    expect(await settled(100, waiting)).not.toBeNull();
    expect(await slots.enter(undefined, Date.now())).toBeNull();
  });

  it('are six of one origin at most, and those that wait for it leave room to others', async () => {
    const slots = new LoadSlots();
    const taken = await Promise.all(Array.from({ length: 10 }, () => enter(slots)));
    const starts = taken.map((slot, at) => done(slot.takeOrigin(`r${at}`, 'slow.example', never)));
    for (const start of starts.slice(0, 6)) expect(await settled(0, start)).toBe('done');
    for (const start of starts.slice(6)) expect(await settled(100, start)).toBeNull();
    const other = await enter(slots);
    expect(await settled(0, done(other.takeOrigin('s', 'quick.example', never)))).toBe('done');
    release(taken[2]);
    expect(await settled(100, starts[6] ?? Promise.reject())).toBe('done');
    expect(await settled(100, starts[7] ?? Promise.reject())).toBeNull();
  });

  it('of an origin that is known to be full are not begun', async () => {
    const slots = new LoadSlots();
    const taken = await Promise.all(Array.from({ length: 6 }, () => enter(slots)));
    await Promise.all(taken.map((slot) => slot.takeOrigin('r', 'slow.example', never)));
    expect(await slots.enter('r', Date.now())).toBeNull();
    expect(await slots.enter('unknown', Date.now())).not.toBeNull();
    release(taken[0]);
    expect(await slots.enter('r', Date.now())).not.toBeNull();
    expect(await slots.enter('r', Date.now())).toBeNull();
  });

  it('are one heavy one at most, which leaves its room to a light one', async () => {
    const slots = new LoadSlots();
    const taken = await Promise.all(Array.from({ length: 10 }, () => enter(slots)));
    await taken[0]?.takeHeavy(never);
    expect(await slots.enter(undefined, Date.now())).not.toBeNull();
    const second = done(taken[1]?.takeHeavy(never) ?? Promise.reject());
    expect(await settled(1000, second)).toBeNull();
    release(taken[0]);
    expect(await settled(100, second)).toBe('done');
  });

  it('end waiting when their time is over', async () => {
    const slots = new LoadSlots();
    await (await enter(slots)).takeHeavy(never);
    const controller = new AbortController();
    const waiting = (await enter(slots)).takeHeavy(controller.signal);
    const reason = new Error('too late');
    controller.abort(reason);
    expect(await settled(100, waiting)).toBe(reason);
  });

  it('that were never given back count no longer when their lease is over', async () => {
    const slots = new LoadSlots();
    for (const at of Array(10).keys()) (await enter(slots)).keepUntil(Date.now() + 90_000 + at);
    expect(await slots.enter(undefined, Date.now())).toBeNull();
    vi.setSystemTime(Date.now() + 90_001);
    expect(await slots.enter(undefined, Date.now())).not.toBeNull();
  });
});
