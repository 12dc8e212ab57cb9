/** Medians, quartiles and turns of what is measured (docs/performance.md). */

import { describe, expect, it } from 'vitest';
import { inTurn, median, medians, quartiles } from '../../tools/measure/harness/statistics.ts';

describe('quartiles', () => {
  it('are values where the count of them allows it, whatever their order', () => {
    expect(quartiles([0.5, 0.1, 0.3, 0.2, 0.4])).toEqual({ lower: 0.2, median: 0.3, upper: 0.4 });
  });

  it('lie between neighbours in proportion', () => {
    expect(quartiles([10, 20, 30, 40])).toEqual({ lower: 17.5, median: 25, upper: 32.5 });
  });

  it('of one value are that value', () => {
    expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
  });

  it('leave the values as they are', () => {
    const values = [3, 1, 2];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('medians', () => {
  it('are of each number by itself', () => {
    const all = [
      { ms: 1, bytes: 30 },
      { ms: 2, bytes: 10 },
      { ms: 9, bytes: 20 },
    ];
    expect(medians(all)).toEqual({ ms: 2, bytes: 20 });
  });
});

describe('rounds in turn', () => {
  it('measure each target once a round, and another one first each time', async () => {
    const order: string[] = [];
    const told: number[] = [];
    const measure = async (target: number, name: string) => {
      order.push(name);
      return target * order.length;
    };
    const rounds = await inTurn({ floor: 1, service: 10 }, 3, measure, (_round, number) => told.push(number));
    expect(order).toEqual(['floor', 'service', 'service', 'floor', 'floor', 'service']);
    expect(rounds).toEqual([
      { floor: 1, service: 20 },
      { floor: 4, service: 30 },
      { floor: 5, service: 60 },
    ]);
    expect(told).toEqual([1, 2, 3]);
  });

  it('measure one after the other', async () => {
    let underWay = 0;
    let most = 0;
    await inTurn({ floor: null, service: null }, 2, async () => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
    });
    expect(most).toBe(1);
  });
});
