/** Prepares a figure for its chart: one value per step for each series, or none if nothing was counted. */

import type { Schema } from '../api/paths.ts';

/** The time that a chart covers, and the length of one step; ms. `from` and `to` are at step boundaries. */
export interface Span {
  from: number;
  to: number;
  step: number;
}

/** One series on the steps of a span. */
export interface Series {
  /** Null: the sum of all series that are not shown on their own. */
  label: string | null;
  /** One for each step; null: nothing was counted in it, which differs from 0. */
  values: readonly (number | null)[];
  /** Of the whole span: the sum, or for durations the maximum. */
  total: number;
}

/** Number of colours that can be told apart; all further series are combined into one. */
export const MOST_SERIES = 6;

/** The ranges that a user can choose, and the length of their steps; ms. */
const RANGES = {
  quarter: [900_000, 60_000],
  hour: [3_600_000, 300_000],
  day: [86_400_000, 1_800_000],
} as const;
export type Range = keyof typeof RANGES;

/** The span of a range that ends with the current step. */
export function spanOf(range: Range, now: number): Span {
  const [length, step] = RANGES[range];
  const to = (Math.floor(now / step) + 1) * step;
  return { from: to - length, to, step };
}

/** When each step of a span begins, ms since the epoch. */
export function stepsOf({ from, to, step }: Span): number[] {
  return Array.from({ length: Math.round((to - from) / step) }, (_, index) => from + index * step);
}

/** The series of an answer on the steps of a span, largest first. Points outside of the span are left out. */
export function seriesOf({ unit, series }: Schema<'Figures'>, span: Span): Series[] {
  const add = unit === 'ms' ? Math.max : (a: number, b: number) => a + b;
  const count = stepsOf(span).length;
  const own = series.length <= MOST_SERIES ? series : series.slice(0, MOST_SERIES - 1);
  const rest = series.slice(own.length).flatMap(({ points }) => points);
  return [
    ...own.map(({ label, points }) => ({ label, points })),
    ...(rest.length > 0 ? [{ label: null, points: rest }] : []),
  ].map(({ label, points }) => {
    const values = new Array<number | null>(count).fill(null);
    for (const [at, value] of points as [number, number][]) {
      const index = Math.floor((at - span.from) / span.step);
      if (index >= 0 && index < count) values[index] = add(values[index] ?? 0, value);
    }
    return { label, values, total: values.reduce<number>((sum, value) => add(sum, value ?? 0), 0) };
  });
}

/** Stacks series: adds to each value those below it. A step without any value has none. */
export function stacked(series: readonly Series[]): (number | null)[][] {
  const below: number[] = [];
  return series.map(({ values }) =>
    values.map((value, index) => {
      below[index] = (below[index] ?? 0) + (value ?? 0);
      return value === null ? null : below[index];
    }),
  );
}
