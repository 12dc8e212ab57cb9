import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoadClock } from '../../src/flows/load/load-clock.ts';
import { type LoadSlot, LoadSlots, type LoadWanted } from '../../src/flows/load/load-slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE_MS = 60_000;
const freshClock = (timeoutMs = MINUTE_MS) => new LoadClock(timeoutMs, Date.now() + 2 * MINUTE_MS);

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

async function enter(slots: LoadSlots, wanted: LoadWanted = {}): Promise<LoadSlot> {
  const slot = await slots.enter(wanted, Date.now());
  if (slot === null) throw new Error('no room');
  return slot;
}
/** So many loads that wanted the same. */
async function fill(slots: LoadSlots, count: number, wanted: LoadWanted = {}): Promise<LoadSlot[]> {
  const taken: LoadSlot[] = [];
  while (taken.length < count) taken.push(await enter(slots, wanted));
  return taken;
}
const refused = async (slots: LoadSlots, wanted: LoadWanted = {}) => (await slots.enter(wanted, Date.now())) === null;
const release = (slot: LoadSlot | undefined): void => slot?.release();
const done = async (promise: Promise<void>) => promise.then(() => 'done');

describe('loads of an isolate', () => {
  it('are ten at most; another waits its time and then goes', async () => {
    const slots = new LoadSlots();
    const taken = await fill(slots, 10);
    expect(
      await settled(
        2100,
        slots.enter({}, Date.now() + 2000).then((slot) => slot ?? 'none'),
      ),
    ).toBe('none');
    const waiting = slots.enter({}, Date.now() + 2000);
    expect(await settled(1000, waiting)).toBeNull();
    release(taken[0]);
    release(taken[0]);
    expect(await settled(100, waiting)).not.toBeNull();
    expect(await refused(slots)).toBe(true);
  });

  it('are six of one origin at most, which leave room to others', async () => {
    const slots = new LoadSlots();
    const origin = 'slow.example';
    for (const resource of ['r', 's', 't', 'u', 'v', 'w']) await enter(slots, { resource, origin });
    expect(await refused(slots, { resource: 'x', origin })).toBe(true);
    await enter(slots, { resource: 'x', origin: 'quick.example' });
  });

  it('count at the origin that they really ask', async () => {
    const slots = new LoadSlots();
    for (const slot of await fill(slots, 6)) slot.setOrigin('r', 'moved.example');
    expect(await refused(slots, { resource: 'r', origin: 'moved.example' })).toBe(true);
  });

  it('that are slow and hang at one origin leave room to slow ones of others', async () => {
    const slots = new LoadSlots();
    const hung = { slow: true, resource: 'r', origin: 'hung.example' };
    for (let n = 0; n < 6; n += 1) await enter(slots, hung);
    expect(await refused(slots, hung)).toBe(true);
    await enter(slots, { slow: true, resource: 's', origin: 'hung.example' });
    await enter(slots, { slow: true, resource: 't', origin: 'prompt.example' });
  });

  it('that are slow take eight places at most, and leave the others to fast ones', async () => {
    const slots = new LoadSlots();
    const taken = await fill(slots, 8, { slow: true });
    expect(await refused(slots, { slow: true })).toBe(true);
    await fill(slots, 2);
    expect(await refused(slots)).toBe(true);
    release(taken[0]);
    await enter(slots, { slow: true });
  });

  it('that are slow and heavy wait for the heavy place alone', async () => {
    const slots = new LoadSlots();
    await fill(slots, 8, { slow: true });
    await enter(slots, { slow: true, heavy: true });
    await fill(slots, 2);
  });

  it('that were cut are forgotten', async () => {
    const slots = new LoadSlots();
    const forgotten = vi.spyOn(Set.prototype, 'delete');
    await fill(slots, 10);
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 3001);
    await enter(slots);
    expect(forgotten).toHaveBeenCalledTimes(10);
    forgotten.mockRestore();
  });

  it('that were cut with their invocation count no longer within seconds', async () => {
    const slots = new LoadSlots();
    await fill(slots, 10);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(await refused(slots)).toBe(true);
    const cutAt = Date.now();
    vi.clearAllTimers();
    vi.setSystemTime(cutAt + 3001);
    await fill(slots, 10);
  });
});

describe('a resource', () => {
  const origin = 'one.example';

  it('may use all places of its origin while nobody else asks for it', async () => {
    const slots = new LoadSlots();
    await fill(slots, 6, { resource: 'r', origin });
    expect(await refused(slots, { resource: 'r', origin })).toBe(true);
  });

  it('takes at most half of them while others wait', async () => {
    const slots = new LoadSlots();
    const [first, second] = await fill(slots, 3, { resource: 'r', origin });
    const others = await fill(slots, 3, { resource: 's', origin });
    expect(await refused(slots, { resource: 's', origin })).toBe(true);
    expect(await refused(slots, { resource: 't', origin })).toBe(true);
    release(others[0]);
    release(first);
    await enter(slots, { resource: 'r', origin });
    // Five places are taken: the sixth is for a resource that has not used its half.
    expect(await refused(slots, { resource: 'r', origin })).toBe(true);
    release(second);
    await enter(slots, { resource: 't', origin });
  });

  it('gets its half also where another had already taken all, and that one falls back to its own', async () => {
    const slots = new LoadSlots();
    const hung = await fill(slots, 6, { resource: 'hung', origin });
    const prompt = await fill(slots, 3, { resource: 'prompt', origin });
    expect(await refused(slots, { resource: 'prompt', origin })).toBe(true);
    for (const slot of hung.slice(0, 4)) release(slot);
    await enter(slots, { resource: 'prompt', origin });
    release(prompt[0]);
    expect(await refused(slots, { resource: 'third', origin })).toBe(false);
  });

  it('may use all of them again when nobody has asked for some seconds', async () => {
    const slots = new LoadSlots();
    await fill(slots, 3, { resource: 'r', origin });
    const others = await fill(slots, 3, { resource: 's', origin });
    expect(await refused(slots, { resource: 's', origin })).toBe(true);
    others.forEach(release);
    expect(await refused(slots, { resource: 'r', origin })).toBe(true);
    await vi.advanceTimersByTimeAsync(6001);
    await fill(slots, 3, { resource: 'r', origin });
  });
});

describe('a heavy load', () => {
  it('is the only one, and leaves the light ones their room', async () => {
    const slots = new LoadSlots();
    const heavy = await enter(slots, { heavy: true });
    expect(await refused(slots, { heavy: true })).toBe(true);
    await fill(slots, 10);
    release(heavy);
    await enter(slots, { heavy: true });
  });

  it('waits, where it turns out to be one, without its light place, and its origin has as long as before', async () => {
    const slots = new LoadSlots();
    const first = await enter(slots, { heavy: true });
    const [grown] = await fill(slots, 10);
    const clock = freshClock(1000);
    const growing = done(grown?.becomeHeavy(clock) ?? Promise.reject());
    expect(await settled(MINUTE_MS, growing)).toBeNull();
    await enter(slots);
    release(first);
    expect(await settled(100, growing)).toBe('done');
    expect(clock.leftMs()).toBeGreaterThan(900);
    expect(await refused(slots, { heavy: true })).toBe(true);
  });

  it('that has its place takes no other', async () => {
    const slots = new LoadSlots();
    const slot = await enter(slots, { heavy: true });
    expect(await settled(0, done(slot.becomeHeavy(freshClock())))).toBe('done');
  });

  it('ends waiting when its time is over', async () => {
    const slots = new LoadSlots();
    await enter(slots, { heavy: true });
    const slot = await enter(slots);
    const waiting = slot.becomeHeavy(freshClock());
    expect(await settled(2 * MINUTE_MS + 100, waiting)).toMatchObject({ code: 'overloaded', retryable: true });
  });

  it('is one of at most ten that wait half-way', async () => {
    const slots = new LoadSlots();
    await enter(slots, { heavy: true });
    for (const slot of await fill(slots, 10)) slot.becomeHeavy(freshClock()).catch(() => undefined);
    expect(await refused(slots)).toBe(true);
    expect(await settled(2 * MINUTE_MS + 100, Promise.resolve('over'))).toBe('over');
  });
});
