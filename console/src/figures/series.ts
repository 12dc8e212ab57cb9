/** Prepares a figure for its chart: one value a step for each series, none where nothing was counted. */

import type { Schema } from '../api/paths.ts';

/** The time that a chart covers, and how much of it one point is for; ms. `from` and `to` are whole steps. */
export interface Span {
  from: number;
  to: number;
  step: number;
}

/** One series on the steps of a span. */
export interface Series {
  /** Null: all that have no series of their own. */
  label: string | null;
  /** One for each step; null: nothing was counted in it, which is not the same as 0. */
  values: readonly (number | null)[];
  /** Of the whole span: the sum, or of times the longest. */
  total: number;
}

/** As many as there are colours that can be told apart; what further ones counted stands in one series. */
export const MOST_SERIES = 6;

/** Times that can be looked at, and how much of it one step is; ms. */
const RANGES = {
  quarter: [900_000, 60_000],
  hour: [3_600_000, 300_000],
  day: [86_400_000, 1_800_000],
} as const;
export type Range = keyof typeof RANGES;

/** The time of a range that ends with the step that is on. */
export function spanOf(range: Range, now: number): Span {
  const [length, step] = RANGES[range];
  const to = (Math.floor(now / step) + 1) * step;
  return { from: to - length, to, step };
}

/** When each step of a span begins, ms since the epoch. */
export function stepsOf({ from, to, step }: Span): number[] {
  return Array.from({ length: Math.round((to - from) / step) }, (_, index) => from + index * step);
}

/** The series of an answer on the steps of a span, those with most first. Points outside of it are left out. */
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

/** Series on top of each other: each with what stands below it. A step in which none has a value has none. */
export function stacked(series: readonly Series[]): (number | null)[][] {
  const below: number[] = [];
  return series.map(({ values }) =>
    values.map((value, index) => {
      below[index] = (below[index] ?? 0) + (value ?? 0);
      return value === null ? null : below[index];
    }),
  );
}
