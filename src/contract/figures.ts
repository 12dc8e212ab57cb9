/** `GET /stats/` (CONTRACT 4): figures of the service as series over time. */

import * as v from 'valibot';
import { about } from './about.ts';

/** Most points of one series, and most series of an answer. */
export const MAX_POINTS = 1000;
export const MAX_SERIES = 50;

/** One series. */
export const FigureSeries = v.strictObject({
  label: about(v.string(), 'The label that it is of; empty: of all.'),
  points: about(
    v.array(v.pipe(v.array(v.number()), v.length(2))),
    'When each step begins (ms since the epoch), and its value; steps without any are left out.',
  ),
});
export type FigureSeries = v.InferOutput<typeof FigureSeries>;

/** The answer; the members in this order. */
export const FigureAnswer = v.strictObject({
  unit: about(v.picklist(['count', 'ms']), 'What the values are: how many there were, or the longest time of a step.'),
  series: about(v.array(FigureSeries), 'Those with most first, at most 50.'),
  cut: about(v.boolean(), 'There is more than one answer tells: ask for a shorter time, or for longer steps.'),
});
export type FigureAnswer = v.InferOutput<typeof FigureAnswer>;

/** What is asked for; times in ms since the epoch. */
export interface FigureQuestion {
  figure: string;
  /** Which label the series are of; null: one series of all. */
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
