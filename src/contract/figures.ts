/** `GET /stats/` (CONTRACT 4): figures of the service as series over time. */

import * as v from 'valibot';
import { about } from './about.ts';

/** Most points of one series, and most series of an answer. */
export const MAX_POINTS = 1000;
export const MAX_SERIES = 50;

/** One series. */
export const FigureSeries = v.strictObject({
  label: about(v.string(), 'The label of the series; empty: all labels together.'),
  points: about(
    v.array(v.pipe(v.array(v.number()), v.length(2))),
    'The beginning of each step (ms since the epoch), and its value; steps without points are left out.',
  ),
});
export type FigureSeries = v.InferOutput<typeof FigureSeries>;

/** The answer; the members in this order. */
export const FigureAnswer = v.strictObject({
  unit: about(v.picklist(['count', 'ms']), 'What the values are: a number of points, or the longest time in a step.'),
  series: about(v.array(FigureSeries), 'The series with the largest totals first, at most 50.'),
  cut: about(
    v.boolean(),
    'Whether data is missing because one answer cannot hold all of it: ask for a shorter time, or for longer steps.',
  ),
});
export type FigureAnswer = v.InferOutput<typeof FigureAnswer>;

/** A question about figures; times in ms since the epoch. */
export interface FigureQuestion {
  figure: string;
  /** The label by which points are grouped into series; null: one series of all points. */
  by: string | null;
  from: number;
  to: number;
  stepMs: number;
}

/** One value of one series. */
export interface FigureRow {
  at: number;
  label: string;
  value: number;
}

/** Where figures can be read. */
export interface Figures {
  /** @throws Problem `overloaded` */
  read(question: FigureQuestion): Promise<{ rows: FigureRow[]; cut: boolean }>;
}
