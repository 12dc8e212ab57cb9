/** How hubs spread what their devices do next (docs/live.md). */
import { describe, expect, it } from 'vitest';
import { CHECKS_PER_S, checkWithinMs, MOST_CHECK_MS, MOST_SPREAD_MS, spreadMs } from '../../src/core/live-hub/pace.ts';
import { TestHub } from '../support/hub.ts';

describe('first checks', () => {
  it('are made at once while few devices come', () => {
    const test = new TestHub();
    for (let count = 0; count < 50; count += 1) expect(checkWithinMs(test.hub, `${count}`, test.context)).toBe(0);
    expect(checkWithinMs(test.hub, 'one more', test.context)).toBeGreaterThan(0);
  });

  it('are made at once beside a device that opens its socket again and again', () => {
    const test = new TestHub({ hubs: 32 });
    for (let count = 0; count < 1_000; count += 1) test.open('mallory', 'loop');
    expect(test.open('alice').effects.send[0]?.message).toMatchObject({ check_within_ms: 4480 });
    test.now += 60_000;
    expect(test.open('bob').effects.send[0]?.message).toMatchObject({ check_within_ms: 0 });
  });

  it.each([2_000, 20_000, 100_000])('of %d devices within 30 s are at most 200 a second over 32 hubs', (devices) => {
    const hubs = 32;
    const test = new TestHub({ hubs });
    const startedAt = test.now;
    const perSecond = new Map<number, number>();
    const here = devices / hubs;
    for (let count = 0; count < here; count += 1) {
      test.now = startedAt + (30_000 * count) / here;
      const withinMs = checkWithinMs(test.hub, `${count}`, test.context);
      expect(withinMs).toBeLessThanOrEqual(MOST_CHECK_MS);
      // Each of them stands for as many as there are hubs, each at a time of its own.
      for (let other = 0; other < hubs; other += 1) {
        const at = test.now - startedAt + (withinMs * (other + 0.5)) / hubs;
        const second = Math.floor(at / 1000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      }
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(CHECKS_PER_S);
  });
});

describe('questions after a poke', () => {
  it('are spread to 1,000 a second over all hubs, by what was told in the last 10 s', () => {
    const test = new TestHub();
    expect(spreadMs(test.hub, 500, 1, test.context)).toBe(500);
    expect(spreadMs(test.hub, 500, 4, test.context)).toBe(4_000);
    test.now += 11_000;
    expect(spreadMs(test.hub, 3_000, 1, test.context)).toBe(3_000);
    expect(spreadMs(test.hub, 1_000_000, 1, test.context)).toBe(MOST_SPREAD_MS);
  });
});
