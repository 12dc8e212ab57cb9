/** What charts of the console are drawn from: every value in its step, and none where nothing was counted. */
import { describe, expect, it } from 'vitest';
import { MOST_SERIES, seriesOf, spanOf, stacked, stepsOf } from '../../console/src/figures/series.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;
const span = spanOf('hour', NOON + 1);
const count = (...series: [label: string, ...points: [number, number][]][]) => ({
  unit: 'count' as const,
  cut: false,
  series: series.map(([label, ...points]) => ({ label, points: points.map(([at, value]) => [at, value]) })),
});

describe('the time of a chart', () => {
  it.each([
    ['quarter', 15, 1],
    ['hour', 12, 5],
    ['day', 48, 30],
  ] as const)('is the last %s in %i whole steps, the one that runs being the last', (range, steps, minutes) => {
    const chosen = spanOf(range, NOON + MINUTE);
    expect(stepsOf(chosen)).toHaveLength(steps);
    expect(stepsOf(chosen).at(-1)).toBe(minutes === 1 ? NOON + MINUTE : NOON);
    expect(chosen.step).toBe(minutes * MINUTE);
    expect(chosen.from % chosen.step).toBe(0);
  });

  it('begins a new step on time', () => {
    expect(spanOf('hour', NOON).to).toBe(NOON + 5 * MINUTE);
    expect(spanOf('hour', NOON - 1).to).toBe(NOON);
  });
});

describe('a series', () => {
  it('has a gap where nothing was counted, and not 0', () => {
    const [one] = seriesOf(count(['200', [span.from, 3], [span.from + 10 * MINUTE, 0]]), span);
    expect(one?.values).toEqual([3, null, 0, ...Array(9).fill(null)]);
    expect(one?.total).toBe(3);
  });

  it('adds up shorter steps than its own, of times takes the longest, and leaves out what is not of its time', () => {
    const points: [number, number][] = [
      [span.from - 1, 100],
      [span.from, 3],
      [span.from + MINUTE, 4],
      [span.to, 100],
    ];
    expect(seriesOf(count(['200', ...points]), span)[0]).toMatchObject({ total: 7 });
    expect(seriesOf({ ...count(['200', ...points]), unit: 'ms' }, span)[0]?.values[0]).toBe(4);
  });

  it('of all that have no colour of their own stands for them all', () => {
    const all = Array.from({ length: MOST_SERIES + 3 }, (_, index): [string, [number, number]] => [
      `${index}`,
      [span.from, 10 ** index],
    ]);
    const series = seriesOf(count(...all), span);
    expect(series.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4', null]);
    expect(series.at(-1)?.total).toBe(111_100_000);
    expect(seriesOf(count(...all.slice(0, MOST_SERIES)), span).map(({ label }) => label)).not.toContain(null);
  });
});

it('bars that stand on each other begin where those below them end', () => {
  const values = (...those: (number | null)[]) => ({ label: '', values: those, total: 0 });
  expect(stacked([values(1, null, 2), values(10, 20, null), values(100, 200, 300)])).toEqual([
    [1, null, 2],
    [11, 20, null],
    [111, 220, 302],
  ]);
});
