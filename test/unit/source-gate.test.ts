/** The rules of a source's gate (DESIGN "The gate of a source"), event by event, and what they add up to. */
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { close, enter, leave, more, newGate, view } from '../../src/core/source-gate/gate.ts';
import { slotMs } from '../../src/core/source-gate/pace.ts';
import type { EnterRequest, GateLimits } from '../../src/ports/source-gate.ts';

const T0 = 1_800_000_000_000;
const TWO: GateLimits = { concurrency: 2, rate: null };
const asks = (load: string, limits: GateLimits, more: Partial<EnterRequest> = {}): EnterRequest => ({
  load,
  ttlMs: 60_000,
  force: false,
  limits,
  asOf: 1,
  ...more,
});
const entered = (inMs = 0) => ({ outcome: 'entered', slots: [inMs] });
const wait = (reason: string, waitMs: number) => ({ outcome: 'wait', reason, waitMs });

describe('permits', () => {
  it('are given up to the limit, and free again when given back or run out', () => {
    const gate = newGate();
    expect(enter(gate, asks('a', TWO), T0)).toEqual(entered());
    expect(enter(gate, asks('b', TWO), T0)).toEqual(entered());
    expect(enter(gate, asks('c', TWO), T0)).toEqual(wait('full', 2000));
    leave(gate, { load: 'a', isWell: true });
    expect(enter(gate, asks('c', TWO), T0)).toEqual(entered());
    expect(enter(gate, asks('d', TWO), T0 + 59_999)).toEqual(wait('full', 2000));
    expect(enter(gate, asks('d', TWO), T0 + 60_000)).toEqual(entered());
  });

  it('are one for a load that asks twice', () => {
    const gate = newGate();
    for (let n = 0; n < 5; n += 1) expect(enter(gate, asks('a', TWO), T0)).toEqual(entered());
    expect(view(gate, T0).permits).toBe(1);
  });

  it('follow the newest limits that anybody tells, and no older ones', () => {
    const gate = newGate();
    const one = { concurrency: 1, rate: null };
    expect(enter(gate, asks('a', TWO, { asOf: 1 }), T0)).toEqual(entered());
    expect(enter(gate, asks('b', one, { asOf: 2 }), T0)).toEqual(wait('full', 2000));
    expect(enter(gate, asks('b', TWO, { asOf: 1 }), T0)).toEqual(wait('full', 2000));
    expect(enter(gate, asks('b', TWO, { asOf: 3 }), T0)).toEqual(entered());
  });

  it('that have run out are good for no further request', () => {
    const gate = newGate();
    enter(gate, asks('a', TWO), T0);
    expect(more(gate, { load: 'a', want: 3, force: false }, T0 + 59_999)).toEqual({
      outcome: 'more',
      slots: [0, 0, 0],
    });
    expect(more(gate, { load: 'a', want: 1, force: false }, T0 + 60_000)).toEqual({ outcome: 'gone' });
    expect(more(gate, { load: 'b', want: 1, force: false }, T0)).toEqual({ outcome: 'gone' });
  });
});

describe('a source that has too much to do', () => {
  const closedFor = (status: number, retryAfterMs: number | null) => {
    const gate = newGate();
    close(gate, { status, retryAfterMs }, T0);
    return view(gate, T0);
  };

  it.each<[number | null, number]>([
    [30_000, 30_000],
    [null, 10_000],
    [0, 1000],
    [9e9, 3_600_000],
  ])('with Retry-After of %s ms is closed for %s ms', (retryAfterMs, forMs) => {
    expect(closedFor(429, retryAfterMs)).toMatchObject({ closedUntil: T0 + forMs, closedBy: 429 });
  });

  it('is closed for all, those within as well, until then', () => {
    const gate = newGate();
    enter(gate, asks('a', TWO), T0);
    close(gate, { status: 503, retryAfterMs: 5000 }, T0);
    expect(enter(gate, asks('b', TWO), T0 + 1)).toEqual(wait('closed', 4999));
    expect(more(gate, { load: 'a', want: 1, force: false }, T0 + 1)).toEqual(wait('closed', 4999));
    expect(enter(gate, asks('b', TWO), T0 + 5000)).toEqual(entered());
    expect(view(gate, T0 + 5000)).toMatchObject({ closedUntil: null, closedBy: null });
  });

  it('that names no time is closed twice as long each time, ten minutes at most, until a load succeeds', () => {
    const gate = newGate();
    let now = T0;
    const lengths = Array.from({ length: 8 }, () => {
      close(gate, { status: 429, retryAfterMs: null }, now);
      const ms = (view(gate, now).closedUntil ?? 0) - now;
      now += ms;
      return ms / 1000;
    });
    expect(lengths).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
    leave(gate, { load: 'x', isWell: false });
    close(gate, { status: 429, retryAfterMs: null }, now);
    expect(view(gate, now).closedUntil).toBe(now + 600_000);
    leave(gate, { load: 'x', isWell: true });
    now += 600_000;
    close(gate, { status: 429, retryAfterMs: null }, now);
    expect(view(gate, now).closedUntil).toBe(now + 10_000);
  });

  it('is closed once by all loads that were under way, and until the latest time that one was told', () => {
    const gate = newGate();
    for (let n = 0; n < 4; n += 1) close(gate, { status: 429, retryAfterMs: null }, T0 + n);
    expect(view(gate, T0 + 4).closedUntil).toBe(T0 + 10_000);
    close(gate, { status: 503, retryAfterMs: 60_000 }, T0 + 5);
    close(gate, { status: 429, retryAfterMs: 2000 }, T0 + 6);
    expect(view(gate, T0 + 6)).toMatchObject({ closedUntil: T0 + 60_005, closedBy: 503 });
  });

  it('lets a load in that an administrator forces, but not past the other limits', () => {
    const gate = newGate();
    close(gate, { status: 429, retryAfterMs: 60_000 }, T0);
    expect(enter(gate, asks('a', TWO, { force: true }), T0)).toEqual(entered());
    expect(more(gate, { load: 'a', want: 1, force: true }, T0)).toEqual({ outcome: 'more', slots: [0] });
    enter(gate, asks('b', TWO, { force: true }), T0);
    expect(enter(gate, asks('c', TWO, { force: true }), T0)).toEqual(wait('full', 2000));
    const rate = { requests: 1, perMs: 60_000 };
    expect(enter(newGate(), asks('d', { concurrency: null, rate }, { force: true }), T0)).toEqual(entered());
  });
});

describe('the pace of a source', () => {
  const limits: GateLimits = { concurrency: 2, rate: { requests: 11, perMs: 58_000 } };

  it('gives as many requests at once as there may be loads, then evenly, a little ahead of their time', () => {
    const gate = newGate();
    expect(enter(gate, asks('a', limits), T0)).toEqual(entered());
    // 58 s and the 2 s that a slot is good for, over 10 intervals.
    expect(more(gate, { load: 'a', want: 10, force: false }, T0)).toEqual({ outcome: 'more', slots: [0] });
    expect(more(gate, { load: 'a', want: 10, force: false }, T0)).toEqual(wait('pace', 6000));
    expect(more(gate, { load: 'a', want: 10, force: false }, T0 + 4500)).toEqual({ outcome: 'more', slots: [1500] });
    expect(view(gate, T0 + 4500).nextRequestAt).toBe(T0 + 12_000);
  });

  it('keeps a load out, without a permit, while there is no request for it', () => {
    const gate = newGate();
    for (const load of ['a', 'b']) enter(gate, asks(load, limits), T0);
    leave(gate, { load: 'a', isWell: true });
    expect(enter(gate, asks('c', limits), T0)).toEqual(wait('pace', 6000));
    expect(view(gate, T0).permits).toBe(1);
  });

  it('is the new one as soon as limits change, in place of an hour that the old one would take', () => {
    const gate = newGate();
    const hourly = { concurrency: 1, rate: { requests: 1, perMs: 3_600_000 } };
    expect(enter(gate, asks('a', hourly), T0)).toEqual(entered());
    leave(gate, { load: 'a', isWell: true });
    expect(enter(gate, asks('b', hourly), T0)).toEqual(wait('pace', 3_602_000));
    const often = { concurrency: 1, rate: { requests: 10, perMs: 10_000 } };
    expect(enter(gate, asks('b', often, { asOf: 2 }), T0)).toEqual(entered(1100));
    // Others that still tell the old ones change nothing.
    expect(enter(gate, asks('b', hourly, { asOf: 1 }), T0 + 1100)).toEqual(entered(1100));
  });

  it('gives 10 slots an answer at most, whatever is asked for', () => {
    const gate = newGate();
    enter(gate, asks('a', { concurrency: 100, rate: { requests: 1000, perMs: 1000 } }), T0);
    const answer = more(gate, { load: 'a', want: 1000, force: false }, T0);
    expect(answer.outcome === 'more' && answer.slots).toHaveLength(10);
  });
});

describe('whatever loads ask, in whatever order and however late', () => {
  const limitsOf = fc.record({
    concurrency: fc.option(fc.integer({ min: 1, max: 6 })),
    rate: fc.option(
      fc.record({
        requests: fc.integer({ min: 1, max: 40 }),
        perMs: fc.integer({ min: 1, max: 60 }).map((s) => s * 1000),
      }),
    ),
  });
  const command = fc.record({
    does: fc.constantFrom('enter', 'more', 'more', 'more', 'leave', 'close'),
    load: fc.integer({ min: 0, max: 9 }).map(String),
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 30_000 })),
    want: fc.integer({ min: 1, max: 12 }),
    /** When each slot is used, as a share of the time that it is good for. */
    late: fc.double({ min: 0, max: 1, noNaN: true }),
    ttlMs: fc.integer({ min: 1, max: 40_000 }),
  });

  it('there are never more permits than loads may run, nor more requests within a window than may be made', () => {
    fc.assert(
      fc.property(limitsOf, fc.array(command, { maxLength: 120 }), (limits, commands) => {
        const gate = newGate();
        const held = new Map<string, number>();
        const made: number[] = [];
        let now = T0;
        for (const { does, load, afterMs, want, late, ttlMs } of commands) {
          now += afterMs;
          for (const [other, endsAt] of held) if (endsAt <= now) held.delete(other);
          if (does === 'leave') {
            leave(gate, { load, isWell: true });
            held.delete(load);
          } else if (does === 'close') {
            close(gate, { status: 429, retryAfterMs: want * 100 }, now);
          } else {
            const answer =
              does === 'enter'
                ? enter(gate, asks(load, limits, { ttlMs }), now)
                : more(gate, { load, want, force: false }, now);
            if (answer.outcome === 'entered') held.set(load, now + ttlMs);
            const slots = 'slots' in answer ? answer.slots : [];
            for (const inMs of slots) made.push(now + inMs + (limits.rate === null ? 0 : late * slotMs(limits.rate)));
          }
          if (limits.concurrency !== null) expect(held.size).toBeLessThanOrEqual(limits.concurrency);
          expect(view(gate, now).permits).toBe(held.size);
        }
        if (limits.rate === null) return;
        const { requests, perMs } = limits.rate;
        made.sort((a, b) => a - b);
        for (const [at, first] of made.entries()) {
          const beyond = made[at + requests];
          // Moments are sums of fractions.
          if (beyond !== undefined) expect(beyond - first).toBeGreaterThan(perMs - 1);
        }
      }),
      { seed: inject('seed'), numRuns: 1500 },
    );
  });

  it('a source that is asked as often as it lets sees no more requests within a window, however late each is made', () => {
    const rates = fc.record({ requests: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 1000, max: 5000 }) });
    const lateness = fc.array(fc.boolean(), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 6 }), lateness, (rate, concurrency, isLate) => {
        const gate = newGate();
        enter(gate, asks('a', { concurrency, rate }, { ttlMs: 1e9 }), T0);
        const made: number[] = [T0 + slotMs(rate)];
        for (let now = T0; now < T0 + 4 * rate.perMs; now += 97) {
          const answer = more(gate, { load: 'a', want: 10, force: false }, now);
          if (answer.outcome !== 'more') continue;
          for (const inMs of answer.slots) {
            made.push(now + inMs + (isLate[made.length % isLate.length] ? slotMs(rate) : 0));
          }
        }
        made.sort((a, b) => a - b);
        for (const [at, first] of made.entries()) {
          const beyond = made[at + rate.requests];
          if (beyond !== undefined) expect(beyond - first).toBeGreaterThan(rate.perMs - 1);
        }
        // Nor much less often than it may be.
        expect(made.length).toBeGreaterThan(rate.requests);
      }),
      { seed: inject('seed'), numRuns: 500 },
    );
  });
});
