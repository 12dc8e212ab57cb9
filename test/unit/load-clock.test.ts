/** The clock of one load: the origin's time-out, which is paused while the load waits, and the end of the load. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoadClock } from '../../src/flows/load/load-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const clockOf = (timeoutMs: number, wholeMs: number) => new LoadClock(timeoutMs, Date.now() + wholeMs);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const never = new Promise<never>(() => undefined);
/** Stands still until told to go on. */
function waiting(clock: LoadClock): () => void {
  let goOn = () => {};
  void clock.standStill(
    () =>
      new Promise<void>((resolve) => {
        goOn = resolve;
      }),
  );
  return () => goOn();
}

describe('the clock of a load', () => {
  it('ends it when the origin had its time', async () => {
    const clock = clockOf(1000, 5000);
    const held = clock.hold(never).catch((error) => error);
    await pass(999);
    expect([clock.signal.aborted, clock.leftMs()]).toEqual([false, 1]);
    await pass(1);
    expect(await held).toMatchObject({
      code: 'origin-timeout',
      message: 'The load took longer than 1 s (origin.timeout_s).',
      retryable: true,
    });
  });

  it('stands still while it waits, and then continues where it was', async () => {
    const clock = clockOf(1000, 5000);
    await pass(600);
    const goOn = waiting(clock);
    await pass(3000);
    expect([clock.signal.aborted, clock.leftMs()]).toEqual([false, 1400]);
    goOn();
    await pass(0);
    expect(clock.leftMs()).toBe(400);
    await pass(400);
    expect(clock.signal.reason).toMatchObject({ code: 'origin-timeout' });
  });

  it('ends it nevertheless, well before its lease', async () => {
    const clock = clockOf(1000, 5000);
    const goOn = waiting(clock);
    await pass(4900);
    goOn();
    await pass(99);
    expect(clock.signal.aborted).toBe(false);
    await pass(1);
    expect(clock.signal.reason).toMatchObject({ code: 'overloaded', retryable: true });
  });

  it('may get an earlier end or a shorter time-out, and never longer ones', async () => {
    const early = clockOf(1000, 5000);
    waiting(early);
    early.endBy(Date.now() + 200);
    early.endBy(Date.now() + 9000);
    expect(early.leftMs()).toBe(200);
    const short = clockOf(1000, 5000);
    await pass(100);
    short.limit(300);
    short.limit(9000);
    expect(short.leftMs()).toBe(200);
    await pass(200);
    expect(short.signal.reason).toMatchObject({ message: 'The load took longer than 0.3 s (origin.timeout_s).' });
    expect(early.signal.reason).toMatchObject({ code: 'overloaded' });
  });

  it('is quiet once it is disposed of', async () => {
    const clock = clockOf(1000, 5000);
    clock[Symbol.dispose]();
    await pass(6000);
    expect(clock.signal.aborted).toBe(false);
  });
});
